//! What every command works with.

use anyhow::Result;

use crate::output::Output;
use crate::progress::Progress;
use crate::stack::{Stack, Target};

/// The program's global options, ready for use.
#[derive(Clone, Debug)]
pub struct Tool {
    /// Which stack, and how to reach it.
    pub target: Target,
    /// Where the answer goes.
    pub output: Output,
    /// What is said while it works.
    pub progress: Progress,
}

impl Tool {
    /// The stack, with its outputs read.
    ///
    /// # Errors
    /// Those of [`Stack::connect`].
    pub async fn stack(&self) -> Result<Stack> {
        self.progress
            .doing(format!("reading the stack {}", self.target.stack));
        let stack = Stack::connect(&self.target).await;
        self.progress.done();
        stack
    }
}

//! `review`: what needs a person, seen, corrected and decided. Beside the reviews, every message that is left in a
//! dead-letter queue.

mod bulk;
mod decide;
mod edit;
mod editor;
mod input;
mod letters;
mod list;
mod question;
mod redrive_letter;
mod show;

use anyhow::Result;
use clap::Subcommand;

use crate::exit::Exit;
use crate::tool::Tool;

/// See, correct and decide what needs a person.
#[derive(Subcommand, Debug)]
pub enum Review {
    /// List what needs a person, the oldest first.
    List(list::Options),
    /// Tell all there is to know of a review, or of a message in a dead-letter queue.
    Show(show::Options),
    /// Correct the input of a review in your editor: checked before it is accepted, kept beside what came.
    Edit(edit::Options),
    /// Do it again, once what was wrong is mended.
    Redrive(decide::Redrive),
    /// Give it up, with a reason.
    Drop(decide::Drop),
}

/// Runs a command about reviews.
///
/// # Errors
/// When the desk, the queues or the table do not answer; when there is no such review.
pub async fn run(tool: &Tool, review: &Review) -> Result<Exit> {
    match review {
        Review::List(options) => list::run(tool, options).await,
        Review::Show(options) => show::run(tool, options).await,
        Review::Edit(options) => edit::run(tool, options).await,
        Review::Redrive(options) => decide::redrive(tool, options).await,
        Review::Drop(options) => decide::drop(tool, options).await,
    }
}

//! What is counted, and counting it.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use tokio::process::Command;

use super::instructions;
use crate::aws::{FUNCTIONS, QUICK, compile};
use crate::places::Places;
use crate::{progress, tools};

/// The program that does the pieces of work.
const PROGRAM: &str = "guards";

/// Figures by what they belong to: a function, or a piece of work with the lines of its order.
pub type Figures = BTreeMap<String, u64>;

/// Something that is counted.
pub struct Kind {
    /// What the file of limits calls it.
    pub name: &'static str,
    /// What there are so many of.
    pub unit: &'static str,
    /// How much more than measured is let through, unless the file says otherwise.
    pub slack_percent: u64,
    /// Whether it is another figure on another kind of processor.
    pub of_processor: bool,
}

/// All that is counted.
pub const KINDS: [Kind; 4] = [
    Kind {
        name: "sizes",
        unit: "bytes",
        slack_percent: 5,
        of_processor: true,
    },
    Kind {
        name: "allocations",
        unit: "allocations",
        slack_percent: 2,
        of_processor: false,
    },
    Kind {
        name: "allocated",
        unit: "allocated bytes",
        slack_percent: 5,
        of_processor: false,
    },
    Kind {
        name: "instructions",
        unit: "instructions",
        slack_percent: 8,
        of_processor: true,
    },
];

/// What was counted.
pub struct Measured {
    /// The compiler's version.
    pub compiler: String,
    /// The kind of processor.
    pub processor: &'static str,
    /// By the name of the kind. One that could not be counted is not there.
    pub figures: BTreeMap<&'static str, Figures>,
    /// Why instructions could not be counted.
    pub uncounted: Option<String>,
}

impl Measured {
    /// Builds the functions and the program, and counts.
    ///
    /// # Errors
    /// When something does not build, or the program fails.
    pub async fn here(places: &Places) -> Result<Self> {
        build(places).await?;
        let built = places.functions().join("release");
        let program = built.join(PROGRAM);
        let (allocations, allocated) = allocations(&program).await?;
        let instructions = async {
            let valgrind = tools::valgrind(places).await?;
            instructions::count(places, &valgrind, &program, allocations.keys()).await
        };
        let instructions = progress::step("instructions: counted", instructions).await;
        let compiler = tools::output(Command::new("rustc").arg("--version")).await?;
        let mut figures = BTreeMap::from([
            ("sizes", sizes(&built)?),
            ("allocations", allocations),
            ("allocated", allocated),
        ]);
        let uncounted = match instructions {
            Ok(instructions) => {
                figures.insert("instructions", instructions);
                None
            }
            Err(why) => Some(format!("{why:#}")),
        };
        Ok(Self {
            compiler: compiler.trim().to_owned(),
            processor: std::env::consts::ARCH,
            figures,
            uncounted,
        })
    }
}

/// Builds the functions and the program.
///
/// # Errors
/// When something does not build; the message has the compiler's last lines.
pub async fn build(places: &Places) -> Result<()> {
    let (target, log) = (places.functions(), places.log("guards-build"));
    // In one run, so that the program is built of what the functions are built of.
    let packages = FUNCTIONS.into_iter().chain([PROGRAM]);
    progress::step("functions: built", compile(&target, packages, &QUICK, &log)).await
}

/// Bytes of each function.
fn sizes(built: &Path) -> Result<Figures> {
    let size = |function: &str| {
        let path = built.join(function);
        let data = std::fs::metadata(&path).with_context(|| format!("cannot read {}", path.display()))?;
        Ok((function.to_owned(), data.len()))
    };
    FUNCTIONS.into_iter().map(size).collect()
}

/// Blocks and bytes of each piece of work.
async fn allocations(program: &Path) -> Result<(Figures, Figures)> {
    let said = tools::output(Command::new(program).arg("allocations")).await?;
    let (mut blocks, mut bytes) = (Figures::new(), Figures::new());
    for line in said.lines() {
        let mut words = line.split_whitespace();
        let mut word = || {
            words
                .next()
                .context("the program did not name a piece and two figures")
        };
        let piece = word()?;
        blocks.insert(piece.to_owned(), word()?.parse()?);
        bytes.insert(piece.to_owned(), word()?.parse()?);
    }
    Ok((blocks, bytes))
}

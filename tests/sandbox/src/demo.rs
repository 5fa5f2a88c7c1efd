//! `cargo demo`: the main job, shown. Sets everything up, plays the stories, ends with a table.

use std::path::PathBuf;

use anyhow::{Result, bail};

use crate::cli::{ExistingOdoo, welcome};
use crate::places::Places;
use crate::progress;
use crate::story::{STORIES, own_order, table};
use crate::witness::Witness;
use crate::world::{Parts, Stack};

/// What `cargo demo` may be told.
#[derive(Debug, clap::Args)]
pub struct Options {
    /// Stay up afterwards, and say how to look around and how to send an order.
    #[arg(long)]
    keep: bool,
    /// Send the WooCommerce order payload in this file instead of the five stories.
    #[arg(long, value_name = "FILE")]
    order: Option<PathBuf>,
    #[command(flatten)]
    odoo: ExistingOdoo,
}

/// Sets up the local world and plays the stories.
///
/// # Errors
/// When the world does not start, or a fact is not as it has to be; the table says which.
pub async fn demo(options: Options) -> Result<()> {
    let parts = Parts {
        existing_odoo: options.odoo.access(),
        ..Parts::default()
    };
    let stack = Stack::start(Places::open()?, parts).await?;
    let witness = Witness::of(stack.world().description()).await?;
    let mut sheets = Vec::new();
    match &options.order {
        Some(file) => sheets.push(own_order(&witness, file).await?),
        None => {
            for story in &STORIES {
                sheets.push(story.play(&witness).await);
            }
        }
    }
    show(&table(&sheets));
    let wrong = sheets.iter().filter(|sheet| !sheet.holds()).count();
    if options.keep {
        for line in welcome(&stack) {
            progress::say(line);
        }
        std::future::pending::<()>().await;
    }
    if wrong > 0 {
        bail!("{wrong} of {} stories are not as they have to be", sheets.len());
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the result of the program")]
fn show(table: &str) {
    println!("\n{table}");
}

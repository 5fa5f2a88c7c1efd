//! `explain`: the whole journey of an order, in plain words and times; what is missing, and what will happen next.

mod ask;
mod collect;
mod facts;
mod find;
mod in_queue;
mod left_alone;
mod outlook;
mod run_history;
mod show;
mod waiting;
mod words;

use anyhow::Result;
use clap::Args;
use serde::Serialize;

pub use facts::{Away, Document, Effect, Facts, Payment, Received, Rules, Run, ShopOrder, Told, Whose};
pub use outlook::{Outlook, outlook};
pub use run_history::{Event, Step, StepFailure, entered, steps};
pub use words::step as step_words;

use crate::exit::{Exit, Stop};
use crate::systems::Systems;
use crate::tool::Tool;

/// Tell the whole journey of an order, what is missing and what will happen next.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland explain woo/1001                       the order 1001 of the store woo
  odoo-heartland explain woo_1001-1                     by the name of its run
  odoo-heartland explain woo_1001_1795446000            by an event
  odoo-heartland explain TRN_rs0ALIcIvKGPcbfjRfU6Dad2g8TX6p   by a payment at Heartland
  odoo-heartland explain INV/2026/00042                 by a document in Odoo

Exit code 1 when a person has to do something.")]
pub struct Options {
    /// The order: store/order, a run, an event, a Heartland transaction, or the number of an Odoo document.
    order: String,
}

/// What is told.
#[derive(Debug, Serialize)]
pub struct Explained {
    /// What every system says.
    #[serde(flatten)]
    pub facts: Facts,
    /// What follows from it.
    pub outlook: Outlook,
}

/// Explains an order.
///
/// # Errors
/// When the order is not known under this name, or the table does not answer.
pub async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    let stack = tool.stack().await?;
    let systems = Systems::of(&stack)?;
    tool.progress.doing(format!("looking for {}", options.order));
    let order = find::find(&stack, &systems, &options.order).await?;
    tool.progress.doing(format!("asking everybody about {order}"));
    let facts = collect::collect(&stack, &systems, &order).await?;
    tool.progress.done();
    if facts.is_unknown() {
        return Err(unknown(&facts).into());
    }
    let outlook = outlook(&facts);
    let needs_person = outlook.needs_person;
    tool.output.show(&Explained { facts, outlook })?;
    Ok(if needs_person { Exit::Findings } else { Exit::Fine })
}

/// A name that is nobody's.
fn unknown(facts: &Facts) -> Stop {
    let what = format!(
        "there is no order {}: nothing has come of it, and {} does not know it either",
        facts.order, facts.store
    );
    Stop::usage(what).remedy("check the number")
}

//! `replay`: an event that was taken once, let in again; or only told what would become of it.

use std::sync::Arc;

use anyhow::Result;
use clap::Args;
use domain::decide::{Decision, IgnoreReason, RecordReason};
use domain::failure::Failure;
use effects::UnixMillis;
use event_router::{Look, Router};
use runtime::stores::{OrderItem, PaymentsUsed};
use runtime::workflow::StepFunctions;
use serde::Serialize;
use serde_json::json;

use crate::confirm::confirm;
use crate::desk::{Desk, told};
use crate::exit::Exit;
use crate::output::Show;
use crate::stack::Stack;
use crate::tool::Tool;

/// Let an event in again that was taken before, or tell what would be done.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland replay --dry-run woo_1001_1795446000          what would become of it now; touches nothing
  odoo-heartland replay woo_1001_1795446000 --reason 'the mapping was wrong'

An event is named {store}_{order}_{modification time}; `odoo-heartland explain store/order` lists an order's. It is read
with the shop's own reader and decided against what is known of the order now.")]
pub struct Options {
    /// The event.
    event: String,
    /// Only tell what would be done.
    #[arg(long)]
    dry_run: bool,
    /// Why it is let in again; it is kept with your name.
    #[arg(long, required_unless_present = "dry_run")]
    reason: Option<String>,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// What would become of an event.
#[derive(Debug, Serialize)]
struct Answer {
    event: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    order: Option<String>,
    /// `open`, `resume`, `record`, `review`, `ignore`, `later`.
    decision: &'static str,
    /// What would be done, in words.
    what: String,
    /// Why.
    why: String,
    /// What is known of the order now.
    #[serde(skip_serializing_if = "Option::is_none")]
    known: Option<String>,
    /// Whether it was let in.
    replayed: bool,
}

impl Show for Answer {
    fn people(&self, _: UnixMillis) -> String {
        let order = self
            .order
            .as_deref()
            .map(|order| format!(" ({order})"))
            .unwrap_or_default();
        let known = self
            .known
            .as_deref()
            .map(|known| format!("\nknown: {known}"))
            .unwrap_or_default();
        let (would, end) = match self.replayed {
            true => ("will", "the event was let in again"),
            false => ("would", "nothing was touched"),
        };
        format!(
            "{}{order}\n{would}: {}\nwhy: {}{known}\n{end}",
            self.event, self.what, self.why
        )
    }
}

/// Tells what would become of an event, and lets it in when that is asked for.
///
/// # Errors
/// When there is no such event (any more); when the table or the desk does not answer.
pub async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    let stack = tool.stack().await?;
    let look = router(&stack)?.look(&options.event).await.map_err(told)?;
    let mut answer = answer(&options.event, &look);
    if options.dry_run {
        tool.output.show(&answer)?;
        return Ok(Exit::Fine);
    }
    let question = format!("This would {}. Let {} in again?", answer.what, options.event);
    confirm(tool, &question, options.yes)?;
    let desk = Desk::of(&stack).await?;
    let replay = json!({"action": "replay", "event": options.event});
    desk.decide(replay, options.reason.as_deref()).await?;
    answer.replayed = true;
    tool.output.show(&answer)?;
    Ok(Exit::Fine)
}

/// The function's own code over the stack's table. Looking starts no run.
fn router(stack: &Stack) -> Result<Router> {
    let machine = stack.output("StateMachine")?.to_owned();
    Ok(Router {
        merchant: runtime::merchant()?,
        payloads: stack.payloads()?,
        orders: stack.orders()?,
        reviews: stack.reviews()?,
        used: PaymentsUsed::new(stack.items()?, stack.clock()),
        workflow: Arc::new(StepFunctions::new(stack.step_functions(), machine)),
        clock: stack.clock(),
    })
}

fn answer(event: &str, look: &Look) -> Answer {
    let (order, known, (decision, what, why)) = match look {
        Look::Unusable(failure) => (
            None,
            None,
            refused("review", "open a review: the event cannot be used", failure),
        ),
        Look::Order {
            order,
            known,
            decision,
        } => {
            let known = known.as_deref().map(known_as);
            (Some(order.key.to_string()), known, words(decision))
        }
    };
    Answer {
        event: event.to_owned(),
        order,
        decision,
        what,
        why,
        known,
        replayed: false,
    }
}

fn refused(decision: &'static str, what: &str, failure: &Failure) -> (&'static str, String, String) {
    let field = failure
        .field
        .as_deref()
        .map(|field| format!(" at {field}"))
        .unwrap_or_default();
    let remedy = failure
        .remedy
        .as_deref()
        .map(|remedy| format!("; {remedy}"))
        .unwrap_or_default();
    (
        decision,
        what.to_owned(),
        format!("{}{field}{remedy}", failure.what),
    )
}

/// What would be done, and why.
fn words(decision: &Result<Decision, Failure>) -> (&'static str, String, String) {
    let said = |kind, what: &str, why: &str| (kind, what.to_owned(), why.to_owned());
    match decision {
        Err(failure) => refused("later", "wait, and decide again", failure),
        Ok(Decision::Open { generation }) => (
            "open",
            format!("record this version and open run {generation} of the order"),
            "its payment can be acted on, and nothing is running or done for it".to_owned(),
        ),
        Ok(Decision::Resume { generation }) => (
            "resume",
            format!("start run {generation} if it is not there"),
            "this event opened the order's run, which is not over".to_owned(),
        ),
        Ok(Decision::Record(reason)) => said(
            "record",
            "record this version and start nothing",
            recorded(*reason),
        ),
        Ok(Decision::RecordAndReview(failure)) => {
            refused("review", "record this version and open a review", failure)
        }
        Ok(Decision::Ask(failure)) => refused("review", "open a review and record nothing", failure),
        Ok(Decision::Ignore(reason)) => said("ignore", "do nothing", ignored(*reason)),
    }
}

fn recorded(reason: RecordReason) -> &'static str {
    match reason {
        RecordReason::NotPaid => "it is not paid yet, or not in a way that is handled here",
        RecordReason::Closed => "the shop cancelled or refunded it before anything was done",
        RecordReason::BeforeCutOver => "it was ordered before the cut-over date",
        RecordReason::Unchanged => "nothing that matters has changed",
    }
}

fn ignored(reason: IgnoreReason) -> &'static str {
    match reason {
        IgnoreReason::Repeat => "this version is known, and what it led to is under way or done",
        IgnoreReason::Echo => "it is the echo of our own status write",
        IgnoreReason::Older => "a newer version of the order is known",
    }
}

fn known_as(item: &OrderItem) -> String {
    let state = json!(item.state);
    let state = state.as_str().unwrap_or_default();
    let edited = item
        .edited
        .as_ref()
        .map(|edited| format!(", corrected as {}", edited.version));
    format!(
        "{state}, run {}, newest version {}{}",
        item.generation,
        item.newest,
        edited.unwrap_or_default()
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::failure::FailureName;

    #[test]
    fn every_decision_is_told_with_its_reason() {
        let why = Failure::new(FailureName::Conflict, "two orders")
            .field("id")
            .remedy("compare them");
        let all = [
            (Ok(Decision::Open { generation: 2 }), "open", "run 2"),
            (Ok(Decision::Resume { generation: 1 }), "resume", "run 1"),
            (
                Ok(Decision::Record(RecordReason::NotPaid)),
                "record",
                "start nothing",
            ),
            (
                Ok(Decision::RecordAndReview(why.clone())),
                "review",
                "record this version and open a review",
            ),
            (Ok(Decision::Ask(why.clone())), "review", "record nothing"),
            (Ok(Decision::Ignore(IgnoreReason::Echo)), "ignore", "do nothing"),
            (Err(why), "later", "decide again"),
        ];
        for (decision, kind, told) in all {
            let (said, what, why) = words(&decision);
            assert_eq!(said, kind);
            assert!(what.contains(told) && !why.is_empty(), "{what}: {why}");
        }
        let (_, _, why) = words(&Err(Failure::new(FailureName::Conflict, "two")
            .field("id")
            .remedy("compare")));
        assert_eq!(why, "two at id; compare");
    }
}

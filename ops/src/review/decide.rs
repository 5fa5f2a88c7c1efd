//! `review redrive` and `review drop`: one at a time, or all of a kind.

use anyhow::Result;
use clap::Args;
use effects::UnixMillis;
use serde::Serialize;
use serde_json::{Value, json};

use super::bulk;
use super::letters::{Letters, parse};
use super::list::Filter;
use super::redrive_letter;
use crate::confirm::confirm;
use crate::desk::Desk;
use crate::exit::{Exit, Stop, sentence};
use crate::output::Show;
use crate::stack::Stack;
use crate::tool::Tool;

/// Do it again, once what was wrong is mended.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland review redrive 50067e9a14a0af52
  odoo-heartland review redrive dlq:LastResort/6c1c2a0e-6d1f-4a26-8d63-0d6d6e3c9c0a --reason 'the desk is deployed'
  odoo-heartland review redrive --all --error Refused --step write-order --reason 'the tax is mapped now' --rate 2
  odoo-heartland review redrive --all --reason 'Odoo is back' --yes          without being asked

Nothing is done twice: the ledger knows what was done to each system. A run that waits goes on; an event is let in
again; a run that failed goes on where it failed (Step Functions' RedriveExecution), or is started again when that is
not possible any more. Messages go back to the queue they came from, with --all by SQS itself (StartMessageMoveTask).")]
pub struct Redrive {
    #[command(flatten)]
    which: Which,
    /// Why; it is kept with your name.
    #[arg(long, required_if_eq("all", "true"))]
    reason: Option<String>,
    /// With --all: so many a second.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rate: u32,
}

/// Give it up, with a reason.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland review drop 50067e9a14a0af52 --reason 'the customer cancelled by phone'
  odoo-heartland review drop --all --order woo/1001 --reason 'entered by hand'

What dropping does, `review show` tells first. A run that waits lets go of the money and the order and tells the shop; an
order whose run failed counts as put right by hand; otherwise only the review is closed.")]
pub struct Drop {
    #[command(flatten)]
    which: Which,
    /// Why; it is kept with your name.
    #[arg(long)]
    reason: String,
    /// With --all: so many a second.
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u32).range(1..=100))]
    rate: u32,
}

/// What is decided.
#[derive(Args, Debug)]
struct Which {
    /// The review, or the message: dlq:{queue}/{message}.
    #[arg(required_unless_present = "all", conflicts_with = "all")]
    id: Option<String>,
    /// Every open one, or those of --order, --error, --step and --older-than.
    #[arg(long)]
    all: bool,
    #[command(flatten)]
    filter: Filter,
    /// Do not ask.
    #[arg(long)]
    yes: bool,
}

/// What a decision has come to.
#[derive(Clone, Debug, Serialize)]
pub struct Done {
    /// The review or message.
    pub id: String,
    /// What it came to.
    pub came_to: String,
}

impl Show for Done {
    fn people(&self, _: UnixMillis) -> String {
        format!("{}: {}", self.id, self.came_to)
    }
}

/// One of the two decisions.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Do it again.
    Redrive,
    /// Give it up.
    Drop,
}

impl Decision {
    /// The word for it, as the desk and people spell it.
    pub fn word(self) -> &'static str {
        match self {
            Self::Redrive => "redrive",
            Self::Drop => "drop",
        }
    }
}

/// Redrives one or all.
///
/// # Errors
/// When there is none, or it cannot be redriven.
pub async fn redrive(tool: &Tool, options: &Redrive) -> Result<Exit> {
    let reason = options.reason.as_deref();
    decide(tool, Decision::Redrive, &options.which, reason, options.rate).await
}

/// Drops one or all.
///
/// # Errors
/// When there is none.
pub async fn drop(tool: &Tool, options: &Drop) -> Result<Exit> {
    decide(
        tool,
        Decision::Drop,
        &options.which,
        Some(&options.reason),
        options.rate,
    )
    .await
}

async fn decide(
    tool: &Tool,
    decision: Decision,
    which: &Which,
    reason: Option<&str>,
    rate: u32,
) -> Result<Exit> {
    let stack = tool.stack().await?;
    let bench = Bench {
        desk: Desk::of(&stack).await?,
        letters: Letters::of(&stack),
        stack,
    };
    let Some(id) = &which.id else {
        let all = bulk::All {
            decision,
            filter: &which.filter,
            reason: reason.unwrap_or_default(),
            rate,
            yes: which.yes,
        };
        return bulk::run(tool, &bench, &all).await;
    };
    if decision == Decision::Drop && !which.yes {
        let what = bench.dropping(id).await?;
        confirm(
            tool,
            &format!("Drop {id}? {} It cannot be taken back.", sentence(&what)),
            false,
        )?;
    }
    let done = bench.decide(decision, id, reason).await?;
    tool.output.show(&done)?;
    Ok(Exit::Fine)
}

/// What decisions are made with.
pub struct Bench {
    /// The stack.
    pub stack: Stack,
    /// The desk.
    pub desk: Desk,
    /// The dead-letter queues.
    pub letters: Letters,
}

impl Bench {
    /// Decides about one review or message.
    ///
    /// # Errors
    /// When there is none, or it cannot be done.
    pub async fn decide(&self, decision: Decision, id: &str, reason: Option<&str>) -> Result<Done> {
        let came_to = match parse(id) {
            Some((queue, Some(message))) => self.decide_letter(decision, queue, message, reason).await?,
            Some((queue, None)) => {
                return Err(Stop::usage(format!("{queue} is a queue, not a message"))
                    .remedy("name one of its messages, or use --all")
                    .into());
            }
            None => {
                let said = self
                    .desk
                    .decide(json!({"action": decision.word(), "review": id}), reason)
                    .await?;
                let came_to = said.get("redriven").or_else(|| said.get("dropped"));
                came_to
                    .and_then(|text| text.as_str())
                    .unwrap_or("done")
                    .to_owned()
            }
        };
        Ok(Done {
            id: id.to_owned(),
            came_to,
        })
    }

    /// What dropping a review or a message does, as the desk tells it.
    ///
    /// # Errors
    /// When there is none.
    pub async fn dropping(&self, id: &str) -> Result<String> {
        if parse(id).is_some() {
            return Ok("the message is thrown away".to_owned());
        }
        let said = self.desk.ask(json!({"action": "show", "review": id})).await?;
        let text = said.pointer("/can/drop").and_then(Value::as_str);
        Ok(text.unwrap_or("the desk does not say what that does").to_owned())
    }

    async fn decide_letter(
        &self,
        decision: Decision,
        queue: &str,
        message: &str,
        reason: Option<&str>,
    ) -> Result<String> {
        let reason = reason.ok_or_else(|| Stop::usage("give --reason: it is kept with your name"))?;
        let letter = self.letters.find(queue, message).await?;
        match decision {
            Decision::Redrive => {
                let came_to =
                    redrive_letter::redrive(&self.stack, &self.letters, &self.desk, &letter).await?;
                self.note(queue, message, "redriven", reason).await?;
                Ok(came_to)
            }
            // Written down first: nothing is thrown away without a trace.
            Decision::Drop => {
                if let Err(error) = self.note(queue, message, "dropped", reason).await {
                    self.letters.release(&letter).await?;
                    return Err(error);
                }
                self.letters.delete(&letter).await?;
                Ok("the message was thrown away".to_owned())
            }
        }
    }

    /// Writes down what was done about a message.
    ///
    /// # Errors
    /// When the desk does not answer.
    pub async fn note(&self, queue: &str, message: &str, decision: &str, reason: &str) -> Result<()> {
        let noted = json!({"action": "message", "queue": queue, "message": message, "decision": decision});
        self.desk.decide(noted, Some(reason)).await.map(|_| ())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_desk_says_is_a_sentence_of_the_question() {
        assert_eq!(sentence("the money is kept"), "The money is kept.");
        assert_eq!(sentence("Only this."), "Only this.");
        assert_eq!(sentence(""), ".");
    }
}

//! `review show`: all there is to know of a review, or of a message in a dead-letter queue.

use anyhow::Result;
use clap::Args;
use domain::card_number::is_card_number;
use effects::UnixMillis;
use runtime::stores::Review;
use serde::Serialize;
use serde_json::{Value, json};

use super::input::{Input, InputAt};
use super::letters::{Letters, parse};
use crate::desk::Desk;
use crate::exit::{Exit, Stop};
use crate::output::Show;
use crate::stack::Stack;
use crate::time::{iso, when};
use crate::tool::Tool;

/// Tell all there is to know of a review, or of a message in a dead-letter queue.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland review show 50067e9a14a0af52
  odoo-heartland review show 50067e9a14a0af52 --input     with the order or the event itself: names and addresses
  odoo-heartland review show dlq:LastResort/6c1c2a0e-6d1f-4a26-8d63-0d6d6e3c9c0a

The input holds personal data. It is read from the table with your own rights, and shown only when it is asked for.")]
pub struct Options {
    /// The review, or the message.
    id: String,
    /// Show the input itself and nothing else, so that it can be written to a file.
    #[arg(long)]
    input: bool,
}

/// What the desk says of a review.
#[derive(Debug, Serialize)]
struct Shown {
    #[serde(flatten)]
    said: Value,
    /// The input itself, when it was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    input_text: Option<String>,
}

impl Show for Shown {
    fn people(&self, now: UnixMillis) -> String {
        if let Some(text) = &self.input_text {
            return text.clone();
        }
        let Ok(review) = serde_json::from_value::<Review>(self.said.clone()) else {
            return self.said.to_string();
        };
        let text = |pointer: &str| {
            self.said
                .pointer(pointer)
                .and_then(Value::as_str)
                .map(str::to_owned)
        };
        let order = review.order.as_ref().map(ToString::to_string);
        let decided = review.decided_by.as_ref().map(|by| {
            let at = iso(UnixMillis(review.changed_at_ms));
            format!(
                "{by}, {at}: {}",
                review.reason.as_deref().unwrap_or("no reason given")
            )
        });
        let rows = [
            ("review", Some(review.id.clone())),
            ("state", text("/state")),
            ("order", order),
            ("event", review.about.strip_prefix("event/").map(str::to_owned)),
            ("step", Some(review.doing.clone())),
            ("why", Some(format!("{}: {}", review.why.name, review.why.what))),
            ("field", review.why.field.clone()),
            ("what to do", review.why.remedy.clone()),
            ("opened", Some(when(UnixMillis(review.opened_at_ms), now))),
            (
                "times",
                Some(review.times.to_string()).filter(|_| review.times > 1),
            ),
            ("execution", text("/execution")),
            ("input", text("/input_at/item").or_else(|| review.input.clone())),
            ("decided", decided),
            ("redrive", text("/can/redrive")),
            ("drop", text("/can/drop")),
            ("edit", text("/can/edit")),
        ];
        let mut lines: Vec<String> = rows
            .into_iter()
            .filter_map(|(name, value)| Some(format!("{name:<11} {}", value?)))
            .collect();
        lines.extend(review.edits.iter().map(|edit| {
            let at = iso(UnixMillis(edit.at_ms));
            format!(
                "{:<11} {at} by {}: {} ({})",
                "corrected",
                edit.by,
                edit.reason,
                edit.fields.join(", ")
            )
        }));
        lines.join("\n")
    }
}

/// A message in a dead-letter queue.
#[derive(Debug, Serialize)]
struct ShownLetter {
    id: String,
    queue: String,
    sent_at_ms: i64,
    received: u32,
    bytes: usize,
    /// What it says, redacted unless all of it was asked for.
    body: Value,
}

impl Show for ShownLetter {
    fn people(&self, now: UnixMillis) -> String {
        let sent = when(UnixMillis(self.sent_at_ms), now);
        let body = serde_json::to_string_pretty(&self.body).unwrap_or_default();
        format!(
            "message     {}\nqueue       {}\nsent        {sent}\nreceived    {} times\nbody        {} bytes\n{body}",
            self.id, self.queue, self.received, self.bytes
        )
    }
}

/// Shows a review or a message.
///
/// # Errors
/// When there is none; when the desk, the queue or the table does not answer.
pub async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    let stack = tool.stack().await?;
    match parse(&options.id) {
        Some((queue, Some(message))) => letter(tool, &stack, queue, message, options.input).await,
        Some((queue, None)) => Err(Stop::usage(format!("{queue} is a queue, not a message"))
            .remedy("odoo-heartland review list names its messages")
            .into()),
        None => review(tool, &stack, options).await,
    }
}

async fn review(tool: &Tool, stack: &Stack, options: &Options) -> Result<Exit> {
    let desk = Desk::of(stack).await?;
    let said = desk.ask(json!({"action": "show", "review": options.id})).await?;
    let input_text = match options.input {
        false => None,
        true => {
            let at =
                InputAt::of(&said).ok_or_else(|| Stop::usage("this review has no input that is kept"))?;
            Some(Input::read(stack, &said, at).await?.text()?)
        }
    };
    tool.output.show(&Shown { said, input_text })?;
    Ok(Exit::Fine)
}

async fn letter(tool: &Tool, stack: &Stack, queue: &str, message: &str, whole: bool) -> Result<Exit> {
    let letters = Letters::of(stack);
    let letter = letters.find(queue, message).await?;
    letters.release(&letter).await?;
    let body: Value = serde_json::from_str(&letter.body).unwrap_or_else(|_| json!(letter.body));
    tool.output.show(&ShownLetter {
        id: letter.id(),
        sent_at_ms: letter.sent_at_ms,
        received: letter.received,
        bytes: letter.body.len(),
        queue: letter.queue,
        body: if whole {
            without_tokens(body)
        } else {
            redacted(body)
        },
    })?;
    Ok(Exit::Fine)
}

/// What may be shown to whoever looks on: ids, names of steps and numbers. Every other text is only measured.
fn redacted(value: Value) -> Value {
    let usual = |c: char| c.is_ascii_alphanumeric() || "-_.:/$".contains(c);
    match value {
        Value::String(text) if text.len() <= 200 && text.chars().all(usual) && !is_card_number(&text) => {
            json!(text)
        }
        Value::String(text) => json!(format!("({} characters)", text.chars().count())),
        Value::Number(number) if is_card_number(&number.to_string()) => json!("(a number)"),
        Value::Array(list) => list.into_iter().map(redacted).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| match is_token(&name) {
                true => (name, json!("(a token)")),
                false => (name, redacted(value)),
            });
            Value::Object(fields.collect())
        }
        value => value,
    }
}

/// All of it but what gives a right.
fn without_tokens(value: Value) -> Value {
    match value {
        Value::Array(list) => list.into_iter().map(without_tokens).collect(),
        Value::Object(fields) => {
            let fields = fields.into_iter().map(|(name, value)| match is_token(&name) {
                true => (name, json!("(a token)")),
                false => (name, without_tokens(value)),
            });
            Value::Object(fields.collect())
        }
        value => value,
    }
}

fn is_token(name: &str) -> bool {
    name.to_ascii_lowercase().contains("token")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_is_shown_without_what_is_a_persons_or_gives_a_right() {
        let body = json!({"order": "woo/1001", "generation": 1, "token": "AAAA", "name": "Jane Doe",
                          "card": "4111111111111111", "inner": [{"taskToken": "B", "mail": "jane@example.com"}]});
        let shown = redacted(body.clone());
        assert_eq!(
            (&shown["order"], &shown["generation"]),
            (&json!("woo/1001"), &json!(1))
        );
        for hidden in ["AAAA", "Jane", "4111", "jane@", "\"B\""] {
            assert!(!shown.to_string().contains(hidden), "{shown}");
        }
        let whole = without_tokens(body).to_string();
        assert!(whole.contains("Jane Doe") && !whole.contains("AAAA"));
    }
}

//! `review list`: what needs a person.

use anyhow::Result;
use clap::{Args, ValueEnum};
use domain::ids::OrderKey;
use effects::UnixMillis;
use runtime::stores::Review;
use serde::Serialize;
use serde_json::{Value, json};

use super::letters::{Letter, Letters};
use crate::desk::Desk;
use crate::exit::Exit;
use crate::limit::parse_limit;
use crate::output::{Show, count, table};
use crate::time::{parse_length, relative};
use crate::tool::Tool;

/// Reviews of one page.
const PAGE: usize = 100;

/// Where a review stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub enum State {
    /// Somebody has to decide.
    #[default]
    Open,
    /// It was done again.
    Redriven,
    /// It was given up.
    Dropped,
}

/// Which reviews.
#[derive(Args, Clone, Debug, Default)]
pub struct Filter {
    /// Of this order.
    #[arg(long)]
    pub order: Option<OrderKey>,
    /// Of this failure: Refused, Conflict, OutcomeUnknown, …
    #[arg(long, value_name = "NAME")]
    pub error: Option<String>,
    /// Of this step: authorize, write-order, capture, write-invoice, …
    #[arg(long)]
    pub step: Option<String>,
    /// Opened longer ago: 90s, 15m, 1h, 2d.
    #[arg(long, value_parser = parse_length, value_name = "LENGTH")]
    pub older_than: Option<i64>,
}

impl Filter {
    /// Whether it lets everything through.
    pub fn is_empty(&self) -> bool {
        self.order.is_none() && self.error.is_none() && self.step.is_none() && self.older_than.is_none()
    }
}

/// List what needs a person, the oldest first.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland review list                              what needs a person
  odoo-heartland review list --error Refused --step write-order
  odoo-heartland review list --state dropped              what was given up, by whom, why
  odoo-heartland --json review list | jq -r '.reviews[].id'

An id that begins with dlq: is a message that was left in a dead-letter queue. Exit code 1 when something is open.")]
pub struct Options {
    /// Where they stand.
    #[arg(long, default_value = "open")]
    state: State,
    #[command(flatten)]
    filter: Filter,
    /// As many at most.
    #[arg(long, default_value_t = PAGE, value_parser = parse_limit)]
    limit: usize,
}

#[derive(Debug, Serialize)]
struct Answer {
    reviews: Vec<Review>,
    messages: Vec<Message>,
    /// Whether there are more.
    more: bool,
    /// What an empty list means, and what its last column holds.
    #[serde(skip)]
    about: About,
}

/// What was asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum About {
    /// All that needs a person.
    Everything,
    /// Some of what needs a person.
    Some,
    /// What was decided.
    Decided,
}

impl About {
    fn of(options: &Options) -> Self {
        match (options.state, options.filter.is_empty()) {
            (State::Open, true) => Self::Everything,
            (State::Open, false) => Self::Some,
            _ => Self::Decided,
        }
    }

    fn none(self) -> &'static str {
        match self {
            Self::Everything => "nothing needs a person",
            Self::Some => "nothing of this kind needs a person",
            Self::Decided => "no such review was decided",
        }
    }

    fn last_heading(self) -> &'static str {
        match self {
            Self::Decided => "decided",
            _ => "what to do",
        }
    }
}

/// A message in a dead-letter queue, without what it says.
#[derive(Debug, Serialize)]
struct Message {
    id: String,
    queue: String,
    sent_at_ms: i64,
    received: u32,
}

impl From<&Letter> for Message {
    fn from(letter: &Letter) -> Self {
        Self {
            id: letter.id(),
            queue: letter.queue.clone(),
            sent_at_ms: letter.sent_at_ms,
            received: letter.received,
        }
    }
}

/// The order, or for an event that could not be used the event, whose name begins with it.
fn about(review: &Review) -> String {
    let order = review.order.as_ref().map(ToString::to_string);
    let event = || review.about.strip_prefix("event/").map(str::to_owned);
    order.or_else(event).unwrap_or_default()
}

impl Show for Answer {
    fn people(&self, now: UnixMillis) -> String {
        if self.reviews.is_empty() && self.messages.is_empty() {
            return self.about.none().to_owned();
        }
        let reviews = self.reviews.iter().map(|review| {
            let decided = review
                .decided_by
                .as_deref()
                .zip(Some(review.reason.as_deref().unwrap_or("no reason given")));
            let to_do = match decided {
                Some((by, reason)) => format!("by {by}: {reason}"),
                None => review.why.remedy.clone().unwrap_or_default(),
            };
            [
                review.id.clone(),
                about(review),
                review.doing.clone(),
                format!("{}: {}", review.why.name, review.why.what),
                relative(UnixMillis(review.opened_at_ms), now),
                to_do,
            ]
        });
        let messages = self.messages.iter().map(|message| {
            [
                message.id.clone(),
                String::new(),
                "dead letter".to_owned(),
                format!("left in {}, received {} times", message.queue, message.received),
                relative(UnixMillis(message.sent_at_ms), now),
                "review show it, then redrive or drop it".to_owned(),
            ]
        });
        let listed = table(
            ["id", "order", "step", "why", "age", self.about.last_heading()],
            reviews.chain(messages),
        );
        let more = if self.more {
            ", and more: raise --limit"
        } else {
            ""
        };
        let total = self.reviews.len() + self.messages.len();
        format!("{listed}\n{}{more}", count(total, "item"))
    }
}

/// Lists reviews, and messages in dead-letter queues.
///
/// # Errors
/// When the desk or the queues do not answer.
pub async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    let stack = tool.stack().await?;
    let desk = Desk::of(&stack).await?;
    let (reviews, more) = reviews(&desk, options.state, &options.filter, options.limit).await?;
    let about = About::of(options);
    let letters = match about == About::Everything {
        true => Letters::of(&stack).all().await?,
        false => Vec::new(),
    };
    let open = options.state == State::Open && !(reviews.is_empty() && letters.is_empty());
    tool.output.show(&Answer {
        reviews,
        messages: letters.iter().map(Message::from).collect(),
        more,
        about,
    })?;
    Ok(if open { Exit::Findings } else { Exit::Fine })
}

/// At most `limit` reviews, and whether there are more.
///
/// # Errors
/// When the desk does not answer.
pub async fn reviews(
    desk: &Desk,
    state: State,
    filter: &Filter,
    limit: usize,
) -> Result<(Vec<Review>, bool)> {
    let state = state.to_possible_value().map(|value| value.get_name().to_owned());
    let (mut reviews, mut after) = (Vec::<Review>::new(), Value::Null);
    loop {
        let said = desk
            .ask(json!({
                "action": "list", "state": state, "order": filter.order, "error": filter.error, "step": filter.step,
                "older_than_s": filter.older_than.map(|ms| ms / 1000),
                "limit": PAGE.min(limit.saturating_sub(reviews.len()).max(1)), "after": after,
            }))
            .await?;
        let page: Vec<Review> = serde_json::from_value(said["reviews"].clone())?;
        reviews.extend(page);
        after = said["next"].clone();
        if after.is_null() || reviews.len() >= limit {
            reviews.truncate(limit);
            return Ok((reviews, !after.is_null()));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_list_says_what_is_empty() {
        let none = |about: About| {
            let answer = Answer {
                reviews: Vec::new(),
                messages: Vec::new(),
                more: false,
                about,
            };
            answer.people(UnixMillis(0))
        };
        assert_eq!(none(About::Everything), "nothing needs a person");
        assert_eq!(none(About::Some), "nothing of this kind needs a person");
        assert_eq!(none(About::Decided), "no such review was decided");
    }
}

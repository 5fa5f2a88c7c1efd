//! `orders`: orders by state and age.

use std::collections::BTreeMap;

use anyhow::Result;
use clap::{Args, ValueEnum};
use domain::decide::OrderState;
use domain::ids::StoreId;
use effects::UnixMillis;
use futures::stream::{self, StreamExt, TryStreamExt};
use runtime::stores::{OrderItem, ReviewState};
use serde::Serialize;

use crate::aws::{is_absent, stopped};
use crate::exit::Exit;
use crate::explain::{Event, step_words, steps};
use crate::output::{Show, count, table};
use crate::stack::Stack;
use crate::time::{parse_length, relative};
use crate::tool::Tool;

/// As many orders of a state are read.
const READ_MAX: usize = 1000;
/// As many runs are asked at the same time.
const AT_ONCE: usize = 8;
/// The last events of a run, among which its present step is.
const LAST_EVENTS: i32 = 30;

/// How an order stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, ValueEnum)]
#[serde(rename_all = "kebab-case")]
pub enum Standing {
    /// Every order that is not finished: the three below.
    Open,
    /// A run works on it, or waits for a system.
    InWork,
    /// It waits for the goods to leave.
    WaitingForDelivery,
    /// It waits for a person.
    InReview,
    /// Paid and invoiced.
    Completed,
    /// Ended otherwise: the five below.
    Closed,
    /// The card was declined.
    Declined,
    /// The payment token expired; the customer was asked to pay again.
    TokenExpired,
    /// Dropped, or lapsed.
    Cancelled,
    /// The capture was refused.
    CaptureRefused,
    /// It could not be accepted.
    Rejected,
}

impl Standing {
    fn word(self) -> String {
        self.to_possible_value()
            .map(|value| value.get_name().to_owned())
            .unwrap_or_default()
    }

    /// Whether an order that stands so is listed when `asked` is asked for.
    fn is_listed(self, asked: Self) -> bool {
        self == asked
            || match asked {
                Self::Open => matches!(self, Self::InWork | Self::WaitingForDelivery | Self::InReview),
                Self::Closed => !matches!(
                    self,
                    Self::Open | Self::InWork | Self::WaitingForDelivery | Self::InReview | Self::Completed
                ),
                _ => false,
            }
    }
}

/// List orders by state and age.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland orders                                   what is not finished, the oldest first
  odoo-heartland orders --state in-review
  odoo-heartland orders --older-than 1h --store woo
  odoo-heartland orders --state declined --limit 20       the last ones first

Unfinished orders come with the oldest first, finished ones with the newest first. An order that was never begun (not
paid, or from before the cut-over date) is in no list: `odoo-heartland explain store/order` tells of it.")]
pub struct Options {
    /// Orders that stand so. May be given several times.
    #[arg(long, default_value = "open")]
    state: Vec<Standing>,
    /// Orders whose run began longer ago: 90s, 15m, 1h, 2d.
    #[arg(long, value_parser = parse_length, value_name = "LENGTH")]
    older_than: Option<i64>,
    /// Orders of this store.
    #[arg(long)]
    store: Option<StoreId>,
    /// As many at most.
    #[arg(long, default_value_t = 50)]
    limit: usize,
}

/// One order.
#[derive(Clone, Debug, Serialize)]
struct Row {
    order: String,
    state: Standing,
    /// What its run does.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    /// When its run was opened, Unix milliseconds.
    opened_at_ms: i64,
    run: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<String>,
}

#[derive(Debug, Serialize)]
struct Answer {
    orders: Vec<Row>,
}

impl Show for Answer {
    fn people(&self, now: UnixMillis) -> String {
        if self.orders.is_empty() {
            return "no orders".to_owned();
        }
        let rows = self.orders.iter().map(|row| {
            let step = row.step.as_deref().and_then(step_words).unwrap_or_default();
            [
                row.order.clone(),
                row.state.word(),
                relative(UnixMillis(row.opened_at_ms), now),
                step.to_owned(),
                row.review.clone().unwrap_or_default(),
            ]
        });
        let listed = table(["order", "state", "opened", "doing", "review"], rows);
        format!("{listed}\n{}", count(self.orders.len(), "order"))
    }
}

/// Lists orders.
///
/// # Errors
/// When AWS does not answer.
pub async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    let stack = tool.stack().await?;
    tool.progress.doing("reading orders");
    let now = stack.clock().now();
    let is_meant = |item: &OrderItem| {
        let age_ms = now.since_ms(UnixMillis(item.opened_at_ms));
        options.older_than.is_none_or(|least| age_ms >= least)
            && options
                .store
                .as_ref()
                .is_none_or(|store| item.order.store == *store)
    };
    let asked = |state: Standing| {
        options
            .state
            .iter()
            .any(|asked| state.is_listed(*asked) || asked.is_listed(state))
    };
    let mut rows = Vec::new();
    if asked(Standing::Open) {
        let open = stack.orders()?.open(READ_MAX).await?;
        rows.extend(unfinished(&stack, open.into_iter().filter(is_meant).collect()).await?);
    }
    for (state, completed) in [(Standing::Completed, true), (Standing::Closed, false)] {
        if asked(state) {
            let ended = stack.orders()?.ended(completed, READ_MAX).await?;
            rows.extend(ended.iter().filter(|item| is_meant(item)).map(finished));
        }
    }
    rows.retain(|row| options.state.iter().any(|asked| row.state.is_listed(*asked)));
    rows.truncate(options.limit);
    tool.progress.done();
    tool.output.show(&Answer { orders: rows })?;
    Ok(Exit::Fine)
}

async fn unfinished(stack: &Stack, items: Vec<OrderItem>) -> Result<Vec<Row>> {
    let reviews = stack.reviews()?.list(ReviewState::Open, READ_MAX).await?;
    let reviews: BTreeMap<String, String> = reviews
        .into_iter()
        .filter_map(|review| Some((review.order?.to_string(), review.id)))
        .collect();
    let reviews = &reviews;
    let rows = stream::iter(items).map(|item| async move {
        let step = present_step(stack, &item).await?;
        let review = reviews.get(&item.order.to_string()).cloned();
        Ok::<_, anyhow::Error>(row(
            &item,
            of_run(step.as_deref(), review.is_some()),
            step,
            review,
        ))
    });
    rows.buffered(AT_ONCE).try_collect().await
}

/// How an unfinished order stands, by the step of its run and whether somebody has to decide.
fn of_run(step: Option<&str>, has_review: bool) -> Standing {
    match step {
        Some("Park") => Standing::InReview,
        _ if has_review => Standing::InReview,
        Some("WaitForDelivery" | "CheckDelivery") => Standing::WaitingForDelivery,
        _ => Standing::InWork,
    }
}

fn finished(item: &OrderItem) -> Row {
    use domain::outcome::Outcome;
    let state = match (item.state, item.our_writes.last().map(|write| write.outcome)) {
        (OrderState::Completed, _) => Standing::Completed,
        (_, Some(Outcome::Declined)) => Standing::Declined,
        (_, Some(Outcome::TokenExpired)) => Standing::TokenExpired,
        (_, Some(Outcome::Cancelled)) => Standing::Cancelled,
        (_, Some(Outcome::CaptureRefused)) => Standing::CaptureRefused,
        (_, Some(Outcome::Rejected)) => Standing::Rejected,
        _ => Standing::Closed,
    };
    row(item, state, None, None)
}

fn row(item: &OrderItem, state: Standing, step: Option<String>, review: Option<String>) -> Row {
    Row {
        order: item.order.to_string(),
        state,
        step,
        opened_at_ms: item.opened_at_ms,
        run: item.execution(),
        review,
    }
}

/// The step that a run is in.
async fn present_step(stack: &Stack, item: &OrderItem) -> Result<Option<String>> {
    let client = stack.step_functions();
    let name = item.execution();
    let ask = client
        .get_execution_history()
        .execution_arn(stack.execution_arn(&name)?)
        .reverse_order(true)
        .include_execution_data(false)
        .max_results(LAST_EVENTS);
    let mut events: Vec<Event> = match ask.send().await {
        Ok(history) => history.events().iter().map(Event::from).collect(),
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(stopped(&format!("the run {name}"), &error).into()),
    };
    events.reverse();
    Ok(steps(&events).pop().map(|step| step.state))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unfinished_order_stands_where_its_run_is() {
        assert_eq!(of_run(Some("Park"), false), Standing::InReview);
        assert_eq!(
            of_run(Some("WaitForDelivery"), false),
            Standing::WaitingForDelivery
        );
        assert_eq!(of_run(Some("WaitForDelivery"), true), Standing::InReview);
        assert_eq!(of_run(Some("WriteOrder"), false), Standing::InWork);
        assert_eq!(of_run(None, false), Standing::InWork);
    }

    #[test]
    fn open_and_closed_are_all_of_theirs() {
        use Standing::*;
        for state in [InWork, WaitingForDelivery, InReview] {
            assert!(state.is_listed(Open) && !state.is_listed(Closed) && !state.is_listed(Completed));
        }
        for state in [
            Closed,
            Declined,
            TokenExpired,
            Cancelled,
            CaptureRefused,
            Rejected,
        ] {
            assert!(state.is_listed(Closed) && !state.is_listed(Open));
        }
        assert!(Completed.is_listed(Completed) && !Completed.is_listed(Closed) && !Completed.is_listed(Open));
        assert!(!Declined.is_listed(Cancelled));
    }
}

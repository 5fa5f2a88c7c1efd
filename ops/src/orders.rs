//! `orders`: orders by state and age.

mod standing;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use clap::Args;
use domain::ids::StoreId;
use effects::UnixMillis;
use futures::future::ready;
use futures::stream::{self, StreamExt};
use runtime::stores::OrderItem;
use serde::Serialize;

use standing::{Standing, UNFINISHED, of_ended, of_run};
use step::{At, present};

use crate::exit::Exit;
use crate::explain::step_words;
use crate::output::{Show, count, table};
use crate::stack::Stack;
use crate::time::{parse_length, relative};
use crate::tool::Tool;

/// As many finished orders are read at first, and four times as many each time they are not enough.
const READ_FIRST: usize = 1000;
/// As many runs are asked at the same time.
const AT_ONCE: usize = 8;

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

impl Options {
    /// Whether an order is of the store and the age that are asked for.
    fn means(&self, item: &OrderItem, now: UnixMillis) -> bool {
        let age_ms = now.since_ms(UnixMillis(item.opened_at_ms));
        let of_store = |store: &StoreId| item.order.store == *store;
        self.older_than.is_none_or(|least| age_ms >= least) && self.store.as_ref().is_none_or(of_store)
    }

    /// Whether orders that stand so are listed.
    fn lists(&self, state: Standing) -> bool {
        self.state.iter().any(|asked| state.is_listed(*asked))
    }

    /// Whether some orders of this group are listed.
    fn lists_some_of(&self, group: Standing) -> bool {
        self.lists(group) || self.state.iter().any(|asked| asked.is_listed(group))
    }
}

/// One order.
#[derive(Clone, Debug, Serialize)]
struct Row {
    order: String,
    state: Standing,
    /// What its run does.
    #[serde(skip_serializing_if = "Option::is_none")]
    step: Option<String>,
    /// Why it is not known what its run does.
    #[serde(skip_serializing_if = "Option::is_none")]
    step_unknown: Option<String>,
    /// When its run was opened, Unix milliseconds.
    opened_at_ms: i64,
    run: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    review: Option<String>,
}

/// What was found, in the order in which it is shown.
#[derive(Debug, Default, Serialize)]
struct Answer {
    orders: Vec<Row>,
    /// Whether there are more.
    more: bool,
}

impl Answer {
    /// At most `limit` of them.
    fn cut(mut self, limit: usize) -> Self {
        self.more |= self.orders.len() > limit;
        self.orders.truncate(limit);
        self
    }

    /// Why a step is not known, once.
    fn unknown(&self) -> Option<String> {
        let mut whys = self.orders.iter().filter_map(|row| row.step_unknown.as_deref());
        let first = whys.next()?;
        let orders = count(1 + whys.count(), "order");
        Some(format!("what the runs of {orders} do is not known: {first}"))
    }
}

impl Show for Answer {
    fn people(&self, now: UnixMillis) -> String {
        if self.orders.is_empty() {
            return "no orders".to_owned();
        }
        let rows = self.orders.iter().map(|row| {
            let step = match (&row.step, &row.step_unknown) {
                (_, Some(_)) => "(not known)",
                (Some(step), None) => step_words(step).unwrap_or_default(),
                (None, None) => "",
            };
            [
                row.order.clone(),
                row.state.word(),
                relative(UnixMillis(row.opened_at_ms), now),
                step.to_owned(),
                row.review.clone().unwrap_or_default(),
            ]
        });
        let listed = table(["order", "state", "opened", "doing", "review"], rows);
        let more = if self.more {
            ", and more: raise --limit"
        } else {
            ""
        };
        format!("{listed}\n{}{more}", count(self.orders.len(), "order"))
    }
}

/// Lists orders.
///
/// # Errors
/// When the table does not answer. A run that cannot be asked is only named.
pub async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    let stack = tool.stack().await?;
    tool.progress.doing("reading orders");
    let now = stack.clock().now();
    let mut answer = Answer::default();
    if options.lists_some_of(Standing::Open) {
        answer = unfinished(&stack, options, now).await?;
    }
    for (group, completed) in [(Standing::Completed, true), (Standing::Closed, false)] {
        if options.lists_some_of(group) {
            // One more than is shown, to know whether there are more.
            let most = options
                .limit
                .saturating_add(1)
                .saturating_sub(answer.orders.len());
            answer
                .orders
                .extend(ended(&stack, options, now, completed, most).await?);
        }
    }
    let answer = answer.cut(options.limit);
    tool.progress.done();
    if let Some(unknown) = answer.unknown() {
        tool.progress.say(unknown);
    }
    tool.output.show(&answer)?;
    Ok(Exit::Fine)
}

/// Unfinished orders, at most one more than are shown. Where a run is costs a question each: it is asked only of those
/// that are shown, or that may be.
async fn unfinished(stack: &Stack, options: &Options, now: UnixMillis) -> Result<Answer> {
    let mut items = opened(stack, options, now).await?;
    let reviews = stack.open_reviews().await?.into_iter();
    let reviews: BTreeMap<String, String> = reviews
        .filter_map(|review| Some((review.order?.to_string(), review.id)))
        .collect();
    let reviews = &reviews;
    let every = UNFINISHED.iter().all(|state| options.lists(*state));
    let more = every && items.len() > options.limit;
    if every {
        items.truncate(options.limit);
    }
    let rows = stream::iter(items).map(|item| async move {
        let at = present(stack, &item).await;
        let review = reviews.get(&item.order.to_string()).cloned();
        row(&item, of_run(&at, review.is_some()), at, review)
    });
    let orders = rows
        .buffered(AT_ONCE)
        .filter(|row| ready(options.lists(row.state)))
        .take(options.limit.saturating_add(1))
        .collect()
        .await;
    Ok(Answer { orders, more })
}

/// Every order in the hands of a run that is meant, the oldest first.
async fn opened(stack: &Stack, options: &Options, now: UnixMillis) -> Result<Vec<OrderItem>> {
    let (mut items, mut seen) = (Vec::new(), BTreeSet::new());
    let mut pages = stack.orders()?.open();
    while let Some(page) = pages.next().await? {
        // One that has moved meanwhile comes twice.
        let new = page
            .into_iter()
            .filter(|item| seen.insert(item.order.to_string()));
        items.extend(new.filter(|item| options.means(item, now)));
    }
    items.sort_by_key(|item| item.opened_at_ms);
    Ok(items)
}

/// At most so many finished orders, the newest first: it reads further back until they are enough.
async fn ended(
    stack: &Stack,
    options: &Options,
    now: UnixMillis,
    completed: bool,
    most: usize,
) -> Result<Vec<Row>> {
    let orders = stack.orders()?;
    let mut read = READ_FIRST;
    loop {
        let items = orders.ended(completed, read).await?;
        let meant = items.iter().filter(|item| options.means(item, now));
        let rows = meant.map(|item| row(item, of_ended(item), At::NotBegun, None));
        let rows: Vec<Row> = rows.filter(|row| options.lists(row.state)).take(most).collect();
        if rows.len() >= most || items.len() < read {
            return Ok(rows);
        }
        read = read.saturating_mul(4);
    }
}

fn row(item: &OrderItem, state: Standing, at: At, review: Option<String>) -> Row {
    let (step, step_unknown) = match at {
        At::Step(step) => (Some(step), None),
        At::NotBegun => (None, None),
        At::Unknown(why) => (None, Some(why)),
    };
    Row {
        order: item.order.to_string(),
        state,
        step,
        step_unknown,
        opened_at_ms: item.opened_at_ms,
        run: item.execution(),
        review,
    }
}

#[cfg(test)]
mod tests;

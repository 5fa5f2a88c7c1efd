//! `orders`: orders by state and age.

mod elsewhere;
mod shown;
mod standing;
mod step;

use std::collections::{BTreeMap, BTreeSet};

use anyhow::Result;
use clap::Args;
use domain::ids::StoreId;
use domain::merchant::Merchant;
use effects::UnixMillis;
use futures::future::ready;
use futures::stream::{self, StreamExt};
use runtime::stores::OrderItem;

use elsewhere::under_review;
use shown::{Answer, Row};
use standing::{Standing, UNFINISHED, of_ended, of_run};
use step::{At, present};

use crate::exit::{Exit, Stop};
use crate::limit::parse_limit;
use crate::stack::Stack;
use crate::time::parse_length;
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
paid, not readable, or from before the cut-over date) is in no list: `odoo-heartland explain store/order` tells of it.
Those that a person has to look at are counted below the list. It ends with 0 although orders are in review;
`odoo-heartland review list` ends with 1.")]
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
    #[arg(long, default_value_t = 50, value_parser = parse_limit)]
    limit: usize,
}

impl Options {
    /// Whether the store is one of ours: of another one, there is nothing to list, and that would read as all is well.
    fn check_store(&self, merchant: &Merchant) -> Result<(), Stop> {
        let Some(store) = &self.store else { return Ok(()) };
        if merchant.stores.contains_key(store) {
            return Ok(());
        }
        let stores: Vec<String> = merchant.stores.keys().map(ToString::to_string).collect();
        Err(Stop::usage(format!("there is no store {store}"))
            .remedy(format!("give one of {}", stores.join(", "))))
    }

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

/// Lists orders.
///
/// # Errors
/// [`Stop`] when there is no such store; when the table does not answer. A run that cannot be asked is only named.
pub async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    options.check_store(runtime::merchant()?)?;
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
    let (mut items, known) = opened(stack, options, now).await?;
    let reviews = stack.open_reviews().await?;
    let more_under_review = match options.lists(Standing::InReview) {
        true => under_review(&reviews, &known, options.store.as_ref(), options.older_than, now),
        false => 0,
    };
    let reviews: BTreeMap<String, String> = reviews
        .into_iter()
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
    Ok(Answer {
        orders,
        more,
        more_under_review,
    })
}

/// Every order in the hands of a run that is meant, the oldest first; and the keys of all that are in the hands of one.
async fn opened(
    stack: &Stack,
    options: &Options,
    now: UnixMillis,
) -> Result<(Vec<OrderItem>, BTreeSet<String>)> {
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
    Ok((items, seen))
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

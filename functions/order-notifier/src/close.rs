//! What the order item has to know at the end of a step: the version we wrote, and that the run is over.

use crate::{
    handler::Notifier,
    request::{Close, Closing},
};
use domain::{
    decide::{OrderState, OurWrite},
    failure::Failure,
    outcome::Outcome,
};
use effects::UnixMillis;
use runtime::{
    message::{InboxEvent, MESSAGE_SCHEMA, Run, Via},
    metrics::{self, Metric},
    queue::Message,
    stores::OrderItem,
};

impl Notifier {
    /// Closes the order item without having told the shop.
    pub(crate) async fn close(&self, close: &Close) -> Result<(), Failure> {
        let run = &close.run;
        let end = End {
            state: Some(close.state),
            outcome: close.outcome,
        };
        self.change(run, end, |item| closed(item, run, end.state)).await?;
        tracing::info!(state = ?close.state, "the order was closed");
        Ok(())
    }

    /// Remembers our own write, so that its echo is recognised, and closes the item if that is asked for. A repeat
    /// writes what a crash may have left out.
    pub(crate) async fn record(&self, run: &Run, write: Option<OurWrite>, end: End) -> Result<(), Failure> {
        self.change(run, end, |item| {
            let item = match &write {
                Some(write) => item.wrote(write.clone()),
                None => OrderItem {
                    telling_since_ms: None,
                    ..item
                },
            };
            closed(item, run, end.state)
        })
        .await
    }

    async fn change(
        &self,
        run: &Run,
        end: End,
        change: impl Fn(OrderItem) -> OrderItem,
    ) -> Result<(), Failure> {
        let changed = self
            .orders
            .change(&run.order, |there| {
                let Some(there) = there else { return (None, None) };
                let wanted = change(there.clone());
                let ended = there.state != wanted.state;
                ((wanted != *there).then(|| wanted.clone()), Some((wanted, ended)))
            })
            .await?;
        let Some((item, ended)) = changed else {
            return Ok(());
        };
        if ended {
            // Whoever has changed its state counts it: nobody else ever does.
            end.count(&item, self.clock.now());
        }
        match was_overtaken(&item, run) {
            true => self.bring_back(&item).await,
            false => Ok(()),
        }
    }

    /// The customer paid again while the run was going: nobody decided on that version as long as the run was open.
    /// Sent again by every repeat, because a crash may have come before it.
    async fn bring_back(&self, item: &OrderItem) -> Result<(), Failure> {
        let event = InboxEvent {
            schema: MESSAGE_SCHEMA,
            event: item.newest.to_string(),
            store: item.order.store.clone(),
            via: Via::Operator,
        };
        // The inbox has seen this event's own id: under it a repeat within five minutes would be dropped.
        let dedup = Some(format!("{}-{}", item.newest, item.generation));
        let message = Message {
            dedup,
            ..event.message(&item.order.slug())
        };
        tracing::info!(event = %item.newest, "a newer version came while the run was going");
        self.inbox.send(message).await
    }
}

/// How a run ends, as far as a step says so.
#[derive(Clone, Copy)]
pub(crate) struct End {
    /// Where the order stands from now on; nothing while the run goes on.
    pub(crate) state: Option<Closing>,
    /// How it went.
    pub(crate) outcome: Option<Outcome>,
}

impl End {
    fn count(self, item: &OrderItem, now: UnixMillis) {
        let store = &[item.order.store.as_str()];
        match (self.state, self.outcome) {
            (Some(Closing::Completed), _) => {
                metrics::count(Metric::OrdersCompleted, store);
                let took_ms = now.since_ms(UnixMillis(item.opened_at_ms)).max(0);
                metrics::emit(Metric::OrderSeconds, metrics::seconds(took_ms), store);
            }
            (Some(Closing::Closed), Some(Outcome::Declined | Outcome::TokenExpired)) => {
                metrics::count(Metric::OrdersDeclined, store);
            }
            (Some(Closing::Closed), _) => metrics::count(Metric::OrdersCancelled, store),
            (None, _) => {}
        }
    }
}

/// The item with its run ended. The end of an older run, or a second end, changes nothing.
fn closed(item: OrderItem, run: &Run, state: Option<Closing>) -> OrderItem {
    let live = item.generation == run.generation && item.state == OrderState::Open;
    match state {
        Some(state) if live => OrderItem {
            state: state.into(),
            ..item
        },
        _ => item,
    }
}

/// Not by the newest version's id: a customer's change in the second of our own write has the same one.
fn was_overtaken(item: &OrderItem, run: &Run) -> bool {
    item.generation == run.generation
        && item.state == OrderState::Closed
        && item.newest_facts.is_some()
        && item.newest_facts != item.facts
}

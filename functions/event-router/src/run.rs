//! What an order's event does to the order item, and the start of its run. Content is written before the item that
//! names it, the item before the run it owns: a crash in between is healed by the event's next delivery.

use crate::router::{Routed, Router};
use domain::{
    decide::{Decision, IgnoreReason, OrderView, RecordReason, decide},
    event::EventId,
    failure::{Failure, FailureName},
    order::{Facts, Order, Payment},
};
use runtime::{
    message::Via,
    metrics::{self, Metric},
    stores::{NewReview, OrderItem, Saved, Versioned},
    work::{self, Id},
};
use serde_json::json;

/// How often a decision starts over because the order item changed meanwhile.
const ROUNDS_MAX: u32 = 8;

/// A version of an order, and the event that brought it.
pub(crate) struct OrderEvent<'a> {
    pub id: EventId,
    pub order: &'a Order,
    pub via: Via,
}

impl Router {
    pub(crate) async fn settle(&self, event: &OrderEvent<'_>) -> Result<Routed, Failure> {
        for _ in 0..ROUNDS_MAX {
            let there = self.orders.load(&event.order.key).await?;
            let decision = self.decision(there.as_ref(), event).await?;
            if let Some(routed) = self.act(there, decision, event).await? {
                return Ok(routed);
            }
        }
        Err(Failure::new(
            FailureName::InProgress,
            format!("the order {} keeps changing", event.order.key),
        ))
    }

    /// The decision, once what looks like a contradiction is known not to be our own doing.
    pub(crate) async fn decision(
        &self,
        there: Option<&Versioned<OrderItem>>,
        event: &OrderEvent<'_>,
    ) -> Result<Decision, Failure> {
        let view = there.map(|there| view(&there.value, event));
        let decide_for = |order: &Order| decide(view.as_ref(), order, &event.id, self.merchant);
        let decision = decide_for(event.order);
        let Some(OrderItem { facts, .. }) = there.map(|there| &there.value) else {
            return Ok(decision);
        };
        let doubtful = matches!(decision, Decision::RecordAndReview(_) | Decision::Ask(_));
        // Seen before we have told, and after it: not the same.
        let may_pay_again = matches!(decision, Decision::Record(RecordReason::Unchanged))
            && matches!(event.order.payment, Payment::Token { .. });
        if (doubtful || may_pay_again) && there.is_some_and(|there| there.value.is_telling(self.clock.now()))
        {
            let what = "our own status write may have caused this event, and its version is not known yet";
            return Err(Failure::new(FailureName::InProgress, what));
        }
        // Money that a run of ours has taken opens no run, whatever became of that one.
        let taken_by_us =
            matches!(decision, Decision::Open { .. }) && facts.as_ref().is_some_and(Facts::is_token);
        if !(doubtful || taken_by_us) || !self.is_paid_by_us(event.order).await? {
            return Ok(decision);
        }
        // The shop shows the transaction that we told it of: that is no payment of its own.
        Ok(decide_for(&Order {
            payment: Payment::Pending,
            ..event.order.clone()
        }))
    }

    async fn is_paid_by_us(&self, order: &Order) -> Result<bool, Failure> {
        match order.payment.transaction() {
            Some(transaction) => Ok(self.used.owner(transaction).await?.as_ref() == Some(&order.key)),
            None => Ok(false),
        }
    }

    /// Does what was decided; nothing when the order item has changed since, so that it has to be decided again.
    async fn act(
        &self,
        there: Option<Versioned<OrderItem>>,
        decision: Decision,
        event: &OrderEvent<'_>,
    ) -> Result<Option<Routed>, Failure> {
        match decision {
            Decision::Open { generation } => self.open(there, generation, event).await,
            Decision::Resume { .. } => {
                if let Some(there) = there {
                    self.start(&there.value).await?;
                }
                Ok(Some(Routed::Resumed))
            }
            Decision::Record(reason) => {
                let recorded = self.record(there, event).await?;
                note(record_word(reason));
                Ok(recorded.then_some(Routed::Recorded))
            }
            Decision::RecordAndReview(why) => {
                // The review first: once the version is recorded, its repeat is ignored.
                self.report_change(event, why).await?;
                Ok(self.record(there, event).await?.then_some(Routed::Review))
            }
            Decision::Ask(why) => {
                self.ask(event, why).await?;
                Ok(Some(Routed::Review))
            }
            Decision::Ignore(reason) => {
                note(ignore_word(reason));
                Ok(Some(Routed::Ignored))
            }
        }
    }

    async fn open(
        &self,
        there: Option<Versioned<OrderItem>>,
        generation: u32,
        event: &OrderEvent<'_>,
    ) -> Result<Option<Routed>, Failure> {
        self.payloads
            .store_content(event.id.as_str(), event.order)
            .await?;
        let (seen, item) = before(there, event);
        let item = item.opened(event.order, &event.id, generation, self.clock.now());
        let item = OrderItem {
            trace: work::trace().map(|trace| trace.id),
            ..item
        };
        if self.orders.save(seen, &item).await? == Saved::Stale {
            return Ok(None);
        }
        metrics::count(Metric::OrdersReceived, &[item.order.store.as_str()]);
        self.start(&item).await?;
        Ok(Some(Routed::Opened))
    }

    /// Starts the run of an order item; a run that is there already is the same one.
    async fn start(&self, item: &OrderItem) -> Result<(), Failure> {
        let execution = item.execution();
        work::note(Id::Execution, &execution);
        self.workflow.start(&execution, &item.input()?).await.map(|_| ())
    }

    /// Writes a version down. Whether the order item is still what was seen.
    async fn record(
        &self,
        there: Option<Versioned<OrderItem>>,
        event: &OrderEvent<'_>,
    ) -> Result<bool, Failure> {
        self.payloads
            .store_content(event.id.as_str(), event.order)
            .await?;
        let (seen, item) = before(there, event);
        let item = item.seen(event.order, &event.id);
        Ok(self.orders.save(seen, &item).await? == Saved::Done)
    }

    async fn ask(&self, event: &OrderEvent<'_>, why: Failure) -> Result<(), Failure> {
        let key = &event.order.key;
        self.open_review(NewReview {
            about: format!("asked/{}", event.id),
            doing: "route-event".to_owned(),
            order: Some(key.clone()),
            why,
            input: Some(event.id.to_string()),
            redrive: json!({"kind": "event", "event": event.id, "store": key.store, "group": key.slug()}),
            token: None,
        })
        .await
    }

    async fn report_change(&self, event: &OrderEvent<'_>, why: Failure) -> Result<(), Failure> {
        self.open_review(NewReview {
            about: format!("changed/{}/{}", event.order.key, event.id),
            doing: "route-event".to_owned(),
            order: Some(event.order.key.clone()),
            why,
            input: Some(event.id.to_string()),
            redrive: json!({"kind": "nothing"}),
            token: None,
        })
        .await
    }
}

/// What is known of the order. What a person lets in counts, whatever else the shop has sent in that second.
fn view(there: &OrderItem, event: &OrderEvent<'_>) -> OrderView {
    let view = there.view();
    let let_in = event.via == Via::Operator;
    let newest_facts = view.newest_facts.clone().filter(|_| !let_in);
    OrderView {
        newest_facts,
        let_in,
        ..view
    }
}

/// The order item to begin with, and the version to write it under.
fn before(there: Option<Versioned<OrderItem>>, event: &OrderEvent<'_>) -> (Option<u64>, OrderItem) {
    match there {
        Some(there) => (Some(there.version), there.value),
        None => (None, OrderItem::recorded(event.order, &event.id)),
    }
}

fn note(reason: &str) {
    tracing::info!(reason, "nothing starts");
}

fn record_word(reason: RecordReason) -> &'static str {
    match reason {
        RecordReason::NotPaid => "not-paid",
        RecordReason::Closed => "closed-in-the-shop",
        RecordReason::BeforeCutOver => "before-cut-over",
        RecordReason::Unchanged => "unchanged",
    }
}

fn ignore_word(reason: IgnoreReason) -> &'static str {
    match reason {
        IgnoreReason::Repeat => "repeat",
        IgnoreReason::Echo => "echo",
        IgnoreReason::Older => "older",
    }
}

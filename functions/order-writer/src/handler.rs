//! Messages of the order work queue: which effect each is, and the batch written for all of them together.

use crate::{Cancelled, OrderToWrite, ProductCache, Writer, Written, groups::groups};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    failure::{Failure, FailureName},
    merchant::Merchant,
    order::Order,
};
use effects::{EffectKind, Facts, Ledger};
use futures::future::join_all;
use odoo::books::BooksCache;
use odoo_work::{BatchItem, Claimant, Connection, Turn, WorkMessage, WorkQueue, perform};
use runtime::{
    Invocation,
    batch::Piece,
    message::Run,
    stores::{OrderItem, OrderItems, PayloadStore},
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// The meaning of the facts of an order.
const FACTS: u32 = 1;
/// Nothing is begun with less time than this: what is written together takes up to a quarter of a minute, and a
/// collision in Odoo half a minute.
const WORST_MS: i64 = 45_000;

type Outcome = Result<Value, Failure>;

/// The function's parts.
pub struct OrderWriter {
    /// The configuration.
    pub merchant: &'static Merchant,
    /// Odoo.
    pub odoo: Arc<dyn Connection>,
    /// Ids by name.
    pub books: BooksCache,
    /// Products found lately.
    pub products: ProductCache,
    /// What was done before.
    pub ledger: Ledger,
    /// The orders' content.
    pub payloads: PayloadStore,
    /// What is known of the orders' runs.
    pub orders: OrderItems,
    /// Where work comes from.
    pub queue: WorkQueue,
}

impl OrderWriter {
    /// Works on a batch.
    ///
    /// # Errors
    /// When nothing at all could be done: the batch comes again.
    pub async fn handle(
        &self,
        event: SqsEvent,
        invocation: &Invocation,
    ) -> Result<SqsBatchResponse, Failure> {
        invocation.time_for(self.ledger.now(), WORST_MS)?;
        let work = |pieces| Box::pin(self.work(pieces, invocation));
        Box::pin(self.queue.handle(event, self.odoo.as_ref(), work)).await
    }

    /// What came of each piece, by its key.
    async fn work(&self, pieces: Vec<Piece>, invocation: &Invocation) -> BTreeMap<String, Outcome> {
        let odoo = self.odoo.within(invocation);
        let (merchant, books, products) = (self.merchant, &self.books, &self.products);
        let writer = Writer {
            odoo: odoo.as_ref(),
            merchant,
            books,
            products,
        };
        let batch = Work {
            parts: self,
            writer,
            invocation,
        };
        let mut outcomes = BTreeMap::new();
        let (mut orders, mut deliveries, mut cancels) = (Vec::new(), Vec::new(), Vec::new());
        for piece in pieces {
            // Pieces have at least one message; several say the same.
            let Some(message) = piece.records.first().map(WorkMessage::of) else {
                continue;
            };
            match message.and_then(|message| message.of_known_store(self.merchant)) {
                Ok(message) if message.action == "write-order" => orders.push((piece.key, message)),
                Ok(message) if message.action == "check-delivery" => deliveries.push((piece.key, message)),
                Ok(message) if message.action == "cancel-order" => cancels.push((piece.key, message)),
                Ok(_) => {
                    let what = "the action is none of write-order, check-delivery and cancel-order";
                    let why = Failure::new(FailureName::Refused, what).field("action");
                    outcomes.insert(piece.key, Err(why));
                }
                Err(failure) => {
                    outcomes.insert(piece.key, Err(failure));
                }
            }
        }
        // Looking is quick; what writes goes on as long as there is time, and the rest comes again.
        outcomes.extend(batch.deliveries(deliveries).await);
        for (key, message) in cancels {
            if batch.has_time() {
                outcomes.insert(key, batch.cancel(&message).await);
            }
        }
        outcomes.extend(batch.write(orders).await);
        outcomes
    }
}

struct Work<'a> {
    parts: &'a OrderWriter,
    writer: Writer<'a>,
    invocation: &'a Invocation,
}

impl Work<'_> {
    fn has_time(&self) -> bool {
        let time = self.invocation.time_for(self.parts.ledger.now(), WORST_MS);
        time.is_ok()
    }

    /// What came of the orders. One for which no time was left has no outcome: it comes again.
    async fn write(&self, messages: Vec<(String, WorkMessage)>) -> Vec<(String, Outcome)> {
        let claimant = Claimant {
            ledger: &self.parts.ledger,
            invocation: self.invocation,
        };
        let read = join_all(messages.into_iter().map(|(key, message)| async move {
            let content = self.order_to_write(&message).await;
            (key, message, content)
        }));
        let (mut outcomes, mut ready) = (Vec::new(), Vec::new());
        for (key, message, content) in read.await {
            match content {
                Ok(work) => ready.push((key, message, work)),
                Err(failure) => outcomes.push((key, Err(failure))),
            }
        }
        for group in groups(ready, |(_, _, work)| lines(&work.order)) {
            if !self.has_time() {
                tracing::info!(orders = group.len(), "no time is left for these: they come again");
                continue;
            }
            // Claimed when their turn comes: a claim says how much time there is to act on it.
            let claimed = group.into_iter().map(|(key, message, work)| {
                let (run, facts) = (message.run(), facts(&work.order, &work.transaction));
                let claim = claimant.request(EffectKind::WriteOrder, &run, facts, message.redrive);
                ((key, run), BatchItem { claim, work })
            });
            let (keys, items): (Vec<_>, Vec<_>) = claimed.unzip();
            let done = perform(&self.parts.ledger, items, |turns| self.write_together(turns)).await;
            let told = keys.into_iter().zip(done).map(|((key, run), done)| async move {
                let outcome = match done.outcome {
                    Ok(output) => self.is_in_odoo(&run).await.map(|()| output),
                    Err(failure) => Err(failure),
                };
                (key, outcome)
            });
            outcomes.extend(join_all(told).await);
        }
        outcomes
    }

    async fn write_together(&self, turns: Vec<Turn<OrderToWrite>>) -> Vec<Outcome> {
        let orders: Vec<_> = turns
            .into_iter()
            .map(|turn| OrderToWrite {
                fresh: turn.fresh,
                ..turn.work
            })
            .collect();
        let written = Box::pin(self.writer.write(&orders)).await;
        let output = |written: Result<Written, Failure>| written.map(|written| json!(written));
        written.into_iter().map(output).collect()
    }

    async fn order_to_write(&self, message: &WorkMessage) -> Result<OrderToWrite, Failure> {
        let run = message.run();
        let order = self.parts.payloads.content(&run.order, &run.version).await?;
        let missing = || Failure::new(FailureName::Refused, "the message names no payment").field("payment");
        let payment = message.payment.as_ref().ok_or_else(missing)?;
        let transaction = payment.transaction.clone();
        Ok(OrderToWrite {
            order,
            generation: run.generation,
            transaction,
            fresh: false,
            redrive: message.redrive,
        })
    }

    /// From now on Odoo itself holds the goods for the order: they are not subtracted from its stock any more.
    async fn is_in_odoo(&self, run: &Run) -> Result<(), Failure> {
        let change = |there: Option<&OrderItem>| {
            let ours = there.filter(|item| item.generation == run.generation && !item.in_odoo);
            (
                ours.map(|item| OrderItem {
                    in_odoo: true,
                    ..item.clone()
                }),
                (),
            )
        };
        self.parts.orders.change(&run.order, change).await
    }

    async fn deliveries(&self, messages: Vec<(String, WorkMessage)>) -> Vec<(String, Outcome)> {
        let read = join_all(messages.into_iter().map(|(key, message)| async move {
            let run = message.run();
            let content = self.parts.payloads.content(&run.order, &run.version).await;
            (key, content.map(|order| (order, run.generation)))
        }));
        let (mut outcomes, mut keys, mut runs) = (Vec::new(), Vec::new(), Vec::new());
        for (key, content) in read.await {
            match content {
                Ok(run) => {
                    keys.push(key);
                    runs.push(run);
                }
                Err(failure) => outcomes.push((key, Err(failure))),
            }
        }
        let looked = self.writer.deliveries(&runs).await;
        let outcome = |delivered: Result<(), Failure>| delivered.map(|()| json!({"delivered": true}));
        outcomes.extend(keys.into_iter().zip(looked.into_iter().map(outcome)));
        outcomes
    }

    /// Closes the effect of writing the order first, so that a late message finds it closed; then takes back what is
    /// in Odoo.
    async fn cancel(&self, message: &WorkMessage) -> Outcome {
        let run = message.run();
        let claimant = Claimant {
            ledger: &self.parts.ledger,
            invocation: self.invocation,
        };
        claimant
            .close(
                EffectKind::WriteOrder,
                &run,
                &Written::resolver(&self.writer, &run),
            )
            .await?;
        let claim = claimant.request(EffectKind::CancelOrder, &run, Facts::new(FACTS), message.redrive);
        let act = |_: Vec<Turn<()>>| async move {
            let cancelled = self.writer.cancel(&run.order, run.generation).await;
            vec![cancelled.map(|state: Cancelled| json!(state))]
        };
        let done = perform(&self.parts.ledger, vec![BatchItem { claim, work: () }], act).await;
        let lost = || {
            Err(Failure::new(
                FailureName::OutcomeUnknown,
                "the cancellation was not answered",
            ))
        };
        done.into_iter().next().map_or_else(lost, |done| done.outcome)
    }
}

/// Lines that the order has in Odoo: each of them is one there.
fn lines(order: &Order) -> usize {
    order.lines.len() + order.charges.len() + order.discounts.len()
}

/// What the effect is about.
fn facts(order: &Order, transaction: &str) -> Facts {
    Facts::new(FACTS)
        .with("currency", order.currency)
        .with("total", order.total_minor)
        .with("lines", json!([order.lines, order.charges, order.discounts]))
        .with("taxes", json!(order.taxes))
        .with("customer", json!([order.customer, order.billing, order.shipping]))
        .with("transaction", transaction)
}

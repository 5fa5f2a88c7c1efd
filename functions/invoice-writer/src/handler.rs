//! Messages of the invoice work queue: which effect each is, and the batch written for all of them together.

use crate::{CapturedPayment, InvoiceToWrite, Invoiced, Writer};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{
    failure::{Failure, FailureName},
    merchant::Merchant,
    order::{Order, Payment},
};
use effects::{EffectKind, Facts, Ledger};
use futures::future::join_all;
use jiff::Timestamp;
use odoo::{books::BooksCache, value::id};
use odoo_work::{BatchItem, Claimant, Connection, Turn, WorkMessage, WorkQueue, perform};
use runtime::{
    Invocation,
    batch::Piece,
    message::PaymentState,
    metrics::{self, Metric},
    stores::PayloadStore,
};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// The meaning of the facts of an invoice.
const FACTS: u32 = 1;
/// Nothing is begun with less time than this: a batch takes a few seconds, and a collision in Odoo half a minute.
const WORST_MS: i64 = 45_000;

type Outcome = Result<Value, Failure>;

/// The function's parts.
pub struct InvoiceWriter {
    /// The configuration.
    pub merchant: &'static Merchant,
    /// Odoo.
    pub odoo: Arc<dyn Connection>,
    /// Ids by name.
    pub books: BooksCache,
    /// What was done before.
    pub ledger: Ledger,
    /// The orders' content.
    pub payloads: PayloadStore,
    /// Where work comes from.
    pub queue: WorkQueue,
}

impl InvoiceWriter {
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
        self.queue.handle(event, self.odoo.as_ref(), work).await
    }

    /// What came of each piece, by its key.
    async fn work(&self, pieces: Vec<Piece>, invocation: &Invocation) -> BTreeMap<String, Outcome> {
        let claimant = Claimant {
            ledger: &self.ledger,
            invocation,
        };
        let read = join_all(pieces.into_iter().map(|piece| async move {
            let read = self.read(&piece).await;
            (piece, read)
        }));
        let (mut outcomes, mut keys, mut items) = (BTreeMap::new(), Vec::new(), Vec::new());
        for (piece, read) in read.await {
            match read {
                Ok((message, work)) => {
                    let facts = facts(&work);
                    let claim =
                        claimant.request(EffectKind::WriteInvoice, &message.run(), facts, message.redrive);
                    keys.push((piece.key.clone(), piece.work(), work.payment.amount));
                    items.push(BatchItem { claim, work });
                }
                Err(failure) => drop(outcomes.insert(piece.key, Err(failure))),
            }
        }
        let act = |turns: Vec<Turn<InvoiceToWrite>>| async move {
            let invoices: Vec<_> = turns.into_iter().map(|turn| turn.work).collect();
            let written = Box::pin(self.write(&invoices, invocation)).await;
            written
                .into_iter()
                .map(|written| written.map(|written: Invoiced| json!(written)))
                .collect()
        };
        let done = perform(&self.ledger, items, act).await;
        for ((key, work, amount), done) in keys.into_iter().zip(done) {
            if done.moved {
                work.within(|| {
                    metrics::emit(Metric::AmountInvoiced, amount.minor, &[amount.currency.code()]);
                });
            }
            outcomes.insert(key, done.outcome);
        }
        outcomes
    }

    async fn write(&self, invoices: &[InvoiceToWrite], invocation: &Invocation) -> Vec<crate::Outcome> {
        let odoo = self.odoo.within(invocation);
        let now = Timestamp::from_millisecond(self.ledger.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
        let writer = Writer {
            odoo: odoo.as_ref(),
            merchant: self.merchant,
            books: &self.books,
            now,
        };
        writer.write(invoices).await
    }

    async fn read(&self, piece: &Piece) -> Result<(WorkMessage, InvoiceToWrite), Failure> {
        let refused = |what: &str, field: &str| Failure::new(FailureName::Refused, what).field(field);
        let record = piece
            .records
            .first()
            .ok_or_else(|| refused("there is no message", "records"))?;
        let message = WorkMessage::of(record)?.of_known_store(self.merchant)?;
        if message.action != "write-invoice" {
            return Err(refused("the action is not write-invoice", "action"));
        }
        let run = message.run();
        let order = self.payloads.content(&run.order, &run.version).await?;
        let payment = message
            .payment
            .as_ref()
            .ok_or_else(|| refused("the message names no payment", "payment"))?;
        if payment.state != PaymentState::Captured {
            return Err(refused(
                "nothing is invoiced before it is captured",
                "payment.state",
            ));
        }
        let draft = message.draft.as_ref();
        let work = InvoiceToWrite {
            generation: run.generation,
            draft: draft
                .and_then(id)
                .ok_or_else(|| refused("the message names no draft invoice", "draft"))?,
            customer: draft
                .and_then(|draft| id(&draft["customer"]))
                .ok_or_else(|| refused("the message names no customer", "draft.customer"))?,
            payment: CapturedPayment {
                transaction: payment.transaction.clone(),
                amount: payment.amount(),
                brand: payment.brand.clone(),
                tender: tender(&order)?.to_owned(),
            },
            order,
        };
        Ok((message, work))
    }
}

/// Which tender of the store took the money.
fn tender(order: &Order) -> Result<&str, Failure> {
    match &order.payment {
        Payment::Token { tender, .. }
        | Payment::Authorized { tender, .. }
        | Payment::Captured { tender, .. } => Ok(tender),
        Payment::Pending | Payment::Elsewhere { .. } | Payment::Closed => {
            Err(Failure::new(FailureName::Conflict, "the order has no payment to book").field("payment"))
        }
    }
}

/// What the effect is about.
fn facts(work: &InvoiceToWrite) -> Facts {
    Facts::new(FACTS)
        .with("currency", work.order.currency)
        .with("total", work.order.total_minor)
        .with("payment", work.payment.amount.minor)
        .with("transaction", &work.payment.transaction)
        .with("draft", work.draft)
}

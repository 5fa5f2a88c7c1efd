//! The two functions over memory twins of everything but Odoo, which is real, and whose answers may be lost.

use crate::odoo_under_test::{merchant, settings, variable};
use async_trait::async_trait;
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::{merchant::Merchant, order::Order};
use effects::{Clock, FactKey, Ledger, MemoryStore, SystemClock};
use invoice_writer::InvoiceWriter;
use odoo::{Call, Client, Dialect, Kind, Odoo, OdooError, books::BooksCache};
use odoo_work::{Steady, WorkQueue};
use order_writer::{OrderToWrite, OrderWriter, ProductCache};
use runtime::{
    Invocation,
    batch::{CrashMarks, MemoryGiveBack},
    items::MemoryItems,
    stores::{OrderItems, PayloadStore, Reviews},
    workflow::{MemoryWorkflow, Workflow},
};
use serde_json::{Value, json};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicBool, AtomicI64, Ordering},
};

/// An Odoo whose n-th effect is not answered: it was done, or it is held up on its way.
struct Unanswered {
    client: Client,
    effects_left: AtomicI64,
    holds_up: AtomicBool,
    held_up: Mutex<Option<Call>>,
}

#[async_trait]
impl Odoo for Unanswered {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        let is_it = call.kind == Kind::Effect && self.effects_left.fetch_sub(1, Ordering::SeqCst) == 1;
        if !is_it {
            return self.client.call(call).await;
        }
        match self.holds_up.load(Ordering::SeqCst) {
            true => *self.held_up.lock().unwrap() = Some(call.clone()),
            false => drop(self.client.call(call).await),
        }
        Err(OdooError::NoAnswer("lost on the way".into()))
    }
}

/// Both functions over memory twins.
pub struct Functions {
    pub order_writer: OrderWriter,
    pub invoice_writer: InvoiceWriter,
    pub payloads: PayloadStore,
    pub workflow: Arc<MemoryWorkflow>,
    odoo: Arc<Steady<Unanswered>>,
}

impl Functions {
    pub fn new() -> Self {
        let merchant: &'static Merchant = Box::leak(Box::new(merchant()));
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let items = Arc::new(MemoryItems::default());
        let ledger = Ledger::new(
            Arc::new(MemoryStore::default()),
            clock.clone(),
            FactKey::new("1", *b"key"),
        );
        let workflow = Arc::new(MemoryWorkflow::default());
        let client = Client::new(settings(&variable("ODOO_KEY"), Dialect::Json2)).unwrap();
        let odoo = Arc::new(Steady(Unanswered {
            client,
            effects_left: AtomicI64::new(0),
            holds_up: AtomicBool::new(false),
            held_up: Mutex::default(),
        }));
        let payloads = PayloadStore::new(items.clone(), clock.clone());
        let queue = || WorkQueue {
            give_back: Arc::new(MemoryGiveBack::default()),
            crash_marks: CrashMarks::new(items.clone(), clock.clone()),
            workflow: workflow.clone() as Arc<dyn Workflow>,
            reviews: Reviews::new(items.clone(), clock.clone()),
        };
        Self {
            order_writer: OrderWriter {
                merchant,
                odoo: odoo.clone(),
                books: BooksCache::default(),
                products: ProductCache::default(),
                ledger: ledger.clone(),
                payloads: payloads.clone(),
                orders: OrderItems::new(items.clone()),
                queue: queue(),
            },
            invoice_writer: InvoiceWriter {
                merchant,
                odoo: odoo.clone(),
                books: BooksCache::default(),
                ledger,
                payloads: payloads.clone(),
                queue: queue(),
            },
            payloads,
            workflow,
            odoo,
        }
    }

    /// From now on the answer to the effect of this number is lost.
    pub fn forget_effect(&self, number: i64) {
        self.odoo.0.effects_left.store(number, Ordering::SeqCst);
    }

    /// From now on the effect of this number is held up on its way.
    pub fn hold_up_effect(&self, number: i64) {
        self.odoo.0.holds_up.store(true, Ordering::SeqCst);
        self.forget_effect(number);
    }

    /// What was held up arrives, and its name. Nothing when there were not so many effects.
    pub async fn arrives(&self) -> Option<String> {
        let call = self.odoo.0.held_up.lock().unwrap().take()?;
        // Odoo may well refuse what it has done already.
        drop(self.odoo.0.client.call(&call).await);
        Some(call.name())
    }

    /// Whether there were fewer effects than were counted down.
    pub fn were_fewer(&self) -> bool {
        self.odoo.0.effects_left.load(Ordering::SeqCst) > 0
    }

    fn invocation() -> Invocation {
        Invocation::new("test", SystemClock.now().plus_ms(120_000))
    }

    pub async fn write_orders(&self, messages: &[Value]) -> SqsBatchResponse {
        self.order_writer
            .handle(event(messages), &Self::invocation())
            .await
            .unwrap()
    }

    pub async fn write_invoices(&self, messages: &[Value]) -> SqsBatchResponse {
        self.invoice_writer
            .handle(event(messages), &Self::invocation())
            .await
            .unwrap()
    }

    /// What was answered to a token.
    pub fn answer(&self, token: &str) -> Option<Result<Value, (String, String)>> {
        let seen = self.workflow.seen();
        seen.answers
            .iter()
            .find(|(to, _)| to == token)
            .map(|(_, answer)| answer.clone())
    }

    pub async fn keep(&self, version: &str, order: &Order) {
        self.payloads.store_content(version, order).await.unwrap();
    }
}

pub fn event(messages: &[Value]) -> SqsEvent {
    let record = |(place, message): (usize, &Value)| {
        json!({"messageId": format!("m{place}"), "receiptHandle": "r", "body": message.to_string(),
            "attributes": {"ApproximateReceiveCount": "1"}})
    };
    let records: Vec<Value> = messages.iter().enumerate().map(record).collect();
    serde_json::from_value(json!({"Records": records})).unwrap()
}

pub fn message(action: &str, order: &OrderToWrite, version: &str, token: &str) -> Value {
    let total = order.order.total();
    json!({"schema": 1, "action": action, "order": order.order.key, "generation": order.generation,
        "version": version, "token": token, "payment": {"transaction": order.transaction,
        "amount_minor": total.minor, "currency": total.currency, "state": "captured", "brand": "VISA", "owned": true}})
}

//! An Odoo, the product's writers on it, and an administrator. The same for the twin and for a real one.

use crate::recorder::Recorder;
use domain::{failure::Failure, merchant::Merchant, money::Money};
use effects::{Clock, ManualClock, UnixMillis};
use invoice_writer::{CapturedPayment, InvoiceToWrite, Invoiced};
use jiff::Timestamp;
use odoo::{Call, Context, Odoo, books::BooksCache, value::records};
use order_writer::{Cancelled, OrderToWrite, ProductCache, Written};
use serde_json::{Value, json};
use std::sync::Arc;
use twins::odoo::Twin;

/// The configuration of the repository: the real Odoo was set up from it too.
pub fn merchant() -> Merchant {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/merchant.toml");
    Merchant::parse(&std::fs::read_to_string(file).unwrap()).unwrap()
}

/// An Odoo and those who work on it.
pub struct World {
    pub merchant: Merchant,
    pub bot: Recorder,
    admin: Arc<dyn Odoo>,
    books: BooksCache,
    products: ProductCache,
    now: Timestamp,
}

/// A twin with the products of tests, on the evening of a day in 2026.
pub fn twin() -> Arc<Twin> {
    let evening: Timestamp = "2026-11-23T20:00:00Z".parse().unwrap();
    let clock: Arc<dyn Clock> = Arc::new(ManualClock::new(UnixMillis(evening.as_millisecond())));
    let twin = Twin::new(&merchant(), clock).unwrap();
    twin.add_test_products();
    Arc::new(twin)
}

impl World {
    /// The writers on a twin.
    pub fn on(twin: &Arc<Twin>) -> Self {
        let now = "2026-11-23T20:00:00Z".parse().unwrap();
        Self::with(twin.clone(), twin.clone(), now)
    }

    /// The writers on an Odoo.
    pub fn with(bot: Arc<dyn Odoo>, admin: Arc<dyn Odoo>, now: Timestamp) -> Self {
        Self {
            merchant: merchant(),
            bot: Recorder::new(bot),
            admin,
            books: BooksCache::default(),
            products: ProductCache::default(),
            now,
        }
    }

    fn orders(&self) -> order_writer::Writer<'_> {
        order_writer::Writer {
            odoo: &self.bot,
            merchant: &self.merchant,
            books: &self.books,
            products: &self.products,
        }
    }

    pub async fn write_orders(&self, orders: &[OrderToWrite]) -> Vec<Result<Written, Failure>> {
        self.orders().write(orders).await
    }

    pub async fn write_order(&self, order: &OrderToWrite) -> Result<Written, Failure> {
        self.write_orders(std::slice::from_ref(order)).await.remove(0)
    }

    pub async fn cancel(&self, order: &OrderToWrite) -> Result<Cancelled, Failure> {
        self.orders().cancel(&order.order.key, order.generation).await
    }

    pub async fn delivered(&self, order: &OrderToWrite) -> Result<(), Failure> {
        let run = (order.order.clone(), order.generation);
        self.orders().deliveries(&[run]).await.remove(0)
    }

    pub async fn write_invoices(&self, invoices: &[InvoiceToWrite]) -> Vec<Result<Invoiced, Failure>> {
        let writer = invoice_writer::Writer {
            odoo: &self.bot,
            merchant: &self.merchant,
            books: &self.books,
            now: self.now,
        };
        writer.write(invoices).await
    }

    pub async fn write_invoice(&self, invoice: &InvoiceToWrite) -> Result<Invoiced, Failure> {
        self.write_invoices(std::slice::from_ref(invoice)).await.remove(0)
    }

    /// As the administrator.
    pub async fn call(&self, call: Call) -> Value {
        let name = call.name();
        let context = Context::new("en_US", "UTC", None);
        let answer = self.admin.call(&call.context(&context)).await;
        answer.unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub async fn ids(&self, model: &'static str, domain: Value) -> Vec<i64> {
        let rows = self.call(Call::search_read(model, domain, &["id"])).await;
        records(&rows)
            .iter()
            .map(|row| row["id"].as_i64().unwrap())
            .collect()
    }

    pub async fn write(&self, model: &'static str, id: i64, values: Value) {
        self.call(Call::effect(model, "write").ids([id]).arg("vals", values))
            .await;
    }

    /// Closes the sales books up to a date, or opens them.
    pub async fn close_books(&self, until: Value) {
        let company = self
            .ids("res.company", json!([["name", "=", self.merchant.odoo.company]]))
            .await[0];
        self.write("res.company", company, json!({"sale_lock_date": until}))
            .await;
    }

    /// Sends the goods of a sales order off.
    pub async fn deliver(&self, sale_order: i64) {
        let pickings = self
            .ids("stock.picking", json!([["sale_id", "=", sale_order]]))
            .await;
        self.call(Call::effect("stock.picking", "button_validate").ids(pickings))
            .await;
    }
}

impl World {
    /// Sends one piece less of every product than was ordered, and gives the rest up.
    pub async fn deliver_in_part(&self, sale_order: i64) {
        let pickings = self
            .ids("stock.picking", json!([["sale_id", "=", sale_order]]))
            .await;
        let domain = json!([["picking_id", "in", pickings]]);
        let moves = Call::search_read("stock.move", domain, &["product_uom_qty"]);
        for row in records(&self.call(moves).await) {
            let sent = row["product_uom_qty"].as_f64().unwrap() - 1.0;
            let picked = json!({"quantity": sent, "picked": true});
            self.write("stock.move", row["id"].as_i64().unwrap(), picked)
                .await;
        }
        let context = Context::new("en_US", "UTC", None)
            .with("skip_backorder", true)
            .with("picking_ids_not_to_backorder", json!(pickings));
        let validate = Call::effect("stock.picking", "button_validate").ids(pickings);
        self.admin.call(&validate.context(&context)).await.unwrap();
    }
}

/// What the capture hands on to the invoice's writer.
pub fn to_invoice(order: &OrderToWrite, written: &Written) -> InvoiceToWrite {
    let total = order.order.total();
    InvoiceToWrite {
        order: order.order.clone(),
        generation: order.generation,
        draft: written.draft.id,
        customer: written.draft.customer,
        payment: CapturedPayment {
            transaction: order.transaction.clone(),
            amount: Money::new(total.minor, total.currency),
            brand: "VISA".to_owned(),
            tender: "card".to_owned(),
        },
    }
}

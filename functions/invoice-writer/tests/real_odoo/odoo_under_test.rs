//! The Odoo under test: the writers as the bot, and an administrator who looks and who sets things up.

use domain::{failure::Failure, merchant::Merchant, money::Money};
use invoice_writer::{CapturedPayment, InvoiceToWrite, Invoiced};
use odoo::{Call, Client, Context, Dialect, Odoo, Settings, books::BooksCache, value::records};
use order_writer::{Cancelled, OrderToWrite, ProductCache, Written};
use serde_json::{Value, json};
use tokio::sync::{RwLock, RwLockReadGuard, RwLockWriteGuard};

/// The configuration every test uses: the one the Odoo was set up from.
pub fn merchant() -> Merchant {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/merchant.toml");
    Merchant::parse(&std::fs::read_to_string(file).unwrap()).unwrap()
}

pub fn variable(name: &str) -> String {
    std::env::var(name).unwrap_or_else(|_| panic!("{name} must say where the Odoo under test is"))
}

pub fn settings(key: &str, dialect: Dialect) -> Settings {
    Settings {
        url: variable("ODOO_URL"),
        database: variable("ODOO_DB"),
        api_key: key.to_owned().into(),
        login: Some("heartland-bot".to_owned()),
        dialect,
    }
}

/// The writers, and an administrator.
pub struct World {
    pub merchant: Merchant,
    pub bot: Client,
    admin: Client,
    books: BooksCache,
    products: ProductCache,
}

/// Held by every test: shared by most, alone by those that change what all documents share.
static QUIET: RwLock<()> = RwLock::const_new(());

impl World {
    /// A world in which nothing that all documents share is being changed.
    pub async fn shared() -> (Self, RwLockReadGuard<'static, ()>) {
        (Self::new(), QUIET.read().await)
    }

    /// A world for a test that changes what all documents share, and puts it back.
    pub async fn alone() -> (Self, RwLockWriteGuard<'static, ()>) {
        (Self::new(), QUIET.write().await)
    }

    fn new() -> Self {
        Self::with(merchant(), Dialect::Json2)
    }

    /// With another configuration or dialect.
    pub fn with(merchant: Merchant, dialect: Dialect) -> Self {
        Self {
            merchant,
            bot: Client::new(settings(&variable("ODOO_KEY"), dialect)).unwrap(),
            admin: Client::new(settings(&variable("ODOO_ADMIN_KEY"), Dialect::Json2)).unwrap(),
            books: BooksCache::default(),
            products: ProductCache::default(),
        }
    }

    pub async fn write_orders(&self, orders: &[OrderToWrite]) -> Vec<Result<Written, Failure>> {
        let (merchant, books, products) = (&self.merchant, &self.books, &self.products);
        order_writer::Writer {
            odoo: &self.bot,
            merchant,
            books,
            products,
        }
        .write(orders)
        .await
    }

    pub async fn write_order(&self, order: &OrderToWrite) -> Result<Written, Failure> {
        self.write_orders(std::slice::from_ref(order)).await.remove(0)
    }

    pub async fn cancel(&self, order: &OrderToWrite) -> Result<Cancelled, Failure> {
        let (merchant, books, products) = (&self.merchant, &self.books, &self.products);
        let writer = order_writer::Writer {
            odoo: &self.bot,
            merchant,
            books,
            products,
        };
        writer.cancel(&order.order.key, order.generation).await
    }

    pub async fn delivered(&self, order: &OrderToWrite) -> Result<(), Failure> {
        let (merchant, books, products) = (&self.merchant, &self.books, &self.products);
        let writer = order_writer::Writer {
            odoo: &self.bot,
            merchant,
            books,
            products,
        };
        writer
            .deliveries(&[(order.order.clone(), order.generation)])
            .await
            .remove(0)
    }

    pub async fn write_invoices(&self, invoices: &[InvoiceToWrite]) -> Vec<Result<Invoiced, Failure>> {
        let (merchant, books) = (&self.merchant, &self.books);
        let now = jiff::Timestamp::now();
        invoice_writer::Writer {
            odoo: &self.bot,
            merchant,
            books,
            now,
        }
        .write(invoices)
        .await
    }

    pub async fn write_invoice(&self, invoice: &InvoiceToWrite) -> Result<Invoiced, Failure> {
        self.write_invoices(std::slice::from_ref(invoice)).await.remove(0)
    }

    /// From order to cash.
    pub async fn order_to_cash(&self, order: &OrderToWrite) -> (Written, Invoiced) {
        let written = self.write_order(order).await.unwrap();
        let invoiced = self.write_invoice(&to_invoice(order, &written)).await.unwrap();
        (written, invoiced)
    }

    /// As the administrator.
    pub async fn call(&self, call: Call) -> Value {
        let name = call.name();
        let context = call
            .context
            .clone()
            .unwrap_or_else(|| Context::new("en_US", "UTC", None));
        self.admin
            .call(&call.context(&context))
            .await
            .unwrap_or_else(|error| panic!("{name}: {error}"))
    }

    pub async fn search(&self, model: &'static str, domain: Value, fields: &[&str]) -> Vec<Value> {
        records(&self.call(Call::search_read(model, domain, fields)).await).to_vec()
    }

    pub async fn read(&self, model: &'static str, id: i64, fields: &[&str]) -> Value {
        self.search(model, json!([["id", "=", id]]), fields)
            .await
            .remove(0)
    }

    pub async fn create(&self, model: &'static str, values: Value) -> i64 {
        self.call(Call::effect(model, "create").arg("vals_list", json!([values])))
            .await[0]
            .as_i64()
            .unwrap()
    }

    pub async fn write(&self, model: &'static str, id: i64, values: Value) {
        self.call(Call::effect(model, "write").ids([id]).arg("vals", values))
            .await;
    }

    /// The deliveries of a sales order.
    pub async fn pickings(&self, sale_order: i64) -> Vec<i64> {
        let sale = self.read("sale.order", sale_order, &["picking_ids"]).await;
        let ids = sale["picking_ids"].as_array().unwrap().iter();
        ids.map(|id| id.as_i64().unwrap()).collect()
    }

    /// Reads with what hangs on the records.
    pub async fn web_search(&self, model: &'static str, domain: Value, specification: Value) -> Vec<Value> {
        let answer = self
            .call(Call::web_search_read(model, domain, specification))
            .await;
        records(&answer["records"]).to_vec()
    }

    /// The lines of an entry that are no goods: (what, account code, debit less credit in the entry's currency).
    pub async fn lines(&self, entry: i64, display_types: &[&str]) -> Vec<(String, String, f64)> {
        let domain = json!([["move_id", "=", entry], ["display_type", "in", display_types]]);
        let account = json!({"fields": {"code": {}}});
        let tax = json!({"fields": {"name": {}}});
        let specification = json!({"account_id": account, "tax_line_id": tax, "amount_currency": {}});
        let rows = self.web_search("account.move.line", domain, specification).await;
        let line = |row: &Value| {
            let what = row["tax_line_id"]["name"].as_str().unwrap_or_default().to_owned();
            let account = row["account_id"]["code"].as_str().unwrap_or_default().to_owned();
            (what, account, row["amount_currency"].as_f64().unwrap())
        };
        let mut lines: Vec<_> = rows.iter().map(line).collect();
        lines.sort_by(|a, b| (&a.0, &a.1).cmp(&(&b.0, &b.1)));
        lines
    }

    /// Closes the sales books up to a date, or opens them.
    pub async fn close_books(&self, until: Value) {
        let domain = json!([["name", "=", self.merchant.odoo.company]]);
        let company = self.search("res.company", domain, &["id"]).await[0]["id"]
            .as_i64()
            .unwrap();
        self.write("res.company", company, json!({"sale_lock_date": until}))
            .await;
    }

    /// How many mails and notifications about these documents have gone to anybody.
    pub async fn told_by_mail(&self, documents: &[(&str, i64)]) -> usize {
        let mut told = 0;
        for (model, id) in documents {
            let about = |field: &str| {
                json!([
                    [field.to_owned() + "model", "=", model],
                    [field.to_owned() + "res_id", "=", id]
                ])
            };
            told += self
                .search("mail.mail", about("mail_message_id."), &["id"])
                .await
                .len();
            told += self
                .search("mail.notification", about("mail_message_id."), &["id"])
                .await
                .len();
        }
        told
    }

    /// How many changes Odoo has logged of a document.
    pub async fn logged(&self, model: &str, id: i64) -> usize {
        let of = json!([
            ["mail_message_id.model", "=", model],
            ["mail_message_id.res_id", "=", id]
        ]);
        self.search("mail.tracking.value", of, &["id"]).await.len()
    }

    /// Tax lines of an invoice: (tax, account code, tax).
    pub async fn tax_lines(&self, invoice: i64) -> Vec<(String, String, f64)> {
        let lines = self.lines(invoice, &["tax"]).await;
        lines
            .into_iter()
            .map(|(tax, account, amount)| (tax, account, -amount))
            .collect()
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

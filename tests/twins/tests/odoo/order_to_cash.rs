//! From the order to a paid invoice.

use crate::{
    orders,
    world::{World, to_invoice, twin},
};
use async_trait::async_trait;
use invoice_writer::InvoiceToWrite;
use jiff::Timestamp;
use odoo::{Call, Odoo, OdooError};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::sync::{Arc, Mutex};
use twins::odoo::Twin;

#[tokio::test]
async fn an_order_of_a_new_customer_becomes_a_paid_invoice() {
    let twin = twin();
    let world = World::on(&twin);
    let order = orders::order();
    let written = world.write_order(&order).await.unwrap();
    let invoiced = world.write_invoice(&to_invoice(&order, &written)).await.unwrap();
    assert_eq!(twin.unknown(), Vec::<String>::new());

    let sales = twin.sale_orders();
    let [sale] = sales.as_slice() else {
        panic!("{sales:?}")
    };
    assert_eq!(
        (sale.state.as_str(), sale.invoice_status.as_str()),
        ("sale", "invoiced")
    );
    assert_eq!(
        (sale.untaxed_minor, sale.deliveries.as_slice()),
        (5242, ["assigned".to_owned()].as_slice())
    );
    assert_eq!(sale.id, written.sale_order.id);

    let invoices = twin.invoices();
    let [invoice] = invoices.as_slice() else {
        panic!("{invoices:?}")
    };
    assert_eq!(
        (invoice.state.as_str(), invoice.payment_state.as_str()),
        ("posted", "paid")
    );
    assert_eq!(
        (invoice.untaxed_minor, invoice.tax_minor, invoice.total_minor),
        (5242, 438, 5680)
    );
    assert_eq!((invoice.residual_minor, invoice.date.as_str()), (0, "2026-11-20"));
    assert_eq!(invoice.name.as_deref(), Some("INV/2026/00001"));
    assert_eq!(invoiced.invoice.name, "INV/2026/00001");

    let payments = twin.payments();
    let [payment] = payments.as_slice() else {
        panic!("{payments:?}")
    };
    assert_eq!(
        (payment.state.as_str(), payment.amount_minor, payment.reconciled),
        ("paid", 5680, true)
    );
    assert_eq!(payment.name.as_deref(), Some("PHLUSD/2026/00001"));
    assert_eq!(payment.memo.as_deref(), Some(order.transaction.as_str()));

    let stock = twin.stock();
    let promised = |sku: &str| stock.iter().find(|stock| stock.sku == sku).unwrap().outgoing;
    assert_eq!(
        (promised("SKU-3"), promised("SKU-2")),
        (Decimal::from(3), Decimal::ONE)
    );
}

/// An Odoo that notes which calls ask it to leave out its log of changes.
struct Noted {
    twin: Arc<Twin>,
    calls: Mutex<Vec<(String, bool)>>,
}

#[async_trait]
impl Odoo for Noted {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        let context = call.context.as_ref().map(odoo::Context::to_value);
        let quiet = context.is_some_and(|context| context["tracking_disable"] == true);
        self.calls.lock().unwrap().push((call.name(), quiet));
        self.twin.call(call).await
    }
}

#[tokio::test]
async fn contacts_and_sales_orders_are_written_without_a_log_and_the_books_never() {
    let twin = twin();
    let noted = Arc::new(Noted {
        twin: twin.clone(),
        calls: Mutex::default(),
    });
    let now: Timestamp = "2026-11-23T20:00:00Z".parse().unwrap();
    let world = World::with(noted.clone(), twin, now);
    let order = orders::order();
    let written = world.write_order(&order).await.unwrap();
    world.write_invoice(&to_invoice(&order, &written)).await.unwrap();
    let calls = noted.calls.lock().unwrap().clone();
    let of = |name: &str| {
        let of = calls.iter().filter(|(called, _)| called == name);
        of.map(|(_, quiet)| *quiet).collect::<Vec<_>>()
    };
    for name in ["res.partner/load", "sale.order/load", "sale.order/action_confirm"] {
        assert_eq!(of(name), [true], "{name}");
    }
    let books = calls.iter().filter(|(name, _)| name.starts_with("account."));
    let books: Vec<_> = books.collect();
    assert!(books.len() > 4, "{calls:?}");
    assert!(books.iter().all(|(_, quiet)| !quiet), "{books:?}");
}

/// An Odoo that reconciles one invoice at a time: it refuses several, or does not know that the field can be written.
struct OneByOne {
    twin: Arc<Twin>,
    refuses: bool,
}

#[async_trait]
impl Odoo for OneByOne {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        if call.name() != "account.move.line/web_save_multi" {
            return self.twin.call(call).await;
        }
        if self.refuses {
            return Err(OdooError::Rejected {
                name: "odoo.exceptions.UserError".into(),
                message: "no".into(),
            });
        }
        let read = Call::read("account.move.line", "web_read").ids(call.ids.clone().unwrap_or_default());
        let read = read.arg("specification", call.args["specification"].clone());
        let read = match &call.context {
            Some(context) => read.context(context),
            None => read,
        };
        self.twin.call(&read).await
    }
}

/// Three orders that are in Odoo and paid.
async fn three_to_invoice(world: &World) -> Vec<InvoiceToWrite> {
    let orders: Vec<_> = (0..3).map(|_| orders::order()).collect();
    let written = world.write_orders(&orders).await;
    orders
        .iter()
        .zip(written)
        .map(|(order, written)| to_invoice(order, &written.unwrap()))
        .collect()
}

#[tokio::test]
async fn what_is_not_reconciled_together_is_reconciled_alone() {
    for refuses in [false, true] {
        let twin = twin();
        let odoo = OneByOne {
            twin: twin.clone(),
            refuses,
        };
        let now: Timestamp = "2026-11-23T20:00:00Z".parse().unwrap();
        let world = World::with(Arc::new(odoo), twin.clone(), now);
        let invoices = three_to_invoice(&world).await;
        for invoiced in world.write_invoices(&invoices).await {
            invoiced.unwrap();
        }
        let paid: Vec<_> = twin
            .invoices()
            .iter()
            .map(|invoice| invoice.payment_state.clone())
            .collect();
        assert_eq!(paid, ["paid"; 3], "refuses: {refuses}");
        assert!(twin.payments().iter().all(|payment| payment.reconciled));
        assert_eq!(twin.unknown(), Vec::<String>::new());
    }
}

#[tokio::test]
async fn a_batch_is_reconciled_in_one_call() {
    let twin = twin();
    let world = World::on(&twin);
    let invoices = three_to_invoice(&world).await;
    world.bot.take();
    for invoiced in world.write_invoices(&invoices).await {
        invoiced.unwrap();
    }
    let calls = world.bot.take().len();
    assert_eq!(calls, 5, "load, post, read, post, reconcile");
}

/// An Odoo in which a person is faster: the third payment is used for the second invoice before the batch is reconciled.
struct Meddler(Arc<Twin>);

#[async_trait]
impl Odoo for Meddler {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        if call.name() == "account.move.line/web_save_multi" {
            let lines = call.args["vals_list"].as_array().unwrap();
            let third = &lines[2]["reconciled_lines_ids"][0][1];
            let second = call.ids.as_ref().unwrap()[1];
            let values = json!([{"reconciled_lines_ids": [[4, third]]}]);
            let by_hand = Call::effect("account.move.line", "web_save_multi").ids([second]);
            let by_hand = by_hand.arg("vals_list", values).arg("specification", json!({}));
            self.0.call(&by_hand).await?;
        }
        self.0.call(call).await
    }
}

#[tokio::test]
async fn one_pair_that_a_person_has_undone_harms_no_other() {
    let twin = twin();
    let now: Timestamp = "2026-11-23T20:00:00Z".parse().unwrap();
    let world = World::with(Arc::new(Meddler(twin.clone())), twin.clone(), now);
    let invoices = three_to_invoice(&world).await;
    let invoiced = world.write_invoices(&invoices).await;
    assert!(invoiced[0].is_ok(), "{invoiced:?}");
    assert!(
        invoiced[2].is_err(),
        "its payment was used elsewhere: {invoiced:?}"
    );
    let paid: Vec<_> = twin
        .invoices()
        .iter()
        .map(|invoice| invoice.payment_state.clone())
        .collect();
    assert_eq!(paid, ["paid", "paid", "not_paid"]);
}

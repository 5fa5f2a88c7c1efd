//! What happens to orders in Odoo. Each scenario holds on the twin and on the real one, and both are asked the same.

mod deliveries;

use crate::{
    orders,
    world::{World, to_invoice},
};
use deliveries::{
    delivered, delivered_in_part, delivered_into_a_closed_period, delivered_without_a_draft, kit_and_service,
};
use domain::failure::FailureName;
use futures::future::LocalBoxFuture;
use odoo::{Call, stock::StockReader};
use order_writer::{Cancelled, OrderToWrite};
use serde_json::json;
use std::collections::BTreeSet;

/// A scenario by name.
pub type Scenario = (&'static str, for<'w> fn(&'w World) -> LocalBoxFuture<'w, ()>);

macro_rules! scenarios {
    ($($name:ident),* $(,)?) => { &[$((stringify!($name), |world| Box::pin($name(world)))),*] };
}

/// All of them.
pub const SCENARIOS: &[Scenario] = scenarios![
    new_customer,
    known_customer,
    company_customer,
    steps_repeated,
    unknown_sku_corrected_and_redriven,
    cancelled,
    one_bad_row_in_a_batch,
    closed_period,
    closed_period_after_the_capture,
    delivered,
    delivered_in_part,
    delivered_into_a_closed_period,
    delivered_without_a_draft,
    kit_and_service,
    taxes_added_and_taken_off,
    other_currencies,
    confirmed_order_of_other_content,
    draft_cancelled_by_a_person,
    draft_deleted_by_a_person,
    stock,
];

fn with_email(order: &OrderToWrite, email: &str) -> OrderToWrite {
    let mut order = order.clone();
    order.order.customer.email = Some(email.to_owned());
    order
}

async fn new_customer(world: &World) {
    let order = orders::order();
    let written = world.write_order(&order).await.unwrap();
    let invoiced = world.write_invoice(&to_invoice(&order, &written)).await.unwrap();
    assert!(written.sale_order.name.starts_with('S'), "{written:?}");
    assert!(invoiced.invoice.name.starts_with("INV/2026/"), "{invoiced:?}");
    assert!(invoiced.payment.name.starts_with("PHLUSD/"), "{invoiced:?}");
}

/// The same address, then another one, then a contact made by hand.
async fn known_customer(world: &World) {
    let first = orders::order();
    world.write_order(&first).await.unwrap();
    let email = first.order.customer.email.clone().unwrap();
    world
        .write_order(&with_email(&orders::order(), &email))
        .await
        .unwrap();
    let mut moved = with_email(&orders::order(), &email);
    moved.order.billing = orders::address("Ann Buyer", "99 New Lane", "Newark", "07102");
    world.write_order(&moved).await.unwrap();

    let by_hand = format!("Hand.{}@Example.com", orders::unique());
    let person = json!({"name": "Ann of Odoo", "email": by_hand, "street": "1 Elsewhere", "city": "Trenton"});
    world
        .call(Call::effect("res.partner", "create").arg("vals_list", json!([person])))
        .await;
    let order = with_email(&orders::plain("USD", "SKU-1", 1, 1000), &by_hand.to_lowercase());
    world.write_order(&order).await.unwrap();
    let contacts = world
        .ids(
            "res.partner",
            json!([["email_normalized", "=", by_hand.to_lowercase()]]),
        )
        .await;
    assert_eq!(contacts.len(), 1, "nobody is made twice");
}

async fn company_customer(world: &World) {
    let mut order = orders::order();
    order.order.customer.company = Some("Blue Widgets GmbH".to_owned());
    let written = world.write_order(&order).await.unwrap();
    world.write_invoice(&to_invoice(&order, &written)).await.unwrap();
    let person = world.ids(
        "sale.order",
        json!([
            ["id", "=", written.sale_order.id],
            ["partner_id.parent_id", "!=", false]
        ]),
    );
    assert_eq!(person.await.len(), 1);
}

/// Every step once more, as after a crash; the answer is the same.
async fn steps_repeated(world: &World) {
    let order = orders::order();
    let written = world.write_order(&order).await.unwrap();
    assert_eq!(
        world.write_order(&order).await.as_ref(),
        Ok(&written),
        "as if nobody had tried before"
    );
    assert_eq!(
        world.write_order(&orders::again(&order)).await.as_ref(),
        Ok(&written)
    );
    let invoice = to_invoice(&order, &written);
    let invoiced = world.write_invoice(&invoice).await.unwrap();
    let again = to_invoice(&orders::again(&order), &written);
    assert_eq!(world.write_invoice(&again).await.as_ref(), Ok(&invoiced));
    assert_eq!(world.write_order(&orders::again(&order)).await, Ok(written));
}

async fn unknown_sku_corrected_and_redriven(world: &World) {
    for sku in ["SKU-NOWHERE", "SKU-OLD", "SKU-TWIN"] {
        let mut order = orders::order();
        order.order.lines[0].sku = sku.to_owned();
        let refused = world.write_order(&order).await.unwrap_err();
        assert_eq!(refused.name, FailureName::Refused);
        order.order.lines[0].sku = "SKU-3".to_owned();
        let corrected = orders::redriven(&order);
        let written = world.write_order(&corrected).await.unwrap();
        world
            .write_invoice(&to_invoice(&corrected, &written))
            .await
            .unwrap();
    }
}

async fn cancelled(world: &World) {
    let order = orders::order();
    assert_eq!(world.cancel(&order).await, Ok(Cancelled::Absent));
    let written = world.write_order(&order).await.unwrap();
    assert_eq!(world.cancel(&order).await, Ok(Cancelled::Cancelled));
    assert_eq!(world.cancel(&order).await, Ok(Cancelled::Cancelled));
    let late = world.write_order(&orders::again(&order)).await.unwrap_err();
    assert_eq!(late.name, FailureName::Conflict);
    let dead = world
        .write_invoice(&to_invoice(&order, &written))
        .await
        .unwrap_err();
    assert_eq!(dead.name, FailureName::Conflict, "{dead}");
    let mut next = orders::again(&order);
    next.generation = 2;
    let written = world.write_order(&next).await.unwrap();
    next.transaction = format!("{}_2", next.transaction);
    world.write_invoice(&to_invoice(&next, &written)).await.unwrap();
    assert_eq!(
        world.cancel(&next).await.unwrap_err().name,
        FailureName::Conflict,
        "it is invoiced"
    );
}

/// A product that was found a moment ago is gone when the order is loaded.
async fn one_bad_row_in_a_batch(world: &World) {
    let sku = format!("GONE-{}", orders::unique());
    let product = json!({"name": "Gone", "default_code": sku});
    let made = world
        .call(Call::effect("product.product", "create").arg("vals_list", json!([product])))
        .await;
    let mut batch = [
        orders::order(),
        orders::plain("USD", &sku, 1, 1000),
        orders::order(),
    ];
    let mut unlike = batch[1].clone();
    // Looked up, but not written: another of the order's products is not there.
    unlike
        .order
        .lines
        .push(orders::line("2", "SKU-NOWHERE", 1, 1000, &[]));
    unlike.order.total_minor += 1000;
    world.write_order(&unlike).await.unwrap_err();
    world
        .call(Call::effect("product.product", "unlink").ids([made[0].as_i64().unwrap()]))
        .await;
    let written = world.write_orders(&batch).await;
    let names: Vec<_> = written
        .iter()
        .map(|each| each.as_ref().map_err(|failure| failure.name).err())
        .collect();
    assert_eq!(names, [None, Some(FailureName::Refused), None], "{written:?}");
    batch[1].order.lines[0].sku = "SKU-1".to_owned();
    world.write_order(&orders::redriven(&batch[1])).await.unwrap();
}

async fn closed_period(world: &World) {
    let mut order = orders::order();
    order.order.placed_at = "2026-02-10T12:00:00Z".parse().unwrap();
    world.close_books(json!("2026-02-28")).await;
    let refused = world.write_order(&order).await;
    world.close_books(json!(false)).await;
    assert_eq!(refused.unwrap_err().name, FailureName::Refused);
    // Opened, corrected, redriven.
    let mut corrected = orders::redriven(&order);
    corrected
        .order
        .lines
        .push(orders::line("9", "SKU-1", 1, 1000, &[]));
    corrected.order.total_minor += 1000;
    let written = world.write_order(&corrected).await.unwrap();
    world
        .write_invoice(&to_invoice(&corrected, &written))
        .await
        .unwrap();
}

async fn closed_period_after_the_capture(world: &World) {
    let mut order = orders::order();
    order.order.placed_at = "2026-02-11T12:00:00Z".parse().unwrap();
    let written = world.write_order(&order).await.unwrap();
    world.close_books(json!("2026-02-28")).await;
    let refused = world.write_invoice(&to_invoice(&order, &written)).await;
    // What the writer keeps from happening: Odoo posts on another day, without a word.
    let other = orders::plain("USD", "SKU-1", 1, 1000);
    let draft = world.write_order(&other).await.unwrap().draft.id;
    world
        .call(Call::effect("account.move", "action_post").ids([draft]))
        .await;
    world.close_books(json!(false)).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.name, FailureName::Refused);
    assert!(refused.what.contains("customer's credit"), "{refused}");
    world
        .write_invoice(&to_invoice(&orders::again(&order), &written))
        .await
        .unwrap();
}

/// 2 % of 0.20 is nothing to Odoo and a cent to the shop; 2 % of 0.30 the other way round.
async fn taxes_added_and_taken_off(world: &World) {
    for order in [
        orders::taxed(20, orders::LOCAL, 1),
        orders::taxed(30, orders::LOCAL, 0),
    ] {
        let written = world.write_order(&order).await.unwrap();
        assert_eq!(
            world.write_order(&orders::again(&order)).await.as_ref(),
            Ok(&written)
        );
        world.write_invoice(&to_invoice(&order, &written)).await.unwrap();
    }
    let mut batch: Vec<_> = (0..3).map(|_| orders::order()).collect();
    batch.push(orders::plain("USD", "SKU-3", 3, 1000));
    batch.push(orders::plain("USD", "SVC-1", 700, 23333));
    let written: Vec<_> = world
        .write_orders(&batch)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let invoices: Vec<_> = batch
        .iter()
        .zip(&written)
        .map(|(order, written)| to_invoice(order, written))
        .collect();
    for invoiced in world.write_invoices(&invoices).await {
        invoiced.unwrap();
    }
}

async fn other_currencies(world: &World) {
    for (currency, net_minor) in [("EUR", 1999), ("JPY", 1500), ("KWD", 12345)] {
        let order = orders::plain(currency, "SKU-1", 1, net_minor);
        let written = world.write_order(&order).await.unwrap();
        world.write_invoice(&to_invoice(&order, &written)).await.unwrap();
    }
}

async fn confirmed_order_of_other_content(world: &World) {
    let order = orders::order();
    world.write_order(&order).await.unwrap();
    let mut other = orders::again(&order);
    other.order.lines[0].net_minor += 100;
    other.order.total_minor += 100;
    for redrive in [false, true] {
        other.redrive = redrive;
        assert_eq!(
            world.write_order(&other).await.unwrap_err().name,
            FailureName::Conflict
        );
        let there = world.write_order(&orders::again(&order)).await;
        assert!(there.is_ok(), "nothing was changed: {there:?}");
    }
}

/// One of two drafts is cancelled while the money is being captured.
async fn draft_cancelled_by_a_person(world: &World) {
    let batch = [orders::order(), orders::order()];
    let written: Vec<_> = world
        .write_orders(&batch)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    world
        .call(Call::effect("account.move", "button_cancel").ids([written[0].draft.id]))
        .await;
    let invoices: Vec<_> = batch
        .iter()
        .zip(&written)
        .map(|(order, written)| to_invoice(order, written))
        .collect();
    let invoiced = world.write_invoices(&invoices).await;
    assert_eq!(invoiced[0].as_ref().unwrap_err().name, FailureName::Conflict);
    assert!(invoiced[1].is_ok(), "{invoiced:?}");
    assert_eq!(world.write_invoices(&invoices).await, invoiced);
}

/// The draft is gone after the money was taken: the money is booked all the same, once, and its neighbour goes on.
async fn draft_deleted_by_a_person(world: &World) {
    let batch = [orders::order(), orders::order()];
    let written: Vec<_> = world
        .write_orders(&batch)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    world
        .call(Call::effect("account.move", "unlink").ids([written[0].draft.id]))
        .await;
    let invoices: Vec<_> = batch
        .iter()
        .zip(&written)
        .map(|(order, written)| to_invoice(order, written))
        .collect();
    for _ in 0..2 {
        let invoiced = world.write_invoices(&invoices).await;
        let gone = invoiced[0].as_ref().unwrap_err();
        assert_eq!(gone.name, FailureName::Conflict, "{gone}");
        assert!(gone.what.contains("customer's credit"), "{gone}");
        assert!(invoiced[1].is_ok(), "{invoiced:?}");
        let paid = json!([["memo", "=", batch[0].transaction], ["state", "=", "in_process"]]);
        assert_eq!(world.ids("account.payment", paid).await.len(), 1);
    }
}

async fn stock(world: &World) {
    let books = odoo::books::read(&world.bot, &world.merchant, &world.merchant.odoo.company)
        .await
        .unwrap();
    let skus = [
        "SKU-1", "SKU-2", "KIT-1", "SVC-1", "SKU-OLD", "SKU-TWIN", "NO-SUCH",
    ];
    let skus: BTreeSet<String> = skus.map(str::to_owned).into();
    let warehouse = books.warehouse("WH").unwrap();
    let read = async || {
        let reader = StockReader::default();
        reader
            .read(&world.bot, &books.context(), warehouse, &skus)
            .await
            .unwrap()
    };
    let before = read().await;
    let order = orders::plain("USD", "KIT-1", 3, 9000);
    let written = world.write_order(&order).await.unwrap();
    let promised = read().await;
    assert_ne!(promised, before, "promised goods are not free");
    world.deliver(written.sale_order.id).await;
    let sent = read().await;
    assert_ne!(sent, promised);
    let lines: Vec<_> = sent.keys().filter(|sku| sent[*sku] != before[*sku]).collect();
    assert_eq!(lines, ["KIT-1", "SKU-1", "SKU-2"]);
}

//! Customers are matched, not duplicated, and what people have changed stays.

use crate::{odoo_under_test::World, orders};
use domain::failure::FailureName;
use order_writer::OrderToWrite;
use serde_json::{Value, json};

async fn parties(world: &World, sale: i64) -> [i64; 3] {
    let row = world
        .read(
            "sale.order",
            sale,
            &["partner_id", "partner_invoice_id", "partner_shipping_id"],
        )
        .await;
    ["partner_id", "partner_invoice_id", "partner_shipping_id"].map(|field| row[field][0].as_i64().unwrap())
}

fn with_email(email: &str) -> OrderToWrite {
    let mut order = orders::plain("USD", "SKU-1", 1, 1000);
    order.order.customer.email = Some(email.to_owned());
    order
}

fn person(email: &str) -> Value {
    let (street, city) = ("12 Main Street", "Princeton");
    json!({"name": "Ann of Odoo", "email": email, "street": street, "city": city, "zip": "08540", "country_id": 233,
        "state_id": false})
}

#[tokio::test]
async fn a_second_order_meets_the_same_customer_and_leaves_changes_alone() {
    let (world, _quiet) = World::shared().await;
    let first = orders::order();
    let written = world.write_order(&first).await.unwrap();
    let [customer, _, delivery] = parties(&world, written.sale_order.id).await;
    world
        .write(
            "res.partner",
            customer,
            json!({"name": "Ann (called, prefers mornings)", "phone": "555"}),
        )
        .await;

    let mut second = orders::order();
    second.order.customer = first.order.customer.clone();
    let written = world.write_order(&second).await.unwrap();
    assert_eq!(
        parties(&world, written.sale_order.id).await,
        [customer, customer, delivery]
    );
    let row = world.read("res.partner", customer, &["name", "phone"]).await;
    assert_eq!(
        (&row["name"], &row["phone"]),
        (&json!("Ann (called, prefers mornings)"), &json!("555"))
    );
    let row = world
        .read("res.partner", delivery, &["type", "street", "zip", "parent_id"])
        .await;
    assert_eq!(
        (&row["type"], &row["street"]),
        (&json!("delivery"), &json!("5 Harbor Road"))
    );
    assert_eq!(row["parent_id"][0], json!(customer));
}

#[tokio::test]
async fn goods_go_where_the_order_says_when_a_known_customer_has_moved() {
    let (world, _quiet) = World::shared().await;
    let first = with_email(&format!("mover.{}@example.com", orders::unique()));
    let written = world.write_order(&first).await.unwrap();
    let [customer, ..] = parties(&world, written.sale_order.id).await;

    let mut moved = with_email(first.order.customer.email.as_deref().unwrap());
    moved.order.billing = orders::address("Ann Buyer", "99 New Lane", "Newark", "07102");
    let written = world.write_order(&moved).await.unwrap();
    let [same, invoice, delivery] = parties(&world, written.sale_order.id).await;
    assert_eq!(same, customer);
    for (contact, purpose) in [(invoice, "invoice"), (delivery, "delivery")] {
        let row = world
            .read("res.partner", contact, &["street", "type", "parent_id"])
            .await;
        assert_eq!(
            (&row["street"], &row["type"]),
            (&json!("99 New Lane"), &json!(purpose))
        );
        assert_eq!(row["parent_id"][0], json!(customer));
    }
    assert_eq!(
        world.read("res.partner", customer, &["street"]).await["street"],
        "12 Main Street"
    );
}

#[tokio::test]
async fn a_person_entered_by_hand_is_found_by_e_mail_whatever_its_case() {
    let (world, _quiet) = World::shared().await;
    let email = format!("hand.{}@example.com", orders::unique());
    let by_hand = world.create("res.partner", person(&email.to_uppercase())).await;
    let written = world.write_order(&with_email(&email)).await.unwrap();
    assert_eq!(parties(&world, written.sale_order.id).await[0], by_hand);
}

#[tokio::test]
async fn an_e_mail_that_two_share_belongs_to_neither_nor_does_an_archived_one() {
    let (world, _quiet) = World::shared().await;
    let shared = format!("shared.{}@example.com", orders::unique());
    let two = [
        world.create("res.partner", person(&shared)).await,
        world.create("res.partner", person(&shared)).await,
    ];
    let written = world.write_order(&with_email(&shared)).await.unwrap();
    assert!(!two.contains(&parties(&world, written.sale_order.id).await[0]));

    let archived = format!("archived.{}@example.com", orders::unique());
    let gone = world.create("res.partner", person(&archived)).await;
    world.write("res.partner", gone, json!({"active": false})).await;
    let written = world.write_order(&with_email(&archived)).await.unwrap();
    assert_ne!(parties(&world, written.sale_order.id).await[0], gone);
}

#[tokio::test]
async fn a_company_is_not_taken_for_a_private_person_of_its_address_nor_the_other_way_round() {
    let (world, _quiet) = World::shared().await;
    for is_company in [false, true] {
        let email = format!("office.{is_company}.{}@example.com", orders::unique());
        let mut there = person(&email);
        there["is_company"] = json!(is_company);
        let by_hand = world.create("res.partner", there).await;
        for orders_for_company in [!is_company, is_company] {
            let mut order = with_email(&email);
            order.order.customer.company = orders_for_company.then(|| "Blue Widgets GmbH".to_owned());
            let written = world.write_order(&order).await.unwrap();
            let [customer, invoice, _] = parties(&world, written.sale_order.id).await;
            let meets = orders_for_company == is_company;
            assert_eq!([customer, invoice].contains(&by_hand), meets, "{is_company}");
            let row = world
                .read("res.partner", customer, &["commercial_partner_id"])
                .await;
            let pays = row["commercial_partner_id"][0].as_i64().unwrap();
            let row = world.read("res.partner", pays, &["is_company"]).await;
            assert_eq!(row["is_company"], json!(orders_for_company), "{is_company}");
        }
    }
}

#[tokio::test]
async fn our_own_contact_archived_by_a_person_stops_the_order() {
    let (world, _quiet) = World::shared().await;
    let email = format!("left.{}@example.com", orders::unique());
    let written = world.write_order(&with_email(&email)).await.unwrap();
    let [customer, ..] = parties(&world, written.sale_order.id).await;
    world
        .write("res.partner", customer, json!({"active": false}))
        .await;
    let refused = world.write_order(&with_email(&email)).await.unwrap_err();
    assert_eq!(
        (refused.name, refused.field.as_deref()),
        (FailureName::Refused, Some("customer"))
    );
}

#[tokio::test]
async fn a_company_buys_and_its_person_orders() {
    let (world, _quiet) = World::shared().await;
    let mut order = orders::order();
    order.order.customer.company = Some("Blue Widgets GmbH".to_owned());
    let (written, invoiced) = world.order_to_cash(&order).await;
    let [person, company, delivery] = parties(&world, written.sale_order.id).await;
    let row = world.read("res.partner", company, &["is_company", "name"]).await;
    assert_eq!(
        (&row["is_company"], &row["name"]),
        (&json!(true), &json!("Blue Widgets GmbH"))
    );
    for below in [person, delivery] {
        assert_eq!(
            world.read("res.partner", below, &["parent_id"]).await["parent_id"][0],
            json!(company)
        );
    }
    let payment = world
        .read("account.payment", invoiced.payment.id, &["partner_id"])
        .await;
    assert_eq!(
        payment["partner_id"][0],
        json!(company),
        "receivable and payment stand on one partner"
    );

    let mut second = orders::order();
    second.order.customer = order.order.customer.clone();
    let written = world.write_order(&second).await.unwrap();
    assert_eq!(
        parties(&world, written.sale_order.id).await,
        [person, company, delivery]
    );
}

#[tokio::test]
async fn the_customers_pricelist_and_terms_do_not_leak() {
    let (world, _quiet) = World::shared().await;
    let email = format!("vip.{}@example.com", orders::unique());
    let rule = json!({"applied_on": "3_global", "compute_price": "percentage", "percent_price": 20.0});
    let pricelist = world
        .create(
            "product.pricelist",
            json!({"name": "VIP", "item_ids": [[0, 0, rule]]}),
        )
        .await;
    let terms = world
        .search(
            "account.payment.term",
            json!([["name", "ilike", "30 Days"]]),
            &["id"],
        )
        .await;
    let mut vip = person(&email);
    vip["property_payment_term_id"] = terms[0]["id"].clone();
    vip["property_product_pricelist"] = json!(pricelist);
    let by_hand = world.create("res.partner", vip).await;
    let (written, invoiced) = world.order_to_cash(&with_email(&email)).await;
    assert_eq!(parties(&world, written.sale_order.id).await[0], by_hand);
    let sale = world
        .read(
            "sale.order",
            written.sale_order.id,
            &["amount_untaxed", "payment_term_id"],
        )
        .await;
    assert_eq!(sale["amount_untaxed"], json!(10.0));
    assert_eq!(sale["payment_term_id"][1], "Immediate Payment");
    let invoice = world
        .read("account.move", invoiced.invoice.id, &["invoice_date_due"])
        .await;
    assert_eq!(invoice["invoice_date_due"], "2026-11-20");
}

//! The merchant's books: closed periods, taxes without an account, other companies, other zones, promotions.

use crate::{
    odoo_under_test::{World, merchant, to_invoice},
    orders,
};
use domain::{failure::FailureName, merchant::Merchant};
use odoo::{Call, Context, Dialect};
use serde_json::{Value, json};

#[tokio::test]
async fn nothing_is_drafted_into_a_closed_period() {
    let (world, _alone) = World::alone().await;
    let mut order = orders::plain("USD", "SKU-1", 1, 1000);
    order.order.placed_at = "2026-02-10T12:00:00Z".parse().unwrap();
    world.close_books(json!("2026-02-28")).await;
    let refused = world.write_order(&order).await;
    world.close_books(json!(false)).await;
    let refused = refused.unwrap_err();
    assert_eq!(
        (refused.name, refused.field.as_deref()),
        (FailureName::Refused, Some("invoice.date"))
    );
    let sale = world
        .search(
            "sale.order",
            json!([["client_order_ref", "=", order.order.number]]),
            &["state"],
        )
        .await;
    assert_eq!(sale[0]["state"], "draft", "not confirmed, nothing reserved");
    // The period is opened, the order redriven.
    let (_, invoiced) = world.order_to_cash(&orders::again(&order)).await;
    assert_eq!(
        world.read("account.move", invoiced.invoice.id, &["date"]).await["date"],
        "2026-02-10"
    );
}

#[tokio::test]
async fn a_tax_that_posts_to_revenue_is_refused() {
    let (world, _alone) = World::alone().await;
    let tax = world
        .search("account.tax", json!([["name", "=", "NJ Local 2%"]]), &["id"])
        .await[0]["id"]
        .clone();
    let lines = json!([["tax_id", "=", tax], ["repartition_type", "=", "tax"]]);
    let lines = world
        .search("account.tax.repartition.line", lines, &["account_id"])
        .await;
    let set = async |account: Value| {
        for line in &lines {
            let account = if account.is_null() {
                line["account_id"][0].clone()
            } else {
                account.clone()
            };
            world
                .write(
                    "account.tax.repartition.line",
                    line["id"].as_i64().unwrap(),
                    json!({"account_id": account}),
                )
                .await;
        }
    };
    set(json!(false)).await;
    let refused = world.write_order(&orders::taxed(1000, orders::LOCAL, 20)).await;
    set(Value::Null).await;
    let refused = refused.unwrap_err();
    assert_eq!(refused.name, FailureName::Refused);
    assert_eq!(refused.field.as_deref(), Some("odoo.taxes.us-nj-local.account"));
}

/// The configuration with both stores in the second company.
fn second_company() -> Merchant {
    let mut merchant = merchant();
    for store in merchant.stores.values_mut() {
        "Heartland Second Inc.".clone_into(&mut store.company);
        "WH2".clone_into(&mut store.warehouse);
    }
    merchant
}

/// Gives the second company what the configuration names, and lets the bot into it.
async fn open_second_company(world: &World) -> i64 {
    let domain = json!([["name", "=", "Heartland Second Inc."]]);
    let company = world.search("res.company", domain, &["id"]).await[0]["id"]
        .as_i64()
        .unwrap();
    let context = Context::new("en_US", "UTC", Some(company));
    let find = async |model: &'static str, domain: Value| {
        let found = world
            .call(Call::search_read(model, domain, &["id"]).context(&context))
            .await;
        found[0]["id"].as_i64()
    };
    let ensure = async |model: &'static str, domain: Value, values: Value| match find(model, domain).await {
        Some(there) => there,
        None => {
            let call = Call::effect(model, "create")
                .arg("vals_list", json!([values]))
                .context(&context);
            world.call(call).await[0].as_i64().unwrap()
        }
    };
    let own = json!(["company_id", "=", company]);
    let clearing =
        json!({"name": "Clearing", "code": "101450", "account_type": "asset_current", "reconcile": true});
    let there = json!([["code", "=", "101450"], ["company_ids", "in", [company]]]);
    let clearing = ensure("account.account", there, clearing).await;
    let journal = json!({"name": "Cards", "code": "HLUSD", "type": "bank", "company_id": company});
    let journal = ensure("account.journal", json!([["code", "=", "HLUSD"], own]), journal).await;
    let manual = json!([["code", "=", "manual"], ["payment_type", "=", "inbound"]]);
    let manual = find("account.payment.method", manual).await.unwrap();
    let line = json!({"name": "Visa", "journal_id": journal, "payment_method_id": manual, "payment_account_id": clearing});
    let there = json!([["name", "=", "Visa"], ["journal_id", "=", journal]]);
    ensure("account.payment.method.line", there, line).await;
    let warehouse = json!({"name": "Second", "code": "WH2", "company_id": company});
    ensure("stock.warehouse", json!([["code", "=", "WH2"], own]), warehouse).await;
    let pricelist = json!([
        ["name", "=", "Heartland USD"],
        ["company_id", "in", [company, false]]
    ]);
    ensure(
        "product.pricelist",
        pricelist,
        json!({"name": "Heartland USD", "company_id": company}),
    )
    .await;
    company
}

#[tokio::test]
async fn a_store_of_the_second_company() {
    let (_, _alone) = World::alone().await;
    let world = World::with(second_company(), Dialect::Json2);
    let missing = world
        .write_order(&orders::plain("USD", "SKU-1", 1, 1000))
        .await
        .unwrap_err();
    assert_eq!(
        missing.name,
        FailureName::Misconfigured,
        "the bot is not let into it: {missing}"
    );
    assert_eq!(missing.field.as_deref(), Some("odoo.company"));

    let company = open_second_company(&world).await;
    let bot = world
        .search("res.users", json!([["login", "=", "heartland-bot"]]), &["id"])
        .await[0]["id"]
        .as_i64()
        .unwrap();
    world
        .write("res.users", bot, json!({"company_ids": [[4, company]]}))
        .await;
    let order = orders::plain("USD", "SKU-1", 1, 1000);
    let written = world.write_order(&order).await;
    let invoiced = match &written {
        Ok(written) => Some(world.write_invoice(&to_invoice(&order, written)).await),
        Err(_) => None,
    };
    world
        .write("res.users", bot, json!({"company_ids": [[3, company]]}))
        .await;
    let (written, invoiced) = (written.unwrap(), invoiced.unwrap().unwrap());
    let documents = [
        ("sale.order", written.sale_order.id),
        ("account.move", invoiced.invoice.id),
        ("account.payment", invoiced.payment.id),
    ];
    for (model, id) in documents {
        let call = Call::search_read(model, json!([["id", "=", id]]), &["company_id"]);
        let row = world
            .call(call.context(&Context::new("en_US", "UTC", Some(company))))
            .await;
        assert_eq!(row[0]["company_id"][0], json!(company), "{model}");
    }
}

#[tokio::test]
async fn a_day_is_the_merchants_day() {
    let (world, _quiet) = World::shared().await;
    // Three in the morning of the 20th in UTC is still the 19th in New York.
    let mut order = orders::plain("USD", "SKU-1", 1, 1000);
    order.order.placed_at = "2026-11-20T03:00:00Z".parse().unwrap();
    let (written, invoiced) = world.order_to_cash(&order).await;
    let invoice = world
        .read("account.move", invoiced.invoice.id, &["invoice_date", "date"])
        .await;
    assert_eq!(
        (&invoice["invoice_date"], &invoice["date"]),
        (&json!("2026-11-19"), &json!("2026-11-19"))
    );
    let sale = world
        .read("sale.order", written.sale_order.id, &["date_order"])
        .await;
    assert_eq!(sale["date_order"], "2026-11-20 03:00:00");

    let mut elsewhere = merchant();
    elsewhere.time_zone = jiff::tz::TimeZone::get("Asia/Tokyo").unwrap();
    let world = World::with(elsewhere, Dialect::Json2);
    let mut order = orders::plain("USD", "SKU-1", 1, 1000);
    order.order.placed_at = "2026-11-19T20:00:00Z".parse().unwrap();
    let (_, invoiced) = world.order_to_cash(&order).await;
    assert_eq!(
        world.read("account.move", invoiced.invoice.id, &["date"]).await["date"],
        "2026-11-20"
    );
}

#[tokio::test]
async fn a_promotion_of_odoo_gives_nothing_away() {
    let (world, _alone) = World::alone().await;
    let reward = json!({"reward_type": "discount", "discount": 50.0, "discount_mode": "percent"});
    let rule = json!({"minimum_amount": 1.0});
    let program = json!({"name": "Half price", "program_type": "promotion", "trigger": "auto", "applies_on": "current",
        "rule_ids": [[0, 0, rule]], "reward_ids": [[0, 0, reward]]});
    let program = world.create("loyalty.program", program).await;
    let (_, invoiced) = world.order_to_cash(&orders::order()).await;
    world
        .call(Call::effect("loyalty.program", "action_archive").ids([program]))
        .await;
    let invoice = world
        .read(
            "account.move",
            invoiced.invoice.id,
            &["amount_total", "payment_state"],
        )
        .await;
    assert_eq!(invoice["amount_total"], json!(56.80));
}

//! The merchant's set-up and the running Odoo, against a real one.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use domain::merchant::Merchant;
use sandbox::odoo::{self, RunningOdoo, merchant_config};
use sandbox::places::Places;
use serde_json::json;

fn merchant() -> Merchant {
    Merchant::parse(&std::fs::read_to_string(merchant_config()).unwrap()).unwrap()
}

async fn start(name: &str) -> RunningOdoo {
    RunningOdoo::start(&Places::open().unwrap(), name).await.unwrap()
}

/// How many records there are of everything that the set-up makes.
async fn counts(odoo: &RunningOdoo) -> Vec<usize> {
    let admin = odoo.access().as_admin().unwrap();
    let mut counts = Vec::new();
    for model in [
        "account.tax",
        "account.journal",
        "account.payment.method.line",
        "product.pricelist",
        "product.product",
    ] {
        counts.push(admin.ids(model, json!([])).await.unwrap().len());
    }
    counts
}

#[tokio::test]
async fn the_bot_finds_every_name_and_a_second_set_up_changes_nothing() {
    let odoo = start("set-up").await;
    assert_eq!(
        odoo::check(odoo.access(), &merchant()).await.unwrap(),
        Vec::<String>::new()
    );
    let before = counts(&odoo).await;
    odoo.set_up_merchant().await.unwrap();
    assert_eq!(counts(&odoo).await, before);
}

#[tokio::test]
async fn a_tax_that_would_book_revenue_is_refused_by_its_key_and_seen_by_the_check() {
    let odoo = start("bad-tax").await;
    let merchant = merchant();
    let tax = &merchant.odoo.taxes["us-nj-state"];
    let admin = odoo.access().as_admin().unwrap();
    let domain = json!([["tax_id.name", "=", tax.name], ["repartition_type", "=", "tax"]]);
    let lines = admin.ids("account.tax.repartition.line", domain).await.unwrap();
    let change = json!({"ids": lines, "vals": {"account_id": false}});
    admin
        .call("account.tax.repartition.line", "write", change)
        .await
        .unwrap();

    let refusal = odoo.set_up_merchant().await.unwrap_err().to_string();
    assert!(refusal.contains("odoo.taxes.us-nj-state"), "{refusal}");
    let missing = odoo::check(odoo.access(), &merchant).await.unwrap();
    assert!(
        missing
            .iter()
            .any(|line| line.starts_with("odoo.taxes.us-nj-state.account")),
        "{missing:?}"
    );
}

#[tokio::test]
async fn a_killed_odoo_comes_back_where_it_was_and_a_reset_forgets_what_was_written() {
    let mut odoo = start("killed").await;
    let bot = odoo.access().as_bot().unwrap();
    let domain = json!([["name", "=", "Somebody new"]]);
    bot.call(
        "res.partner",
        "create",
        json!({"vals_list": [{"name": "Somebody new"}]}),
    )
    .await
    .unwrap();

    odoo.kill().await.unwrap();
    assert!(bot.ids("res.partner", domain.clone()).await.is_err());
    odoo.resume().await.unwrap();
    assert_eq!(bot.ids("res.partner", domain.clone()).await.unwrap().len(), 1);

    odoo.reset_database().await.unwrap();
    assert_eq!(bot.ids("res.partner", domain).await.unwrap().len(), 0);
}

//! The set-up and the check against a real Odoo, which `cargo sandbox odoo run` starts and sets up for
//! `infra/merchant.toml`. Made here are the things of another merchant, under names of their own.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use domain::failure::{Failure, FailureName};
use domain::merchant::Merchant;
use odoo::{Call, Client, Dialect, Odoo, Settings};
use odoo_setup::{Made, check, make_key, missing_rights, set_up, version};
use secrecy::{ExposeSecret, SecretString};
use serde_json::{Value, json};

const CONFIGURATION: &str = include_str!("../../../infra/merchant.toml");

fn client(key: &str) -> Client {
    Client::new(Settings {
        url: std::env::var("ODOO_URL").unwrap(),
        database: std::env::var("ODOO_DB").unwrap(),
        api_key: SecretString::from(key),
        login: None,
        dialect: Dialect::Json2,
    })
    .unwrap()
}

fn admin() -> Client {
    client(&std::env::var("ODOO_ADMIN_KEY").unwrap())
}

fn bot() -> Client {
    client(&std::env::var("ODOO_KEY").unwrap())
}

/// A merchant of the same company whose journals, taxes, accounts, pricelists and products have other names.
fn merchant(mark: char) -> Merchant {
    let renamed = CONFIGURATION
        .replace("journal = \"HL", &format!("journal = \"{mark}L"))
        .replace(
            "clearing_account = \"1014",
            &format!("clearing_account = \"10{mark}4"),
        )
        .replace("account = \"251000\"", &format!("account = \"25{mark}000\""))
        .replace("= \"HL-", &format!("= \"{mark}L-"))
        .replace("= \"Heartland USD", &format!("= \"{mark} USD"))
        .replace("= \"Heartland EUR", &format!("= \"{mark} EUR"))
        .replace("= \"Heartland JPY", &format!("= \"{mark} JPY"))
        .replace("= \"Heartland KWD", &format!("= \"{mark} KWD"));
    let taxes = ["NJ State", "NJ Local", "DE VAT", "JP Consumption"];
    let renamed = taxes.iter().fold(renamed, |text, tax| {
        text.replace(&format!("name = \"{tax}"), &format!("name = \"{mark} {tax}"))
    });
    Merchant::parse(&renamed).unwrap()
}

async fn made(odoo: &Client, merchant: &Merchant, dry_run: bool) -> Result<Vec<Made>, Failure> {
    set_up(odoo, merchant, dry_run, &|_| ()).await
}

#[tokio::test]
async fn everything_is_made_once_as_planned_and_the_integrations_user_finds_it() {
    let (odoo, merchant) = (admin(), merchant('A'));
    let planned = made(&odoo, &merchant, true).await.unwrap();
    assert_eq!(
        made(&odoo, &merchant, true).await.unwrap(),
        planned,
        "a dry run makes nothing"
    );
    assert!(!check(&bot(), &merchant).await.unwrap().is_empty());
    let mut first = made(&odoo, &merchant, false).await.unwrap();
    // How Odoo shows a tax in totals goes with the tax.
    first.retain(|made| !made.what.starts_with("tax group"));
    assert_eq!(first, planned);
    assert!(first.len() > 40, "{first:#?}");
    assert_eq!(made(&odoo, &merchant, false).await.unwrap(), []);
    assert_eq!(check(&bot(), &merchant).await.unwrap(), []);
    assert_eq!(missing_rights(&bot(), &merchant).await.unwrap(), []);
    assert!(version(&bot()).await.unwrap().starts_with("19."));
}

#[tokio::test]
async fn the_configuration_that_the_odoo_was_set_up_for_needs_nothing_more() {
    let merchant = Merchant::parse(CONFIGURATION).unwrap();
    assert_eq!(made(&admin(), &merchant, false).await.unwrap(), []);
    assert_eq!(check(&bot(), &merchant).await.unwrap(), []);
}

#[tokio::test]
async fn a_tax_that_would_book_revenue_is_refused_by_its_key_and_seen_by_the_check() {
    let (odoo, merchant) = (admin(), merchant('B'));
    made(&odoo, &merchant, false).await.unwrap();
    let tax = &merchant.odoo.taxes["us-nj-state"];
    let domain = json!([["tax_id.name", "=", tax.name], ["repartition_type", "=", "tax"]]);
    let lines = odoo
        .call(&Call::read("account.tax.repartition.line", "search").arg("domain", domain))
        .await
        .unwrap();
    let ids = lines.as_array().unwrap().iter().filter_map(Value::as_i64);
    let write = Call::effect("account.tax.repartition.line", "write")
        .ids(ids)
        .arg("vals", json!({"account_id": false}));
    odoo.call(&write).await.unwrap();

    let refusal = made(&odoo, &merchant, false).await.unwrap_err();
    assert_eq!(refusal.name, FailureName::Refused);
    assert_eq!(refusal.field.as_deref(), Some("odoo.taxes.us-nj-state"));
    let missing = check(&bot(), &merchant).await.unwrap();
    assert!(
        missing
            .iter()
            .all(|missing| missing.key == "odoo.taxes.us-nj-state.account")
            && missing.len() == 2,
        "{missing:?}"
    );
}

#[tokio::test]
async fn a_key_that_is_not_an_administrators_makes_nothing() {
    let refusal = made(&bot(), &merchant('C'), false).await.unwrap_err();
    assert_eq!(refusal.name, FailureName::Misconfigured, "{refusal}");
}

#[tokio::test]
async fn a_new_key_is_the_integrations_users_and_works_beside_the_old_one() {
    let until = jiff::Timestamp::now() + jiff::SignedDuration::from_hours(24 * 90);
    let key = make_key(&admin(), Some(until)).await.unwrap();
    let ask = Call::read("res.users", "context_get");
    let new = client(key.expose_secret()).call(&ask).await.unwrap();
    assert_eq!(new["uid"], bot().call(&ask).await.unwrap()["uid"]);
}

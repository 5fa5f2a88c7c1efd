use super::*;
use crate::fake::{Change, books, books_with};
use domain::{
    failure::{Failure, FailureName},
    merchant::Merchant,
    money::Currency,
};
use serde_json::json;

fn merchant() -> Merchant {
    let file = concat!(env!("CARGO_MANIFEST_DIR"), "/../../infra/merchant.toml");
    Merchant::parse(&std::fs::read_to_string(file).unwrap()).unwrap()
}

fn usd() -> Currency {
    "USD".parse().unwrap()
}

async fn refusal<T: std::fmt::Debug>(
    change: Change,
    look: impl Fn(&Merchant, &Books) -> Result<T, Failure>,
) -> Failure {
    let merchant = merchant();
    let books = books_with(&merchant, change).await.unwrap();
    let failure = look(&merchant, &books).unwrap_err();
    assert_eq!(failure.name, FailureName::Refused);
    assert!(failure.remedy.is_some(), "{failure}");
    failure
}

#[tokio::test]
async fn everything_is_found_by_its_name() {
    let merchant = merchant();
    let books = books(&merchant).await.unwrap();
    let date = "2026-11-20".parse().unwrap();
    assert_eq!(books.company(), 1);
    assert_eq!(books.company_currency(), "USD");
    assert_eq!(books.warehouse("WH"), Ok(1));
    assert_eq!(books.payment_term(), Ok(1));
    assert_eq!(books.sales_journal("INV"), Ok(20));
    assert!(books.pricelist("Heartland USD", usd()).is_ok());
    assert!(books.currency("EUR".parse().unwrap(), date).is_ok());
    let account = &merchant.merchant_accounts["main-usd"];
    let places =
        ["VISA", "visa", "UNHEARD-OF"].map(|brand| books.payment_place(account, brand).unwrap().method_line);
    assert_eq!(places[0], places[1]);
    assert_ne!(places[0], places[2]);
    for tax in merchant.odoo.taxes.values() {
        assert_eq!(books.tax(tax).unwrap().account, 251);
    }
    let country = books.country("us").unwrap();
    assert_eq!(
        books
            .state(country, "nj")
            .and_then(|state| books.state_code(state)),
        Some("NJ")
    );
}

#[tokio::test]
async fn a_tax_must_be_the_configured_one() {
    let local = |merchant: &Merchant, books: &Books| books.tax(&merchant.odoo.taxes["us-nj-local"]);
    let cases: [(Change, &str); 4] = [
        (
            |model, rows| {
                if model == "account.tax" {
                    rows.clear()
                }
            },
            "no sale tax",
        ),
        (
            |model, rows| {
                if model == "account.tax" {
                    rows.extend(rows.clone())
                }
            },
            "more than one",
        ),
        (
            |model, rows| {
                if model == "account.tax" {
                    rows.iter_mut().for_each(|tax| tax["price_include"] = json!(true))
                }
            },
            "included",
        ),
        (
            |model, rows| {
                if model == "account.tax" {
                    rows.iter_mut().for_each(|tax| tax["amount"] = json!(3.0))
                }
            },
            "2 %",
        ),
    ];
    for (change, why) in cases {
        let failure = refusal(change, local).await;
        assert!(failure.what.contains(why), "{failure}");
    }
    let revenue: Change = |model, rows| {
        if model == "account.tax" {
            rows.iter_mut()
                .for_each(|tax| tax["refund_repartition_line_ids"][1]["account_id"] = json!(false));
        }
    };
    let failure = refusal(revenue, local).await;
    assert_eq!(failure.field.as_deref(), Some("odoo.taxes.us-nj-local.account"));
}

#[tokio::test]
async fn a_currency_without_a_rate_on_the_day_is_not_one_to_one() {
    let date = "2019-12-31".parse().unwrap();
    let failure = refusal(|_, _| (), |_, books| books.currency("EUR".parse().unwrap(), date)).await;
    assert!(failure.what.contains("rate"), "{failure}");
    let merchant = merchant();
    let books = books(&merchant).await.unwrap();
    assert!(
        books.currency(usd(), date).is_ok(),
        "the company's own needs none"
    );
}

#[tokio::test]
async fn a_payment_must_make_an_entry_on_the_clearing_account() {
    let unposted: Change = |model, rows| {
        if model == "account.journal" {
            for line in rows
                .iter_mut()
                .flat_map(|row| row["inbound_payment_method_line_ids"].as_array_mut().unwrap())
            {
                line["payment_account_id"] = json!(false);
            }
        }
    };
    let place = |merchant: &Merchant, books: &Books| {
        books.payment_place(&merchant.merchant_accounts["main-usd"], "VISA")
    };
    assert!(refusal(unposted, place).await.what.contains("101450"));
    let foreign: Change = |model, rows| {
        if model == "account.journal" {
            rows.iter_mut()
                .for_each(|row| row["currency_id"] = json!({"id": 9, "name": "GBP"}));
        }
    };
    assert!(refusal(foreign, place).await.what.contains("GBP"));
}

#[tokio::test]
async fn no_company_is_everybodys_problem() {
    let none: Change = |model, rows| {
        if model == "res.company" {
            rows.clear()
        }
    };
    let failure = books_with(&merchant(), none).await.unwrap_err();
    assert_eq!(
        (failure.name, failure.field.as_deref()),
        (FailureName::Misconfigured, Some("odoo.company"))
    );
}

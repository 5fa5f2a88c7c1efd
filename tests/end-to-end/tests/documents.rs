//! What stands in Odoo for orders of all kinds: currencies, prices, addresses, discounts. To the minor unit.

use anyhow::Result;
use end_to_end::{Cash, Paid, cash, completed, fresh_id, place, witness};
use sandbox::shop::Draft;
use sandbox::witness::Witness;
use serde_json::{Value, json};

async fn through(witness: &Witness, sample: &str, paid: &Paid<'_>) -> Result<Cash> {
    let token = witness.gateway.store_card("visa").await?;
    let order = place(witness, &Draft::sample(sample).id(fresh_id()).token(&token)).await?;
    completed(witness, &order).await?;
    let cash = cash(witness, &order, None, paid).await?;
    let first = cash.order.name.clone();
    assert!(
        first.starts_with('S'),
        "the order has a number people know: {first}"
    );
    assert_eq!(witness.open_reviews(&order).await?, Vec::<Value>::new());
    Ok(cash)
}

fn taxes(cash: &Cash) -> Vec<(&str, &str)> {
    cash.invoice
        .taxes
        .iter()
        .map(|(account, amount)| (account.as_str(), amount.as_str()))
        .collect()
}

async fn one(witness: &Witness, model: &str, id: i64, fields: &[&str]) -> Result<Value> {
    let found = witness
        .books
        .odoo()
        .search(model, json!([["id", "=", id]]), fields)
        .await?;
    Ok(found.into_iter().next().unwrap_or_default())
}

#[tokio::test]
async fn euros_with_prices_that_include_the_tax() -> Result<()> {
    let witness = witness().await?;
    let paid = Paid {
        currency: "EUR",
        total: "34.88",
        minor: "3488",
    };
    let cash = through(&witness, "woocommerce/order-eur-prices-include-tax", &paid).await?;
    assert_eq!(cash.order.amount_untaxed, "30.26");
    assert_eq!(taxes(&cash), [("251000", "0.65"), ("251000", "3.97")]);
    Ok(())
}

#[tokio::test]
async fn yen_have_no_cents() -> Result<()> {
    let witness = witness().await?;
    let paid = Paid {
        currency: "JPY",
        total: "3190",
        minor: "3190",
    };
    let cash = through(&witness, "woocommerce/order-jpy", &paid).await?;
    assert_eq!(cash.order.amount_untaxed, "2900");
    assert_eq!(taxes(&cash), [("251000", "290")]);
    Ok(())
}

#[tokio::test]
async fn dinars_have_a_thousand_fils() -> Result<()> {
    let witness = witness().await?;
    let paid = Paid {
        currency: "KWD",
        total: "8.875",
        minor: "8875",
    };
    let cash = through(&witness, "woocommerce/order-kwd", &paid).await?;
    assert_eq!(cash.order.amount_untaxed, "8.875");
    assert_eq!(taxes(&cash), []);
    Ok(())
}

#[tokio::test]
async fn discounts_and_fees_are_lines_of_their_own() -> Result<()> {
    let witness = witness().await?;
    let paid = Paid {
        currency: "USD",
        total: "45.54",
        minor: "4554",
    };
    let cash = through(&witness, "woocommerce/order-coupon", &paid).await?;
    assert_eq!(cash.order.amount_untaxed, "41.92");
    assert_eq!(taxes(&cash), [("251000", "0.84"), ("251000", "2.78")]);
    let domain = json!([["order_id", "=", cash.order.id]]);
    let lines = witness
        .books
        .odoo()
        .search("sale.order.line", domain, &["price_subtotal"])
        .await?;
    let below_zero = lines
        .iter()
        .filter(|line| line["price_subtotal"].to_string().starts_with('-'));
    assert_eq!(
        below_zero.count(),
        1,
        "the store credit is a line below zero: {lines:?}"
    );
    Ok(())
}

#[tokio::test]
async fn a_company_buys_and_has_it_delivered_elsewhere() -> Result<()> {
    let witness = witness().await?;
    let sample = Draft::sample("woocommerce/order-company-other-delivery-address");
    let (billing, shipping) = (
        sample.order()["billing"].clone(),
        sample.order()["shipping"].clone(),
    );
    let (total, vat) = (
        sample.order()["total"].clone(),
        sample.order()["meta_data"].clone(),
    );
    let total = total.as_str().unwrap_or_default();
    let minor = total.replace('.', "");
    let shown = total.trim_end_matches('0').trim_end_matches('.');
    let paid = Paid {
        currency: "EUR",
        total: shown,
        minor: &minor,
    };
    let cash = through(
        &witness,
        "woocommerce/order-company-other-delivery-address",
        &paid,
    )
    .await?;

    // The person who ordered stands below the company.
    let person = one(&witness, "res.partner", cash.order.customer, &["parent_id"]).await?;
    let company = person["parent_id"][0].as_i64().unwrap_or_default();
    let customer = one(&witness, "res.partner", company, &["name", "is_company", "vat"]).await?;
    assert_eq!(customer["name"], billing["company"], "{customer}");
    assert_eq!(customer["is_company"], json!(true), "{customer}");
    let vat = vat.as_array().and_then(|all| {
        all.iter()
            .find(|meta| meta["key"] == "_billing_vat_number")
            .cloned()
    });
    assert_eq!(customer["vat"], vat.unwrap_or_default()["value"], "{customer}");

    assert_ne!(cash.order.delivery_address, cash.order.customer);
    let fields = ["street", "city", "zip", "type", "parent_id"];
    let address = one(&witness, "res.partner", cash.order.delivery_address, &fields).await?;
    let place = (&address["street"], &address["city"], &address["zip"]);
    assert_eq!(
        place,
        (&shipping["address_1"], &shipping["city"], &shipping["postcode"]),
        "{address}"
    );
    assert_eq!(
        (&address["type"], &address["parent_id"][0]),
        (&json!("delivery"), &json!(company))
    );
    Ok(())
}

/// One customer, many orders: one record.
#[tokio::test]
async fn a_customer_is_matched_and_not_written_twice() -> Result<()> {
    let witness = witness().await?;
    let buyer = fresh_id();
    let email = format!("buyer-{buyer}@example.com");
    let token = witness.gateway.store_card("visa").await?;
    let draft = || end_to_end::woo_order(&token).customer(buyer, &email);
    let (first, second) = (place(&witness, &draft()).await?, place(&witness, &draft()).await?);
    let mut customers = Vec::new();
    for order in [&first, &second] {
        completed(&witness, order).await?;
        customers.push(cash(&witness, order, None, &Paid::WOO).await?.order.customer);
    }
    assert_eq!(customers[0], customers[1]);
    let known = witness
        .books
        .odoo()
        .ids("res.partner", json!([["email", "=", email]]))
        .await?;
    assert_eq!(known.len(), 1, "{known:?}");
    Ok(())
}

//! Money under all weathers: whatever happens to a call, a customer pays once or not at all, and everybody knows.

use anyhow::{Result, ensure};
use domain::ids::OrderKey;
use domain::money::Money;
use end_to_end::{
    Paid, cash, completed, decide, fresh_id, nothing_in_odoo, own_order, place, review, shop_says, witness,
    woo_order,
};
use sandbox::gp_api::{Fault, FaultKind, Moment, Pay};
use sandbox::shop::Draft;
use sandbox::witness::Witness;
use serde_json::{Value, json};

/// A payment that the shop's own plugin made.
async fn plugin_pays(witness: &Witness, reference: u64, amount: &str, captured: bool) -> Result<String> {
    let amount = Money::parse(amount, "USD".parse()?)?;
    let pay = Pay {
        reference: reference.to_string(),
        amount,
        card: "visa".to_owned(),
        captured,
    };
    Ok(witness.gateway.pay(&pay).await?)
}

/// An order of the WooCommerce shop over 62.23 USD that its plugin has been paid for with `transaction`.
fn paid_by_plugin(id: u64, transaction: &str, captured: bool) -> Draft {
    Draft::sample("woocommerce/order-paid-by-plugin")
        .id(id)
        .transaction(transaction, captured)
}

/// Lets a call about this order fail once; the order has to come after this.
async fn strikes_once(witness: &Witness, path: &str, kind: FaultKind, id: &Value) -> Result<()> {
    let reference = format!("woo-{id}-1");
    Ok(witness
        .gateway
        .fault(&Fault::post(path, kind).reference(&reference))
        .await?)
}

async fn fault_is_spent(witness: &Witness, order: &OrderKey) -> Result<()> {
    let reference = format!("{}-{}-1", order.store, order.id);
    let waiting = witness.gateway.waiting_faults().await?;
    ensure!(
        waiting
            .iter()
            .all(|fault| fault.reference.as_deref() != Some(&reference)),
        "the fault met nobody: {waiting:?}"
    );
    Ok(())
}

/// Whatever strikes the call, the order completes with one charge.
async fn completes_all_the_same(path: &str, kind: FaultKind) -> Result<()> {
    let witness = witness().await?;
    let draft = woo_order(&witness.gateway.store_card("visa").await?);
    strikes_once(&witness, path, kind, &draft.order()["id"]).await?;
    let order = place(&witness, &draft).await?;
    completed(&witness, &order).await?;
    fault_is_spent(&witness, &order).await?;
    cash(&witness, &order, None, &Paid::WOO).await?;
    assert_eq!(shop_says(&witness, &order).await?, "processing");
    Ok(())
}

#[tokio::test]
async fn an_authorization_whose_answer_is_lost_is_made_once() -> Result<()> {
    completes_all_the_same(
        "/transactions",
        FaultKind::Lost {
            commit: Moment::After,
        },
    )
    .await
}

#[tokio::test]
async fn a_capture_whose_answer_is_lost_is_made_once() -> Result<()> {
    completes_all_the_same(
        "/capture",
        FaultKind::Lost {
            commit: Moment::After,
        },
    )
    .await
}

#[tokio::test]
async fn an_error_page_of_a_proxy_before_anything_was_done_is_not_the_end() -> Result<()> {
    completes_all_the_same(
        "/transactions",
        FaultKind::Html {
            http: 502,
            commit: Moment::Before,
        },
    )
    .await
}

#[tokio::test]
async fn an_error_page_of_a_proxy_after_it_was_done_charges_nobody_twice() -> Result<()> {
    completes_all_the_same(
        "/transactions",
        FaultKind::Html {
            http: 502,
            commit: Moment::After,
        },
    )
    .await
}

#[tokio::test]
async fn half_an_answer_to_a_capture_is_no_answer() -> Result<()> {
    completes_all_the_same("/capture", FaultKind::HalfBody).await
}

#[tokio::test]
async fn a_token_that_has_ended_asks_the_customer_to_pay_again() -> Result<()> {
    let witness = witness().await?;
    let order = place(
        &witness,
        &own_order(&witness.gateway.store_ended_card("visa").await?),
    )
    .await?;
    completed(&witness, &order).await?;
    assert_eq!(shop_says(&witness, &order).await?, "token-expired");
    nothing_in_odoo(&witness, &order).await?;
    let charges = witness.transactions(&order).await?;
    assert!(
        charges
            .iter()
            .all(|t| !["CAPTURED", "PREAUTHORIZED"].contains(&t.status.as_str())),
        "{charges:?}"
    );
    assert!(
        witness.open_reviews(&order).await?.is_empty(),
        "it is no incident"
    );
    Ok(())
}

#[tokio::test]
async fn an_approval_of_less_is_reversed_and_counts_as_declined() -> Result<()> {
    let witness = witness().await?;
    let draft = woo_order(&witness.gateway.store_card("visa").await?);
    let part = FaultKind::PartialApproval { minor: 1_000 };
    strikes_once(&witness, "/transactions", part, &draft.order()["id"]).await?;
    let order = place(&witness, &draft).await?;
    completed(&witness, &order).await?;
    fault_is_spent(&witness, &order).await?;
    let charges = witness.transactions(&order).await?;
    assert_eq!(
        charges.iter().map(|t| t.status.as_str()).collect::<Vec<_>>(),
        ["REVERSED"],
        "{charges:?}"
    );
    assert_eq!(shop_says(&witness, &order).await?, "failed");
    nothing_in_odoo(&witness, &order).await
}

#[tokio::test]
async fn what_the_plugin_has_captured_is_booked_and_not_charged() -> Result<()> {
    let witness = witness().await?;
    let id = fresh_id();
    let transaction = plugin_pays(&witness, id, "62.23", true).await?;
    let order = place(&witness, &paid_by_plugin(id, &transaction, true)).await?;
    completed(&witness, &order).await?;
    cash(&witness, &order, Some(&transaction), &Paid::WOO).await?;
    let calls = witness.gateway.recordings().await?;
    let touched = calls
        .iter()
        .filter(|call| call.method == "POST" && call.path.contains(&transaction));
    assert_eq!(touched.count(), 0, "captured money is looked at only");
    Ok(())
}

#[tokio::test]
async fn a_plugin_payment_of_another_amount_is_a_review_and_never_voided() -> Result<()> {
    let witness = witness().await?;
    let id = fresh_id();
    let transaction = plugin_pays(&witness, id, "60.00", false).await?;
    let order = place(&witness, &paid_by_plugin(id, &transaction, false)).await?;
    let found = review(&witness, &order, "authorize").await?;
    assert_eq!(found["why"]["name"], json!("Conflict"), "{found}");
    assert!(
        found["why"]["what"]
            .as_str()
            .is_some_and(|what| what.contains("60.00 USD")),
        "{found}"
    );
    decide(&witness, &found, "drop").await?;
    completed(&witness, &order).await?;
    assert_eq!(
        witness.transaction(&transaction).await?.status,
        "PREAUTHORIZED",
        "it is not ours to void"
    );
    nothing_in_odoo(&witness, &order).await
}

#[tokio::test]
async fn one_transaction_pays_one_order() -> Result<()> {
    let witness = witness().await?;
    let (id, other) = (fresh_id(), fresh_id());
    // As the vendor's plugin names it: nothing in it tells which order it is for.
    let amount = Money::parse("62.23", "USD".parse()?)?;
    let pay = Pay {
        reference: format!("a{id}x"),
        amount,
        card: "visa".to_owned(),
        captured: true,
    };
    let transaction = witness.gateway.pay(&pay).await?;
    let order = place(&witness, &paid_by_plugin(id, &transaction, true)).await?;
    completed(&witness, &order).await?;
    let second = place(&witness, &paid_by_plugin(other, &transaction, true)).await?;
    let found = review(&witness, &second, "authorize").await?;
    assert_eq!(found["why"]["name"], json!("Conflict"), "{found}");
    assert!(
        found["why"]["what"]
            .as_str()
            .is_some_and(|what| what.contains(&order.to_string())),
        "{found}"
    );
    nothing_in_odoo(&witness, &second).await?;
    cash(&witness, &order, Some(&transaction), &Paid::WOO).await?;
    Ok(())
}

#[tokio::test]
async fn a_refused_capture_cancels_the_order_and_tells_the_shop() -> Result<()> {
    let witness = witness().await?;
    let draft = woo_order(&witness.gateway.store_card("visa").await?);
    let refusal = FaultKind::Error {
        http: 400,
        code: "INVALID_TRANSACTION_ACTION".to_owned(),
        detail: "40044".to_owned(),
        text: "The transaction cannot be captured".to_owned(),
        commit: Moment::Before,
    };
    strikes_once(&witness, "/capture", refusal, &draft.order()["id"]).await?;
    let order = place(&witness, &draft).await?;
    completed(&witness, &order).await?;
    fault_is_spent(&witness, &order).await?;
    let books = witness.books.of(&order, None).await?;
    let states: Vec<_> = books.orders.iter().map(|order| order.state.as_str()).collect();
    assert_eq!(states, ["cancel"], "{books:?}");
    assert!(
        books.invoices.iter().all(|invoice| invoice.state != "posted"),
        "{books:?}"
    );
    assert!(
        books.deliveries.iter().all(|state| state == "cancel"),
        "the stock is free again: {books:?}"
    );
    assert_eq!(shop_says(&witness, &order).await?, "failed");
    assert_eq!(
        review(&witness, &order, "capture").await?["why"]["name"],
        json!("Refused")
    );
    let charges = witness.transactions(&order).await?;
    assert!(charges.iter().all(|t| t.status != "CAPTURED"), "{charges:?}");
    Ok(())
}

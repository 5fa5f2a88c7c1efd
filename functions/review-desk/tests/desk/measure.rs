//! The gauges: what each of them says, and that one that cannot be read does not hide the others.

use crate::bench::{Bench, HOUR_MS, bench, paid_in_the_shop, stopped};
use effects::{EffectKind, Settled};
use runtime::{metrics, stores::OrderItem, telemetry};
use serde_json::{Value, json};

const MINUTE_MS: i64 = 60_000;

async fn measured(bench: &Bench) -> (Value, Vec<Value>) {
    let (answer, lines) = metrics::captured(bench.invoke(json!({"schema": 1, "action": "measure"}))).await;
    (answer.unwrap(), lines)
}

async fn in_odoo(bench: &Bench) {
    let written = |there: Option<&OrderItem>| {
        let item = there.map(|item| OrderItem {
            in_odoo: true,
            ..item.clone()
        });
        (item, ())
    };
    bench
        .desk
        .orders
        .change(&crate::bench::order(), written)
        .await
        .unwrap();
}

async fn applied(bench: &Bench, kind: EffectKind) {
    bench.settled(kind, Settled::Applied(json!({}))).await;
}

#[tokio::test]
async fn nothing_to_do_is_told_as_nothing() {
    let bench = bench();
    let (answer, lines) = measured(&bench).await;
    let expected = json!({
        "ReviewsOpen": 0, "OldestReviewSeconds": 0, "OrdersOpen": 0, "OldestOrderSeconds": 0, "CapturedNotInvoiced": 0,
        "BreakerOpen/gp-api": 0, "BreakerOpenSeconds/gp-api": 0, "BreakerOpen/odoo": 0, "BreakerOpenSeconds/odoo": 0,
        "BreakerOpen/shop-own": 0, "BreakerOpenSeconds/shop-own": 0, "BreakerOpen/shop-woo": 0,
        "BreakerOpenSeconds/shop-woo": 0,
    });
    assert_eq!(answer, expected, "no datapoint of a credential without its tag");
    assert_eq!(lines.len(), expected.as_object().unwrap().len());
}

#[tokio::test]
async fn open_reviews_and_orders_are_counted_with_the_age_of_the_oldest() {
    let bench = bench();
    bench.running().await;
    bench.clock.advance_ms(MINUTE_MS);
    bench.invoke(stopped(None, "Refused", "{}")).await.unwrap();
    bench.clock.advance_ms(MINUTE_MS);
    let (answer, _) = measured(&bench).await;
    assert_eq!(
        (&answer["ReviewsOpen"], &answer["OldestReviewSeconds"]),
        (&json!(1), &json!(60))
    );
    assert_eq!(
        (&answer["OrdersOpen"], &answer["OldestOrderSeconds"]),
        (&json!(1), &json!(120))
    );
}

#[tokio::test]
async fn thousands_of_orders_that_wait_hide_no_money_without_an_invoice() {
    let bench = bench();
    bench.others_run(2_500).await;
    bench.clock.advance_ms(1);
    bench.running().await;
    in_odoo(&bench).await;
    applied(&bench, EffectKind::Capture).await;
    bench.clock.advance_ms(HOUR_MS);
    let (answer, _) = measured(&bench).await;
    assert_eq!(answer["OrdersOpen"], 2_501);
    assert_eq!(answer["CapturedNotInvoiced"], 1);
}

#[tokio::test]
async fn money_is_in_the_books_a_quarter_of_an_hour_after_it_was_taken_or_somebody_is_told() {
    let bench = bench();
    bench.running().await;
    in_odoo(&bench).await;
    bench.clock.advance_ms(HOUR_MS);
    let waiting = async || measured(&bench).await.0["CapturedNotInvoiced"].clone();
    assert_eq!(waiting().await, 0, "nothing was taken");
    applied(&bench, EffectKind::Capture).await;
    bench.clock.advance_ms(15 * MINUTE_MS - 1);
    assert_eq!(waiting().await, 0, "it is under way");
    bench.clock.advance_ms(1);
    assert_eq!(waiting().await, 1);
    applied(&bench, EffectKind::WriteInvoice).await;
    assert_eq!(waiting().await, 0);
}

#[tokio::test]
async fn money_the_shop_has_taken_waits_for_its_invoice_although_the_order_is_not_in_odoo() {
    let bench = bench();
    bench.running().await;
    paid_in_the_shop(&bench).await;
    let waiting = async || measured(&bench).await.0["CapturedNotInvoiced"].clone();
    bench.clock.advance_ms(15 * MINUTE_MS - 1);
    assert_eq!(waiting().await, 0, "it is under way");
    bench.clock.advance_ms(1);
    assert_eq!(waiting().await, 1);
    in_odoo(&bench).await;
    assert_eq!(waiting().await, 1);
    applied(&bench, EffectKind::WriteInvoice).await;
    assert_eq!(waiting().await, 0);
}

#[tokio::test]
async fn a_system_that_is_paused_counts_as_left_alone() {
    let bench = bench();
    let pause = json!({"action": "pause", "system": "odoo", "by": "jane", "reason": "an upgrade"});
    bench.invoke(pause).await.unwrap();
    bench.clock.advance_ms(11 * MINUTE_MS);
    let (answer, lines) = measured(&bench).await;
    assert_eq!(
        (&answer["BreakerOpen/odoo"], &answer["BreakerOpenSeconds/odoo"]),
        (&json!(1), &json!(660))
    );
    assert_eq!(answer["BreakerOpen/gp-api"], 0);
    let open: Vec<_> = lines
        .iter()
        .filter(|line| line["BreakerOpen"] == json!(1))
        .collect();
    assert_eq!((open.len(), &open[0]["System"]), (1, &json!("odoo")));
}

#[tokio::test]
async fn a_credential_lapses_on_the_day_its_tag_says() {
    let bench = bench();
    bench.secrets.set_tag("/stage/odoo", "expires-on", "2026-12-07");
    bench.secrets.set_tag("/stage/shop/woo", "owner", "jane");
    let (answer, lines) = measured(&bench).await;
    assert_eq!(answer["CredentialDaysLeft/odoo"], 13);
    let left: Vec<_> = lines
        .iter()
        .filter(|line| line.get("CredentialDaysLeft").is_some())
        .collect();
    assert_eq!((left.len(), &left[0]["Credential"]), (1, &json!("odoo")));
}

#[tokio::test]
async fn what_cannot_be_read_does_not_hide_the_rest() {
    let bench = bench();
    bench.items.fail_next(1);
    let measured = bench.invoke(json!({"schema": 1, "action": "measure"}));
    let ((answer, logs), lines) = metrics::captured(telemetry::captured("warn", measured)).await;
    answer.unwrap_err();
    assert_eq!(logs.len(), 1, "{logs:?}");
    assert!(lines.iter().any(|line| line.get("OrdersOpen").is_some()));
    assert!(lines.iter().all(|line| line.get("ReviewsOpen").is_none()));
}

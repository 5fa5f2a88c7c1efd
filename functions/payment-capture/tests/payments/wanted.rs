//! What the shop says of the order by now, right before money is moved.

use crate::{
    bench::{Bench, order, token, usd},
    gateway::Fault,
};
use domain::failure::FailureName;
use heartland::gp_api::Status;
use serde_json::{Value, json};

fn shown() -> [Value; 4] {
    [
        json!({"state": "closed"}),
        json!({"state": "elsewhere", "method": "paypal"}),
        json!({"state": "captured", "tender": "card", "transaction": "TRN_P"}),
        json!({"state": "authorized", "tender": "card", "transaction": "TRN_P"}),
    ]
}

#[tokio::test]
async fn what_the_shop_has_cancelled_or_been_paid_for_since_is_neither_reserved_nor_taken() {
    for by_now in shown() {
        let bench = Bench::new(token()).await;
        bench.shows(by_now.clone()).await;
        let failure = bench.step("authorize", json!({})).await.unwrap_err();
        assert_eq!(failure.name, FailureName::Conflict, "{by_now}");
        assert!(failure.remedy.is_some() && bench.gateway.effects().is_empty());

        let bench = Bench::new(token()).await;
        let payment = bench.authorized().await;
        bench.shows(by_now.clone()).await;
        let failure = bench
            .step("capture", json!({"payment": payment}))
            .await
            .unwrap_err();
        assert_eq!(failure.name, FailureName::Conflict, "{by_now}");
        assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD"]);
        // A redrive takes the newest version, and that one pays for itself.
        let version = "woo_1001_1795446060";
        bench.put(&order("woo/1001", 1999, by_now.clone()), version).await;
        let redriven = json!({"payment": payment, "version": version, "redrive": true});
        let failure = bench.step("capture", redriven).await.unwrap_err();
        assert_eq!(failure.name, FailureName::Conflict, "{by_now}");
        // Dropped: what is reserved is let go.
        bench.step("void", json!({"payment": payment})).await.unwrap();
        assert_eq!(bench.gateway.effects(), ["authorize 19.99 USD", "reverse TRN_1"]);
    }
}

#[tokio::test]
async fn once_the_shop_is_put_right_a_redrive_takes_the_money() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.shows(json!({"state": "closed"})).await;
    let step = |redrive: bool| json!({"payment": payment, "redrive": redrive});
    assert!(bench.step("capture", step(false)).await.is_err());
    bench.shows(token()).await;
    bench.step("capture", step(true)).await.unwrap();
    assert_eq!(bench.gateway.effects().len(), 2);
}

#[tokio::test]
async fn what_was_taken_before_the_cancellation_stays_taken() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    bench.gateway.fault(Fault::AnswerLost);
    assert!(bench.step("capture", json!({"payment": payment})).await.is_err());
    bench.shows(json!({"state": "closed"})).await;
    for _ in 0..2 {
        bench.step("authorize", json!({})).await.unwrap();
        let answer = bench.step("capture", json!({"payment": payment})).await.unwrap();
        assert_eq!(answer["state"], "captured");
    }
    assert_eq!(bench.gateway.effects().len(), 2);
}

#[tokio::test]
async fn a_plugins_payment_is_taken_as_long_as_the_shop_shows_that_one() {
    for (transaction, captures) in [("TRN_P", 1), ("TRN_Q", 0)] {
        for state in ["authorized", "captured"] {
            let bench =
                Bench::new(json!({"state": "authorized", "tender": "card", "transaction": "TRN_P"})).await;
            bench
                .gateway
                .add("TRN_P", Status::Preauthorized, usd(1999), Some("1001"));
            let payment = bench.authorized().await;
            bench
                .shows(json!({"state": state, "tender": "card", "transaction": transaction}))
                .await;
            let taken = bench.step("capture", json!({"payment": payment})).await;
            assert_eq!(taken.is_ok(), captures == 1, "{transaction} {state}");
            assert_eq!(bench.gateway.effects().len(), captures);
        }
    }
}

#[tokio::test]
async fn when_the_order_cannot_be_looked_up_nothing_is_sent() {
    let bench = Bench::new(token()).await;
    let payment = bench.authorized().await;
    // The order's content is read first, the order itself last.
    let mut refused = 0;
    for call in 0..4 {
        bench.items.fail_after(call, 1);
        let Err(failure) = bench.step("capture", json!({"payment": payment})).await else {
            break;
        };
        assert_eq!(failure.name, FailureName::SystemUnavailable);
        assert_eq!(bench.gateway.effects().len(), 1);
        refused += 1;
    }
    assert_eq!(refused, 2);
    assert_eq!(bench.gateway.effects().len(), 2);
}

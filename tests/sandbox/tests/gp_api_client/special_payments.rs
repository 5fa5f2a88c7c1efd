//! Payments out of the ordinary.

use crate::bench::{Bench, id_of, key, usd};
use domain::{failure::FailureName, money::Money};
use heartland::gp_api::{Approval, Authorize, PaymentGateway, Status};
use sandbox::gp_api::{Fault, FaultKind, Pay, Switches};

#[tokio::test]
async fn a_partial_approval_can_be_seen() {
    let bench = Bench::new().await;
    let fault = Fault::post("/transactions", FaultKind::PartialApproval { minor: 600 });
    bench.control.fault(&fault).await.unwrap();
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    assert_eq!(authorized.approval(usd(1000)), Approval::Partial(usd(600)));
    assert_eq!(
        bench
            .gateway
            .reverse(&key("v"), &authorized.id)
            .await
            .unwrap()
            .status,
        Status::Reversed
    );
}

#[tokio::test]
async fn a_token_that_ended_or_never_was_asks_the_customer_to_pay_again() {
    let bench = Bench::new().await;
    let ended = bench.control.store_ended_card("visa").await.unwrap();
    for token in [ended.as_str(), "PMT_unheard-of"] {
        let asked = Authorize {
            token: token.parse().unwrap(),
            ..bench.cents("woo-1-1", 1000)
        };
        let failure = bench.gateway.authorize(&key(token), &asked).await.unwrap_err();
        assert_eq!(failure.name, FailureName::PaymentTokenExpired);
        assert!(!failure.to_string().contains(token), "{failure}");
    }
}

#[tokio::test]
async fn yen_and_dinar_travel_in_their_own_minor_units() {
    let bench = Bench::new().await;
    for (code, minor) in [("JPY", 1000), ("KWD", 1500), ("EUR", 7), ("USD", 105)] {
        let amount = Money::new(minor, code.parse().unwrap());
        let name = format!("in-{code}");
        let authorized = bench
            .gateway
            .authorize(&key(&name), &bench.of(&name, amount))
            .await
            .unwrap();
        assert_eq!(authorized.amount, Some(amount));
        let captured = bench
            .gateway
            .capture(&key(&format!("c-{code}")), &authorized.id, amount)
            .await
            .unwrap();
        assert_eq!(captured.amount, Some(amount));
    }
    let sent: Vec<_> = bench
        .sent_to("/transactions")
        .await
        .iter()
        .map(|r| r.body["amount"].clone())
        .collect();
    assert_eq!(sent, ["1000", "1500", "7", "105"]);
}

#[tokio::test]
async fn a_payment_whose_answer_was_lost_is_found_by_its_reference() {
    let bench = Bench::new().await;
    assert!(
        bench
            .gateway
            .find_by_reference(&"woo-5-1".parse().unwrap())
            .await
            .unwrap()
            .is_empty()
    );
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-5-1", 1000))
        .await
        .unwrap();
    bench
        .gateway
        .authorize(&key("b"), &bench.cents("woo-50-1", 1000))
        .await
        .unwrap();
    let found = bench
        .gateway
        .find_by_reference(&"woo-5-1".parse().unwrap())
        .await
        .unwrap();
    let ids: Vec<_> = found.iter().map(id_of).collect();
    assert_eq!(ids, [&authorized.id]);
    assert!(
        bench
            .gateway
            .get(&"TRN_unheard-of".parse().unwrap())
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn a_payment_of_the_shops_plugin_is_looked_up() {
    let bench = Bench::new().await;
    let pay = |captured| Pay {
        reference: "plugin-9".to_owned(),
        amount: usd(2500),
        card: "amex".to_owned(),
        captured,
    };
    let captured = bench.control.pay(&pay(true)).await.unwrap();
    let transaction = bench
        .gateway
        .get(&captured.parse().unwrap())
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        (transaction.status, transaction.amount),
        (Status::Captured, Some(usd(2500)))
    );
    assert_eq!(transaction.brand.as_deref(), Some("AMEX"));
    let authorized = bench.control.pay(&pay(false)).await.unwrap().parse().unwrap();
    bench
        .gateway
        .capture(&key("c"), &authorized, usd(2500))
        .await
        .unwrap();
}

#[tokio::test]
async fn a_lapsed_authorization_refuses_its_capture() {
    let bench = Bench::new().await;
    let switches = Switches {
        authorization_life_s: Some(6 * 86_400),
        token_life_s: 604_800,
        ..Switches::default()
    };
    bench.control.switches(&switches).await.unwrap();
    let authorized = bench
        .gateway
        .authorize(&key("a"), &bench.cents("woo-1-1", 1000))
        .await
        .unwrap();
    bench.control.advance_ms(7 * 86_400_000).await.unwrap();
    let failure = bench
        .gateway
        .capture(&key("c"), &authorized.id, usd(1000))
        .await
        .unwrap_err();
    assert_eq!(failure.name, FailureName::Refused);
}

//! Lists of reviews.

use crate::bench::{Bench, HOUR_MS, bench, paid_in_the_shop, stopped};
use serde_json::{Value, json};

/// Reviews of `count` orders, an hour apart; of every second one the payment was refused.
async fn many(bench: &Bench, count: usize) {
    for n in 0..count {
        let (step, error) = match n % 2 {
            0 => ("write-order", "Refused"),
            _ => ("authorize", "Conflict"),
        };
        let mut input = stopped(None, error, "");
        (input["order"], input["step"]) = (json!(format!("woo/{n}")), json!(step));
        bench.invoke(input).await.unwrap();
        bench.clock.advance_ms(HOUR_MS);
    }
}

async fn listed(bench: &Bench, mut wanted: Value) -> (Vec<String>, Value) {
    wanted["action"] = json!("list");
    let answer = bench.invoke(wanted).await.unwrap();
    let orders = answer["reviews"].as_array().unwrap().iter();
    let orders = orders.map(|review| review["order"].as_str().unwrap().to_owned());
    (orders.collect(), answer["next"].clone())
}

#[tokio::test]
async fn reviews_are_found_by_what_is_asked_for() {
    let bench = bench();
    many(&bench, 6).await;
    for (wanted, found) in [
        (json!({"order": "woo/3"}), vec!["woo/3"]),
        (json!({"error": "Conflict"}), vec!["woo/1", "woo/3", "woo/5"]),
        (json!({"step": "write-order"}), vec!["woo/0", "woo/2", "woo/4"]),
        (json!({"older_than_s": 5 * 3600}), vec!["woo/0", "woo/1"]),
        (
            json!({"older_than_s": 5 * 3600, "error": "Conflict"}),
            vec!["woo/1"],
        ),
        (json!({"state": "dropped"}), vec![]),
    ] {
        assert_eq!(listed(&bench, wanted.clone()).await.0, found, "{wanted}");
    }
    let review = bench.list().await[0]["id"].clone();
    bench
        .invoke(json!({"action": "drop", "review": review, "reason": "r"}))
        .await
        .unwrap();
    assert_eq!(listed(&bench, json!({"state": "dropped"})).await.0, ["woo/0"]);
}

#[tokio::test]
async fn a_long_list_comes_in_pages_and_none_is_left_out() {
    let bench = bench();
    many(&bench, 130).await;
    for wanted in [
        json!({}),
        json!({"limit": 7}),
        json!({"limit": 7, "error": "Conflict"}),
    ] {
        let (mut all, mut ask) = (Vec::new(), wanted.clone());
        loop {
            let (orders, next) = listed(&bench, ask.clone()).await;
            all.extend(orders);
            if next.is_null() {
                break;
            }
            ask["after"] = next;
        }
        let one_kind = wanted.get("error").is_some();
        let expected = (0..130).filter(|n| !one_kind || n % 2 == 1);
        assert_eq!(
            all,
            expected.map(|n| format!("woo/{n}")).collect::<Vec<_>>(),
            "{wanted}"
        );
    }
}

#[tokio::test]
async fn what_can_be_done_says_where_the_money_goes() {
    for (step, by_the_shop, redrives, drops) in [
        (
            "write-order",
            false,
            "with the newest or the corrected order",
            "the run voids what is reserved",
        ),
        (
            "write-order",
            true,
            "with the newest or the corrected order",
            "the payment is kept",
        ),
        (
            "write-invoice",
            false,
            "of the order that is in Odoo",
            "the money is kept",
        ),
        (
            "write-invoice",
            true,
            "of the order that is in Odoo",
            "the money is kept",
        ),
    ] {
        let bench = bench();
        bench.running().await;
        if by_the_shop {
            paid_in_the_shop(&bench).await;
        }
        let mut input = stopped(Some("T1"), "Refused", "");
        input["step"] = json!(step);
        bench.invoke(input).await.unwrap();
        let review = bench.only().await["id"].clone();
        let shown = bench.invoke(json!({"action": "show", "review": review})).await;
        let can = shown.unwrap()["can"].clone();
        let says = |what: &str, text: &str| can[what].as_str().unwrap().contains(text);
        assert!(says("redrive", redrives) && says("drop", drops), "{step}: {can}");
        assert!(
            step != "write-invoice" || says("drop", "completed, without an invoice"),
            "{can}"
        );
    }
}

//! Where money may go.

use crate::bench::{Bench, ok, refused, sale};
use sandbox::gp_api::Switches;
use serde_json::json;

#[tokio::test]
async fn captures_and_refunds_stay_within_their_limit() {
    let bench = Bench::new().await;
    let id = bench.sale("LATER", "1000").await;
    assert_eq!(bench.act(&id, "capture", Some("1151")).await, refused("40087"));
    assert_eq!(bench.act(&id, "capture", Some("1150")).await, ok("CAPTURED"));
    for amount in ["0", "-5", "1323"] {
        assert_eq!(
            bench.act(&id, "refund", Some(amount)).await,
            refused("40087"),
            "{amount}"
        );
    }
    assert_eq!(bench.act(&id, "refund", Some("1322")).await, ok("CAPTURED"));
    bench
        .control
        .switches(&Switches {
            limit_percent: 100,
            ..Switches::default()
        })
        .await
        .unwrap();
    let id = bench.sale("LATER", "1000").await;
    assert_eq!(bench.act(&id, "capture", Some("1001")).await, refused("40087"));
    assert_eq!(bench.act(&id, "capture", None).await, ok("CAPTURED"));
    assert_eq!(bench.act(&id, "refund", Some("600")).await, ok("CAPTURED"));
    assert_eq!(bench.act(&id, "refund", Some("401")).await, refused("40087"));
    assert_eq!(bench.act(&id, "refund", None).await, ok("CAPTURED"));
}

#[tokio::test]
async fn transactions_move_only_where_they_may() {
    let bench = Bench::new().await;
    let id = bench.sale("LATER", "1000").await;
    assert_eq!(bench.act(&id, "refund", None).await, refused("40290"));
    assert_eq!(bench.act(&id, "reversal", Some("400")).await, refused("40214"));
    assert_eq!(bench.act(&id, "reauthorization", None).await, refused("40290"));
    assert_eq!(
        bench.act(&id, "incremental", Some("500")).await,
        ok("PREAUTHORIZED")
    );
    assert_eq!(bench.act(&id, "capture", Some("1500")).await, ok("CAPTURED"));
    assert_eq!(bench.act(&id, "incremental", Some("500")).await, refused("40290"));
    assert_eq!(bench.act(&id, "capture", None).await, refused("40290"));
    assert_eq!(bench.act(&id, "reversal", None).await, ok("REVERSED"));
    assert_eq!(bench.act(&id, "reauthorization", None).await, ok("PREAUTHORIZED"));
    assert_eq!(
        bench.act("TRN_none", "capture", None).await,
        (404, "40008".to_owned())
    );
    bench
        .control
        .switches(&Switches {
            partial_reversal: true,
            ..Switches::default()
        })
        .await
        .unwrap();
    let id = bench.sale("LATER", "1000").await;
    assert_eq!(bench.act(&id, "reversal", Some("400")).await, ok("PREAUTHORIZED"));
    let (_, read) = bench.get(&format!("/transactions/{id}")).await;
    assert_eq!(read["amount"], "600");
}

#[tokio::test]
async fn a_refund_is_a_transaction_of_its_own_that_names_its_sale() {
    let bench = Bench::new().await;
    let id = bench.sale("AUTO", "1000").await;
    let (_, refund) = bench
        .post(
            &format!("/transactions/{id}/refund"),
            json!({"amount": "300"}),
            None,
        )
        .await;
    assert_ne!(refund["id"], json!(id));
    let (_, read) = bench
        .get(&format!("/transactions/{}", refund["id"].as_str().unwrap()))
        .await;
    assert_eq!(
        (&read["type"], &read["parent_resource_id"]),
        (&json!("REFUND"), &json!(id))
    );
}

#[tokio::test]
async fn deposits_add_up_per_currency() {
    let bench = Bench::new().await;
    let first = bench.sale("AUTO", "10000").await;
    bench.act(&first, "refund", Some("2500")).await;
    bench.sale("LATER", "700").await;
    let mut euro = sale("AUTO", "4000");
    euro["currency"] = json!("EUR");
    bench.post("/transactions", euro, None).await;
    bench.control.dispute(&first).await.unwrap();
    assert_eq!(bench.control.settle().await.unwrap().len(), 2);
    let (_, list) = bench.get("/settlement/deposits").await;
    let mut amounts: Vec<_> = list["deposits"]
        .as_array()
        .unwrap()
        .iter()
        .map(|d| (d["currency"].as_str(), d["amount"].as_str()))
        .collect();
    amounts.sort();
    // 40.00 less fees of 1.00; 100.00 less a refund of 25.00, a chargeback of 100.00 and fees of 2.50
    assert_eq!(
        amounts,
        [(Some("EUR"), Some("3900")), (Some("USD"), Some("-2750"))]
    );
    assert_eq!(bench.act(&first, "reversal", None).await, refused("40290"));
    let (_, settled) = bench.get("/settlement/transactions?page_size=50").await;
    assert_eq!(settled["total_count"], 3);
}

//! Idempotency keys.

use crate::bench::{Bench, sale};
use sandbox::gp_api::{Fault, FaultKind, Moment, Switches, WhileRunning};
use serde_json::json;

#[tokio::test]
async fn the_key_space_is_shared_by_all_actions_and_the_first_answer_is_not_given_again() {
    let bench = Bench::new().await;
    let (_, first) = bench
        .post("/transactions", sale("LATER", "1000"), Some("k"))
        .await;
    let id = first["id"].as_str().unwrap();
    for path in ["/transactions".to_owned(), format!("/transactions/{id}/capture")] {
        let (status, answer) = bench.post(&path, sale("LATER", "1000"), Some("k")).await;
        assert_eq!((status, &answer["error_code"]), (409, &json!("DUPLICATE_ACTION")));
        let text = format!("Idempotency Key seen before: id={id}, status=PREAUTHORIZED");
        assert_eq!(answer["detailed_error_description"], json!(text));
    }
    let (_, read) = bench.get(&format!("/transactions/{id}")).await;
    assert_eq!(read["status"], "PREAUTHORIZED");
}

#[tokio::test]
async fn a_key_is_forgotten_after_its_window_and_4xx_uses_it_up_only_by_switch() {
    let bench = Bench::new().await;
    let switches = Switches {
        key_window_s: 3600,
        token_life_s: 86_400,
        ..Switches::default()
    };
    bench.control.switches(&switches).await.unwrap();
    assert_eq!(
        bench.post("/transactions", sale("AUTO", "1"), Some("k")).await.0,
        200
    );
    bench.control.advance_ms(3_599_000).await.unwrap();
    assert_eq!(
        bench.post("/transactions", sale("AUTO", "1"), Some("k")).await.0,
        409
    );
    bench.control.advance_ms(2_000).await.unwrap();
    assert_eq!(
        bench.post("/transactions", sale("AUTO", "1"), Some("k")).await.0,
        200
    );

    for (consumes, expected) in [(false, 200), (true, 409)] {
        let key = format!("bad-{consumes}");
        bench
            .control
            .switches(&Switches {
                errors_consume_key: consumes,
                ..switches.clone()
            })
            .await
            .unwrap();
        assert_eq!(
            bench
                .post("/transactions", sale("AUTO", "zero"), Some(&key))
                .await
                .0,
            400
        );
        assert_eq!(
            bench.post("/transactions", sale("AUTO", "1"), Some(&key)).await.0,
            expected
        );
    }
}

#[tokio::test]
async fn a_switch_makes_repeats_run_beside_the_first() {
    let bench = Bench::new().await;
    bench
        .control
        .switches(&Switches {
            while_running: WhileRunning::Process,
            ..Switches::default()
        })
        .await
        .unwrap();
    let kind = FaultKind::Delay {
        ms: 300,
        commit: Moment::Before,
    };
    bench
        .control
        .fault(&Fault::post("/transactions", kind).times(2))
        .await
        .unwrap();
    let (one, other) = tokio::join!(
        bench.post("/transactions", sale("AUTO", "1"), Some("k")),
        bench.post("/transactions", sale("AUTO", "1"), Some("k")),
    );
    assert_eq!((one.0, other.0), (200, 200));
    assert_eq!(bench.control.totals(Some("order-1")).await.unwrap().charges, 2);
}

//! Any sequence of steps under any faults: money is reserved once, taken at most once, and in the end let go.

use crate::{
    bench::{Bench, token},
    gateway::Fault,
};
use heartland::gp_api::{Kind, Status};
use proptest::prelude::*;
use serde_json::json;

#[derive(Clone, Debug)]
enum Event {
    Authorize,
    Redrive,
    Capture,
    Void,
    Fault(Fault),
    Pass(i64),
    Settle,
}

fn event() -> impl Strategy<Value = Event> {
    let fault = prop::sample::select(vec![
        Fault::NotReached,
        Fault::AnswerLost,
        Fault::RequestLost,
        Fault::WrongCredentials,
        Fault::Partial(500),
        Fault::Partial(2500),
    ]);
    prop_oneof![
        4 => Just(Event::Authorize),
        2 => Just(Event::Redrive),
        4 => Just(Event::Capture),
        1 => Just(Event::Void),
        4 => fault.prop_map(Event::Fault),
        3 => prop::sample::select(vec![1_000, 61_000, 3_600_000]).prop_map(Event::Pass),
        1 => Just(Event::Settle),
    ]
}

async fn happens(bench: &Bench, event: Event) {
    let payment = json!({"transaction": "TRN_1", "amount_minor": 1999, "currency": "USD", "state": "authorized",
                         "brand": "VISA", "owned": true});
    // Every one of these may fail; what matters is what reached the gateway.
    match event {
        Event::Authorize => drop(bench.step("authorize", json!({})).await),
        Event::Redrive => drop(bench.step("authorize", json!({"redrive": true})).await),
        Event::Capture => drop(bench.step("capture", json!({"payment": payment})).await),
        Event::Void => drop(bench.step("void", json!({})).await),
        Event::Fault(fault) => bench.gateway.fault(fault),
        Event::Pass(ms) => bench.clock.advance_ms(ms),
        Event::Settle => {
            let mut state = bench.gateway.state();
            let captured = state
                .transactions
                .values_mut()
                .filter(|t| t.status == Status::Captured);
            captured.for_each(|t| t.status = Status::Batched);
        }
    }
}

/// The run compensates once the gateway is well again.
async fn let_go(bench: &Bench) -> bool {
    bench.gateway.state().faults.clear();
    for _ in 0..4 {
        if bench.step("void", json!({})).await.is_ok() {
            return true;
        }
        bench.clock.advance_ms(130_000);
    }
    false
}

fn count(bench: &Bench, effect: &str) -> usize {
    bench
        .gateway
        .effects()
        .iter()
        .filter(|e| e.starts_with(effect))
        .count()
}

async fn weather(events: Vec<Event>) -> Result<(), TestCaseError> {
    let bench = Bench::new(token()).await;
    for event in events {
        happens(&bench, event).await;
        prop_assert!(count(&bench, "authorize") <= 1 && count(&bench, "capture") <= 1);
    }
    prop_assert!(let_go(&bench).await, "the money could not be let go");
    let before = bench.gateway.effects();
    happens(&bench, Event::Authorize).await;
    happens(&bench, Event::Capture).await;
    prop_assert_eq!(bench.gateway.effects(), before, "a zombie reached the gateway");
    prop_assert!(count(&bench, "reverse") + count(&bench, "refund") <= 1);
    let state = bench.gateway.state();
    let refunded = state.transactions.values().any(|t| t.kind == Some(Kind::Refund));
    for sale in state.transactions.values().filter(|t| t.kind == Some(Kind::Sale)) {
        prop_assert!(
            sale.status == Status::Reversed || (sale.status.is_settled() && refunded),
            "{sale:?}"
        );
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]
    #[test]
    fn money_is_taken_once_and_let_go_whole(events in prop::collection::vec(event(), 0..40)) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        runtime.block_on(weather(events))?;
    }
}

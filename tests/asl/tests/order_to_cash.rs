//! The state machine of this repository, on the interpreter.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use std::sync::Arc;

use asl::{Answer, Call, Ended, Event, Execution, Failure, Machine, Resource, Status, Want};
use serde_json::{Value, json};

const DEFINITION: &str = include_str!("../../../statemachines/order-to-cash.asl.json");
const TEMPLATE: &str = include_str!("../../../infra/template.yaml");

fn machine() -> Arc<Machine> {
    let text = asl::filled(DEFINITION, TEMPLATE, str::to_owned);
    Arc::new(Machine::parse(&text).unwrap())
}

const NAME: &str = "woo_1001-1";
const TRACE: &str = "1-5759e988-bd862e3fe1be46a994272793";

/// A run with its time.
struct Run {
    execution: Execution,
    now_ms: i64,
}

impl Run {
    fn start() -> Self {
        let input = json!({
            "schema": 1, "order": "woo/1001", "generation": 1, "version": "woo_1001_1", "trace": TRACE,
        });
        let execution = Execution::start(machine(), NAME, "arn:run", input, 0).unwrap();
        Self { execution, now_ms: 0 }
    }

    fn call(&self) -> Call {
        match self.execution.wants() {
            Want::Call(call) | Want::Answer(call) => call,
            other => panic!("{other:?}"),
        }
    }

    /// What the call of the state it is at says.
    fn said(&self) -> Value {
        let call = self.call();
        let field = match call.resource {
            Resource::Lambda | Resource::LambdaToken => "Payload",
            Resource::Sqs | Resource::SqsToken => "MessageBody",
        };
        call.arguments[field].clone()
    }

    /// Whoever is called knows in which run and which trace it works.
    fn hands_on_its_names(&self) {
        let (state, said) = (self.call().state, self.said());
        assert_eq!(said["trace"], TRACE, "{state}");
        let execution = said["execution"].as_str();
        assert!(
            matches!(execution, Some(NAME | "arn:run")),
            "{state}: {execution:?}"
        );
    }

    fn succeeds(&mut self, state: &str, result: Value) {
        let call = self.call();
        assert_eq!(call.state, state);
        self.hands_on_its_names();
        match call.token {
            Some(token) => {
                self.execution.event(Event::Accepted, self.now_ms, 0.0).unwrap();
                self.execution
                    .answer(&token, Answer::Success(result), self.now_ms, 0.0)
                    .unwrap();
            }
            None => self
                .execution
                .event(Event::Succeeded(result), self.now_ms, 0.0)
                .unwrap(),
        }
    }

    fn fails(&mut self, state: &str, error: &str) {
        assert_eq!(self.call().state, state);
        self.hands_on_its_names();
        let failure = Failure::of_function(&json!({"errorType": error, "errorMessage": "…"}));
        self.execution
            .event(Event::Failed(failure), self.now_ms, 1.0)
            .unwrap();
    }

    fn sleeps(&mut self) -> i64 {
        let Want::Sleep(sleep) = self.execution.wants() else {
            panic!("{:?}", self.execution.wants())
        };
        let slept = sleep.until_ms - self.now_ms;
        self.now_ms = sleep.until_ms;
        self.execution.event(Event::Woke, self.now_ms, 0.0).unwrap();
        slept
    }

    fn ended(&self) -> Ended {
        let Want::Ended(ended) = self.execution.wants() else {
            panic!("{:?}", self.execution.wants())
        };
        ended
    }

    fn path(&self) -> Vec<&str> {
        self.execution.path().collect()
    }
}

#[test]
fn the_happy_path_has_six_transitions() {
    let mut run = Run::start();
    assert_eq!(
        run.said(),
        json!({"schema": 1, "action": "authorize", "order": "woo/1001", "generation": 1, "version": "woo_1001_1", "execution": NAME, "trace": TRACE})
    );
    let payment =
        json!({"transaction": "T1", "amount_minor": 1200, "currency": "USD", "state": "authorized"});
    run.succeeds("Authorize", payment.clone());
    assert_eq!(run.said()["payment"], payment);
    assert_eq!(run.said()["token"], json!(run.call().token));
    run.succeeds(
        "WriteOrder",
        json!({"sale_order": {"id": 7, "name": "S7"}, "draft": {"id": 8}}),
    );
    run.succeeds("Capture", json!({"transaction": "T1", "state": "captured"}));
    run.succeeds("WriteInvoice", json!({"invoice": {"id": 8, "name": "INV/8"}}));
    run.succeeds("PushStock", json!({"pushed": 1}));
    assert_eq!(run.said()["outcome"], "paid");
    assert!(run.said().get("let_go").is_none());
    run.succeeds("TellShop", json!({"status": "processing"}));
    let ended = run.ended();
    assert_eq!(ended.status, Status::Succeeded);
    assert_eq!(ended.output.unwrap()["told"], json!({"status": "processing"}));
    assert_eq!(run.execution.transitions(), 6);
}

/// An execution in flight when the trace came into its input.
#[test]
fn a_run_that_was_started_without_a_trace_hands_on_none() {
    let input = json!({"schema": 1, "order": "woo/1001", "generation": 1, "version": "woo_1001_1"});
    let execution = Execution::start(machine(), NAME, "arn:run", input, 0).unwrap();
    let said = Run { execution, now_ms: 0 }.said();
    assert_eq!((said.get("trace"), &said["execution"]), (None, &json!(NAME)));
}

#[test]
fn a_declined_card_is_told_at_once() {
    let mut run = Run::start();
    run.fails("Authorize", "PaymentDeclined");
    assert_eq!(run.said()["outcome"], "declined");
    run.succeeds("TellShopFirst", Value::Null);
    run.succeeds("PushStockAgain", json!({"pushed": 1}));
    assert_eq!(run.ended().status, Status::Succeeded);
    assert_eq!(run.path(), ["Authorize", "TellShopFirst", "PushStockAgain"]);
}

#[test]
fn an_unknown_outcome_is_retried_for_two_days_and_then_a_person_is_asked() {
    let mut run = Run::start();
    let mut delays = Vec::new();
    while run.execution.path().count() == 1 {
        run.fails("Authorize", "OutcomeUnknown");
        if matches!(run.execution.wants(), Want::Sleep(_)) {
            delays.push(run.sleeps() / 1000);
        }
    }
    assert_eq!(delays[..6], [10, 60, 360, 2160, 3600, 3600]);
    assert_eq!(delays.len(), 51);
    assert!((170_000..180_000).contains(&delays.iter().sum::<i64>()));
    assert_eq!(run.said()["step"], "authorize");
    assert_eq!(run.said()["execution"], "arn:run");
    assert!(run.said()["cause"].as_str().unwrap().contains("errorMessage"));
    run.succeeds("Park", json!({"decision": "redrive", "version": "woo_1001_2"}));
    assert_eq!(run.said()["redrive"], true);
    assert_eq!(run.said()["version"], "woo_1001_2");
    assert_eq!(run.path(), ["Authorize", "Park", "Decide", "Authorize"]);
}

#[test]
fn retriers_count_each_for_itself() {
    let mut run = Run::start();
    let mut delays = Vec::new();
    for error in [
        "InProgress",
        "OutcomeUnknown",
        "InProgress",
        "NobodyKnowsThis",
        "SystemUnavailable",
    ] {
        run.fails("Authorize", error);
        delays.push(run.sleeps());
    }
    assert_eq!(delays, [15_000, 10_000, 22_500, 60_000, 5_000]);
    assert_eq!(run.call().attempt, 6);
}

#[test]
fn nobody_for_a_parked_run_is_as_if_dropped() {
    let mut run = Run::start();
    run.fails("Authorize", "Refused");
    run.execution.event(Event::Accepted, run.now_ms, 0.0).unwrap();
    let call = run.call();
    assert_eq!((call.state.as_str(), call.timeout_at_ms), ("Park", 342_000_000));
    run.now_ms = call.timeout_at_ms;
    run.execution.event(Event::TimedOut, run.now_ms, 0.0).unwrap();
    run.succeeds("Void", json!({"state": "nothing"}));
    run.succeeds("CancelOrder", json!({"state": "absent"}));
    assert_eq!(
        (&run.said()["outcome"], &run.said()["let_go"]),
        (&json!("rejected"), &json!("nothing"))
    );
    run.succeeds("TellShopFirst", Value::Null);
    run.succeeds("PushStockAgain", json!({"pushed": 1}));
    assert_eq!(run.ended().status, Status::Succeeded);
}

#[test]
fn a_delivery_is_waited_for_until_a_person_is_asked() {
    let mut run = Run::start();
    run.succeeds("Authorize", json!({"transaction": "T1"}));
    run.succeeds("WriteOrder", json!({"sale_order": {"id": 7}}));
    run.fails("Capture", "DeliveryPending");
    let polls = asl::filled("${DeliveryPollsMax}", TEMPLATE, str::to_owned);
    for _ in 0..polls.parse().unwrap() {
        assert_eq!(run.sleeps(), 3_600_000);
        run.fails("CheckDelivery", "DeliveryPending");
    }
    run.sleeps();
    assert_eq!(run.call().state, "Park");
    assert_eq!(run.said()["error"], "DeliveryPending");
    run.succeeds("Park", json!({"decision": "redrive"}));
    run.succeeds("CheckDelivery", json!({"delivered": true}));
    assert_eq!(
        (run.call().state.as_str(), &run.said()["delivered"]),
        ("Capture", &json!(true))
    );
}

/// A run whose goods have left and whose capture was refused.
fn refused_after_the_delivery() -> Run {
    let mut run = Run::start();
    run.succeeds("Authorize", json!({"transaction": "T1"}));
    run.succeeds("WriteOrder", json!({"sale_order": {"id": 7}}));
    run.fails("Capture", "DeliveryPending");
    run.sleeps();
    run.succeeds("CheckDelivery", json!({"delivered": true}));
    run.fails("Capture", "Refused");
    run
}

#[test]
fn the_money_for_goods_that_have_left_is_not_let_go_without_a_person() {
    let mut run = refused_after_the_delivery();
    assert_eq!(
        (&run.said()["step"], &run.said()["delivered"]),
        (&json!("capture"), &json!(true))
    );
    run.succeeds("Park", json!({"decision": "redrive"}));
    assert_eq!(
        (&run.said()["redrive"], &run.said()["delivered"]),
        (&json!(true), &json!(true))
    );
    run.succeeds("Capture", json!({"transaction": "T1", "state": "captured"}));
    assert_eq!(run.call().state, "WriteInvoice");
}

#[test]
fn dropped_after_the_delivery_the_shop_hears_that_the_goods_have_left() {
    let mut run = refused_after_the_delivery();
    run.succeeds("Park", json!({"decision": "drop"}));
    run.succeeds("Void", json!({"state": "voided"}));
    run.fails("CancelOrder", "Conflict");
    assert_eq!(run.said()["step"], "cancel-order");
    run.succeeds("Report", Value::Null);
    let told = run.said();
    assert_eq!(
        (&told["outcome"], &told["delivered"], &told["let_go"]),
        (&json!("capture-refused"), &json!(true), &json!("voided"))
    );
    run.succeeds("TellShopFirst", Value::Null);
    run.succeeds("PushStockAgain", json!({"pushed": 1}));
    assert_eq!(run.ended().status, Status::Succeeded);
}

#[test]
fn a_capture_refused_before_anything_has_left_is_let_go_at_once() {
    let mut run = Run::start();
    run.succeeds("Authorize", json!({"transaction": "T1"}));
    run.succeeds("WriteOrder", json!({"sale_order": {"id": 7}}));
    run.fails("Capture", "PaymentDeclined");
    run.succeeds("Report", Value::Null);
    run.succeeds("Void", json!({"state": "voided"}));
    run.succeeds("CancelOrder", json!({"state": "cancelled"}));
    assert_eq!(run.said()["outcome"], "capture-refused");
    assert!(run.said().get("delivered").is_none());
}

#[test]
fn a_payment_that_could_not_be_let_go_is_told_as_such_whatever_fails_after_it() {
    let mut run = Run::start();
    run.succeeds("Authorize", json!({"transaction": "T1"}));
    run.fails("WriteOrder", "Refused");
    run.succeeds("Park", json!({"decision": "drop"}));
    run.fails("Void", "Refused");
    run.succeeds("Report", Value::Null);
    run.fails("CancelOrder", "Conflict");
    run.succeeds("Report", Value::Null);
    assert_eq!(run.call().state, "TellShopFirst");
    assert_eq!(run.said()["let_go"], "failed");
}

#[test]
fn stock_is_offered_again_after_the_order_is_closed_and_a_failure_of_that_is_reported_once() {
    let mut run = Run::start();
    run.fails("Authorize", "PaymentDeclined");
    run.fails("TellShopFirst", "Refused");
    run.succeeds("Report", Value::Null);
    run.succeeds("Close", Value::Null);
    run.fails("PushStockAgain", "Conflict");
    assert_eq!(run.said()["step"], "push-stock");
    run.succeeds("Report", Value::Null);
    assert_eq!(run.ended().status, Status::Succeeded);
}

/// A run whose money is taken.
fn captured() -> Run {
    let mut run = Run::start();
    run.succeeds("Authorize", json!({"transaction": "T1"}));
    run.succeeds("WriteOrder", json!({"sale_order": {"id": 7}, "draft": {"id": 8}}));
    run.succeeds("Capture", json!({"transaction": "T1"}));
    run
}

#[test]
fn stock_that_cannot_be_pushed_at_once_keeps_no_order_open() {
    let mut run = captured();
    run.succeeds("WriteInvoice", json!({"invoice": {"id": 8}}));
    run.fails("PushStock", "Conflict");
    assert_eq!(
        (&run.said()["outcome"], &run.said()["close"]),
        (&json!("paid"), &json!("completed"))
    );
    run.succeeds("TellShopFirst", Value::Null);
    run.fails("PushStockAgain", "Conflict");
    run.succeeds("Report", Value::Null);
    assert_eq!(run.ended().status, Status::Succeeded);
}

#[test]
fn an_order_that_cannot_be_cancelled_is_reported_told_and_its_stock_pushed() {
    let mut run = Run::start();
    run.succeeds("Authorize", json!({"transaction": "T1"}));
    run.fails("WriteOrder", "Refused");
    run.succeeds("Park", json!({"decision": "drop"}));
    run.succeeds("Void", json!({"state": "voided"}));
    run.fails("CancelOrder", "Conflict");
    run.succeeds("Report", Value::Null);
    run.succeeds("TellShopFirst", Value::Null);
    run.succeeds("PushStockAgain", json!({"pushed": 1}));
    assert_eq!(run.ended().status, Status::Succeeded);
}

#[test]
fn captured_money_stays_with_a_person_until_the_run_is_over() {
    let mut run = captured();
    run.fails("WriteInvoice", "Refused");
    run.succeeds("TellPaid", Value::Null);
    while let Want::Call(call) = run.execution.wants() {
        assert_eq!(call.state, "Park");
        run.now_ms = call.timeout_at_ms;
        run.execution.event(Event::TimedOut, run.now_ms, 0.0).unwrap();
    }
    assert_eq!(run.ended().status, Status::TimedOut);
    assert_eq!(run.ended().at_ms, 60 * 86_400_000);
    assert!(run.execution.history_events() < 500);
}

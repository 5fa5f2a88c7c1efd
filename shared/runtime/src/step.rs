//! What an invocation does, in a word of few: the dimension of its time.

use serde_json::Value;

/// The step a function's input asks for. What nobody knows is `other`: whoever invokes a function may write anything.
pub fn step(function: &str, input: &Value) -> &'static str {
    if input.get("Records").is_some() {
        return match function {
            "event-router" => "route",
            "order-writer" => "write-order",
            "invoice-writer" => "write-invoice",
            "review-desk" => "dead-letters",
            "audit-recorder" => "record",
            _ => "batch",
        };
    }
    if input.get("source").and_then(Value::as_str) == Some("aws.states") {
        return "run-ended";
    }
    match input.get("action").and_then(Value::as_str).unwrap_or_default() {
        "authorize" => "authorize",
        "capture" => "capture",
        "void" => "void",
        "push-stock" => "push-stock",
        "notify" => "tell-shop",
        "close" => "close-order",
        "poll" => "poll",
        "open" => "open-review",
        "sweep" => "sweep",
        "measure" => "measure",
        _ if function == "review-desk" => "operate",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::step;
    use serde_json::json;

    #[test]
    fn a_batch_is_told_by_its_function_and_everything_else_by_its_action() {
        for (function, input, expected) in [
            ("event-router", json!({"Records": []}), "route"),
            ("order-writer", json!({"Records": []}), "write-order"),
            ("payment-capture", json!({"action": "capture"}), "capture"),
            ("order-notifier", json!({"action": "notify"}), "tell-shop"),
            ("review-desk", json!({"action": "list"}), "operate"),
            ("review-desk", json!({"source": "aws.states"}), "run-ended"),
            ("payment-capture", json!({"action": "Jane Doe"}), "other"),
        ] {
            assert_eq!(step(function, &input), expected, "{function} {input}");
        }
    }
}

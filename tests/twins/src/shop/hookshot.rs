//! WooCommerce's webhooks as they go over the wire: the twin and the simulated shop send the same.

use serde_json::Value;

/// WooCommerce switches a webhook off after more failures than this in a row.
pub const FAILURES_MAX: u32 = 5;

/// JSON as PHP writes it: `/` and everything that is not ASCII are escaped.
pub fn php_json(value: &Value) -> String {
    let mut text = String::new();
    for c in value.to_string().chars() {
        match c {
            '/' => text.push_str("\\/"),
            c if c.is_ascii() => text.push(c),
            c => c
                .encode_utf16(&mut [0; 2])
                .iter()
                .for_each(|unit| text.push_str(&format!("\\u{unit:04x}"))),
        }
    }
    text
}

/// The headers of a delivery but for its signature, names in lower case. `topic` is `order.created` or `order.updated`.
pub fn headers(topic: &str, delivery: &str) -> Vec<(&'static str, String)> {
    let event = topic.trim_start_matches("order.");
    let agent = "WooCommerce/10.3.5 Hookshot (WordPress/6.8.3)";
    let headers = [
        ("content-type", "application/json"),
        ("user-agent", agent),
        ("x-wc-webhook-source", "https://shop.example/"),
        ("x-wc-webhook-topic", topic),
        ("x-wc-webhook-resource", "order"),
        ("x-wc-webhook-event", event),
        ("x-wc-webhook-id", "5"),
        ("x-wc-webhook-delivery-id", delivery),
    ];
    headers.map(|(name, value)| (name, value.to_owned())).to_vec()
}

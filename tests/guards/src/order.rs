//! The order that every piece of work is about, as the shop sends it: a sample of WooCommerce's with any number of lines.

use anyhow::{Context, Result};
use domain::money::{Currency, Money};
use serde_json::{Value, json};

const SAMPLE: &str = include_str!("../../../events/woocommerce/order-usd-two-taxes.json");

/// Cents of one line without tax, and of the state's and the town's tax on it.
const LINE: [i64; 3] = [999, 66, 20];
/// Cents of the sample's shipping and of the state's tax on it.
const SHIPPING: [i64; 2] = [750, 50];

/// The currency of the order.
///
/// # Errors
/// Never: it is one.
pub fn dollars() -> Result<Currency> {
    Ok("USD".parse()?)
}

/// The body of the webhook with so many lines, each of a product of its own.
///
/// # Errors
/// When the sample is not as it was.
pub fn body(lines: u32) -> Result<Vec<u8>> {
    let currency = dollars()?;
    let text = |cents: i64| Money::new(cents, currency).to_major();
    let mut order: Value = serde_json::from_str(SAMPLE)?;
    let first = order.pointer("/line_items/0").context("the sample has no line")?;
    let first = first.clone();
    let [net, state, town] = LINE;
    let line = |number: u32| {
        let mut line = first.clone();
        let fields = [
            ("id", json!(20_000 + number)),
            ("sku", json!(sku(number))),
            ("quantity", json!(1)),
            ("total", json!(text(net))),
            (
                "taxes",
                json!([{"id": 11, "total": text(state)}, {"id": 12, "total": text(town)}]),
            ),
        ];
        fields
            .into_iter()
            .try_for_each(|(field, value)| set(&mut line, &format!("/{field}"), value))?;
        Ok(line)
    };
    let all = (0..lines).map(line).collect::<Result<Vec<_>>>()?;
    let [shipping, tax_on_shipping] = SHIPPING;
    let count = i64::from(lines);
    let total = count * (net + state + town) + shipping + tax_on_shipping;
    set(&mut order, "/line_items", json!(all))?;
    set(&mut order, "/tax_lines/0/tax_total", json!(text(count * state)))?;
    set(&mut order, "/tax_lines/1/tax_total", json!(text(count * town)))?;
    set(&mut order, "/total", json!(text(total)))?;
    Ok(serde_json::to_vec(&order)?)
}

/// The reference of the product in that line.
fn sku(number: u32) -> String {
    format!("HL-GOODS-{number}")
}

fn set(value: &mut Value, place: &str, to: Value) -> Result<()> {
    let there = value
        .pointer_mut(place)
        .with_context(|| format!("the sample has no {place}"))?;
    *there = to;
    Ok(())
}

//! Which order an item speaks of.

use super::fields::is_name;
use crate::chain::ChainId;
use domain::ids::OrderKey;
use serde_json::Value;

/// What follows the store in the id of an event that names no order.
const RAW: &str = "raw";

/// The chain of an item; nothing when its kind is not audited, or its key is none that we make. `item` is what it holds,
/// as plain JSON.
pub fn chain_of(pk: &str, item: Option<&Value>) -> Option<ChainId> {
    let (kind, rest) = pk.split_once('/').filter(|_| is_name(pk))?;
    let order = match kind {
        "order" => rest.parse().ok(),
        "effect" => run_of(rest).map(|(order, _)| order),
        "content" => rest.rsplit_once('/').and_then(|(order, _)| order.parse().ok()),
        "payload" => match order_of_event(rest) {
            Some(order) => Some(order),
            None => return Some(ChainId::system("events")),
        },
        "payment-used" => order_in(item?),
        "review" => match order_in(item?) {
            Some(order) => Some(order),
            None => return Some(ChainId::system("reviews")),
        },
        "breaker" => return Some(ChainId::system(rest)),
        _ => return None,
    };
    Some(order.map_or_else(|| ChainId::system("other"), |order| ChainId::order(&order)))
}

/// The run an item belongs to, by what its execution's name begins with.
pub(crate) fn execution(pk: &str, item: Option<&Value>) -> Option<String> {
    if let Some(effect) = pk.strip_prefix("effect/") {
        let (order, generation) = run_of(effect)?;
        return Some(format!("{}-{generation}", order.slug()));
    }
    let order: OrderKey = pk.strip_prefix("order/")?.parse().ok()?;
    let body = item?.get("body")?;
    let generation = body
        .get("generation")?
        .as_u64()
        .filter(|generation| *generation > 0)?;
    match body.get("redrives").and_then(Value::as_u64).unwrap_or_default() {
        0 => Some(format!("{}-{generation}", order.slug())),
        redrives => Some(format!("{}-{generation}-r{redrives}", order.slug())),
    }
}

/// `{kind}/{…}/{store}/{order id}/{generation}`.
fn run_of(effect: &str) -> Option<(OrderKey, u64)> {
    let mut parts = effect.rsplit('/');
    let generation = parts.next()?.parse().ok()?;
    let (id, store) = (parts.next()?, parts.next()?);
    Some((format!("{store}/{id}").parse().ok()?, generation))
}

/// `{store}_{order id}_{seconds}`. A store's id holds no `_`.
fn order_of_event(event: &str) -> Option<OrderKey> {
    let (store, rest) = event.split_once('_')?;
    let (id, seconds) = rest.rsplit_once('_')?;
    // The hash of a body that could not be read is longer than any time.
    if id == RAW && seconds.len() > 20 || seconds.parse::<i64>().is_err() {
        return None;
    }
    format!("{store}/{id}").parse().ok()
}

fn order_in(item: &Value) -> Option<OrderKey> {
    item.pointer("/body/order")?.as_str()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn items_find_their_order_by_their_key() {
        let woo = Some(ChainId::stored("order/woo/1001"));
        for pk in [
            "order/woo/1001",
            "effect/capture/woo/1001/1",
            "effect/notify/paid/woo/1001/2",
            "payload/woo_1001_1795446000",
            "content/woo/1001/woo_1001_1795446000",
        ] {
            assert_eq!(chain_of(pk, None), woo, "{pk}");
        }
        let of_order = json!({"body": {"order": "woo/1001"}});
        for pk in ["payment-used/TRN_1", "review/0123456789abcdef"] {
            assert_eq!(chain_of(pk, Some(&of_order)), woo, "{pk}");
        }
        let own = Some(ChainId::stored("order/own/A_7"));
        assert_eq!(chain_of("payload/own_A_7_1795446000", None), own);
    }

    #[test]
    fn what_names_no_order_has_a_chain_of_the_system() {
        let chain = |pk, item| chain_of(pk, item).map(|chain| chain.to_string());
        let none = json!({"body": {}});
        let raw = "payload/woo_raw_0123456789abcdef01234567";
        assert_eq!(chain(raw, None).as_deref(), Some("system/events"));
        assert_eq!(chain("review/01", Some(&none)).as_deref(), Some("system/reviews"));
        assert_eq!(
            chain("breaker/shop-woo", None).as_deref(),
            Some("system/shop-woo")
        );
        assert_eq!(
            chain("effect/capture/nonsense", None).as_deref(),
            Some("system/other")
        );
        for pk in [
            "lease/message/1",
            "cursor/woo",
            "stock/woo/MUG",
            "nonsense",
            "order/Jane Doe",
        ] {
            assert_eq!(chain(pk, None), None, "{pk}");
        }
    }

    #[test]
    fn a_run_is_named_as_its_execution_is() {
        let run = |pk, item: Value| execution(pk, Some(&item));
        assert_eq!(
            run("effect/notify/paid/woo/1001/2", json!({})).as_deref(),
            Some("woo_1001-2")
        );
        let redriven = json!({"body": {"generation": 1, "redrives": 2}});
        assert_eq!(run("order/woo/1001", redriven).as_deref(), Some("woo_1001-1-r2"));
        assert_eq!(run("order/woo/1001", json!({"body": {"generation": 0}})), None);
    }
}

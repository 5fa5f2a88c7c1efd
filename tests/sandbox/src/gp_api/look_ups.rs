//! `GET /transactions/{id}` and `GET /transactions?…`.

use super::{
    call::Call,
    errors::ApiError,
    payment::Payment,
    world::{World, read_time, rfc3339},
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// One transaction.
pub(super) fn get(world: &mut World, id: &str) -> Result<Value, ApiError> {
    let action = world.action("TRANSACTION_SINGLE", "SUCCESS");
    let payment = world.payment(id).ok_or_else(|| ApiError::no_transaction(id))?;
    Ok(world.render(payment, &action))
}

/// A list of transactions.
pub(super) fn list(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let visible_before = world.now_ms() - world.switches.list_lag_s * 1000;
    let found: Vec<&Payment> = world
        .payments
        .iter()
        .filter(|p| world.switches.list_lag_s == 0 || p.created_ms <= visible_before)
        .filter(|p| matches_filters(p, &call.query))
        .collect();
    let rows = found.iter().map(|p| p.summary(&rfc3339(p.created_ms))).collect();
    envelope(world, "transactions", "TRANSACTION_LIST", rows, call)
}

/// Whether a transaction passes every filter that is given. Keys that are not filters are ignored.
pub(super) fn matches_filters(payment: &Payment, query: &BTreeMap<String, String>) -> bool {
    let last4 = &payment.card.number[payment.card.number.len() - 4..];
    let kind = if payment.is_refund { "REFUND" } else { "SALE" };
    query.iter().all(|(key, wanted)| match key.as_str() {
        "id" => payment.id == *wanted,
        "type" => kind == wanted,
        "channel" => payment.channel == *wanted,
        "amount" => payment.amount().to_string() == *wanted,
        "currency" => payment.currency == *wanted,
        "country" => payment.country == *wanted,
        "reference" => payment.reference == *wanted,
        "status" => payment.state.word() == wanted,
        "account_name" => payment.account_name == *wanted,
        "brand" => payment.card.brand == wanted,
        "batch_id" => payment.batch == *wanted,
        "deposit_id" => payment.deposit.as_ref() == Some(wanted),
        "number_last4" => last4 == wanted,
        "number_first6" => payment.card.number.starts_with(wanted.as_str()),
        "name" => payment.holder == *wanted,
        "entry_mode" => payment.entry_mode == *wanted,
        "from_time_created" => read_time(wanted).is_none_or(|from| payment.created_ms >= from),
        "to_time_created" => read_time(wanted).is_none_or(|to| payment.created_ms < to + 86_400_000),
        _ => true,
    })
}

/// The envelope of every list, with paging.
pub(super) fn envelope(
    world: &mut World,
    key: &str,
    kind: &'static str,
    mut rows: Vec<Value>,
    call: &Call,
) -> Result<Value, ApiError> {
    let number = |name: &str, otherwise: usize| match call.query.get(name) {
        None => Ok(otherwise),
        Some(text) => text
            .parse()
            .ok()
            .filter(|n| *n > 0)
            .ok_or_else(|| ApiError::unexpected(name)),
    };
    let (page, size) = (number("page", 1)?, number("page_size", 10)?.min(1000));
    let order = call.query.get("order").map_or("DESC", String::as_str).to_owned();
    if order == "DESC" {
        rows.reverse(); // they are kept in the order they were made
    }
    let total = rows.len();
    let rows: Vec<Value> = rows.into_iter().skip((page - 1) * size).take(size).collect();
    let action = world.action(kind, "SUCCESS");
    Ok(
        json!({"total_count": total, "current_page_size": rows.len(), key: rows, "filter": call.query,
        "paging": {"page_size": size, "page": page, "order": order, "order_by": "TIME_CREATED"},
        "action": {"id": action.id, "type": action.kind, "time_created": action.at, "result_code": "SUCCESS"}}),
    )
}

//! Which request goes where.

use super::{
    access, call::Call, create, errors::ApiError, follow_ups, idempotency, look_ups, payment_methods,
    reports, world::World,
};
use serde_json::Value;

/// Carries out one request. `claimed` says that its idempotency key was claimed already.
pub(super) fn carry_out(world: &mut World, call: &Call, approve: Option<i64>) -> Result<Value, ApiError> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (call.method.as_str(), path.as_slice()) {
        ("POST", ["accesstoken"]) => access::sign_in(world, call),
        ("POST", ["transactions"]) => create::transaction(world, call, approve),
        ("GET", ["transactions"]) => look_ups::list(world, call),
        ("GET", ["transactions", id]) => look_ups::get(world, id),
        ("POST", ["transactions", id, action]) => follow_ups::follow_up(world, id, action, call),
        ("POST", ["payment-methods"]) => payment_methods::create(world, call),
        ("GET", ["payment-methods", id]) => payment_methods::get(world, id),
        ("PATCH", ["payment-methods", id]) => payment_methods::patch(world, id, call),
        ("POST", ["payment-methods", id, "delete"]) => payment_methods::delete(world, id),
        ("POST", ["verifications"]) => create::verification(world, call),
        ("GET", ["settlement", "transactions"]) => reports::settled(world, call),
        ("GET", ["settlement", "deposits"]) => reports::deposits(world, call),
        ("GET", ["settlement", "deposits", id]) => reports::deposit(world, id),
        ("GET", ["settlement", "disputes"]) => reports::disputes(world, call, true),
        ("GET", ["disputes"]) => reports::disputes(world, call, false),
        ("GET", ["disputes", id]) => reports::dispute(world, id),
        ("POST", ["disputes", id, answer]) => reports::answer_dispute(world, id, answer),
        _ => Err(ApiError::no_path()),
    }
}

/// The permission a request needs.
fn permission(call: &Call) -> Option<&'static str> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (call.method.as_str(), path.as_slice()) {
        ("POST", ["transactions"]) => {
            let refund = call.json().is_some_and(|body| body["type"] == "REFUND");
            Some(if refund {
                "TRN_POST_Refund_Standalone"
            } else {
                "TRN_POST_Authorize"
            })
        }
        ("POST", ["transactions", _, "capture"]) => Some("TRN_POST_Capture"),
        ("POST", ["transactions", _, "refund"]) => Some("TRN_POST_Refund"),
        ("POST", ["transactions", _, "reversal"]) => Some("TRN_POST_Reverse"),
        ("POST", ["transactions", _, "reauthorization"]) => Some("TRN_POST_Reauthorize"),
        ("POST", ["transactions", _, "incremental" | "adjustment"]) => Some("TRN_POST_Adjustment"),
        ("POST", ["verifications"]) => Some("TRN_POST_Verify"),
        _ => None,
    }
}

/// Lets a request in: its token, its permission, its idempotency key, in this order.
pub(super) fn admit(world: &mut World, call: &Call) -> Result<(), ApiError> {
    if call.path.first().is_some_and(|first| first == "accesstoken") {
        return Ok(());
    }
    access::check(world, call, permission(call))?;
    match call.key() {
        Some(key) if call.method != "GET" => idempotency::claim(world, key),
        _ => Ok(()),
    }
}

/// Remembers how an admitted request ended under its key.
pub(super) fn remember(world: &mut World, call: &Call, result: &Result<Value, ApiError>) {
    let Some(key) = call.key().filter(|_| call.method != "GET") else {
        return;
    };
    let text = |value: &Value| value.as_str().map(str::to_owned);
    match result {
        Ok(body) => {
            let made = text(&body["id"]).map(|id| (id, text(&body["status"])));
            idempotency::settle(world, key, made);
        }
        Err(error) if error.http < 500 => idempotency::settle(world, key, None),
        Err(_) => idempotency::release(world, key),
    }
}

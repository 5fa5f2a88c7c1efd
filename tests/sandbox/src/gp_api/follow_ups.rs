//! What is done to a transaction that exists: capture, refund, reversal, re-authorization, increment.

use super::{
    call::Call,
    create::amount,
    errors::ApiError,
    notifications,
    payment::{Payment, State},
    world::World,
};
use serde_json::Value;

/// Carries out `POST /transactions/{id}/{action}`.
pub(super) fn follow_up(world: &mut World, id: &str, action: &str, call: &Call) -> Result<Value, ApiError> {
    let body = call.json().ok_or_else(|| ApiError::unexpected("request"))?;
    let asked = match &body["amount"] {
        Value::Null => None,
        given => {
            let text = given.as_str().map_or_else(|| given.to_string(), str::to_owned);
            Some(amount(&text).ok_or_else(|| ApiError::unexpected("amount"))?)
        }
    };
    let payment = world
        .payment(id)
        .cloned()
        .ok_or_else(|| ApiError::no_transaction(id))?;
    let (changed, kind) = match action {
        "capture" => (capture(world, payment, asked)?, "CAPTURE"),
        "refund" => (refund(world, &payment, asked)?, "REFUND"),
        "reversal" => (reversal(world, payment, asked)?, "REVERSE"),
        "reauthorization" => (reauthorization(world, &payment, asked)?, "REAUTHORIZE"),
        "incremental" => (increment(payment, asked)?, "AUTHORIZE"),
        _ => return Err(ApiError::no_path()),
    };
    match world.payment_mut(&changed.id) {
        Some(kept) => kept.clone_from(&changed),
        None => world.keep(changed.clone()),
    }
    notifications::queue(world, &changed.id);
    let action = world.action(kind, "SUCCESS");
    Ok(world.render(&changed, &action))
}

/// The most that may be captured or refunded of an amount.
fn limit(world: &World, original: i64) -> i64 {
    original.saturating_mul(world.switches.limit_percent) / 100
}

fn capture(world: &World, mut payment: Payment, asked: Option<i64>) -> Result<Payment, ApiError> {
    let again = payment.capture_mode == "MULTIPLE" && payment.state == State::Captured;
    if payment.is_refund || !(payment.state == State::Preauthorized || again) {
        return Err(ApiError::wrong_state(format!(
            "The {} transaction cannot be captured",
            payment.state.word()
        )));
    }
    let age_ms = world.now_ms() - payment.created_ms;
    if world
        .switches
        .authorization_life_s
        .is_some_and(|life_s| age_ms >= life_s * 1000)
    {
        let text = "36, Invalid original transaction: the authorization has expired";
        return Err(ApiError::new(400, "INVALID_REQUEST_DATA", "50020", text));
    }
    let amount = asked.unwrap_or(payment.approved - payment.captured);
    let most = limit(world, payment.approved);
    if amount <= 0 || payment.captured + amount > most {
        return Err(ApiError::over_limit(format!(
            "You may only capture up to {most} of the original amount"
        )));
    }
    payment.captured += amount;
    payment.state = State::Captured;
    payment.batch = world.open_batch();
    Ok(payment)
}

fn refund(world: &mut World, payment: &Payment, asked: Option<i64>) -> Result<Payment, ApiError> {
    if payment.is_refund || !payment.state.is_captured() {
        return Err(ApiError::wrong_state(format!(
            "The {} transaction cannot be refunded",
            payment.state.word()
        )));
    }
    let amount = asked.unwrap_or(payment.captured - payment.refunded);
    let most = limit(world, payment.captured);
    if amount <= 0 || payment.refunded + amount > most {
        return Err(ApiError::over_limit(format!(
            "You may only refund up to {most} of the original amount"
        )));
    }
    if let Some(original) = world.payment_mut(&payment.id) {
        original.refunded += amount;
    }
    Ok(Payment {
        id: world.new_id("TRN"),
        is_refund: true,
        state: State::Captured,
        approved: amount,
        captured: amount,
        refunded: 0,
        parent: Some(payment.id.clone()),
        created_ms: world.now_ms(),
        batch: world.open_batch(),
        deposit: None,
        ..payment.clone()
    })
}

fn reversal(world: &mut World, mut payment: Payment, asked: Option<i64>) -> Result<Payment, ApiError> {
    let open = matches!(payment.state, State::Preauthorized | State::Captured) && payment.refunded == 0;
    if !open {
        return Err(ApiError::wrong_state(format!(
            "The {} transaction cannot be reversed",
            payment.state.word()
        )));
    }
    let whole = payment.amount();
    let amount = asked.unwrap_or(whole);
    if amount <= 0 || amount > whole {
        return Err(ApiError::over_limit(format!(
            "You may only reverse up to {whole}"
        )));
    }
    if amount == whole {
        payment.state = State::Reversed;
        if let Some(original) = payment.parent.as_ref().and_then(|id| world.payment_mut(id)) {
            original.refunded -= amount;
        }
        return Ok(payment);
    }
    if !world.switches.partial_reversal || payment.is_refund {
        return Err(ApiError::new(
            400,
            "INVALID_REQUEST_DATA",
            "40214",
            "partial reversal not supported",
        ));
    }
    payment.approved -= amount;
    payment.captured = payment.captured.min(payment.approved);
    Ok(payment)
}

fn reauthorization(world: &mut World, payment: &Payment, asked: Option<i64>) -> Result<Payment, ApiError> {
    if payment.state != State::Reversed || payment.is_refund {
        return Err(ApiError::wrong_state(
            "Only a reversed transaction can be authorized again",
        ));
    }
    let approved = asked.unwrap_or(payment.approved);
    if approved <= 0 {
        return Err(ApiError::unexpected("amount"));
    }
    let auto = payment.capture_mode == "AUTO";
    Ok(Payment {
        id: world.new_id("TRN"),
        state: if auto {
            State::Captured
        } else {
            State::Preauthorized
        },
        approved,
        captured: if auto { approved } else { 0 },
        created_ms: world.now_ms(),
        batch: world.open_batch(),
        ..payment.clone()
    })
}

fn increment(mut payment: Payment, asked: Option<i64>) -> Result<Payment, ApiError> {
    if payment.state != State::Preauthorized {
        return Err(ApiError::wrong_state(
            "Only a preauthorized transaction can be incremented",
        ));
    }
    payment.approved += asked
        .filter(|a| *a > 0)
        .ok_or_else(|| ApiError::missing("amount"))?;
    Ok(payment)
}

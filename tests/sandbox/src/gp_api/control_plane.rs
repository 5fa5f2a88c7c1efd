//! `/_sim/…`: what a test or a demo does behind the gateway's back. JSON in, JSON out.

use super::{
    call::{Call, Reply},
    cards::Card,
    control::{Pay, StoreCard, Totals},
    errors::ApiError,
    faults::Fault,
    notifications::{self, Notify},
    payment::{Payment, State},
    payment_methods,
    server::Shared,
    settlement,
    world::{World, rfc3339},
};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

/// Serves one request of the control plane.
pub(super) async fn serve(shared: &Shared, call: &Call) -> Reply {
    let is_notification = call.method == "POST" && call.path.first().is_some_and(|p| p == "notifications");
    let result = if is_notification {
        notify(shared, call).await
    } else {
        act(&mut shared.world(), call)
    };
    match result {
        Ok(body) => Reply::json(200, &body),
        Err(error) => error.reply(),
    }
}

fn act(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let path: Vec<&str> = call.path.iter().map(String::as_str).collect();
    match (call.method.as_str(), path.as_slice()) {
        ("POST", ["reset"]) => {
            world.reset();
            Ok(json!({}))
        }
        ("POST", ["clock"]) => {
            let body: Value = body(call)?;
            world.advance(
                body["advance_ms"]
                    .as_i64()
                    .ok_or_else(|| ApiError::missing("advance_ms"))?,
            );
            Ok(json!({"now_ms": world.now_ms(), "now": rfc3339(world.now_ms())}))
        }
        ("GET", ["switches"]) => Ok(json!(world.switches)),
        ("POST", ["switches"]) => switch(world, &body(call)?),
        ("GET", ["faults"]) => Ok(json!(world.faults)),
        ("POST", ["faults"]) => {
            let fault: Fault = body(call)?;
            world.faults.push(fault);
            Ok(json!({"waiting": world.faults.len()}))
        }
        ("DELETE", ["faults"]) => {
            world.faults.clear();
            Ok(json!({}))
        }
        ("GET", ["recordings"]) => Ok(json!(world.recordings)),
        ("DELETE", ["recordings"]) => {
            world.recordings.clear();
            Ok(json!({}))
        }
        ("POST", ["tokens", "end"]) => {
            world.tokens.clear();
            Ok(json!({}))
        }
        _ => move_money(world, call, &path),
    }
}

/// Transactions, cards, settlement.
fn move_money(world: &mut World, call: &Call, path: &[&str]) -> Result<Value, ApiError> {
    match (call.method.as_str(), path) {
        ("GET", ["transactions"]) => {
            let rows: Vec<Value> = world
                .payments
                .iter()
                .map(|p| p.summary(&rfc3339(p.created_ms)))
                .collect();
            Ok(json!({"transactions": rows}))
        }
        ("POST", ["transactions"]) => pay(world, &body(call)?),
        ("GET", ["totals"]) => Ok(json!(totals(
            world,
            call.query.get("reference").map(String::as_str)
        ))),
        ("POST", ["payment-methods"]) => store_card(world, &body(call)?),
        ("POST", ["payment-methods", id, "end"]) => {
            let stored = world
                .cards
                .get_mut(*id)
                .ok_or_else(|| ApiError::no_payment_method(id))?;
            stored.ended = true;
            Ok(json!({"id": id}))
        }
        ("POST", ["batch", "close"]) => {
            settlement::close_batch(world);
            Ok(json!({}))
        }
        ("POST", ["settle"]) => Ok(json!({"deposits": settlement::settle(world)})),
        ("POST", ["disputes"]) => {
            let body: Value = body(call)?;
            let id = body["transaction"]
                .as_str()
                .ok_or_else(|| ApiError::missing("transaction"))?;
            Ok(json!({"id": settlement::dispute(world, id)?}))
        }
        ("POST", ["return-url"]) => {
            let body: Value = body(call)?;
            let text = |field: &str| body[field].as_str().ok_or_else(|| ApiError::missing(field));
            Ok(json!({"url": notifications::return_url(world, text("transaction")?, text("url")?)?}))
        }
        _ => Err(ApiError::no_path()),
    }
}

fn body<T: DeserializeOwned>(call: &Call) -> Result<T, ApiError> {
    let json = call.json().ok_or_else(|| ApiError::unexpected("request"))?;
    serde_json::from_value(json)
        .map_err(|error| ApiError::new(400, "INVALID_REQUEST_DATA", "40213", error.to_string()))
}

/// Takes over the switches that are given and leaves the others as they are.
fn switch(world: &mut World, changes: &Value) -> Result<Value, ApiError> {
    let mut all = json!(world.switches);
    let changes = changes
        .as_object()
        .ok_or_else(|| ApiError::unexpected("request"))?;
    for (name, value) in changes {
        all[name] = value.clone();
    }
    let invalid =
        |error: serde_json::Error| ApiError::new(400, "INVALID_REQUEST_DATA", "40213", error.to_string());
    world.switches = serde_json::from_value(all).map_err(invalid)?;
    Ok(json!(world.switches))
}

fn store_card(world: &mut World, wish: &StoreCard) -> Result<Value, ApiError> {
    let card = json!({"number": wish.card});
    let id = payment_methods::store(world, &card, "MULTIPLE", "")?;
    if let Some(stored) = world.cards.get_mut(&id) {
        stored.ended = wish.ended;
    }
    Ok(json!({"id": id}))
}

/// A payment a shop's own plugin made.
fn pay(world: &mut World, wish: &Pay) -> Result<Value, ApiError> {
    let card = Card::find(&wish.card).ok_or_else(|| ApiError::unexpected("card"))?;
    let payment = Payment {
        id: world.new_id("TRN"),
        is_refund: false,
        state: if wish.captured {
            State::Captured
        } else {
            State::Preauthorized
        },
        capture_mode: if wish.captured { "AUTO" } else { "LATER" }.to_owned(),
        channel: "CNP".to_owned(),
        country: "US".to_owned(),
        currency: wish.amount.currency.code().to_owned(),
        account_name: "transaction_processing".to_owned(),
        approved: wish.amount.minor,
        captured: if wish.captured { wish.amount.minor } else { 0 },
        refunded: 0,
        reference: wish.reference.clone(),
        parent: None,
        card,
        holder: String::new(),
        entry_mode: "ECOM".to_owned(),
        result: "00",
        created_ms: world.now_ms(),
        batch: world.open_batch(),
        deposit: None,
        token: None,
        status_url: None,
        by_plugin: true,
    };
    let id = payment.id.clone();
    world.keep(payment);
    Ok(json!({"id": id}))
}

/// Sums over all transactions, or over those of one reference.
fn totals(world: &World, reference: Option<&str>) -> Totals {
    let mut totals = Totals::default();
    for payment in world
        .payments
        .iter()
        .filter(|p| reference.is_none_or(|r| p.reference == r))
    {
        match (payment.is_refund, payment.state) {
            (_, State::Declined) => totals.declined += 1,
            (true, State::Reversed) => {}
            (true, _) => {
                totals.refunds += 1;
                totals.refunded_minor += payment.captured;
            }
            (false, state) => {
                totals.charges += u64::from(!payment.by_plugin);
                totals.reversals += u64::from(state == State::Reversed);
                if state == State::Preauthorized {
                    totals.authorized_minor += payment.approved;
                }
                if state.is_captured() {
                    totals.captures += 1;
                    totals.captured_minor += payment.captured;
                }
            }
        }
    }
    totals
}

async fn notify(shared: &Shared, call: &Call) -> Result<Value, ApiError> {
    let notify: Notify = body(call)?;
    let outgoing = notifications::compose(&mut shared.world(), &notify)?;
    let mut statuses = Vec::new();
    for _ in 0..notify.times {
        statuses.push(notifications::send(&shared.http, &outgoing).await);
    }
    Ok(json!({"statuses": statuses}))
}

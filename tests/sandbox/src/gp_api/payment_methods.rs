//! `/payment-methods`: cards become tokens.

use super::{call::Call, cards::Card, errors::ApiError, world::World, world::rfc3339};
use serde_json::{Value, json};

/// A card behind a token.
#[derive(Clone, Debug)]
pub(super) struct StoredCard {
    pub card: Card,
    pub expiry_month: String,
    pub expiry_year: String,
    pub usage_mode: String,
    pub reference: String,
    pub created_ms: i64,
    /// A token that was deleted, used up, or has ended.
    pub ended: bool,
}

/// Keeps a card and returns its token.
pub(super) fn store(
    world: &mut World,
    card: &Value,
    usage_mode: &str,
    reference: &str,
) -> Result<String, ApiError> {
    let number = card["number"]
        .as_str()
        .ok_or_else(|| ApiError::missing("card.number"))?;
    let found = Card::find(number).ok_or_else(|| ApiError::unexpected("card.number"))?;
    let text = |field: &str, otherwise: &str| card[field].as_str().unwrap_or(otherwise).to_owned();
    let stored = StoredCard {
        card: found,
        expiry_month: text("expiry_month", "12"),
        expiry_year: text("expiry_year", "30"),
        usage_mode: usage_mode.to_owned(),
        reference: reference.to_owned(),
        created_ms: world.now_ms(),
        ended: false,
    };
    let id = world.new_id("PMT");
    world.cards.insert(id.clone(), stored);
    Ok(id)
}

/// `POST /payment-methods`.
pub(super) fn create(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let body = call.json().ok_or_else(|| ApiError::unexpected("request"))?;
    let usage = body["usage_mode"].as_str().unwrap_or("MULTIPLE").to_owned();
    let reference = body["reference"].as_str().unwrap_or_default().to_owned();
    let id = store(world, &body["card"], &usage, &reference)?;
    show(world, &id, "PAYMENT_METHOD_CREATE")
}

/// `GET /payment-methods/{id}`.
pub(super) fn get(world: &mut World, id: &str) -> Result<Value, ApiError> {
    show(world, id, "PAYMENT_METHOD_SINGLE")
}

/// `PATCH /payment-methods/{id}`: a new expiry date.
pub(super) fn patch(world: &mut World, id: &str, call: &Call) -> Result<Value, ApiError> {
    let body = call.json().ok_or_else(|| ApiError::unexpected("request"))?;
    let stored = world
        .cards
        .get_mut(id)
        .filter(|c| !c.ended)
        .ok_or_else(|| ApiError::no_payment_method(id))?;
    if let Some(month) = body["card"]["expiry_month"].as_str() {
        stored.expiry_month = month.to_owned();
    }
    if let Some(year) = body["card"]["expiry_year"].as_str() {
        stored.expiry_year = year.to_owned();
    }
    show(world, id, "PAYMENT_METHOD_EDIT")
}

/// `POST /payment-methods/{id}/delete`.
pub(super) fn delete(world: &mut World, id: &str) -> Result<Value, ApiError> {
    let mut answer = show(world, id, "PAYMENT_METHOD_DELETE")?;
    if let Some(stored) = world.cards.get_mut(id) {
        stored.ended = true;
    }
    answer["status"] = json!("DELETED");
    Ok(answer)
}

/// The card behind a token that can pay.
pub(super) fn find<'a>(world: &'a World, id: &str) -> Result<&'a StoredCard, ApiError> {
    world
        .cards
        .get(id)
        .filter(|card| !card.ended)
        .ok_or_else(|| ApiError::no_payment_method(id))
}

fn show(world: &mut World, id: &str, kind: &'static str) -> Result<Value, ApiError> {
    let action = world.action(kind, "SUCCESS");
    let stored = find(world, id)?;
    Ok(
        json!({"id": id, "time_created": rfc3339(stored.created_ms), "status": "ACTIVE",
        "usage_mode": stored.usage_mode, "reference": stored.reference, "name": "",
        "merchant_id": "MER_simulator", "account_id": "TKA_simulator", "account_name": "tokenization",
        "card": {"number_last4": stored.card.masked_last4(), "brand": stored.card.brand,
            "expiry_month": stored.expiry_month, "expiry_year": stored.expiry_year},
        "action": {"id": action.id, "type": action.kind, "time_created": action.at, "result_code": "SUCCESS"}}),
    )
}

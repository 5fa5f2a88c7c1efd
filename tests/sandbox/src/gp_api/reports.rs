//! `/settlement/…` and `/disputes…`.

use super::{
    call::Call,
    errors::ApiError,
    look_ups::{envelope, matches_filters},
    settlement::Dispute,
    world::{World, read_time, rfc3339},
};
use serde_json::{Value, json};

/// `GET /settlement/transactions`: what is in a deposit.
pub(super) fn settled(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let deposited = |id: &str| world.deposits.iter().find(|d| d.id == id);
    let rows = world
        .payments
        .iter()
        .filter(|p| p.deposit.is_some() && matches_filters(p, &call.query))
        .map(|p| {
            let mut row = p.summary(&rfc3339(p.created_ms));
            if let Some(deposit) = p.deposit.as_deref().and_then(deposited) {
                row["deposit_status"] = json!("FUNDED");
                row["deposit_time_created"] = json!(rfc3339(deposit.created_ms));
                row["deposit_amount"] = json!(deposit.amount().to_string());
                row["batch_time_created"] = json!(rfc3339(deposit.created_ms));
                row["system"] = deposit.render()["system"].clone();
            }
            row
        })
        .collect();
    envelope(world, "transactions", "SETTLEMENT_TRANSACTION_LIST", rows, call)
}

/// `GET /settlement/deposits`.
pub(super) fn deposits(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let since = call
        .query
        .get("from_time_created")
        .and_then(|text| read_time(text));
    let wanted = call.query.get("id");
    let rows = world
        .deposits
        .iter()
        .filter(|d| since.is_none_or(|from| d.created_ms >= from) && wanted.is_none_or(|id| d.id == *id))
        .map(super::settlement::Deposit::render)
        .collect();
    envelope(world, "deposits", "DEPOSIT_LIST", rows, call)
}

/// `GET /settlement/deposits/{id}`.
pub(super) fn deposit(world: &mut World, id: &str) -> Result<Value, ApiError> {
    let action = world.action("DEPOSIT_SINGLE", "SUCCESS");
    let found = world
        .deposits
        .iter()
        .find(|d| d.id == id)
        .ok_or_else(ApiError::no_path)?;
    let mut body = found.render();
    body["action"] = json!({"id": action.id, "type": action.kind, "result_code": "SUCCESS"});
    Ok(body)
}

/// `GET /disputes`; with `settled`, `GET /settlement/disputes`: those a deposit paid for.
pub(super) fn disputes(world: &mut World, call: &Call, settled: bool) -> Result<Value, ApiError> {
    let status = call.query.get("status");
    let rows = world
        .disputes
        .iter()
        .filter(|d| (!settled || d.deposit.is_some()) && status.is_none_or(|s| d.status == s))
        .map(|d| render(world, d))
        .collect();
    envelope(world, "disputes", "DISPUTE_LIST", rows, call)
}

/// `GET /disputes/{id}`.
pub(super) fn dispute(world: &mut World, id: &str) -> Result<Value, ApiError> {
    let found = world
        .disputes
        .iter()
        .find(|d| d.id == id)
        .ok_or_else(ApiError::no_path)?;
    Ok(render(world, found))
}

/// `POST /disputes/{id}/acceptance` and `…/challenge`.
pub(super) fn answer_dispute(world: &mut World, id: &str, answer: &str) -> Result<Value, ApiError> {
    let status = match answer {
        "acceptance" => "CLOSED",
        "challenge" => "UNDER_REVIEW",
        _ => return Err(ApiError::no_path()),
    };
    let found = world
        .disputes
        .iter_mut()
        .find(|d| d.id == id)
        .ok_or_else(ApiError::no_path)?;
    if found.status != "WITH_MERCHANT" {
        return Err(ApiError::new(
            400,
            "INVALID_DISPUTE_ACTION",
            "40072",
            "The dispute is not with the merchant",
        ));
    }
    found.status = status;
    let id = id.to_owned();
    dispute(world, &id)
}

fn render(world: &World, dispute: &Dispute) -> Value {
    let payment = world.payment(&dispute.transaction);
    let transaction = payment
        .map(|p| p.summary(&rfc3339(p.created_ms)))
        .unwrap_or_default();
    let created = rfc3339(dispute.created_ms);
    json!({"id": dispute.id, "time_created": created, "status": dispute.status, "stage": dispute.stage,
        "stage_time_created": created, "amount": dispute.amount.to_string(), "currency": dispute.currency,
        "reason_code": "104", "reason_description": "Other fraud", "result": "PENDING",
        "time_to_respond_by": rfc3339(dispute.created_ms + 14 * 86_400_000),
        "system": {"mid": "101023947262", "hierarchy": "055-70-024-011-019", "name": "Simulator", "dba": "Simulator"},
        "last_adjustment_amount": "", "last_adjustment_currency": "", "last_adjustment_funding": "",
        "deposit_id": dispute.deposit.clone().unwrap_or_default(),
        "payment_method": transaction["payment_method"].clone(), "transaction": transaction, "documents": [],
        "action": {"id": "", "type": "DISPUTE_SINGLE", "result_code": "SUCCESS"}})
}

//! `POST /transactions` and `POST /verifications`.

use super::{
    call::Call,
    cards::{Card, Conduct},
    errors::ApiError,
    notifications,
    payment::{Payment, State},
    payment_methods,
    world::World,
};
use serde_json::{Value, json};

/// Longest reference.
const REFERENCE_LENGTH_MAX: usize = 50;

/// What a request asks for, checked.
struct Wish {
    is_refund: bool,
    capture_mode: String,
    amount: i64,
    currency: String,
    reference: String,
}

/// Makes a sale or a stand-alone refund. `approve` limits what is approved.
pub(super) fn transaction(world: &mut World, call: &Call, approve: Option<i64>) -> Result<Value, ApiError> {
    let body = call.json().ok_or_else(|| ApiError::unexpected("request"))?;
    let wish = check(&body)?;
    let method = &body["payment_method"];
    let (card, token) = card_of(world, method)?;
    let (result, declined) = match card.conduct() {
        Conduct::Approve => ("00", false),
        Conduct::Decline(code) => (code, true),
        Conduct::Fail(detail, text) => {
            return Err(ApiError::new(502, "SYSTEM_ERROR_DOWNSTREAM", detail, text));
        }
    };
    let approved = approve.map_or(wish.amount, |limit| limit.min(wish.amount));
    let captured = wish.is_refund || wish.capture_mode == "AUTO";
    let state = match (declined, captured) {
        (true, _) => State::Declined,
        (false, true) => State::Captured,
        (false, false) => State::Preauthorized,
    };
    let stores = method["storage_mode"] == "ON_SUCCESS" && !declined;
    let token = if stores {
        Some(payment_methods::store(world, &method["card"], "MULTIPLE", "")?)
    } else {
        token
    };
    let text = |value: &Value, otherwise: &str| value.as_str().unwrap_or(otherwise).to_owned();
    let payment = Payment {
        id: world.new_id("TRN"),
        is_refund: wish.is_refund,
        state,
        capture_mode: wish.capture_mode,
        channel: text(&body["channel"], "CNP"),
        country: text(&body["country"], "US"),
        currency: wish.currency,
        account_name: text(&body["account_name"], "transaction_processing"),
        approved,
        captured: if state == State::Captured { approved } else { 0 },
        refunded: 0,
        reference: wish.reference,
        parent: None,
        card,
        holder: text(&method["name"], ""),
        entry_mode: text(&method["entry_mode"], "ECOM"),
        result,
        created_ms: world.now_ms(),
        batch: world.open_batch(),
        deposit: None,
        token,
        status_url: body["notifications"]["status_url"].as_str().map(str::to_owned),
        by_plugin: false,
    };
    let kind = if wish.is_refund { "REFUND" } else { "AUTHORIZE" };
    let action = world.action(kind, if declined { "DECLINED" } else { "SUCCESS" });
    let answer = world.render(&payment, &action);
    world.keep(payment.clone());
    notifications::queue(world, &payment.id);
    Ok(answer)
}

fn check(body: &Value) -> Result<Wish, ApiError> {
    let text = |field: &str| {
        let value = body[field].as_str().filter(|value| !value.is_empty());
        value.map(str::to_owned).ok_or_else(|| ApiError::missing(field))
    };
    if body["account_name"].is_null() && body["account_id"].is_null() {
        return Err(ApiError::missing("account_name"));
    }
    let (channel, kind) = (text("channel")?, text("type")?);
    if !matches!(channel.as_str(), "CNP" | "CP") {
        return Err(ApiError::unexpected("channel"));
    }
    if !matches!(kind.as_str(), "SALE" | "REFUND") {
        return Err(ApiError::unexpected("type"));
    }
    let capture_mode = body["capture_mode"].as_str().unwrap_or("AUTO").to_owned();
    if !matches!(capture_mode.as_str(), "AUTO" | "LATER" | "MULTIPLE") {
        return Err(ApiError::unexpected("capture_mode"));
    }
    let amount = amount(&text("amount")?)
        .filter(|a| *a > 0)
        .ok_or_else(|| ApiError::unexpected("amount"))?;
    let currency = text("currency")?;
    if currency.parse::<domain::money::Currency>().is_err() {
        return Err(ApiError::unexpected("currency"));
    }
    if text("country")?.len() != 2 {
        return Err(ApiError::unexpected("country"));
    }
    let reference = text("reference")?;
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '-';
    if reference.len() > REFERENCE_LENGTH_MAX || !reference.chars().all(plain) {
        return Err(ApiError::unexpected("reference"));
    }
    Ok(Wish {
        is_refund: kind == "REFUND",
        capture_mode,
        amount,
        currency,
        reference,
    })
}

/// An amount on the wire: digits only.
pub(super) fn amount(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let plain = !digits.is_empty() && digits.bytes().all(|b| b.is_ascii_digit());
    plain.then(|| text.parse().ok()).flatten()
}

/// The card that pays: by token, or by number.
fn card_of(world: &World, method: &Value) -> Result<(Card, Option<String>), ApiError> {
    if method["entry_mode"].as_str().is_none() {
        return Err(ApiError::missing("payment_method.entry_mode"));
    }
    if let Some(id) = method["id"].as_str() {
        return Ok((
            payment_methods::find(world, id)?.card.clone(),
            Some(id.to_owned()),
        ));
    }
    let number = method["card"]["number"]
        .as_str()
        .ok_or_else(|| ApiError::missing("payment_method.card.number"))?;
    let card = Card::find(number).ok_or_else(|| ApiError::unexpected("payment_method.card.number"))?;
    Ok((card, None))
}

/// Verifies a card without money.
pub(super) fn verification(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let body = call.json().ok_or_else(|| ApiError::unexpected("request"))?;
    let (card, _) = card_of(world, &body["payment_method"])?;
    let (result, status) = match card.conduct() {
        Conduct::Approve => ("00", "VERIFIED"),
        Conduct::Decline(code) => (code, "NOT_VERIFIED"),
        Conduct::Fail(detail, text) => {
            return Err(ApiError::new(502, "SYSTEM_ERROR_DOWNSTREAM", detail, text));
        }
    };
    let id = world.new_id("VER");
    let action = world.action(
        "VERIFY",
        if status == "VERIFIED" {
            "SUCCESS"
        } else {
            "DECLINED"
        },
    );
    Ok(
        json!({"id": id, "time_created": action.at, "status": status, "channel": body["channel"],
        "country": body["country"], "currency": body["currency"], "reference": body["reference"],
        "account_name": body["account_name"], "merchant_id": "MER_simulator",
        "payment_method": {"result": result, "message": status, "entry_mode": body["payment_method"]["entry_mode"],
            "card": {"brand": card.brand, "masked_number_last4": card.masked_last4(), "cvv_result": "MATCHED",
                "avs_address_result": "NOT_CHECKED", "avs_postal_code_result": "NOT_CHECKED"}},
        "action": {"id": action.id, "type": action.kind, "time_created": action.at, "result_code": action.result}}),
    )
}

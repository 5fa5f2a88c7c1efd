//! `POST /accesstoken`: signing in, by app key or by the credentials of a Portico merchant.

use super::{call::Call, errors::ApiError, world::World, world::rfc3339};
use serde_json::{Value, json};
use sha2::{Digest, Sha512};

/// A week, the longest life a token may ask for; a minute, the shortest.
const LIFE_S: std::ops::RangeInclusive<i64> = 60..=604_800;
/// Every permission a token may ask for.
const PERMISSIONS: &[&str] = &[
    "BAT_PUT_Close",
    "TRN_POST_Adjustment",
    "TRN_POST_Authorize",
    "TRN_POST_Capture",
    "TRN_POST_Force",
    "TRN_POST_Initiate",
    "TRN_POST_Reauthorize",
    "TRN_POST_Refund",
    "TRN_POST_Refund_Standalone",
    "TRN_POST_Reverse",
    "TRN_POST_Verify",
    "PMT_POST_Create_Single",
    "PMT_POST_Create",
];
/// The accounts a token opens.
const ACCOUNTS: &[(&str, &str)] = &[
    ("DAA_simulator", "settlement_reporting"),
    ("DIA_simulator", "dispute_management"),
    ("TKA_simulator", "tokenization"),
    ("TRA_simulator", "transaction_processing"),
    ("RAA_simulator", "risk_assessment"),
    ("MMA_simulator", "merchant_management"),
];

/// A token that was given out.
#[derive(Clone, Debug)]
pub(super) struct Token {
    pub ends_ms: i64,
    /// What it may do; `None` means everything.
    pub permissions: Option<Vec<String>>,
}

/// Signs in.
pub(super) fn sign_in(world: &mut World, call: &Call) -> Result<Value, ApiError> {
    let body = call.json().ok_or_else(|| ApiError::unexpected("request"))?;
    check_credentials(world, &body)?;
    let life_s = life(world, &body)?;
    let permissions = permissions(&body)?;
    let token = world.new_id("TOK");
    let now = world.now_ms();
    let granted: Vec<&str> = match &permissions {
        Some(list) => list.iter().map(String::as_str).collect(),
        None => PERMISSIONS.to_vec(),
    };
    let accounts: Vec<Value> = ACCOUNTS
        .iter()
        .map(|(id, name)| {
            let granted = if *name == "transaction_processing" {
                granted.as_slice()
            } else {
                &[]
            };
            json!({"id": id, "name": name, "permissions": granted})
        })
        .collect();
    let answer = json!({"token": token, "type": "Bearer",
        "scope": {"merchant_id": "MER_simulator", "merchant_name": "Simulator", "accounts": accounts},
        "app_id": body["app_id"], "app_name": "simulator", "time_created": rfc3339(now),
        "seconds_to_expire": life_s, "email": "merchant@example.com"});
    world.tokens.insert(
        token,
        Token {
            ends_ms: now + life_s * 1000,
            permissions,
        },
    );
    Ok(answer)
}

fn check_credentials(world: &World, body: &Value) -> Result<(), ApiError> {
    let unknown = |text: &str| Err(ApiError::new(403, "ACTION_NOT_AUTHORIZED", "40004", text));
    if let Some(credentials) = body["credentials"].as_array() {
        let of = |name: &str| {
            credentials
                .iter()
                .find(|c| c["name"] == name)
                .and_then(|c| c["value"].as_str())
        };
        let by_key = of("apikey").is_some_and(|key| key.starts_with("skapi_"));
        let by_device = ["site_id", "license_id", "device_id", "username", "password"]
            .iter()
            .all(|n| of(n).is_some());
        let known = by_key || by_device;
        return if known {
            Ok(())
        } else {
            unknown("Credentials not recognized to create access token.")
        };
    }
    let text = |field: &str| body[field].as_str().ok_or_else(|| ApiError::missing(field));
    let (app_id, nonce, secret) = (text("app_id")?, text("nonce")?, text("secret")?);
    let proof = Sha512::digest(format!("{nonce}{}", world.options.app_key).as_bytes());
    if app_id != world.options.app_id {
        return unknown("App credentials not recognized");
    }
    if secret != hex::encode(proof) {
        return unknown("Credentials not recognized to create access token.");
    }
    Ok(())
}

fn life(world: &World, body: &Value) -> Result<i64, ApiError> {
    let interval_s = match body["interval_to_expire"].as_str() {
        None => world.switches.token_life_s,
        Some("WEEK") => 604_800,
        Some("DAY") => 86_400,
        Some("12_HOURS") => 43_200,
        Some("6_HOURS") => 21_600,
        Some("3_HOURS") => 10_800,
        Some("1_HOUR") => 3_600,
        Some("30_MINUTES") => 1_800,
        Some("10_MINUTES") => 600,
        Some("5_MINUTES") => 300,
        Some(_) => return Err(ApiError::unexpected("interval_to_expire")),
    };
    match &body["seconds_to_expire"] {
        Value::Null => Ok(interval_s),
        asked => {
            let seconds = asked
                .as_i64()
                .or_else(|| asked.as_str().and_then(|t| t.parse().ok()));
            seconds
                .filter(|s| LIFE_S.contains(s))
                .ok_or_else(|| ApiError::unexpected("seconds_to_expire"))
        }
    }
}

fn permissions(body: &Value) -> Result<Option<Vec<String>>, ApiError> {
    let Some(asked) = body["permissions"].as_array().filter(|list| !list.is_empty()) else {
        return Ok(None);
    };
    let list: Vec<String> = asked
        .iter()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let known = list.len() == asked.len() && list.iter().all(|p| PERMISSIONS.contains(&p.as_str()));
    let invalid = || ApiError::new(400, "INVALID_REQUEST_DATA", "40119", "Invalid permissions");
    if known { Ok(Some(list)) } else { Err(invalid()) }
}

/// Checks the bearer token and, when the action needs one, the permission.
pub(super) fn check(world: &World, call: &Call, permission: Option<&str>) -> Result<(), ApiError> {
    let given = call
        .headers
        .get("authorization")
        .and_then(|value| value.strip_prefix("Bearer "));
    let token = given
        .and_then(|token| world.tokens.get(token))
        .filter(|token| world.now_ms() < token.ends_ms);
    let Some(token) = token else {
        return Err(ApiError::new(
            401,
            "NOT_AUTHENTICATED",
            "40001",
            "Invalid access token",
        ));
    };
    match (permission, &token.permissions) {
        (Some(needed), Some(list)) if !list.iter().any(|p| p == needed) => Err(ApiError::new(
            403,
            "ACTION_NOT_AUTHORIZED",
            "40212",
            "Permission not enabled to execute action",
        )),
        _ => Ok(()),
    }
}

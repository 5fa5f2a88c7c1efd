//! The shapes on the wire, as far as this client needs them. Field names are the gateway's.

use super::{amount::Minor, status::Kind, status::Status};
use serde::{Deserialize, Serialize};

/// `POST /accesstoken`.
#[derive(Serialize)]
pub(super) struct AccessTokenRequest<'a> {
    pub app_id: &'a str,
    pub nonce: &'a str,
    /// Lower-case hex SHA-512 of nonce and app key.
    pub secret: &'a str,
    pub grant_type: &'static str,
}

/// Its answer. The token itself is taken over into a secret at once.
#[derive(Deserialize)]
pub(super) struct AccessTokenAnswer {
    pub token: String,
    pub seconds_to_expire: Option<u64>,
}

/// The same answer, for what the token opens.
#[derive(Deserialize)]
pub(super) struct ScopeAnswer {
    #[serde(default)]
    pub scope: Scope,
}

#[derive(Default, Deserialize)]
pub(super) struct Scope {
    #[serde(default)]
    pub accounts: Vec<ScopeAccount>,
}

#[derive(Deserialize)]
pub(super) struct ScopeAccount {
    pub name: String,
}

/// `POST /transactions`.
#[derive(Serialize)]
pub(super) struct CreateRequest<'a> {
    pub account_name: &'a str,
    /// `CNP`: card not present.
    pub channel: &'static str,
    pub country: &'a str,
    #[serde(rename = "type")]
    pub kind: &'static str,
    /// `LATER`: authorize only.
    pub capture_mode: &'static str,
    pub amount: String,
    pub currency: &'static str,
    pub reference: &'a str,
    pub payment_method: PaymentMethod<'a>,
}

/// How it is paid: always by a token, never by a card number.
#[derive(Serialize)]
pub(super) struct PaymentMethod<'a> {
    pub entry_mode: &'static str,
    pub id: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<&'a str>,
}

/// `POST /transactions/{id}/capture`, `…/refund`, `…/reversal`. Without an amount: all of it.
#[derive(Serialize)]
pub(super) struct FollowUpRequest {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub amount: Option<String>,
}

/// A transaction, as every call answers it and as notifications bring it.
#[derive(Deserialize)]
pub(super) struct WireTransaction {
    pub id: String,
    pub status: Status,
    #[serde(rename = "type")]
    pub kind: Option<Kind>,
    pub amount: Option<Minor>,
    pub currency: Option<String>,
    pub reference: Option<String>,
    pub parent_resource_id: Option<String>,
    pub time_created: Option<String>,
    pub batch_id: Option<String>,
    pub payment_method: Option<WirePaymentMethod>,
    pub action: Option<WireAction>,
}

#[derive(Deserialize)]
pub(super) struct WirePaymentMethod {
    /// The issuer's code: `00` approved, `101` declined.
    pub result: Option<String>,
    pub card: Option<WireCard>,
}

#[derive(Deserialize)]
pub(super) struct WireCard {
    pub brand: Option<String>,
    /// `XXXXXXXXXXXX5262`.
    pub masked_number_last4: Option<String>,
    /// Reports mask in the middle: `426397XXXXXX5262`.
    pub masked_number_first6last4: Option<String>,
    pub authcode: Option<String>,
}

#[derive(Deserialize)]
pub(super) struct WireAction {
    pub id: Option<String>,
    pub result_code: Option<String>,
}

/// `GET /transactions?…`.
#[derive(Deserialize)]
pub(super) struct WireList {
    pub total_count: Option<u64>,
    pub transactions: Vec<serde_json::Value>,
}

/// The body of every error.
#[derive(Deserialize)]
pub(super) struct WireError {
    pub error_code: String,
    #[serde(default)]
    pub detailed_error_code: String,
    #[serde(default)]
    pub detailed_error_description: String,
}

//! One transaction as the gateway keeps it.

use super::cards::Card;
use serde_json::{Value, json};

/// Where it stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum State {
    Preauthorized,
    Captured,
    Batched,
    Funded,
    Reversed,
    Declined,
}

impl State {
    /// The word on the wire.
    pub fn word(self) -> &'static str {
        match self {
            Self::Preauthorized => "PREAUTHORIZED",
            Self::Captured => "CAPTURED",
            Self::Batched => "BATCHED",
            Self::Funded => "FUNDED",
            Self::Reversed => "REVERSED",
            Self::Declined => "DECLINED",
        }
    }

    /// Whether money has been taken.
    pub fn is_captured(self) -> bool {
        matches!(self, Self::Captured | Self::Batched | Self::Funded)
    }
}

/// A sale or a refund.
#[derive(Clone, Debug)]
pub(super) struct Payment {
    pub id: String,
    pub is_refund: bool,
    pub state: State,
    pub capture_mode: String,
    pub channel: String,
    pub country: String,
    pub currency: String,
    pub account_name: String,
    /// Approved, minor units.
    pub approved: i64,
    /// Captured so far, minor units.
    pub captured: i64,
    /// Refunded so far, minor units.
    pub refunded: i64,
    pub reference: String,
    /// Of a refund: the sale.
    pub parent: Option<String>,
    pub card: Card,
    pub holder: String,
    pub entry_mode: String,
    /// The issuer's result, `00` when approved.
    pub result: &'static str,
    pub created_ms: i64,
    pub batch: String,
    pub deposit: Option<String>,
    /// A token made on the way (`storage_mode: ON_SUCCESS`), or the one that paid.
    pub token: Option<String>,
    pub status_url: Option<String>,
    /// Made through the control plane, as a shop's plugin would have.
    pub by_plugin: bool,
}

/// What was done to a transaction last, as the answer tells it.
#[derive(Clone, Debug)]
pub(super) struct Action {
    pub id: String,
    pub kind: &'static str,
    pub result: &'static str,
    pub at: String,
}

impl Payment {
    /// The amount the gateway shows: what was captured, else what was approved.
    pub fn amount(&self) -> i64 {
        if self.state.is_captured() {
            self.captured
        } else {
            self.approved
        }
    }

    /// The body of answers about it.
    pub fn render(&self, created: &str, action: &Action) -> Value {
        let mut body = self.summary(created);
        body["action"] = json!({"id": action.id, "type": action.kind, "time_created": action.at,
            "result_code": action.result, "app_id": "simulator", "app_name": "simulator"});
        body
    }

    /// The body of a row in a list.
    pub fn summary(&self, created: &str) -> Value {
        let approved = self.result == "00";
        let message = if approved {
            "[ test system ] AUTHORISED"
        } else {
            "[ test system ] DECLINED"
        };
        let card = json!({"brand": self.card.brand, "masked_number_last4": self.card.masked_last4(),
            "masked_number_first6last4": self.card.masked_first6_last4(),
            "authcode": if approved { "12345" } else { "" }, "brand_reference": format!("BR{}", &self.id[4..]),
            "arn": format!("7416{}", self.created_ms), "brand_time_created": "", "cvv_result": "MATCHED",
            "avs_address_result": "NOT_CHECKED", "avs_postal_code_result": "NOT_CHECKED", "avs_action": ""});
        let mut method = json!({"result": self.result, "message": message, "entry_mode": self.entry_mode,
            "name": self.holder, "card": card});
        if let Some(token) = &self.token {
            method["id"] = json!(token);
        }
        json!({"id": self.id, "time_created": created, "time_created_reference": "",
            "type": if self.is_refund { "REFUND" } else { "SALE" }, "status": self.state.word(),
            "channel": self.channel, "capture_mode": self.capture_mode, "amount": self.amount().to_string(),
            "currency": self.currency, "country": self.country, "merchant_id": "MER_simulator",
            "merchant_name": "Simulator", "account_id": "TRA_simulator", "account_name": self.account_name,
            "reference": self.reference, "payment_method": method, "batch_id": self.batch,
            "parent_resource_id": self.parent.clone().unwrap_or_default(),
            "deposit_id": self.deposit.clone().unwrap_or_default()})
    }
}

//! What the public documentation leaves open, or what differs between merchants, can be switched.

use serde::{Deserialize, Serialize};

/// What a repeat meets while the first request under its key is still running.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum WhileRunning {
    /// 409 without the id of a transaction, since there is none yet.
    Conflict,
    /// It is carried out as well: keys protect only against what has ended.
    Process,
}

/// The switches. As JSON an object; `POST /_sim/switches` takes any part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Switches {
    /// What a repeat meets while the first is running.
    pub while_running: WhileRunning,
    /// Whether a request that ended with 4xx uses its key up.
    pub errors_consume_key: bool,
    /// How long a key is remembered, seconds.
    pub key_window_s: i64,
    /// How long an access token lives when the caller asks for no other life, seconds.
    pub token_life_s: i64,
    /// Captures and refunds may reach this share of the original amount, percent: 115 or 100.
    pub limit_percent: i64,
    /// Whether a part of an authorization can be reversed (in some regions: 40214).
    pub partial_reversal: bool,
    /// After how long an authorization can no longer be captured, seconds.
    pub authorization_life_s: Option<i64>,
    /// Whether notifications are sent by themselves to the `status_url` of a transaction.
    pub notify: bool,
    /// How long a transaction cannot be found by a list after it was made, seconds: lists lag behind.
    pub list_lag_s: i64,
}

impl Default for Switches {
    fn default() -> Self {
        Self {
            while_running: WhileRunning::Conflict,
            errors_consume_key: false,
            key_window_s: 24 * 3600,
            token_life_s: 86_399,
            limit_percent: 115,
            partial_reversal: false,
            authorization_life_s: None,
            notify: true,
            list_lag_s: 0,
        }
    }
}

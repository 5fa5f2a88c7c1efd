//! What a shop is answered. Nothing in here tells how we work inside.

use domain::event::EventId;
use serde_json::{Value, json};
use shop::Unauthorized;

/// An answer to a webhook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The signature is valid; the event is ours from here on.
    Taken(EventId),
    /// The shop only asked whether somebody is there.
    Ping,
    /// More than [`shop::BODY_BYTES_MAX`] bytes.
    TooLarge,
    /// The shop has to sign it properly.
    Unauthorized(Unauthorized),
    /// There is no such store.
    UnknownSource,
    /// We cannot take it now; the shop's retry heals it.
    TryAgain,
}

impl Answer {
    /// The HTTP status.
    pub fn status(&self) -> u16 {
        match self {
            Self::Taken(_) | Self::Ping => 200,
            Self::Unauthorized(_) => 401,
            Self::UnknownSource => 404,
            Self::TooLarge => 413,
            Self::TryAgain => 503,
        }
    }

    /// Why it was refused, as metrics spell it; nothing when it was taken, or is to come again.
    pub fn refusal(&self) -> Option<&'static str> {
        match self {
            Self::Unauthorized(_) => Some("bad-signature"),
            Self::UnknownSource => Some("unknown-source"),
            Self::TooLarge => Some("too-large"),
            Self::Taken(_) | Self::Ping | Self::TryAgain => None,
        }
    }

    /// The JSON body.
    pub fn body(&self) -> Value {
        match self {
            Self::Taken(event) => json!({ "event_id": event }),
            Self::Ping => json!({ "ping": true }),
            Self::Unauthorized(why) => json!({ "error": why.as_str() }),
            Self::UnknownSource => json!({ "error": "unknown source" }),
            Self::TooLarge => json!({ "error": "too large" }),
            Self::TryAgain => json!({ "error": "try again" }),
        }
    }
}

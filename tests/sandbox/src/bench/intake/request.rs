//! The kinds of requests that reach an endpoint everybody can reach.

use anyhow::Result;
use secrecy::SecretString;
use serde::Serialize;
use serde_json::{Value, json};
use shop::BODY_BYTES_MAX;

use super::process::Wanted;
use crate::backlog;
use crate::bench::platform::Remotes;
use crate::bench::spine::{signed, webhook};

/// A kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Kind {
    /// A new order, signed by the shop.
    Valid,
    /// The same order again and again, signed by the shop.
    Repeated,
    /// A new order, signed with a secret that is not the shop's.
    WrongSignature,
    /// More bytes than are taken, signed with a secret that is not the shop's.
    TooLarge,
    /// More bytes than are taken, signed by the shop: nothing of it is kept but a review.
    TooLargeSigned,
}

impl Kind {
    /// All of them, in the order of the table.
    pub const ALL: [Self; 5] = [
        Self::Valid,
        Self::Repeated,
        Self::WrongSignature,
        Self::TooLarge,
        Self::TooLargeSigned,
    ];

    /// As the table calls it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Valid => "valid",
            Self::Repeated => "valid, known already",
            Self::WrongSignature => "wrong signature",
            Self::TooLarge => "too large, wrong signature",
            Self::TooLargeSigned => "too large, valid signature",
        }
    }

    /// What the intake has to make of it.
    pub fn wanted(self) -> Wanted {
        let status = match self {
            Self::Valid | Self::Repeated => 200,
            Self::WrongSignature => 401,
            Self::TooLarge | Self::TooLargeSigned => 413,
        };
        Wanted {
            status,
            is_handed_on: self == Self::Valid,
        }
    }
}

/// Makes requests.
pub struct Requests<'a> {
    remotes: &'a Remotes,
    card: String,
    known: Value,
}

impl<'a> Requests<'a> {
    /// Orders for the shop of these systems.
    ///
    /// # Errors
    /// When the gateway stores no card.
    pub async fn new(remotes: &'a Remotes) -> Result<Self> {
        let card = remotes.gateway.control().store_card("visa").await?;
        let known = new_order(0, &card);
        Ok(Self { remotes, card, known })
    }

    /// A request of this kind as API Gateway hands it to a function; another one for each number.
    ///
    /// # Errors
    /// When the shop has no secret to sign with.
    pub fn make(&self, kind: Kind, number: u64) -> Result<Value> {
        let mut order = match kind {
            // Made once: it has the second it was changed in, which would make it another version of the order.
            Kind::Repeated => self.known.clone(),
            _ => new_order(number, &self.card),
        };
        if matches!(kind, Kind::TooLarge | Kind::TooLargeSigned) {
            order["note_of_a_plugin"] = json!("x".repeat(BODY_BYTES_MAX));
        }
        let body = order.to_string();
        match kind {
            Kind::WrongSignature | Kind::TooLarge => {
                let stranger = SecretString::from("a secret that is not the shop's");
                let signature = ::shop::woocommerce::sign(&stranger, body.as_bytes());
                Ok(webhook(&signature, &body))
            }
            _ => signed(self.remotes, &body),
        }
    }
}

fn new_order(number: u64, card: &str) -> Value {
    let (draft, _) = backlog::draft(backlog::fresh_id(), number, card);
    draft.order().clone()
}

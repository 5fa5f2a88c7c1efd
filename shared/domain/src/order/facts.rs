//! What of an order matters, as hashes that can be compared and kept.

use super::{Order, Payment};
use crate::event::hex;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

impl Order {
    /// What matters to us of this version, as two hashes: `{goods}.{payment}`. Goods are amounts, lines, taxes,
    /// customer and addresses; not the modification time, the number or the note, which change without meaning.
    pub fn facts(&self) -> Facts {
        let mut goods = self.clone();
        goods.modified_at = Timestamp::UNIX_EPOCH;
        goods.number.clear();
        goods.note = None;
        goods.payment = Payment::Pending;
        for line in &mut goods.lines {
            line.quantity = line.quantity.normalize();
        }
        Facts {
            goods: short_hash(&goods),
            payment: self.payment.facts(),
        }
    }
}

/// Plain data with text keys: writing it as JSON cannot fail.
fn short_hash(value: &impl Serialize) -> String {
    hex(&Sha256::digest(serde_json::to_vec(value).unwrap_or_default()))[..32].to_owned()
}

/// What matters of one version of an order, see [`Order::facts`]. As text `{goods}.{payment}`; holds no personal data.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(from = "String", into = "String")]
pub struct Facts {
    /// Hash of everything but the payment.
    pub goods: String,
    /// Kind and hash of the payment.
    pub payment: String,
}

impl Facts {
    /// Whether the payment was a token, to be used by us.
    pub fn is_token(&self) -> bool {
        self.payment.starts_with('t')
    }

    /// Whether the shop's own plugin had taken the money.
    pub fn is_captured(&self) -> bool {
        self.payment.starts_with('c')
    }

    /// Whether the order was cancelled, failed or refunded in the shop.
    pub fn is_closed(&self) -> bool {
        self.payment.starts_with('x')
    }

    /// As [`Payment::is_paid`].
    pub fn is_paid(&self) -> bool {
        self.payment.starts_with(['a', 'c', 'e'])
    }

    /// Whether the payment was this one. What was reserved and is taken by now is the same payment.
    pub fn names(&self, payment: &Payment) -> bool {
        let is = |payment: &Payment| self.payment == payment.facts();
        match payment {
            Payment::Authorized { tender, transaction } | Payment::Captured { tender, transaction } => {
                let (tender, transaction) = (tender.clone(), transaction.clone());
                let reserved = Payment::Authorized {
                    tender: tender.clone(),
                    transaction: transaction.clone(),
                };
                is(&reserved) || is(&Payment::Captured { tender, transaction })
            }
            _ => is(payment),
        }
    }
}

impl From<String> for Facts {
    fn from(text: String) -> Self {
        let (goods, payment) = text.split_once('.').unwrap_or((&text, ""));
        Self {
            goods: goods.to_owned(),
            payment: payment.to_owned(),
        }
    }
}

impl From<Facts> for String {
    fn from(facts: Facts) -> String {
        format!("{}.{}", facts.goods, facts.payment)
    }
}

impl Payment {
    fn facts(&self) -> String {
        format!("{}{}", self.kind(), short_hash(self))
    }

    /// One letter for the kind of payment.
    fn kind(&self) -> char {
        match self {
            Self::Pending => 'p',
            Self::Token { .. } => 't',
            Self::Authorized { .. } => 'a',
            Self::Captured { .. } => 'c',
            Self::Elsewhere { .. } => 'e',
            Self::Closed => 'x',
        }
    }
}

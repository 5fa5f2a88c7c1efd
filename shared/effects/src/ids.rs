//! Names. An effect's id derives from the business fact; the id given to the other system derives from the effect.

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{
    fmt,
    sync::atomic::{AtomicU64, Ordering},
};

/// What is done to another system.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum EffectKind {
    /// Reserve the customer's money.
    Authorize,
    /// Take the reserved money.
    Capture,
    /// Release a reservation, or take an unsettled capture back.
    Void,
    /// Pay settled money back.
    Refund,
    /// Write the sales order and its draft invoice.
    WriteOrder,
    /// Post the invoice and book the payment.
    WriteInvoice,
    /// Cancel the sales order.
    CancelOrder,
    /// Tell the shop.
    Notify,
}

impl EffectKind {
    /// The first part of an effect's id.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Authorize => "authorize",
            Self::Capture => "capture",
            Self::Void => "void",
            Self::Refund => "refund",
            Self::WriteOrder => "write-order",
            Self::WriteInvoice => "write-invoice",
            Self::CancelOrder => "cancel-order",
            Self::Notify => "notify",
        }
    }
}

/// Which effect on which business object: `capture/woo/1001/1`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct EffectId(String);

impl EffectId {
    /// The effect of this kind on this business key.
    pub fn new(kind: EffectKind, business_key: &str) -> Self {
        Self(format!("{}/{business_key}", kind.as_str()))
    }

    /// An id as it was stored or sent before.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for EffectId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// The id given to the other system: the same for every attempt, so that the other system recognises a repeat.
/// Looks like a UUID (36 characters), because some systems accept nothing else.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct RequestId(String);

impl RequestId {
    /// The id of the effect's first request.
    pub fn derive(effect: &EffectId) -> Self {
        Self::derive_redriven(effect, 0)
    }

    /// The id after that many redrives. A redrive follows a definite refusal and carries corrected input; under
    /// the old id the other system would only repeat its refusal.
    pub fn derive_redriven(effect: &EffectId, redrives: u32) -> Self {
        let mut hash = Sha256::new();
        hash.update(effect.as_str());
        if redrives > 0 {
            hash.update([0]);
            hash.update(redrives.to_be_bytes());
        }
        let hex = hex::encode(hash.finalize());
        let parts = [&hex[..8], &hex[8..12], &hex[12..16], &hex[16..20], &hex[20..32]];
        Self(parts.join("-"))
    }

    /// An id as it was stored before.
    pub fn stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Who works on an effect: one invocation of one function. Every claim adds its own number, so that two claims of
/// one invocation are two owners.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OwnerId(String);

impl OwnerId {
    /// An owner by the id of its invocation.
    pub fn new(invocation: impl Into<String>) -> Self {
        Self(invocation.into())
    }

    /// An owner that no other claim of this process has.
    pub(crate) fn for_one_claim(&self) -> Self {
        static CLAIMS: AtomicU64 = AtomicU64::new(0);
        Self(format!("{}#{}", self.0, CLAIMS.fetch_add(1, Ordering::Relaxed)))
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_id_is_the_same_for_every_attempt_and_differs_by_effect_and_redrive() {
        let capture = EffectId::new(EffectKind::Capture, "woo/1001/1");
        let id = RequestId::derive(&capture);
        assert_eq!(id, RequestId::derive(&EffectId::stored("capture/woo/1001/1")));
        assert_eq!(id.as_str().len(), 36);
        assert_ne!(
            id,
            RequestId::derive(&EffectId::new(EffectKind::Capture, "woo/1001/2"))
        );
        assert_ne!(
            id,
            RequestId::derive(&EffectId::new(EffectKind::Authorize, "woo/1001/1"))
        );
        assert_ne!(id, RequestId::derive_redriven(&capture, 1));
    }
}

//! What the ledger remembers of one effect.

use crate::{
    clock::{UnixMillis, UnixSeconds},
    facts::Fingerprint,
    ids::{EffectId, OwnerId, RequestId},
};
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Where an effect stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum State {
    /// Claimed; nothing has been sent.
    Intended,
    /// About to be sent, or sent: from here on it may have happened.
    Sent,
    /// Sent, and nobody knows what became of it.
    Unknown,
    /// Done. The result is stored.
    Applied,
    /// The other system said no. The reason is stored. Only an explicit redrive goes on from here.
    Refused,
    /// Closed by a compensation, for ever.
    Cancelled,
}

impl State {
    /// The state as stored.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Intended => "Intended",
            Self::Sent => "Sent",
            Self::Unknown => "Unknown",
            Self::Applied => "Applied",
            Self::Refused => "Refused",
            Self::Cancelled => "Cancelled",
        }
    }

    /// A state as it was stored.
    pub fn stored(text: &str) -> Option<Self> {
        let all = [
            Self::Intended,
            Self::Sent,
            Self::Unknown,
            Self::Applied,
            Self::Refused,
            Self::Cancelled,
        ];
        all.into_iter().find(|state| state.as_str() == text)
    }

    /// Whether somebody still has to find out or do something.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Intended | Self::Sent | Self::Unknown)
    }
}

/// One effect as stored.
#[derive(Clone, Debug, PartialEq)]
pub struct Record {
    /// Which effect.
    pub effect: EffectId,
    /// Where it stands.
    pub state: State,
    /// Who claimed it last.
    pub owner: OwnerId,
    /// How often it was claimed; with `owner` the fence of every write.
    pub attempt: u32,
    /// Until when nobody else may claim it.
    pub lease_until: UnixMillis,
    /// What it is about.
    pub fingerprint: Fingerprint,
    /// The id given to the other system.
    pub request_id: RequestId,
    /// How often it was redriven after a refusal.
    pub redrives: u32,
    /// When it was first claimed: its age.
    pub created_at: UnixMillis,
    /// When a byte of it may first have left; nothing while it was certainly never sent.
    pub first_sent_at: Option<UnixMillis>,
    /// When a byte of it may last have left: the quiet period runs from here.
    pub last_sent_at: Option<UnixMillis>,
    /// The answer, or the reason of the refusal.
    pub result: Option<Value>,
    /// When the item may be forgotten. Open effects are never forgotten.
    pub forget_at: Option<UnixSeconds>,
}

impl Record {
    /// Whether an attempt may have reached the other system with the current request id.
    pub fn may_have_been_sent(&self) -> bool {
        self.first_sent_at.is_some()
    }
}

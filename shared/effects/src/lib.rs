//! The effects ledger: the memory of what was done to another system, so that it is done once.
//!
//! An *effect* is something done to another system (a capture, a document written). Its id derives from the
//! business fact, its item is written *before* anything is sent, and every write is fenced by owner and attempt.
//! [`perform`] is the one place that knows the order of the steps; a batch takes the same steps by hand:
//! [`Ledger::claim`], resolve when somebody may have sent before, [`Ledger::sending`], send, [`Ledger::settle`].
//!
//! The crate knows no Lambda, no gateway and no ERP. It has a DynamoDB store and a memory store that pass the
//! same suite (`tests/suite`).

mod cancel;
mod claim;
mod clock;
mod decide;
mod dynamodb;
mod facts;
mod fence;
mod ids;
mod leave;
mod ledger;
mod memory;
mod perform;
mod record;
mod store;

pub use cancel::{CancelRequest, Cancelling, Closed, cancel};
pub use claim::{ClaimRequest, Claimed, KEEP_MONEY_S, Past, Timing};
pub use clock::{Clock, ManualClock, SystemClock, UnixMillis, UnixSeconds};
pub use dynamodb::{DynamoStore, OPEN_INDEX, OPEN_STATE};
pub use facts::{FactKey, Facts, Fingerprint};
pub use fence::{Fence, Settled};
pub use ids::{EffectId, EffectKind, OwnerId, RequestId};
pub use leave::may_still_send;
pub use ledger::{Ledger, LedgerError, Observer};
pub use memory::MemoryStore;
pub use perform::{EffectError, Performed, Remote, Resolution, Sent, perform};
pub use record::{Record, State};
pub use store::{OpenEffect, Seen, Store, StoreError, Written};

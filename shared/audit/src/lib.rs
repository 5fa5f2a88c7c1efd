//! The audit trail: who or what changed what, when, from what to what. Append-only, one chain for each order.
//!
//! The main table's stream brings every [`Change`] of an item, whoever made it. [`Recorder::record`] appends an
//! [`Entry`] for each to the chain of its order ([`ChainId`]), in a table of its own. Each entry names the hash of the
//! one before it and is sealed with a key that is not in any table, and so is the chain's [`Head`]: whoever can write
//! the table, but does not have the key, can change nothing that [`verify`] does not find.
//!
//! For whoever reads it, [`Auditor`] is the way in:
//!
//! ```no_run
//! # async fn show(client: aws_sdk_dynamodb::Client, secret: &str) -> Result<(), Box<dyn std::error::Error>> {
//! use audit::{Auditor, ChainId, DynamoSource, DynamoTrail, Keys};
//! use std::sync::Arc;
//!
//! // The stack's outputs `AuditTable` and `Table`; the value of the secret `AuditKeySecret`.
//! let auditor = Auditor {
//!     trail: Arc::new(DynamoTrail::new(client.clone(), "audit-table")),
//!     source: Arc::new(DynamoSource::new(client, "table")),
//!     keys: Keys::from_secret(secret)?,
//!     clock: Arc::new(effects::SystemClock),
//!     keep_s: 2557 * 86_400, // the output `AuditRetentionDays`
//! };
//! let order = ChainId::order(&"woo/1001".parse()?);
//! for entry in auditor.entries(&order).await? {
//!     // who (`by`, `person`), when (`at_ms`), which fact (`fact`), before and after
//!     let _ = (entry.seq, entry.fact);
//! }
//! let report = auditor.verify(&order).await?; // the chain, and the items against its last word
//! assert!(report.is_whole(), "{:?}", report.findings);
//! // Every chain there is, then every item of the table; the closure hears of each chain as it is done.
//! let all = auditor.verify_all(|report| drop(report)).await?;
//! # let _ = all;
//! let lines = auditor.export(&order).await?; // one JSON document a line, seals included
//! auditor.export_all(|line| drop(line)).await?;
//! # Ok(()) }
//! ```
//!
//! What an entry shows is a list of fields per kind of item ([`Snapshot`]): ids, states, numbers. Content, names,
//! addresses, tokens and answers of other systems are never in it; a keyed digest of the whole item shows that, and
//! whether, they changed.
//!
//! The crate knows no Lambda. Its trail has a DynamoDB and a memory implementation that pass the same suite.

mod append;
mod auditor;
mod canonical;
mod chain;
mod change;
mod cross_check;
mod dynamodb;
mod entry;
mod facts;
mod finding;
mod head;
mod image;
mod key;
mod memory;
mod mend;
mod source;
mod store;
mod verify;

pub use append::{Recorded, Recorder};
pub use auditor::{Auditor, Overview};
pub use chain::ChainId;
pub use change::Change;
pub use cross_check::{RECORDED_WITHIN_MS, cross_check};
pub use dynamodb::{DynamoTrail, item};
pub use entry::{Entry, Row, Snapshot, UNKNOWN};
pub use facts::{AUDITED, NOT_AUDITED, chain_of};
pub use finding::{Finding, Kind, Report};
pub use head::{HEAD_PLACE, Head};
pub use image::Image;
pub use key::{BadKey, Keys};
pub use memory::{MemorySource, MemoryTrail};
pub use source::{DynamoSource, Source};
pub use store::{Appended, Cursor, Page, StoreError, Trail};
pub use verify::verify;

//! The fence: who may write an effect's record, and how an attempt may end.

use crate::{
    clock::UnixMillis,
    ids::{EffectId, RequestId},
    record::Record,
};
use serde_json::Value;

/// The right to write an effect's record. Lost as soon as somebody else claims.
#[derive(Debug)]
pub struct Fence {
    pub(crate) record: Box<Record>,
    pub(crate) send_before: UnixMillis,
    pub(crate) keep_s: i64,
    /// Both sent times as they were before this attempt sent, to go back to when nothing left.
    pub(crate) before_sending: Option<(Option<UnixMillis>, Option<UnixMillis>)>,
}

impl Fence {
    /// The effect it is about.
    pub fn effect(&self) -> &EffectId {
        &self.record.effect
    }

    /// The id to give to the other system.
    pub fn request_id(&self) -> &RequestId {
        &self.record.request_id
    }

    /// Which attempt this is, from 1.
    pub fn attempt(&self) -> u32 {
        self.record.attempt
    }

    /// Until when this attempt may send.
    pub fn send_before(&self) -> UnixMillis {
        self.send_before
    }
}

/// How an attempt ended.
#[derive(Clone, Debug, PartialEq)]
pub enum Settled {
    /// Done, with the answer every later caller gets.
    Applied(Value),
    /// The other system definitely said no.
    Refused(Value),
    /// Nobody knows.
    Unknown,
    /// No byte of it left.
    NotSent,
    /// Resolved as not having happened, and closed for ever.
    Cancelled,
}

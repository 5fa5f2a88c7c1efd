//! What AWS would bill, counted.

use std::collections::BTreeMap;

use anyhow::Result;
use serde::Serialize;

use crate::bench::platform::{Requests, Running, Units, Usage};

/// What some orders used.
#[derive(Clone, Debug, Serialize)]
pub struct Used {
    /// Orders.
    pub orders: u64,
    /// Requests of shops at the endpoint.
    pub webhooks: u64,
    /// Every function.
    pub functions: BTreeMap<&'static str, Usage>,
    /// State transitions.
    pub transitions: u64,
    /// Every queue that was used.
    pub queues: BTreeMap<&'static str, Requests>,
    /// The tables.
    pub tables: Units,
    /// Write units by the kind of item.
    pub written: BTreeMap<String, u64>,
    /// Those of them that went to an index, by its name.
    pub indexed: BTreeMap<&'static str, u64>,
    /// Notifications.
    pub notifications: u64,
}

/// What a cloud was used for since it began.
///
/// # Errors
/// When a process has gone.
pub fn used(running: &Running, orders: u64) -> Result<Used> {
    let cloud = &running.cloud;
    let queues = cloud.aws.queues().iter();
    let queues = queues.map(|queue| (queue.name(), queue.requests()));
    Ok(Used {
        orders,
        webhooks: running.endpoint.requests(),
        functions: cloud.usage()?,
        transitions: cloud.transitions(),
        queues: queues
            .filter(|(_, requests)| *requests != Requests::default())
            .collect(),
        tables: cloud.aws.units(),
        written: cloud.aws.written(),
        indexed: cloud.aws.indexed(),
        notifications: cloud.aws.calls().get("Publish").copied().unwrap_or_default(),
    })
}

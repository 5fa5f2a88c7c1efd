//! One batch of the stream.

use crate::records::{Read, StreamEvent};
use audit::{Change, Keys, Recorder, Trail};
use domain::failure::{Failure, FailureName};
use effects::Clock;
use runtime::{
    metrics::{self, Metric},
    secrets::Secrets,
};
use serde::Serialize;
use std::sync::Arc;

const DAY_S: i64 = 24 * 3600;

/// The recorder.
pub struct AuditRecorder {
    /// The trail.
    pub trail: Arc<dyn Trail>,
    /// The secrets.
    pub secrets: Arc<Secrets>,
    /// The name of the secret with the keys of the seals.
    pub key_secret: String,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// How long entries are kept.
    pub keep_days: i64,
}

/// What became of a batch.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Recorded {
    /// Entries appended.
    pub appended: usize,
    /// Changes that were recorded before.
    pub known: usize,
    /// Changes that are no facts, and items whose time was over.
    pub no_fact: usize,
    /// Records that name no item.
    pub unreadable: usize,
}

impl AuditRecorder {
    /// Records a batch. A batch that failed is given again, as a whole: what is recorded is recognised.
    ///
    /// # Errors
    /// [`FailureName::SystemUnavailable`] when the trail does not answer; those of [`Secrets::read`].
    pub async fn handle(&self, event: StreamEvent) -> Result<Recorded, Failure> {
        let mut recorded = Recorded::default();
        let mut changes = Vec::new();
        for read in event.read() {
            match read {
                Read::Change(change) => changes.push(change),
                Read::Forgotten => recorded.no_fact += 1,
                Read::Unreadable => recorded.unreadable += 1,
            }
        }
        if recorded.unreadable > 0 {
            // To give it again would not make it readable, and would keep all that comes after it waiting.
            tracing::error!(
                records = recorded.unreadable,
                "records of the stream name no item"
            );
        }
        let recorder = Recorder {
            trail: self.trail.clone(),
            keys: self.keys().await?,
            clock: self.clock.clone(),
            keep_s: self.keep_days * DAY_S,
        };
        let done = recorder.record(&changes).await.map_err(|error| {
            let what = format!("{error}: changes wait in the stream, at most a day");
            Failure::new(FailureName::SystemUnavailable, what)
        })?;
        self.measure(&changes);
        recorded.appended = done.appended;
        recorded.known = done.known;
        recorded.no_fact += done.no_fact;
        tracing::info!(
            appended = recorded.appended,
            known = recorded.known,
            no_fact = recorded.no_fact,
            "changes recorded"
        );
        Ok(recorded)
    }

    /// The keys of the seals.
    ///
    /// # Errors
    /// Those of [`Secrets::read`].
    pub async fn keys(&self) -> Result<Keys, Failure> {
        self.secrets.read(&self.key_secret).await
    }

    fn measure(&self, changes: &[Change]) {
        let oldest_ms = changes.iter().map(|change| change.seen_at_ms).min();
        if let Some(oldest_ms) = oldest_ms {
            let lag_ms = (self.clock.now().0 - oldest_ms).max(0);
            metrics::emit(Metric::AuditLagSeconds, metrics::seconds(lag_ms), &[]);
        }
    }
}

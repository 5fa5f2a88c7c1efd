//! Pausing a remote system, and calling it again.

use crate::{desk::Desk, request::Signed};
use domain::failure::{Failure, FailureName};
use serde_json::{Value, json};

/// Systems that are there whatever the configuration says.
const SYSTEMS: [&str; 2] = ["gp-api", "odoo"];
/// Workflows retry for about two days; what is paused for longer ends before people.
const LONGEST: &str =
    "work waits and is taken up again; after about two days workflows stop retrying and open reviews";

/// What happens once it is resumed.
const RESUMED: &str = "the next call tries whether it is well, the others follow";

impl Desk {
    pub(crate) async fn pause(&self, system: &str, signed: &Signed) -> Result<Value, Failure> {
        let (by, reason) = signed.said()?;
        self.check_system(system)?;
        let asked_at_ms = self.clock.now().0;
        let paused = self.breaker.pause(system, &by, &reason).await?;
        let note = match paused.since_ms < asked_at_ms {
            true => format!("it was paused already, and that name and reason are kept; {LONGEST}"),
            false => LONGEST.to_owned(),
        };
        tracing::warn!(
            system,
            by = paused.by,
            since_ms = paused.since_ms,
            "system paused"
        );
        Ok(json!({"system": system, "paused": paused, "note": note}))
    }

    pub(crate) async fn resume(&self, system: &str, signed: &Signed) -> Result<Value, Failure> {
        let (by, reason) = signed.said()?;
        self.check_system(system)?;
        let Some(paused) = self.breaker.resume(system).await? else {
            let what = format!("{system} is not paused");
            return Err(Failure::new(FailureName::Refused, what).field("system"));
        };
        tracing::warn!(system, by, "system resumed");
        self.note_resumed(system, by, reason).await?;
        Ok(json!({"system": system, "was_paused": paused, "note": RESUMED}))
    }

    /// Every system that functions call: the gateway, Odoo, and the shop of each store.
    pub(crate) fn systems(&self) -> Vec<String> {
        let shops = self.merchant.stores.keys().map(|store| format!("shop-{store}"));
        SYSTEMS
            .iter()
            .map(|&system| system.to_owned())
            .chain(shops)
            .collect()
    }

    fn check_system(&self, system: &str) -> Result<(), Failure> {
        let systems = self.systems();
        if systems.iter().any(|known| known == system) {
            return Ok(());
        }
        let what = format!("the system is none of {}", systems.join(", "));
        Err(Failure::new(FailureName::Refused, what).field("system"))
    }
}

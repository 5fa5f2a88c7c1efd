//! Whether any system is left alone. What it says to us now, past its breaker, is newer than why it was left alone.

use anyhow::Result;
use domain::failure::{Failure, FailureName};
use effects::UnixMillis;
use runtime::breaker::Standing;

use super::{Finding, Looking};
use crate::output::count;
use crate::systems::{GATEWAY, ODOO};
use crate::time::when;

/// What a system says to us now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Now {
    Answers,
    RefusesUs,
    Silent,
}

impl From<Result<(), Failure>> for Now {
    fn from(said: Result<(), Failure>) -> Self {
        match said.map_err(|failure| failure.name) {
            Ok(()) => Self::Answers,
            Err(FailureName::Misconfigured) => Self::RefusesUs,
            Err(_) => Self::Silent,
        }
    }
}

pub(super) async fn breakers(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let breaker = looking.stack.breaker()?;
    let now = looking.stack.clock().now();
    let mut findings = Vec::new();
    let systems = looking.systems.names();
    for system in &systems {
        let standing = breaker.standing(system).await?;
        let Some(since_ms) = standing.open_since_ms else {
            continue;
        };
        findings.push(match &standing.paused {
            Some(paused) => Finding::failure(
                format!(
                    "{system} is paused by {} since {}: {}",
                    paused.by,
                    when(UnixMillis(paused.since_ms), now),
                    paused.reason
                ),
                format!("`odoo-heartland resume {system}` when it may be called again"),
            ),
            None => {
                let says = Now::from(ask(looking, system).await);
                left_alone(system, &standing, UnixMillis(since_ms), says, now)
            }
        });
    }
    if findings.is_empty() {
        findings.push(Finding::ok(format!(
            "{} called as usual",
            count(systems.len(), "system")
        )));
    }
    Ok(findings)
}

/// Asks a system something that it answers only when it is up and knows us.
async fn ask(looking: &Looking<'_>, system: &str) -> Result<(), Failure> {
    let merchant = looking.systems.merchant;
    match system {
        ODOO => {
            let odoo = looking.systems.odoo().await?;
            let missing = odoo_setup::missing_rights(&*odoo, merchant).await?;
            match missing.first() {
                None => Ok(()),
                Some(missing) => Err(Failure::new(FailureName::Misconfigured, &missing.what)),
            }
        }
        GATEWAY => {
            let (gateway, _) = looking.systems.gateway().await?;
            gateway.accounts().await.map(|_| ())
        }
        shop => {
            let id = shop.strip_prefix("shop-").unwrap_or_default();
            let store = merchant.stores.values().find(|store| store.id.as_str() == id);
            let Some(store) = store else { return Ok(()) };
            looking
                .systems
                .shop(store)
                .await?
                .webhook_health()
                .await
                .map(|_| ())
        }
    }
}

/// One statement about a system that is left alone.
fn left_alone(system: &str, standing: &Standing, since: UnixMillis, says: Now, now: UnixMillis) -> Finding {
    let since = when(since, now);
    let tried_from = UnixMillis(standing.tried_from_ms.unwrap_or_default());
    let tries = match tried_from.0 > now.0 {
        true => format!("the first call from {} on tries it", when(tried_from, now)),
        false => "the next call tries it".to_owned(),
    };
    match says {
        Now::RefusesUs => {
            let key = match system {
                ODOO => {
                    "give our user its rights or its key back: `odoo-heartland setup odoo`, with --new-key for another key"
                }
                _ => "put the right key into its secret",
            };
            Finding::failure(
                format!("{system} does not accept our credentials, and is left alone since {since}"),
                format!("{key}; it is tried again by itself"),
            )
        }
        Now::Silent => Finding::failure(
            format!("{system} does not answer, and is left alone since {since}"),
            "see whether it is up; it is tried again by itself and work goes on",
        ),
        Now::Answers if standing.untried => Finding::warning(
            format!("{system} was resumed, and not tried yet; it answers now"),
            format!("nothing: {tries}, and what waits for it comes again within 15 minutes"),
        ),
        Now::Answers => Finding::warning(
            format!("{system} answers now; its breaker is still open, since {since}"),
            format!(
                "nothing: {tries}, and what waits for it comes again within 15 minutes after that (within an hour where \
                 our credentials were refused)"
            ),
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::doctor::Level;

    const NOW: UnixMillis = UnixMillis(1_795_428_900_000);

    fn open() -> Standing {
        Standing {
            open_since_ms: Some(NOW.0 - 60_000),
            tried_from_ms: Some(NOW.0),
            ..Standing::default()
        }
    }

    fn found(standing: &Standing, says: Now) -> Finding {
        left_alone("odoo", standing, NOW.plus_ms(-60_000), says, NOW)
    }

    #[test]
    fn a_system_that_answers_is_not_said_to_be_down() {
        for standing in [
            open(),
            Standing {
                misconfigured: true,
                ..open()
            },
        ] {
            let found = found(&standing, Now::Answers);
            assert_eq!(found.level, Level::Warning);
            assert!(found.what.starts_with("odoo answers now"), "{found:?}");
        }
    }

    #[test]
    fn a_system_that_was_resumed_is_not_said_to_be_down() {
        let resumed = Standing {
            untried: true,
            ..open()
        };
        let told = found(&resumed, Now::Answers);
        assert_eq!(told.level, Level::Warning);
        assert!(told.what.contains("resumed, and not tried yet"), "{told:?}");
        assert_eq!(found(&resumed, Now::Silent).level, Level::Failure);
    }

    #[test]
    fn what_it_says_now_is_newer_than_why_it_was_left_alone() {
        let refused = Standing {
            misconfigured: true,
            ..open()
        };
        assert!(found(&refused, Now::Silent).what.contains("does not answer"));
        assert!(
            found(&open(), Now::RefusesUs)
                .what
                .contains("does not accept our credentials")
        );
    }

    #[test]
    fn from_when_on_it_is_tried_is_told() {
        let later = Standing {
            tried_from_ms: Some(NOW.0 + 120_000),
            ..open()
        };
        let remedy = found(&later, Now::Answers).remedy.unwrap();
        assert!(
            remedy.contains("from 2026-11-23T10:17:00Z (in 2 min) on"),
            "{remedy}"
        );
    }
}

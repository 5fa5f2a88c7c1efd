//! What an order waits for while a system is left alone: how the system stands, and what lets the order go on. Pure.

use effects::UnixMillis;

use super::facts::{Away, Facts, Told};
use super::in_queue::{comes_again, queue};
use super::outlook::Outlook;
use super::run_history::Step;
use super::words;
use crate::systems::{GATEWAY, ODOO};
use crate::time::when;

/// How long a message or a failed call waits at most before it comes again, minutes.
const WAIT_MIN: u32 = 15;
/// How long a breaker is open at most before a call may try the system again, minutes.
const BREAKER_MIN: u32 = 5;

/// What a system says to us now, asked past its breaker: newer than why it was left alone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Now {
    Answers,
    RefusesUs,
    Unknown,
}

impl Now {
    fn of(facts: &Facts, system: &str) -> Self {
        match system {
            ODOO => Self::in_word(&facts.documents),
            GATEWAY => Self::in_word(&facts.payments),
            shop if shop.strip_prefix("shop-") == Some(facts.order.store.as_str()) => {
                Self::in_word(&facts.shop)
            }
            _ => Self::Unknown,
        }
    }

    fn in_word<T>(told: &Told<T>) -> Self {
        match told {
            Told::Said(_) => Self::Answers,
            _ if told.refuses_us() => Self::RefusesUs,
            Told::NotReached(_) => Self::Unknown,
        }
    }
}

/// Systems that are left alone are what an order waits for.
pub(super) fn waits_for(facts: &Facts, step: &Step, outlook: &mut Outlook) {
    let store = facts.order.store.as_str();
    let waited_for = |away: &&Away| words::waits_for(&step.state, store, &facts.warehouse, &away.system);
    for away in facts.away.iter().filter(waited_for) {
        let told = told(away, Now::of(facts, &away.system), step, UnixMillis(facts.now_ms));
        outlook.stands = format!("{}; {}", outlook.stands, told.stands);
        outlook.needs_person |= told.needs_person;
        outlook.next.extend(told.next);
        outlook.next.dedup();
    }
}

fn told(away: &Away, says: Now, step: &Step, now: UnixMillis) -> Outlook {
    let name = words::system_name(&away.system);
    let since = when(UnixMillis(away.since_ms), now);
    if let Some((by, reason)) = &away.paused {
        let next = format!("`odoo-heartland resume {}` lets it go on", away.system);
        return outlook(
            format!("{name} is paused by {by} since {since}: {reason}"),
            vec![next, after(step, WAIT_MIN)],
            true,
        );
    }
    if says == Now::RefusesUs || away.misconfigured && says == Now::Unknown {
        let next = "`odoo-heartland doctor` says how to store a new key; then it goes on by itself";
        return outlook(
            format!("{name} does not accept our credentials, and is left alone since {since}"),
            vec![next.to_owned(), after(step, WAIT_MIN + BREAKER_MIN)],
            true,
        );
    }
    let from = UnixMillis(away.tried_from_ms.unwrap_or_default().max(now.0));
    let try_it = match from.0 > now.0 {
        true => format!("the first call from {} on tries {name} again", when(from, now)),
        false => format!("the next call tries {name} again"),
    };
    let comes = comes_again(step, from, now).unwrap_or_else(|| after(step, WAIT_MIN));
    if away.untried {
        let stands = format!("{name} was resumed, and not tried yet");
        return outlook(stands, vec![try_it, comes], false);
    }
    if says == Now::Answers {
        let mut next = vec![try_it, comes];
        if away.misconfigured {
            let line = "it did not accept our credentials or rights before: `odoo-heartland doctor` says whether anything is missing";
            next.insert(0, line.to_owned());
        }
        let stands = format!("{name} answers now; its breaker is still open, since {since}");
        return outlook(stands, next, away.misconfigured);
    }
    let next = "it is tried again by itself, and everything that waits goes on when it is back";
    outlook(
        format!("{name} is away: its breaker is open since {since}"),
        vec![next.to_owned(), after(step, WAIT_MIN + BREAKER_MIN)],
        false,
    )
}

fn outlook(stands: String, next: Vec<String>, needs_person: bool) -> Outlook {
    Outlook {
        stands,
        next,
        needs_person,
        ..Outlook::default()
    }
}

/// How long it takes at most, once the system can be called again. What was refused for our credentials is tried again
/// later than what was only not reached.
fn after(step: &Step, minutes: u32) -> String {
    let name = step.failure.as_ref().map(|failure| failure.name.as_str());
    match (queue(&step.state), name) {
        (Some(queue), _) => {
            format!("its message in the queue {queue} comes again up to {minutes} minutes after that")
        }
        (None, None | Some("SystemUnavailable" | "InProgress")) => {
            format!("its next try comes up to {minutes} minutes after that")
        }
        (None, Some(_)) => "its next try comes up to an hour after that".to_owned(),
    }
}

//! The ledger's history: what was written of an effect may only follow from what was written before.

use effects::{EffectId, Record, State};
use std::collections::BTreeMap;

/// Takes up a record that was written after those that were seen before; tells why it does not follow from them.
pub fn see(effects: &mut BTreeMap<EffectId, Record>, record: &Record) -> Option<String> {
    let before = effects.insert(record.effect.clone(), record.clone())?;
    let why = unlawful(&before, record)?;
    let (from, to) = (before.state.as_str(), record.state.as_str());
    Some(format!(
        "{} from {from} to {to}, attempt {}: {why}",
        record.effect, record.attempt
    ))
}

/// Why a record may not follow another one.
fn unlawful(before: &Record, after: &Record) -> Option<&'static str> {
    let redriven = after.redrives == before.redrives.saturating_add(1);
    if !redriven && after.redrives != before.redrives {
        return Some("redrives are counted one by one");
    }
    if after.attempt < before.attempt || after.attempt > before.attempt.saturating_add(1) {
        return Some("attempts are counted one by one");
    }
    if after.owner != before.owner && after.attempt == before.attempt {
        return Some("somebody else wrote under the attempt of its owner");
    }
    let settled_stays = match before.state {
        State::Cancelled => false,
        State::Applied => after.state == State::Cancelled && after.result == before.result,
        State::Refused => after.state == State::Cancelled || (redriven && after.state == State::Intended),
        State::Intended | State::Sent | State::Unknown => true,
    };
    if !settled_stays {
        return Some("a settled effect was changed");
    }
    if redriven && before.state != State::Refused {
        return Some("only what was refused is redriven");
    }
    if (after.request_id == before.request_id) == redriven {
        return Some("the request id is kept, and changes with a redrive");
    }
    if after.created_at != before.created_at {
        return Some("its age has changed");
    }
    match (before.first_sent_at, after.first_sent_at) {
        _ if redriven => None,
        (Some(before), Some(after)) if after > before => Some("it was first sent earlier"),
        (Some(_), None) if after.state != State::Intended => Some("that it was sent is forgotten"),
        _ => None,
    }
}

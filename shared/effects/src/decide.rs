//! What a claim may do, given what is there. Pure.

use crate::{
    claim::{ClaimRequest, Claimed},
    clock::UnixMillis,
    facts::FactKey,
    ids::RequestId,
    record::{Record, State},
};

/// What a claim comes to.
#[derive(Debug)]
pub(crate) enum Decision {
    /// Nobody works on it: take it, with this record.
    Take(Box<Record>),
    /// There is nothing to take; this is the answer.
    Answer(Box<Claimed>),
}

/// The record of a first claim.
pub(crate) fn first(request: &ClaimRequest, key: &FactKey, now: UnixMillis) -> Record {
    Record {
        effect: request.effect.clone(),
        state: State::Intended,
        owner: request.owner.clone(),
        attempt: 1,
        lease_until: now.plus_ms(request.timing.lease_ms()),
        fingerprint: key.fingerprint(&request.facts),
        request_id: RequestId::derive(&request.effect),
        redrives: 0,
        created_at: now,
        first_sent_at: None,
        last_sent_at: None,
        result: None,
        forget_at: None,
    }
}

/// What to do about an effect somebody has claimed before.
pub(crate) fn next(there: Record, request: &ClaimRequest, key: &FactKey, now: UnixMillis) -> Decision {
    let answer = |claimed| Decision::Answer(Box::new(claimed));
    if there.state == State::Cancelled {
        return answer(Claimed::Cancelled);
    }
    // Corrected input is welcome only where the old one certainly changed nothing.
    let unchanged = there.state == State::Refused || !there.may_have_been_sent();
    let corrected = request.redrive && unchanged && there.state != State::Applied;
    let differences = key.differences(&there.fingerprint, &request.facts);
    if !corrected && !differences.is_empty() {
        return answer(Claimed::Conflict { facts: differences });
    }
    match there.state {
        State::Applied => return answer(Claimed::Applied(there.result.unwrap_or_default())),
        State::Refused if !request.redrive => {
            return answer(Claimed::Refused(there.result.unwrap_or_default()));
        }
        _ => {}
    }
    if there.state.is_open() && now < there.lease_until {
        return answer(Claimed::InProgress {
            until: there.lease_until,
        });
    }
    Decision::Take(Box::new(take_over(there, request, key, now)))
}

/// The record of the next attempt.
fn take_over(there: Record, request: &ClaimRequest, key: &FactKey, now: UnixMillis) -> Record {
    let mut record = Record {
        owner: request.owner.clone(),
        attempt: there.attempt.saturating_add(1),
        lease_until: now.plus_ms(request.timing.lease_ms()),
        forget_at: None,
        ..there
    };
    if record.state == State::Refused {
        // The refusal was definite: the redrive is a new request, and nothing of it has been sent.
        record.state = State::Intended;
        record.redrives = record.redrives.saturating_add(1);
        record.request_id = RequestId::derive_redriven(&record.effect, record.redrives);
        (record.first_sent_at, record.last_sent_at, record.result) = (None, None, None);
    }
    if !record.may_have_been_sent() {
        record.fingerprint = key.fingerprint(&request.facts);
    }
    record
}

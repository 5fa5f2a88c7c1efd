//! One request from its arrival to its end: recorded, met by a fault, admitted, carried out, remembered.

use super::{
    call::{Call, Ending, Reply},
    errors::ApiError,
    faults::{self, Fault, FaultKind, Moment},
    router::{admit, carry_out, remember},
    server::Shared,
    world::{Recording, World},
};
use serde_json::{Value, json};
use std::time::Duration;

/// Serves one request below `/ucp`.
pub(super) async fn serve(shared: &Shared, call: Call) -> Ending {
    let (at, fault) = arrive(&mut shared.world(), &call);
    let ending = match fault {
        None => Ending::Answer(whole(shared, &call, None)),
        Some(fault) => faulty(shared, &call, fault.kind).await,
    };
    if let Ending::Answer(reply) | Ending::Half(reply) = &ending
        && let Some(recording) = shared.world().recordings.get_mut(at)
    {
        recording.status = Some(reply.status);
    }
    ending
}

/// Records the request and finds the fault it meets.
fn arrive(world: &mut World, call: &Call) -> (usize, Option<Fault>) {
    let fault = faults::take(world, call);
    let text = || Value::String(String::from_utf8_lossy(&call.body).into_owned());
    world.recordings.push(Recording {
        at_ms: world.now_ms(),
        method: call.method.clone(),
        path: call.raw_path.clone(),
        query: call.query.clone(),
        headers: call.headers.clone(),
        idempotency: call.key().map(str::to_owned),
        body: call.json().unwrap_or_else(text),
        status: None,
        fault: fault.as_ref().map(Fault::name),
    });
    (world.recordings.len() - 1, fault)
}

/// Everything at once.
fn whole(shared: &Shared, call: &Call, approve: Option<i64>) -> Reply {
    let mut world = shared.world();
    match admit(&mut world, call) {
        Ok(()) => finish(&mut world, call, approve),
        Err(refusal) => refusal.reply(),
    }
}

fn finish(world: &mut World, call: &Call, approve: Option<i64>) -> Reply {
    let result = carry_out(world, call, approve);
    remember(world, call, &result);
    match result {
        Ok(body) => Reply::json(200, &body),
        Err(error) => error.reply(),
    }
}

async fn faulty(shared: &Shared, call: &Call, kind: FaultKind) -> Ending {
    let done = |commit: Moment| {
        if commit == Moment::After {
            whole(shared, call, None);
        }
    };
    match kind {
        FaultKind::Lost { commit } => {
            done(commit);
            Ending::Close
        }
        FaultKind::Reset { commit } => {
            done(commit);
            Ending::Reset
        }
        FaultKind::Error {
            http,
            code,
            detail,
            text,
            commit,
        } => {
            done(commit);
            Ending::Answer(ApiError::new(http, &code, &detail, text).reply())
        }
        FaultKind::Html { http, commit } => {
            done(commit);
            Ending::Answer(Reply::html(http, "Bad Gateway"))
        }
        FaultKind::TooManyRequests => {
            let text = "The rate limit of this application is reached";
            Ending::Answer(ApiError::new(429, "TOO_MANY_REQUESTS", "42900", text).reply())
        }
        FaultKind::Delay { ms, commit } => Ending::Answer(delayed(shared, call, ms, commit).await),
        FaultKind::PartialApproval { minor } => Ending::Answer(whole(shared, call, Some(minor))),
        FaultKind::HalfBody => Ending::Half(whole(shared, call, None)),
        FaultKind::BrokenBody => {
            let mut reply = whole(shared, call, None);
            reply.body.truncate(reply.body.len() / 2);
            Ending::Answer(reply)
        }
        FaultKind::StrangeStatus { status } => {
            let mut reply = whole(shared, call, None);
            if let Ok(Value::Object(mut body)) = serde_json::from_slice(&reply.body) {
                body.insert("status".to_owned(), json!(status));
                reply.body = Value::Object(body).to_string().into_bytes();
            }
            Ending::Answer(reply)
        }
    }
}

/// The key is claimed at once, so that a repeat meets a request that is still running.
async fn delayed(shared: &Shared, call: &Call, ms: u64, commit: Moment) -> Reply {
    let pause = Duration::from_millis(ms);
    match commit {
        Moment::After => {
            let reply = whole(shared, call, None);
            tokio::time::sleep(pause).await;
            reply
        }
        Moment::Before => {
            let admitted = admit(&mut shared.world(), call);
            tokio::time::sleep(pause).await;
            match admitted {
                Ok(()) => finish(&mut shared.world(), call, None),
                Err(refusal) => refusal.reply(),
            }
        }
    }
}

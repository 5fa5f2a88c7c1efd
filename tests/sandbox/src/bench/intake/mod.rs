//! The intake by itself: webhooks that it takes and requests that it turns away, each beside a handler that verifies
//! nothing and hands everything on.

mod process;
mod request;
mod table;

use anyhow::{Context, Result};
use serde::Serialize;

use super::build::{Built, UNVERIFIED};
use super::platform::Remotes;
use super::spine::WARM_UP;
use crate::progress;
use process::{Done, Process, Wanted};
use request::{Kind, Requests};

/// The function that is measured.
const INTAKE: &str = "webhook-intake";
/// What a handler that verifies nothing makes of everything.
const ACCEPTED: Wanted = Wanted {
    status: 200,
    is_handed_on: true,
};

/// One kind of request.
#[derive(Clone, Copy, Debug, Serialize)]
pub struct Row {
    /// What was sent.
    pub kind: Kind,
    /// The HTTP status of every answer of the intake.
    pub status: u64,
    /// The intake.
    pub ours: Done,
    /// The handler that verifies nothing, with the same requests.
    pub unverified: Done,
}

/// The intake by itself.
#[derive(Debug, Serialize)]
pub struct Intake {
    /// Requests of each kind.
    pub events: usize,
    /// Each kind.
    pub rows: Vec<Row>,
}

/// A kind of request and the two processes that are asked for it.
struct Pair {
    kind: Kind,
    ours: Process,
    unverified: Process,
}

/// Sends so many requests of each kind to both, in turns, so that what slows the machine down slows down all of them.
///
/// # Errors
/// When a process does not start, answers with another status than it has to, or hands on what it must not.
pub async fn measure(built: &Built, events: usize) -> Result<Intake> {
    let remotes = Remotes::start(None).await?;
    let requests = Requests::new(&remotes).await?;
    let mut pairs = Vec::new();
    for kind in Kind::ALL {
        pairs.push(Pair {
            kind,
            ours: Process::start(built, &remotes, INTAKE).await?,
            unverified: Process::start(built, &remotes, UNVERIFIED).await?,
        });
    }
    progress::step("intake", rounds(&mut pairs, &requests, events)).await?;
    let rows = pairs
        .iter()
        .filter_map(|pair| {
            Some(Row {
                kind: pair.kind,
                status: pair.kind.wanted().status,
                ours: pair.ours.done()?,
                unverified: pair.unverified.done()?,
            })
        })
        .collect();
    Ok(Intake { events, rows })
}

async fn rounds(pairs: &mut [Pair], requests: &Requests<'_>, events: usize) -> Result<()> {
    for round in 0..WARM_UP + events {
        for pair in &mut *pairs {
            let request = requests.make(pair.kind, round.try_into()?)?;
            let counts = round >= WARM_UP;
            for (process, wanted) in [
                (&mut pair.ours, pair.kind.wanted()),
                (&mut pair.unverified, ACCEPTED),
            ] {
                let asked = process.ask(&request, wanted, counts).await;
                asked.context(pair.kind.name())?;
            }
        }
    }
    Ok(())
}

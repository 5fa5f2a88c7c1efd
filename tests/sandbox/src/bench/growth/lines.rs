//! Against the lines of an order.

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;
use shop::BODY_BYTES_MAX;

use super::series::{Measured, Series, add};
use super::{Extent, FEW_LINES, basket, books, writers};
use crate::backlog::fresh_id;
use crate::bench::build::Built;
use crate::bench::platform::{InstantAws, Remotes};
use crate::bench::spine::{WARM_UP, signed, warm_spine};
use crate::odoo::RunningOdoo;
use crate::progress;

/// Products there are to be ordered: enough for six orders of the most lines.
const PRODUCTS: u64 = 3_000;

/// The body of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Body {
    /// The order's lines.
    pub lines: u64,
    /// The bytes the shop sends.
    pub bytes: usize,
}

/// What is taken and what is not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Bodies {
    /// The largest that was measured.
    pub largest: Body,
    /// One that is too large to be taken: the largest that was measured is the largest that fits then.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused: Option<Body>,
}

/// Takes orders of each size through the intake and the router, and through the writers.
///
/// # Errors
/// When a function does not start, or an order does not come to its end.
pub async fn measure(
    built: &Built,
    remotes: &Remotes,
    odoo: &RunningOdoo,
    extent: &Extent,
) -> Result<(Vec<Series>, Bodies)> {
    books::add_products(odoo, 1..=PRODUCTS).await?;
    let (sizes, bodies) = sizes(extent.lines, basket::bytes);
    let mut all = Vec::new();
    for size in sizes {
        let name = format!("{size} lines");
        let measured = async {
            let mut measured = without_odoo(built, remotes, size, extent.events).await?;
            let draft = |id: u64, _, token: &str| basket::order(id, size, PRODUCTS, token);
            let written = if size > FEW_LINES { 1 } else { extent.written };
            measured.extend(writers::one_at_a_time(built, remotes, written, &draft).await?);
            anyhow::Ok(measured)
        };
        add(&mut all, size, progress::step(&name, measured).await?);
    }
    if let Some(refused) = bodies.refused {
        check_refused(built, remotes, refused.lines).await?;
    }
    Ok((all, bodies))
}

/// The sizes that fit, and what does not; where something does not, the largest that does is added.
fn sizes(wanted: &[u64], bytes: impl Fn(u64) -> usize) -> (Vec<u64>, Bodies) {
    let body = |lines| Body {
        lines,
        bytes: bytes(lines),
    };
    let fits = |lines: &u64| bytes(*lines) <= BODY_BYTES_MAX;
    let mut sizes: Vec<u64> = wanted.iter().copied().filter(fits).collect();
    let refused = wanted.iter().copied().find(|lines| !fits(lines));
    if let Some(refused) = refused {
        let below: Vec<u64> = (1..refused).collect();
        let most = below.partition_point(fits) as u64;
        if !sizes.contains(&most) {
            sizes.push(most);
        }
    }
    let bodies = Bodies {
        largest: body(sizes.last().copied().unwrap_or_default()),
        refused: refused.map(body),
    };
    (sizes, bodies)
}

async fn without_odoo(
    built: &Built,
    remotes: &Remotes,
    lines: u64,
    events: usize,
) -> Result<Vec<(&'static str, Measured)>> {
    let aws = InstantAws::start(remotes.secrets(), 1.0).await?;
    let spine = warm_spine(built, remotes, &aws);
    let webhooks = webhooks(remotes, lines, events + WARM_UP).await?;
    let name = "webhook-intake";
    let (intake, answers) = spine.through(name, name, &webhooks).await?;
    ensure!(
        answers.iter().all(|answer| answer["statusCode"] == 200),
        "the intake does not take an order of {lines} lines"
    );
    let name = "event-router";
    let (router, _) = spine.through(name, name, &spine.arrived()?).await?;
    Ok(vec![
        (intake.name, Measured::of(&intake)?),
        (router.name, Measured::of(&router)?),
    ])
}

/// Webhooks of orders of so many lines, each of another order.
pub async fn webhooks(remotes: &Remotes, lines: u64, count: usize) -> Result<Vec<Value>> {
    let card = remotes.gateway.control().store_card("visa").await?;
    let orders = (0..count).map(|_| basket::order(fresh_id(), lines, PRODUCTS, &card));
    orders
        .map(|order| signed(remotes, &order.order().to_string()))
        .collect()
}

/// What is said of the limit is what the intake does.
async fn check_refused(built: &Built, remotes: &Remotes, lines: u64) -> Result<()> {
    let aws = InstantAws::start(remotes.secrets(), 1.0).await?;
    let spine = warm_spine(built, remotes, &aws);
    let name = "webhook-intake";
    let (_, answers) = spine
        .through(name, name, &webhooks(remotes, lines, 1).await?)
        .await?;
    let answer = answers.first().context("the intake did not answer")?;
    ensure!(
        answer["statusCode"] == 413,
        "an order of {lines} lines was to be refused: {answer}"
    );
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_does_not_fit_is_named_and_the_largest_that_does_is_measured() {
        let (measured, bodies) = sizes(&[1, 100, 500, 1_000], |lines| {
            usize::try_from(lines).unwrap_or(usize::MAX) * 1_024
        });
        assert_eq!(measured, [1, 100, 256]);
        let body = |lines, bytes| Body { lines, bytes };
        let wanted = Bodies {
            largest: body(256, BODY_BYTES_MAX),
            refused: Some(body(500, 512_000)),
        };
        assert_eq!(bodies, wanted);
        let (measured, bodies) = sizes(&[1, 500], |_| 1_000);
        assert_eq!(
            (measured, bodies.largest, bodies.refused),
            (vec![1, 500], body(500, 1_000), None)
        );
    }
}

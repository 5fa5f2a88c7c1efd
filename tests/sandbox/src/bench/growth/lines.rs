//! Against the lines of an order.

use anyhow::{Context, Result, ensure};
use serde::Serialize;
use serde_json::Value;
use shop::BODY_BYTES_MAX;

use super::series::{Measured, Series, add};
use super::{Extent, basket, books, writers};
use crate::backlog::fresh_id;
use crate::bench::build::Built;
use crate::bench::platform::{InstantAws, Remotes};
use crate::bench::spine::{Spine, WARM_UP, signed};
use crate::odoo::RunningOdoo;
use crate::progress;

/// Products there are to be ordered: enough for six orders of the most lines.
const PRODUCTS: u64 = 3_000;

/// An order that is too large to be taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct Refused {
    /// Its lines.
    pub lines: u64,
    /// The bytes of its body.
    pub bytes: usize,
    /// The most lines of which the body still fits.
    pub most: u64,
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
) -> Result<(Vec<Series>, Option<Refused>)> {
    books::add_products(odoo, 1..=PRODUCTS).await?;
    let (sizes, refused) = sizes(extent.lines, basket::bytes);
    let mut all = Vec::new();
    for size in sizes {
        let name = format!("orders of {size} lines");
        let measured = async {
            let mut measured = without_odoo(built, remotes, size, extent.events).await?;
            let draft = |id: u64, _, token: &str| basket::order(id, size, PRODUCTS, token);
            measured.extend(writers::one_at_a_time(built, remotes, extent.written, &draft).await?);
            anyhow::Ok(measured)
        };
        add(&mut all, size, progress::step(&name, measured).await?);
    }
    if let Some(refused) = refused {
        check_refused(built, remotes, refused.lines).await?;
    }
    Ok((all, refused))
}

/// The sizes that fit, and what does not; where something does not, the largest that does is added.
fn sizes(wanted: &[u64], bytes: impl Fn(u64) -> usize) -> (Vec<u64>, Option<Refused>) {
    let fits = |lines: &u64| bytes(*lines) <= BODY_BYTES_MAX;
    let mut sizes: Vec<u64> = wanted.iter().copied().filter(fits).collect();
    let Some(&lines) = wanted.iter().find(|lines| !fits(lines)) else {
        return (sizes, None);
    };
    let below: Vec<u64> = (1..lines).collect();
    let most = below.partition_point(fits) as u64;
    if most > 0 && !sizes.contains(&most) {
        sizes.push(most);
    }
    let refused = Refused {
        lines,
        bytes: bytes(lines),
        most,
    };
    (sizes, Some(refused))
}

async fn without_odoo(
    built: &Built,
    remotes: &Remotes,
    lines: u64,
    events: usize,
) -> Result<Vec<(&'static str, Measured)>> {
    let aws = InstantAws::start(remotes.secrets(), 1.0).await?;
    let spine = Spine {
        aws: &aws,
        remotes,
        executable: |function: &str| built.executable(function),
        starts: 0,
    };
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
    let spine = Spine {
        aws: &aws,
        remotes,
        executable: |function: &str| built.executable(function),
        starts: 0,
    };
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
        let (measured, refused) = sizes(&[1, 100, 500, 1_000], |lines| {
            usize::try_from(lines).unwrap_or(usize::MAX) * 1_024
        });
        assert_eq!(measured, [1, 100, 256]);
        let refused = refused.map(|refused| (refused.lines, refused.bytes, refused.most));
        assert_eq!(refused, Some((500, 512_000, 256)));
        assert_eq!(sizes(&[1, 500], |_| 1_000), (vec![1, 500], None));
    }
}

//! Against what is in the table: finished orders, and open reviews.

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::Extent;
use super::filled::{Model, Models};
use super::lines::webhooks;
use super::series::{Measured, Series, add};
use crate::bench::build::Built;
use crate::bench::platform::{InstantAws, Remotes};
use crate::bench::spine::{WARM_UP, warm_spine};
use crate::progress;

/// Lines of the orders.
const LINES: u64 = 3;
/// Open reviews while the orders grow.
const REVIEWS: u64 = 10;
/// Finished orders while the reviews grow.
const ORDERS: u64 = 1_000;
/// An order that has no review.
const NO_ORDER: &str = "woo/1";

/// The functions that need no Odoo, the more finished orders are in the table.
///
/// # Errors
/// When a function does not start or fails.
pub async fn orders(
    built: &Built,
    remotes: &Remotes,
    models: &Models,
    extent: &Extent,
) -> Result<Vec<Series>> {
    let mut all = Vec::new();
    for &size in extent.orders {
        let aws = InstantAws::start(remotes.secrets(), 1.0).await?;
        fill(&aws, &models.in_review, 0, REVIEWS);
        fill(&aws, &models.done, REVIEWS, REVIEWS + size);
        let name = format!("{size} orders");
        let measured = async {
            let spine = warm_spine(built, remotes, &aws);
            let events = webhooks(remotes, LINES, extent.events + WARM_UP).await?;
            let name = "webhook-intake";
            let (intake, _) = spine.through(name, name, &events).await?;
            let name = "event-router";
            let (router, _) = spine.through(name, name, &spine.arrived()?).await?;
            let listed = vec![json!({"action": "list"}); extent.events + WARM_UP];
            let (desk, answers) = spine.through("review-desk", "review-desk, list", &listed).await?;
            count(&answers, REVIEWS)?;
            [intake, router, desk]
                .iter()
                .map(|driven| Ok((driven.name, Measured::of(driven)?)))
                .collect::<Result<Vec<_>>>()
        };
        add(&mut all, size, progress::step(&name, measured).await?);
    }
    Ok(all)
}

/// The lists of the review desk, the more reviews are open: the first list of all, which has at most a hundred, and that
/// of one order, for which all are looked at.
///
/// # Errors
/// When the function does not start or fails.
pub async fn reviews(
    built: &Built,
    remotes: &Remotes,
    models: &Models,
    extent: &Extent,
) -> Result<Vec<Series>> {
    let aws = InstantAws::start(remotes.secrets(), 1.0).await?;
    fill(&aws, &models.done, 0, ORDERS);
    let (mut all, mut there) = (Vec::new(), 0);
    for &size in extent.reviews {
        fill(&aws, &models.in_review, ORDERS + there, ORDERS + size);
        there = size;
        let name = format!("{size} open reviews");
        let measured = async {
            let spine = warm_spine(built, remotes, &aws);
            let listed = vec![json!({"action": "list"}); extent.events + WARM_UP];
            let (list, answers) = spine.through("review-desk", "review-desk, list", &listed).await?;
            count(&answers, size.min(100))?;
            let of_one = vec![json!({"action": "list", "order": NO_ORDER}); extent.events + WARM_UP];
            let name = "review-desk, list of one order";
            let (searched, answers) = spine.through("review-desk", name, &of_one).await?;
            count(&answers, 0)?;
            [list, searched]
                .iter()
                .map(|driven| Ok((driven.name, Measured::of(driven)?)))
                .collect::<Result<Vec<_>>>()
        };
        add(&mut all, size, progress::step(&name, measured).await?);
    }
    Ok(all)
}

/// Copies a model under the numbers from `from` until `to`.
fn fill(aws: &InstantAws, model: &Model, from: u64, to: u64) {
    aws.keep((from..to).flat_map(|number| model.copy(number)));
}

/// The list is as long as the table says: otherwise it would be another work that is measured.
fn count(answers: &[Value], wanted: u64) -> Result<()> {
    let answer = answers.last().context("nothing was asked")?;
    let reviews = answer["reviews"].as_array().map(Vec::len);
    anyhow::ensure!(
        reviews.map(|count| count as u64) == Some(wanted),
        "a list has {reviews:?} reviews, not {wanted}"
    );
    Ok(())
}

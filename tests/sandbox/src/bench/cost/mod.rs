//! What 1,000 orders cost on AWS, counted on the running functions, for a good day and for a bad one.

mod bill;
mod day;
mod prices;
mod standing;
mod table;
mod used;

use anyhow::Result;
use serde::Serialize;

use super::build::Built;
use crate::aws::Template;
use crate::odoo::RunningOdoo;
use crate::places::Places;
use crate::progress;

use bill::{Architecture, Position};
use day::Day;
use prices::Prices;
use standing::Standing;

pub use used::Used;

/// Orders of a day that is played.
const ORDERS: u64 = 100;

/// A day, and what it costs.
#[derive(Clone, Debug, Serialize)]
pub struct Bill {
    /// What became of its orders, of a hundred.
    pub day: Day,
    /// What was counted.
    pub used: Used,
    /// What 1,000 orders of it cost.
    pub x86: Vec<Position>,
    /// The same with the other architecture.
    pub arm: Vec<Position>,
}

/// What orders cost.
#[derive(Clone, Debug, Serialize)]
pub struct Cost {
    /// Everything goes well.
    pub good: Bill,
    /// A bad day.
    pub bad: Bill,
    /// A month without orders.
    pub standing: Standing,
}

impl Cost {
    /// Millionths of a dollar for 1,000 orders of a good day, with arm64, which the template begins with.
    pub fn per_1000(&self) -> u64 {
        bill::total(&self.good.arm)
    }
}

/// Plays both days, and counts in the template what costs something without them.
///
/// # Errors
/// When a part does not start, an order does not come to its end, or a price is missing.
pub async fn measure(places: &Places, built: &Built, template: &Template) -> Result<Cost> {
    let standing = Standing::of(template, &Prices::read()?)?;
    let mut odoo = RunningOdoo::start(places, "bench").await?;
    let good = day(&mut odoo, built, Day::default());
    let good = progress::step("a good day", good).await?;
    let bad = progress::step("a bad day", day(&mut odoo, built, Day::BAD)).await?;
    Ok(Cost { good, bad, standing })
}

async fn day(odoo: &mut RunningOdoo, built: &Built, day: Day) -> Result<Bill> {
    let prices = Prices::read()?;
    let used = day::play(odoo, built, day, ORDERS).await?;
    Ok(Bill {
        day,
        x86: bill::bill(&used, &prices, Architecture::X86)?,
        arm: bill::bill(&used, &prices, Architecture::Arm)?,
        used,
    })
}

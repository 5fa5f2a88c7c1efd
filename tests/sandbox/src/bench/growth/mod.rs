//! How time and memory grow: with the lines of an order, with the orders and reviews in the table, and with what Odoo
//! holds. One event at a time: this is not how much can be done, but how what is done once grows.

mod basket;
mod books;
mod filled;
mod history;
mod lines;
mod picture;
mod series;
mod table;
mod writers;

use std::path::PathBuf;

use anyhow::{Context, Result};
use serde::Serialize;

use super::build::Built;
use super::orders::anew;
use super::platform::Remotes;
use crate::odoo::RunningOdoo;
use crate::places::{Places, repository};
use crate::progress;
use lines::Bodies;
use series::Series;

/// The sizes that are measured, and how often.
#[derive(Clone, Copy, Debug)]
struct Extent {
    /// Lines of an order.
    lines: &'static [u64],
    /// Orders in the table.
    orders: &'static [u64],
    /// Open reviews.
    reviews: &'static [u64],
    /// Contacts that are added to Odoo.
    partners: &'static [u64],
    /// Products of which orders are made.
    products: &'static [u64],
    /// Events of a function that needs no Odoo.
    events: usize,
    /// Orders of the writers; of more than [`FEW_LINES`] lines one alone, because it takes Odoo up to half a minute.
    written: usize,
}

/// Lines of an order that is written as often as others.
const FEW_LINES: u64 = 10;

/// What is quoted.
const FULL: Extent = Extent {
    lines: &[1, 100, 500],
    orders: &[10, 1_000, 10_000, 100_000],
    reviews: &[10, 1_000],
    partners: &[100, 100_000],
    products: &[books::FEW, 10_000],
    events: 100,
    written: 3,
};
/// To try the measuring.
const QUICK: Extent = Extent {
    lines: &[1, 50, 500],
    orders: &[10, 1_000, 10_000],
    reviews: &[10, 100, 300],
    partners: &[100, 1_000],
    products: &[books::FEW, 100],
    events: 20,
    written: 1,
};

/// What was measured, one list of functions for each thing that grows.
#[derive(Clone, Debug, Serialize)]
pub struct Growth {
    /// Events that a median of a function without Odoo is of.
    events: usize,
    /// Orders that a median of a writer is of, up to [`FEW_LINES`] lines.
    written: usize,
    /// Against the lines of an order.
    lines: Vec<Series>,
    /// How large an order may be.
    bodies: Bodies,
    /// Against finished orders in the table.
    orders: Vec<Series>,
    /// Against open reviews in the table.
    reviews: Vec<Series>,
    /// Against the contacts in Odoo.
    partners: Vec<Series>,
    /// Against the products in Odoo.
    products: Vec<Series>,
}

/// Measures all of it.
///
/// # Errors
/// When a part does not start, or an order does not come to its end.
pub async fn measure(places: &Places, built: &Built, quick: bool) -> Result<Growth> {
    let extent = if quick { &QUICK } else { &FULL };
    let mut odoo = RunningOdoo::start(places, "bench").await?;
    let remotes = Remotes::start(Some(anew(&mut odoo).await?)).await?;
    let models = progress::step("an order to copy", filled::models(built, &remotes)).await?;
    let lines = lines::measure(built, &remotes, &odoo, extent);
    let (lines, bodies) = progress::step("lines of an order", lines).await?;
    let remotes = Remotes::start(Some(anew(&mut odoo).await?)).await?;
    let held = books::measure(built, &remotes, &odoo, extent);
    let (partners, products) = progress::step("contacts and products in Odoo", held).await?;
    drop(odoo);
    let remotes = Remotes::start(None).await?;
    let orders = history::orders(built, &remotes, &models, extent);
    let orders = progress::step("orders in the table", orders).await?;
    let reviews = history::reviews(built, &remotes, &models, extent);
    let reviews = progress::step("open reviews in the table", reviews).await?;
    Ok(Growth {
        events: extent.events,
        written: extent.written,
        lines,
        bodies,
        orders,
        reviews,
        partners,
        products,
    })
}

impl Growth {
    /// Writes the pictures that the section shows; gives their paths.
    ///
    /// # Errors
    /// When one cannot be drawn or written.
    pub fn draw(&self) -> Result<Vec<PathBuf>> {
        let draw = |name: &str, picture: String| {
            let path = repository().join("docs").join(name);
            std::fs::write(&path, picture).with_context(|| format!("writing {}", path.display()))?;
            anyhow::Ok(path)
        };
        Ok(vec![
            draw("growth-lines.svg", picture::lines(self)?)?,
            draw("growth-history.svg", picture::history(self)?)?,
        ])
    }
}

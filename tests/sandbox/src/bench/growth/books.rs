//! Against what Odoo holds: contacts and products.

use std::ops::RangeInclusive;

use anyhow::Result;

use super::series::{Series, add};
use super::{Extent, basket, writers};
use crate::bench::build::Built;
use crate::bench::platform::Remotes;
use crate::odoo::RunningOdoo;
use crate::progress;

/// Lines of the orders.
const LINES: u64 = 3;
/// The fewest products of which orders that follow each other share none.
pub const FEW: u64 = 30;

/// Contacts, copied from one that the integration has made: `{first}` to `{last}`, each with an address of its own.
const PARTNERS: &str = include_str!("../../../bench/partners.sql");
/// Products, copied from one of the merchant's, with taxes and stock.
const PRODUCTS: &str = include_str!("../../../bench/products.sql");

/// Writes orders of customers and products that Odoo knows, the more of them it knows; first the contacts, then the
/// products.
///
/// # Errors
/// When Odoo cannot be filled, or an order does not come to its end.
pub async fn measure(
    built: &Built,
    remotes: &Remotes,
    odoo: &RunningOdoo,
    extent: &Extent,
) -> Result<(Vec<Series>, Vec<Series>)> {
    add_products(odoo, 1..=FEW).await?;
    // The contact that the others are copied from.
    let first = |id: u64, _: u64, token: &str| basket::order(id, LINES, FEW, token);
    writers::one_at_a_time(built, remotes, 1, &first).await?;
    let (mut partners, mut there) = (Vec::new(), 0);
    for &size in extent.partners {
        fill(odoo, PARTNERS, there + 1..=size).await?;
        there = size;
        // Customers who have bought before: they are found by their e-mail addresses.
        let known = |id: u64, _: u64, token: &str| {
            basket::order(id, LINES, FEW, token).customer(id, &basket::email(id % size + 1))
        };
        let name = format!("{size} contacts");
        let measured = writers::one_at_a_time(built, remotes, extent.written, &known);
        add(&mut partners, size, progress::step(&name, measured).await?);
    }
    let (mut products, mut there) = (Vec::new(), FEW);
    for &size in extent.products {
        add_products(odoo, there + 1..=size).await?;
        there = size.max(there);
        let new = |id: u64, _: u64, token: &str| basket::order(id, LINES, size, token);
        let name = format!("{size} products");
        let measured = writers::one_at_a_time(built, remotes, extent.written, &new);
        add(&mut products, size, progress::step(&name, measured).await?);
    }
    Ok((partners, products))
}

/// Adds products with stock to Odoo, numbered like this.
///
/// # Errors
/// When PostgreSQL refuses.
pub async fn add_products(odoo: &RunningOdoo, numbers: RangeInclusive<u64>) -> Result<()> {
    fill(odoo, PRODUCTS, numbers).await
}

async fn fill(odoo: &RunningOdoo, statements: &str, numbers: RangeInclusive<u64>) -> Result<()> {
    if numbers.is_empty() {
        return Ok(());
    }
    let statements = statements
        .replace("{first}", &numbers.start().to_string())
        .replace("{last}", &numbers.end().to_string());
    odoo.run_sql(&statements).await
}

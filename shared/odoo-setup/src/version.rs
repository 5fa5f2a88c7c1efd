//! Which Odoo it is.

use domain::failure::Failure;
use odoo::{Odoo, value};

use crate::reader::{named, rows};

/// The version of Odoo's base module: `19.0.1.3`.
///
/// # Errors
/// When Odoo does not answer, or does not tell this user.
pub async fn version(odoo: &dyn Odoo) -> Result<String, Failure> {
    let modules = rows(
        odoo,
        "ir.module.module",
        named("name", "base"),
        &["latest_version"],
        None,
    )
    .await?;
    let version = modules
        .first()
        .and_then(|row| value::text(&row["latest_version"]));
    Ok(version.unwrap_or("of an unknown version").to_owned())
}

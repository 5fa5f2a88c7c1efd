//! Drafts that an earlier attempt wrote from other content: their lines go, the invoice goes, and the order is
//! written again under the same names.

use domain::failure::Failure;
use odoo::{Call, Context, Kind, Odoo, documents::SaleOrder};

/// Takes a quotation's lines and draft invoices away, the invoices first because they hold the lines.
///
/// # Errors
/// As the calls fail.
pub async fn clear(odoo: &dyn Odoo, context: &Context, order: &SaleOrder) -> Result<(), Failure> {
    let drafts: Vec<i64> = order
        .invoices
        .iter()
        .filter(|i| i.is_draft())
        .map(|i| i.id)
        .collect();
    let lines = order.lines.iter().map(|line| line.id).collect();
    for (model, ids) in [("account.move", drafts), ("sale.order.line", lines)] {
        if ids.is_empty() {
            continue;
        }
        let call = Call::effect(model, "unlink").ids(ids).context(context);
        odoo.call(&call)
            .await
            .map_err(|error| error.failure(Kind::Effect))?;
    }
    Ok(())
}

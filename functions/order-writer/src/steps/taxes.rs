//! Sets the tax of draft invoices to the shop's cents. Lines by `account.move.line/load`: a quarter of the time that
//! writing the invoice takes.

use crate::plan::{
    invoice::{added_tax_lines, changed_tax_lines},
    taxes::Fix,
};
use domain::failure::Failure;
use odoo::{Context, ExternalId, Mode, Odoo, load_each};

/// A draft invoice and what must be changed on it.
pub struct DraftToFix<'a> {
    /// `account.move`.
    pub id: i64,
    /// Our name of it.
    pub name: &'a ExternalId,
    /// What to change.
    pub fixes: &'a [Fix],
}

/// Changes and adds tax lines: one call for each of the two, for all invoices. One result per invoice.
pub async fn force(
    odoo: &dyn Odoo,
    context: &Context,
    invoices: &[DraftToFix<'_>],
) -> Vec<Result<(), Failure>> {
    let mut results: Vec<Result<(), Failure>> = vec![Ok(()); invoices.len()];
    let (mut changed, mut added) = (Vec::new(), Vec::new());
    for (place, draft) in invoices.iter().enumerate() {
        changed.extend(
            changed_tax_lines(draft.fixes)
                .into_iter()
                .map(|record| (place, record)),
        );
        added.extend(added_tax_lines(draft.id, draft.name, draft.fixes).map(|record| (place, record)));
    }
    for (model, records) in [("account.move.line", changed), ("account.move", added)] {
        let (places, records): (Vec<_>, Vec<_>) = records.into_iter().unzip();
        if records.is_empty() {
            continue;
        }
        let loaded = load_each(odoo, model, records, Mode::Update, context).await;
        for (place, result) in places.into_iter().zip(loaded) {
            if let Err(failure) = result {
                results[place] = Err(failure);
            }
        }
    }
    results
}

//! Sets the tax of draft invoices to the shop's cents. Lines by `account.move.line/load`: a quarter of the time that
//! writing the invoice takes.

use crate::plan::{
    invoice::{added_tax_lines, changed_tax_lines},
    taxes::Fix,
};
use domain::failure::Failure;
use odoo::{Context, ExternalId, Mode, Odoo, load_each};

/// Changes and adds tax lines: one call for each of the two, for all invoices. One result per invoice.
pub async fn force(
    odoo: &dyn Odoo,
    context: &Context,
    invoices: &[(&ExternalId, &[Fix])],
) -> Vec<Result<(), Failure>> {
    let mut results: Vec<Result<(), Failure>> = vec![Ok(()); invoices.len()];
    let changed = invoices.iter().enumerate();
    let changed: Vec<_> = changed
        .flat_map(|(place, (_, fixes))| changed_tax_lines(fixes).into_iter().map(move |r| (place, r)))
        .collect();
    let added = invoices.iter().enumerate();
    let added: Vec<_> = added
        .filter_map(|(place, (name, fixes))| Some((place, added_tax_lines(name, fixes)?)))
        .collect();
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

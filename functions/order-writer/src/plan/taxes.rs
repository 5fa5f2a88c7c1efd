//! The shop's tax to the cent on the draft invoice. Odoo computes its own from rates, and is a cent off now and
//! then; the customer has paid the shop's.

use domain::{
    failure::{Failure, FailureName},
    merchant::{OdooTax, Store},
    money::Money,
    order::{Order, TaxTotal},
};
use odoo::{
    books::{Books, Tax},
    documents::Invoice,
};
use std::collections::BTreeMap;

/// What the customer paid under one tax of Odoo.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WantedTax {
    /// The tax.
    pub tax: Tax,
    /// The shop's name for it.
    pub name: String,
    /// The code of the account it must stand on.
    pub account: String,
    /// The shop's amount.
    pub amount: Money,
}

/// By `account.tax`.
pub type WantedTaxes = BTreeMap<i64, WantedTax>;

/// A tax line that must be changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fix {
    /// Set this line to this tax.
    Set {
        /// `account.move.line`.
        line: i64,
        /// The shop's amount.
        amount: Money,
    },
    /// Odoo made no line, because the tax is 0 % or rounds to 0.00: add one.
    Add {
        /// The tax.
        tax: Tax,
        /// The label.
        name: String,
        /// The shop's amount.
        amount: Money,
    },
}

/// The taxes of an order, those of one tax of Odoo added up.
///
/// # Errors
/// [`FailureName::Refused`] when a code is not mapped, its rate is another one in the shop, or its tax cannot be used.
pub fn wanted(order: &Order, store: &Store, books: &Books) -> Result<WantedTaxes, Failure> {
    let mut wanted = WantedTaxes::new();
    for (index, total) in order.taxes.iter().enumerate() {
        let ours = store.tax(&total.code)?;
        check_rate(index, total, ours)?;
        let tax = books.tax(ours)?;
        let amount = Money::new(total.amount_minor, order.currency);
        let entry = wanted.entry(tax.id).or_insert_with(|| WantedTax {
            tax,
            name: total.name.clone(),
            account: ours.account.clone(),
            amount: Money::zero(order.currency),
        });
        let too_large = |_| Failure::new(FailureName::Refused, "the tax is too large").field("taxes");
        entry.amount = entry.amount.checked_add(amount).map_err(too_large)?;
    }
    Ok(wanted)
}

/// Whether the shop's rate is the one its code stands for. A shop that changes a rate keeps its code, and the forced
/// cents would stand under the old rate for ever. Some tax services leave the rate at 0: that says nothing.
fn check_rate(index: usize, total: &TaxTotal, ours: &OdooTax) -> Result<(), Failure> {
    match total.rate_percent {
        Some(percent) if !percent.is_zero() && percent != ours.percent => {
            let what = format!(
                "the shop's tax {:?} is of {percent} %, {:?} of {} %",
                total.code, ours.name, ours.percent
            );
            let remedy = "make a tax of the shop's rate in Odoo and map the code to it in infra/merchant.toml, \
                          or correct the rate in the shop, then redrive";
            Err(Failure::new(FailureName::Refused, what)
                .field(format!("taxes[{index}].rate_percent"))
                .remedy(remedy))
        }
        _ => Ok(()),
    }
}

/// What must be changed on a draft so that its tax is the shop's.
///
/// # Errors
/// [`FailureName::Conflict`] when the draft bears a tax the order does not have.
pub fn fixes(draft: &Invoice, wanted: &WantedTaxes) -> Result<Vec<Fix>, Failure> {
    let mut fixes = Vec::new();
    let strange = draft
        .tax_lines
        .iter()
        .any(|line| !wanted.contains_key(&line.tax) && line.amount.minor != 0);
    if strange {
        return Err(Failure::new(
            FailureName::Conflict,
            "Odoo adds a tax that the order does not have",
        )
        .field("taxes"));
    }
    for (id, want) in wanted {
        let mut lines = draft.tax_lines.iter().filter(|line| line.tax == *id);
        let Some(first) = lines.next() else {
            if want.amount.minor != 0 {
                fixes.push(Fix::Add {
                    tax: want.tax,
                    name: want.name.clone(),
                    amount: want.amount,
                });
            }
            continue;
        };
        // Odoo splits a tax by analytic account; the difference goes to the first line.
        let others: i64 = lines.map(|line| line.amount.minor).sum();
        let amount = Money::new(want.amount.minor - others, want.amount.currency);
        if amount != first.amount {
            fixes.push(Fix::Set {
                line: first.id,
                amount,
            });
        }
    }
    Ok(fixes)
}

/// Whether every tax line stands on its liability account.
///
/// # Errors
/// [`FailureName::Refused`] naming the tax.
pub fn check_accounts(draft: &Invoice, wanted: &WantedTaxes) -> Result<(), Failure> {
    for line in &draft.tax_lines {
        let Some(want) = wanted.get(&line.tax) else {
            continue;
        };
        if line.account.as_deref() != Some(want.account.as_str()) {
            let what = format!("the tax {:?} stands on the account {:?}", want.name, line.account);
            let remedy = format!("let it post to {} in Odoo, then redrive", want.account);
            return Err(Failure::new(FailureName::Refused, what)
                .field("taxes")
                .remedy(remedy));
        }
    }
    Ok(())
}

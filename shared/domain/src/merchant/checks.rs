//! What must hold between the parts of a configuration that are each well formed.

use super::{Merchant, section::Errors};
use std::collections::BTreeMap;

pub(super) fn check(merchant: &Merchant, errors: &Errors) {
    journals(merchant, errors);
    pricelists(merchant, errors);
    tax_names(merchant, errors);
    payment_methods(merchant, errors);
}

/// One journal per merchant account and currency, or deposits cannot be told apart.
fn journals(merchant: &Merchant, errors: &Errors) {
    let mut users = BTreeMap::from([(
        merchant.odoo.sales_journal.as_str(),
        "odoo.sales_journal".to_owned(),
    )]);
    for (name, account) in &merchant.merchant_accounts {
        let key = format!("merchant_accounts.{name}.journal");
        if let Some(other) = users.get(account.journal.as_str()) {
            errors.add(
                key,
                format!("{:?} is already the journal of {other}", account.journal),
            );
        } else {
            users.insert(&account.journal, key);
        }
    }
}

/// An order's currency comes from its pricelist, and a pricelist has one currency.
fn pricelists(merchant: &Merchant, errors: &Errors) {
    let mut users = BTreeMap::new();
    for (currency, name) in &merchant.odoo.pricelists {
        if let Some(other) = users.insert(name.as_str(), currency) {
            errors.add(
                format!("odoo.pricelists.{currency}"),
                format!("{name:?} is already the pricelist of {other}"),
            );
        }
    }
    for (name, account) in &merchant.merchant_accounts {
        if !merchant.odoo.pricelists.contains_key(&account.currency) {
            let key = format!("odoo.pricelists.{}", account.currency);
            errors.add(
                key,
                format!(
                    "is missing: [merchant_accounts.{name}] takes {}",
                    account.currency
                ),
            );
        }
    }
}

/// Two of our names for one tax of Odoo would add up two of the shop's taxes in one tax line.
fn tax_names(merchant: &Merchant, errors: &Errors) {
    let mut users = BTreeMap::new();
    for (key, tax) in &merchant.odoo.taxes {
        if let Some(other) = users.insert(tax.name.as_str(), key) {
            errors.add(
                format!("odoo.taxes.{key}.name"),
                format!("{:?} is already the tax {other:?}", tax.name),
            );
        }
    }
}

/// A scheme whose orders name the shop's payment method needs to know what each one is.
fn payment_methods(merchant: &Merchant, errors: &Errors) {
    for (id, store) in &merchant.stores {
        let names_methods = matches!(store.scheme, super::Scheme::WooCommerce(_));
        if names_methods && store.payment_methods.is_empty() {
            errors.add(
                format!("stores.{id}.payment_methods"),
                "is missing: which of the shop's methods is which tender",
            );
        }
    }
}

//! Which company needs what: each company with the merchant accounts and taxes that its stores use. What no store uses
//! belongs to the main company.

use std::collections::{BTreeMap, BTreeSet};

use domain::merchant::Merchant;

/// What one company needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Needs<'a> {
    /// Keys of `merchant_accounts`.
    pub accounts: BTreeSet<&'a str>,
    /// Keys of `odoo.taxes`.
    pub taxes: BTreeSet<&'a str>,
    /// Store id and warehouse code.
    pub warehouses: Vec<(&'a str, &'a str)>,
}

/// By the company's name; the main company is always there.
pub(crate) fn by_company(merchant: &Merchant) -> BTreeMap<&str, Needs<'_>> {
    let mut used: BTreeMap<&str, Needs<'_>> = BTreeMap::new();
    for store in merchant.stores.values() {
        let needs = used.entry(&store.company).or_default();
        needs.warehouses.push((store.id.as_str(), &store.warehouse));
        needs
            .taxes
            .extend(store.taxes.values().map(|tax| tax.key.as_str()));
        let accounts = store.tenders.values().flat_map(|tender| tender.accounts.values());
        needs
            .accounts
            .extend(accounts.map(|account| account.key.as_str()));
    }
    let taken = |pick: fn(&Needs<'_>, &str) -> bool, key: &str| used.values().any(|needs| pick(needs, key));
    let accounts: Vec<&str> = merchant.merchant_accounts.keys().map(String::as_str).collect();
    let accounts: Vec<&str> = accounts
        .into_iter()
        .filter(|key| !taken(|needs, key| needs.accounts.contains(key), key))
        .collect();
    let taxes: Vec<&str> = merchant.odoo.taxes.keys().map(String::as_str).collect();
    let taxes: Vec<&str> = taxes
        .into_iter()
        .filter(|key| !taken(|needs, key| needs.taxes.contains(key), key))
        .collect();
    let main = used.entry(&merchant.odoo.company).or_default();
    main.accounts.extend(accounts);
    main.taxes.extend(taxes);
    used
}

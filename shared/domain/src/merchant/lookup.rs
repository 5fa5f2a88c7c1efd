//! Looking things up in a configuration. What is missing for one order is [`FailureName::Refused`] with the key
//! that a person has to add; an order of a store that is not configured at all is [`FailureName::Misconfigured`].

use super::{Merchant, MerchantAccount, OTHER_BRAND, OdooTax, Store};
use crate::{
    failure::{Failure, FailureName},
    ids::StoreId,
    money::Currency,
    order::{Order, Payment},
};

const FILE: &str = "infra/merchant.toml";

fn missing(key: String, what: String) -> Failure {
    let remedy = to_add(&key);
    Failure::new(FailureName::Refused, what).field(key).remedy(remedy)
}

fn to_add(key: &str) -> String {
    format!("add {key} to {FILE}, deploy, then redrive")
}

impl Merchant {
    /// The store of an order or a webhook path.
    ///
    /// # Errors
    /// [`FailureName::Misconfigured`] when there is no such store.
    pub fn store(&self, id: &StoreId) -> Result<&Store, Failure> {
        self.stores.get(id).ok_or_else(|| {
            let key = format!("stores.{id}");
            let remedy = format!("add [{key}] to {FILE} and deploy");
            Failure::new(FailureName::Misconfigured, format!("there is no store {id}"))
                .field(key)
                .remedy(remedy)
        })
    }

    /// The pricelist that gives an order its currency.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when the currency has none.
    pub fn pricelist(&self, currency: Currency) -> Result<&str, Failure> {
        let name = self.odoo.pricelists.get(&currency).map(String::as_str);
        name.ok_or_else(|| {
            missing(
                format!("odoo.pricelists.{currency}"),
                format!("no pricelist for {currency}"),
            )
        })
    }

    /// Whether the order was placed before this system took over: recorded, never processed.
    pub fn is_before_cut_over(&self, order: &Order) -> bool {
        order.date_in(&self.time_zone) < self.cut_over_date
    }
}

impl Store {
    /// Odoo's tax for the shop's code.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when the code is not mapped.
    pub fn tax(&self, code: &str) -> Result<&OdooTax, Failure> {
        self.taxes.get(code).ok_or_else(|| {
            let key = format!("stores.{}.taxes.{code}", self.id);
            let typed = "; where the code itself is wrong, correct it with review edit";
            let remedy = format!("{}{typed}", to_add(&key));
            missing(key, format!("the tax {code:?} is not mapped")).remedy(remedy)
        })
    }

    /// Whether two stores sell the same pieces.
    pub fn ships_with(&self, other: &Self) -> bool {
        other.company == self.company && other.warehouse == self.warehouse
    }

    /// The tender of one of the shop's payment methods, if it is one of ours.
    pub fn tender_of_method(&self, method: &str) -> Option<&str> {
        self.payment_methods.get(method).map(String::as_str)
    }

    /// Where the money of a tender goes.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when the store does not take the tender, or not in this currency.
    pub fn merchant_account(&self, tender: &str, currency: Currency) -> Result<&MerchantAccount, Failure> {
        let key = format!("stores.{}.tenders.{tender}", self.id);
        let Some(found) = self.tenders.get(tender) else {
            return Err(missing(key, format!("the store {} takes no {tender:?}", self.id)));
        };
        let what = || {
            missing(
                format!("{key}.accounts.{currency}"),
                format!("{tender:?} is not taken in {currency}"),
            )
        };
        found.accounts.get(&currency).ok_or_else(what)
    }

    /// Where the money of an order goes; `None` for an order without an actionable payment.
    ///
    /// # Errors
    /// As [`Store::merchant_account`].
    pub fn account_of(&self, order: &Order) -> Result<Option<&MerchantAccount>, Failure> {
        match &order.payment {
            Payment::Pending | Payment::Elsewhere { .. } | Payment::Closed => Ok(None),
            Payment::Token { tender, .. }
            | Payment::Authorized { tender, .. }
            | Payment::Captured { tender, .. } => self.merchant_account(tender, order.currency).map(Some),
        }
    }
}

impl MerchantAccount {
    /// The name of the payment method line for a card brand, whatever its case.
    pub fn method_line(&self, brand: &str) -> &str {
        let by_name = |name: &str| {
            self.method_lines
                .iter()
                .find(|(key, _)| key.eq_ignore_ascii_case(name))
        };
        by_name(brand)
            .or_else(|| by_name(OTHER_BRAND))
            .map_or("", |(_, line)| line.as_str())
    }
}

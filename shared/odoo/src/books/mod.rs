//! The merchant's books: what the configuration names, as Odoo's ids. Read once, kept for a while. What is missing
//! is noticed when an order needs it, and is refused for that order with the name of the missing thing.

mod cache;
mod read;
#[cfg(test)]
mod tests;

pub use cache::BooksCache;
pub use read::read;

use crate::context::Context;
use domain::{
    failure::{Failure, FailureName},
    merchant::{MerchantAccount, OdooTax},
    money::Currency,
};
use jiff::civil::Date;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// One company's books.
#[derive(Clone, Debug, Default)]
pub struct Books {
    pub(crate) company: i64,
    pub(crate) company_name: String,
    pub(crate) currency: String,
    pub(crate) language: String,
    pub(crate) time_zone: String,
    pub(crate) payment_term: Option<i64>,
    pub(crate) currencies: HashMap<String, CurrencyBook>,
    pub(crate) warehouses: HashMap<String, i64>,
    pub(crate) pricelists: HashMap<(String, String), i64>,
    pub(crate) taxes: HashMap<String, Vec<TaxBook>>,
    pub(crate) journals: HashMap<String, JournalBook>,
    pub(crate) countries: HashMap<String, i64>,
    pub(crate) states: HashMap<(i64, String), i64>,
}

/// An active currency.
#[derive(Clone, Debug, Default)]
pub(crate) struct CurrencyBook {
    pub(crate) id: i64,
    /// From when on there are rates; the company's own currency needs none.
    pub(crate) rates_from: Option<Date>,
}

/// A sale tax.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct TaxBook {
    pub(crate) id: i64,
    pub(crate) percent: Option<Decimal>,
    pub(crate) price_include: bool,
    /// Accounts of the tax's invoice and refund repartition lines; `None` books tax as revenue.
    pub(crate) accounts: Vec<Option<String>>,
    /// The invoice repartition line of the tax itself and its account: what a tax line is made from.
    pub(crate) repartition_line: Option<(i64, i64)>,
}

/// A journal with its incoming payment method lines by name.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct JournalBook {
    pub(crate) id: i64,
    pub(crate) kind: String,
    /// Its own currency; the company's when none.
    pub(crate) currency: Option<String>,
    pub(crate) method_lines: HashMap<String, MethodLineBook>,
}

/// A payment method line and the code of the account its payments wait on.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MethodLineBook {
    pub(crate) id: i64,
    pub(crate) account: Option<String>,
}

/// A sale tax an order may use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Tax {
    /// `account.tax`.
    pub id: i64,
    /// Its `account.tax.repartition.line` for the tax on invoices.
    pub repartition_line: i64,
    /// The `account.account` that line posts to.
    pub account: i64,
}

/// Where a payment is booked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PaymentPlace {
    /// `account.journal`.
    pub journal: i64,
    /// `account.payment.method.line`.
    pub method_line: i64,
}

fn missing(what: String, field: &str, remedy: &str) -> Failure {
    Failure::new(FailureName::Refused, what)
        .field(field)
        .remedy(format!("{remedy} in Odoo, then redrive"))
}

impl Books {
    /// `res.company`.
    pub fn company(&self) -> i64 {
        self.company
    }

    /// The code of the company's own currency.
    pub fn company_currency(&self) -> &str {
        &self.currency
    }

    /// The language of contacts we make.
    pub fn language(&self) -> &str {
        &self.language
    }

    /// The context of this company's documents.
    pub fn context(&self) -> Context {
        Context::new(&self.language, &self.time_zone, Some(self.company))
    }

    /// `account.payment.term` that is due at once.
    ///
    /// # Errors
    /// [`FailureName::Refused`].
    pub fn payment_term(&self) -> Result<i64, Failure> {
        let what = || {
            missing(
                "the immediate payment term is not there".into(),
                "odoo.payment_term",
                "restore it",
            )
        };
        self.payment_term.ok_or_else(what)
    }

    /// `res.currency` for a document of that date.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when it is not active, or a foreign one without a rate: Odoo would take 1:1.
    pub fn currency(&self, currency: Currency, date: Date) -> Result<i64, Failure> {
        let code = currency.code();
        let field = format!("odoo.currencies.{code}");
        let inactive = || {
            missing(
                format!("the currency {code} is not active"),
                &field,
                "activate it",
            )
        };
        let found = self.currencies.get(code).ok_or_else(inactive)?;
        if code == self.currency || found.rates_from.is_some_and(|from| from <= date) {
            return Ok(found.id);
        }
        Err(missing(
            format!("there is no rate of {code} for {date}"),
            &field,
            "enter a rate",
        ))
    }

    /// `stock.warehouse` by code.
    ///
    /// # Errors
    /// [`FailureName::Refused`].
    pub fn warehouse(&self, code: &str) -> Result<i64, Failure> {
        let what = || {
            missing(
                format!("{} has no warehouse {code:?}", self.company_name),
                "warehouse",
                "create it",
            )
        };
        self.warehouses.get(code).copied().ok_or_else(what)
    }

    /// `product.pricelist` by name: what gives an order its currency.
    ///
    /// # Errors
    /// [`FailureName::Refused`].
    pub fn pricelist(&self, name: &str, currency: Currency) -> Result<i64, Failure> {
        let what = || {
            let what = format!("{} has no pricelist {name:?} in {currency}", self.company_name);
            missing(what, &format!("odoo.pricelists.{currency}"), "create it")
        };
        self.pricelists
            .get(&(name.to_owned(), currency.code().to_owned()))
            .copied()
            .ok_or_else(what)
    }

    /// The sales journal by code.
    ///
    /// # Errors
    /// [`FailureName::Refused`].
    pub fn sales_journal(&self, code: &str) -> Result<i64, Failure> {
        let found = self.journals.get(code).filter(|journal| journal.kind == "sale");
        let what = || {
            missing(
                format!("no sales journal {code:?}"),
                "odoo.sales_journal",
                "create it",
            )
        };
        found.map(|journal| journal.id).ok_or_else(what)
    }

    /// A sale tax.
    ///
    /// # Errors
    /// [`FailureName::Refused`] when it is missing, ambiguous, included in prices, of another rate, or does not
    /// post to its liability account.
    pub fn tax(&self, tax: &OdooTax) -> Result<Tax, Failure> {
        let field = format!("odoo.taxes.{}", tax.key);
        let name = &tax.name;
        let found = match self.taxes.get(name).map(Vec::as_slice) {
            Some([one]) => one,
            Some(_) => {
                return Err(missing(
                    format!("more than one sale tax {name:?}"),
                    &field,
                    "archive all but one",
                ));
            }
            None => {
                return Err(missing(
                    format!("there is no sale tax {name:?}"),
                    &field,
                    "create it",
                ));
            }
        };
        let account = &tax.account;
        if found.accounts.is_empty() || found.accounts.iter().any(|code| code.as_ref() != Some(account)) {
            let what = format!("the tax {name:?} does not post to the liability account {account}");
            return Err(missing(
                what,
                &format!("{field}.account"),
                "set the account of its repartition lines",
            ));
        }
        if found.price_include {
            return Err(missing(
                format!("the tax {name:?} is included in prices"),
                &field,
                "exclude it",
            ));
        }
        if found.percent != Some(tax.percent) {
            let what = format!(
                "the tax {name:?} has not the {} % of the configuration",
                tax.percent
            );
            return Err(missing(
                what,
                &format!("{field}.percent"),
                "correct it, or the configuration,",
            ));
        }
        let (repartition_line, account) = found.repartition_line.ok_or_else(|| {
            missing(
                format!("the tax {name:?} has not exactly one repartition line"),
                &field,
                "give it one",
            )
        })?;
        Ok(Tax {
            id: found.id,
            repartition_line,
            account,
        })
    }

    /// Journal and method line of a merchant account and card brand.
    ///
    /// # Errors
    /// [`FailureName::Refused`], also when the method line has no clearing account: such a payment makes no entry.
    pub fn payment_place(&self, account: &MerchantAccount, brand: &str) -> Result<PaymentPlace, Failure> {
        let field = format!("merchant_accounts.{}", account.key);
        let code = &account.journal;
        let found = self.journals.get(code).filter(|journal| journal.kind == "bank");
        let no_journal = || {
            missing(
                format!("no bank journal {code:?}"),
                &format!("{field}.journal"),
                "create it",
            )
        };
        let journal = found.ok_or_else(no_journal)?;
        let currency = journal.currency.as_deref().unwrap_or(&self.currency);
        if currency != account.currency.code() {
            let what = format!("the journal {code:?} is in {currency}");
            return Err(missing(what, &format!("{field}.journal"), "correct its currency"));
        }
        let name = account.method_line(brand);
        let field = format!("{field}.method_lines.{brand}");
        let no_line = || {
            missing(
                format!("{code:?} has no incoming method line {name:?}"),
                &field,
                "add it",
            )
        };
        let line = journal.method_lines.get(name).ok_or_else(no_line)?;
        if line.account.as_deref() != Some(account.clearing_account.as_str()) {
            let what = format!(
                "the method line {name:?} does not post to {}",
                account.clearing_account
            );
            return Err(missing(what, &field, "set its account"));
        }
        Ok(PaymentPlace {
            journal: journal.id,
            method_line: line.id,
        })
    }

    /// `res.country` by ISO code.
    ///
    /// # Errors
    /// [`FailureName::Refused`].
    pub fn country(&self, code: &str) -> Result<i64, Failure> {
        let found = self.countries.get(&code.to_ascii_uppercase()).copied();
        found.ok_or_else(|| {
            Failure::new(
                FailureName::Refused,
                "the address names no country that Odoo knows",
            )
            .field("country")
        })
    }

    /// `res.country.state` by code within its country; a state Odoo does not know stays out of the address.
    pub fn state(&self, country: i64, code: &str) -> Option<i64> {
        self.states.get(&(country, code.to_ascii_uppercase())).copied()
    }

    /// The ISO code of a `res.country`.
    pub fn country_code(&self, id: i64) -> Option<&str> {
        self.countries
            .iter()
            .find(|(_, country)| **country == id)
            .map(|(code, _)| code.as_str())
    }

    /// The code of a `res.country.state`.
    pub fn state_code(&self, id: i64) -> Option<&str> {
        self.states
            .iter()
            .find(|(_, state)| **state == id)
            .map(|((_, code), _)| code.as_str())
    }
}

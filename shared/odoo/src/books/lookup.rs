//! Looking things up in the books. What is missing is refused for the order that needs it, with the key it is
//! configured under.

use super::{Books, PaymentPlace, Tax};
use crate::context::Context;
use domain::{
    failure::{Failure, FailureName},
    merchant::{MerchantAccount, OdooTax},
    money::Currency,
};
use jiff::civil::Date;

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

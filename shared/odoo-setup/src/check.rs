//! Whether an Odoo has everything that the merchant's configuration names, seen with the integration's own rights.

use std::collections::BTreeSet;

use domain::failure::Failure;
use domain::merchant::{Merchant, MerchantAccount, OdooTax, Store};
use odoo::Odoo;
use serde_json::{Value, json};

use crate::reader::{by_external_id, ids, named};
use crate::{MARK, MARKED_MODELS, Missing};

/// Looks up every code and name of the configuration; one entry for each that is not there once, as it should be.
///
/// # Errors
/// When Odoo does not answer or does not accept the key.
pub async fn check(odoo: &dyn Odoo, merchant: &Merchant) -> Result<Vec<Missing>, Failure> {
    let mut checker = Checker {
        odoo,
        missing: Vec::new(),
    };
    checker.names(merchant).await?;
    for store in merchant.stores.values() {
        checker.store(store).await?;
    }
    for tax in merchant.odoo.taxes.values() {
        checker.tax(tax).await?;
    }
    for account in merchant.merchant_accounts.values() {
        checker.merchant_account(account).await?;
    }
    checker.marks().await?;
    Ok(checker.missing)
}

struct Checker<'a> {
    odoo: &'a dyn Odoo,
    missing: Vec<Missing>,
}

/// The remedy for what the set-up makes.
const SET_UP: &str = "run `odoo-heartland setup odoo`, or create it in Odoo";
/// The remedy for what it does not.
const YOURS: &str = "create it in Odoo, or correct the key in merchant.toml";

impl Checker<'_> {
    fn miss(&mut self, key: &str, what: String, remedy: &str) {
        self.missing.push(Missing {
            key: key.to_owned(),
            what,
            remedy: remedy.to_owned(),
        });
    }

    /// The one record that fits.
    async fn one(
        &mut self,
        key: &str,
        what: &str,
        remedy: &str,
        model: &'static str,
        domain: Value,
    ) -> Result<Option<i64>, Failure> {
        match ids(self.odoo, model, domain, None).await?.as_slice() {
            [one] => return Ok(Some(*one)),
            [] => self.miss(key, format!("Odoo has no {what}"), remedy),
            many => {
                let what = format!("Odoo has {} times the {what}", many.len());
                self.miss(key, what, "archive all but one in Odoo");
            }
        }
        Ok(None)
    }

    async fn names(&mut self, merchant: &Merchant) -> Result<(), Failure> {
        let names = &merchant.odoo;
        let what = format!("company {:?} that the integration's user may see", names.company);
        let domain = named("name", names.company.as_str());
        self.one("odoo.company", &what, YOURS, "res.company", domain)
            .await?;
        let what = format!("language {}", names.language);
        let domain = named("code", names.language.as_str());
        self.one("odoo.language", &what, YOURS, "res.lang", domain)
            .await?;
        let what = format!("sales journal {}", names.sales_journal);
        let domain = json!([
            ["code", "=", names.sales_journal],
            ["type", "=", "sale"],
            ["company_id.name", "=", names.company]
        ]);
        self.one("odoo.sales_journal", &what, YOURS, "account.journal", domain)
            .await?;
        for (currency, pricelist) in &names.pricelists {
            let key = format!("odoo.pricelists.{}", currency.code());
            let what = format!("pricelist {pricelist:?} in {}", currency.code());
            let domain = json!([
                ["name", "=", pricelist],
                ["currency_id.name", "=", currency.code()]
            ]);
            self.one(&key, &what, SET_UP, "product.pricelist", domain).await?;
        }
        for (usage, code) in [
            ("shipping", &names.products.shipping),
            ("fee", &names.products.fee),
            ("discount", &names.products.discount),
        ] {
            let key = format!("odoo.products.{usage}");
            let domain = json!([["default_code", "=", code], ["type", "=", "service"]]);
            let what = format!("service product {code}");
            self.one(&key, &what, SET_UP, "product.product", domain).await?;
        }
        if by_external_id(self.odoo, &names.payment_term).await?.is_none() {
            let what = format!("Odoo has no payment term {}", names.payment_term);
            self.miss("odoo.payment_term", what, YOURS);
        }
        Ok(())
    }

    async fn store(&mut self, store: &Store) -> Result<(), Failure> {
        let key = format!("stores.{}.warehouse", store.id);
        let what = format!("warehouse {} of {}", store.warehouse, store.company);
        let domain = json!([
            ["code", "=", store.warehouse],
            ["company_id.name", "=", store.company]
        ]);
        self.one(&key, &what, YOURS, "stock.warehouse", domain)
            .await
            .map(|_| ())
    }

    async fn tax(&mut self, tax: &OdooTax) -> Result<(), Failure> {
        let key = format!("odoo.taxes.{}", tax.key);
        let domain = json!([["name", "=", tax.name], ["type_tax_use", "=", "sale"]]);
        let what = format!("sale tax {:?}", tax.name);
        let Some(id) = self.one(&key, &what, SET_UP, "account.tax", domain).await? else {
            return Ok(());
        };
        for document in ["invoice", "refund"] {
            let domain = json!([
                ["tax_id", "=", id],
                ["document_type", "=", document],
                ["repartition_type", "=", "tax"],
                ["account_id.code", "=", tax.account]
            ]);
            let what = format!(
                "{document} line of the tax {:?} on account {}",
                tax.name, tax.account
            );
            let remedy = "set the account of the tax's repartition lines in Odoo";
            let key = format!("{key}.account");
            self.one(&key, &what, remedy, "account.tax.repartition.line", domain)
                .await?;
        }
        Ok(())
    }

    async fn merchant_account(&mut self, account: &MerchantAccount) -> Result<(), Failure> {
        let key = format!("merchant_accounts.{}", account.key);
        let domain = json!([["code", "=", account.journal], ["type", "=", "bank"]]);
        let what = format!("bank journal {} that is not archived", account.journal);
        let journal = self
            .one(
                &format!("{key}.journal"),
                &what,
                SET_UP,
                "account.journal",
                domain,
            )
            .await?;
        let Some(journal) = journal else { return Ok(()) };
        let names: BTreeSet<&String> = account.method_lines.values().collect();
        for name in names {
            for direction in ["inbound", "outbound"] {
                let domain = json!([
                    ["journal_id", "=", journal],
                    ["name", "=", name],
                    ["payment_type", "=", direction],
                    ["payment_account_id.code", "=", account.clearing_account],
                ]);
                let what = format!(
                    "{direction} payment method line {name:?} of {} on account {}",
                    account.journal, account.clearing_account
                );
                let key = format!("{key}.method_lines");
                self.one(&key, &what, SET_UP, "account.payment.method.line", domain)
                    .await?;
            }
        }
        Ok(())
    }

    async fn marks(&mut self) -> Result<(), Failure> {
        for model in MARKED_MODELS {
            let call = odoo::Call::read(model, "fields_get")
                .arg("allfields", json!([MARK]))
                .arg("attributes", json!(["type"]));
            let fields = self
                .odoo
                .call(&call)
                .await
                .map_err(|error| crate::read_failure(&error))?;
            if fields.get(MARK).is_none() {
                self.miss(MARK, format!("{model} has no field {MARK}"), SET_UP);
            }
        }
        Ok(())
    }
}

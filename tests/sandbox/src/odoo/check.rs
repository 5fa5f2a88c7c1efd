//! Whether an Odoo has everything that the merchant's configuration names, seen with the integration's own rights.

use anyhow::{Result, bail};
use domain::merchant::{Merchant, MerchantAccount, OdooTax, Store};
use serde_json::{Value, json};

use super::Access;
use super::calls::Caller;

/// Looks up every code and name of the configuration as the integration's user; one line for each that is not there.
///
/// # Errors
/// When Odoo does not answer or refuses the key.
pub async fn check(access: &Access, merchant: &Merchant) -> Result<Vec<String>> {
    let mut checker = Checker {
        odoo: access.as_bot()?,
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
    Ok(checker.missing)
}

struct Checker {
    odoo: Caller,
    missing: Vec<String>,
}

impl Checker {
    async fn one(&mut self, key: &str, model: &str, domain: Value) -> Result<Option<i64>> {
        let ids = self.odoo.ids(model, domain.clone()).await?;
        if ids.len() != 1 {
            self.missing
                .push(format!("{key}: {} records of {model} where {domain}", ids.len()));
        }
        Ok(ids.first().copied())
    }

    async fn names(&mut self, merchant: &Merchant) -> Result<()> {
        let names = &merchant.odoo;
        self.one(
            "odoo.company",
            "res.company",
            json!([["name", "=", names.company]]),
        )
        .await?;
        self.one(
            "odoo.language",
            "res.lang",
            json!([["code", "=", names.language]]),
        )
        .await?;
        for (currency, pricelist) in &names.pricelists {
            let domain = json!([
                ["name", "=", pricelist],
                ["currency_id.name", "=", currency.code()]
            ]);
            self.one(
                &format!("odoo.pricelists.{}", currency.code()),
                "product.pricelist",
                domain,
            )
            .await?;
        }
        for code in [
            &names.products.shipping,
            &names.products.fee,
            &names.products.discount,
        ] {
            let domain = json!([["default_code", "=", code], ["type", "=", "service"]]);
            self.one("odoo.products", "product.product", domain).await?;
        }
        let Some((module, name)) = names.payment_term.split_once('.') else {
            bail!("odoo.payment_term is no external id: {}", names.payment_term);
        };
        let reference = json!({"module": module, "xml_id": name});
        if self
            .odoo
            .call("ir.model.data", "check_object_reference", reference)
            .await
            .is_err()
        {
            self.missing
                .push(format!("odoo.payment_term: there is no {}", names.payment_term));
        }
        Ok(())
    }

    async fn store(&mut self, store: &Store) -> Result<()> {
        let domain = json!([
            ["code", "=", store.warehouse],
            ["company_id.name", "=", store.company]
        ]);
        self.one(
            &format!("stores.{}.warehouse", store.id),
            "stock.warehouse",
            domain,
        )
        .await?;
        Ok(())
    }

    async fn tax(&mut self, tax: &OdooTax) -> Result<()> {
        let key = format!("odoo.taxes.{}", tax.key);
        let domain = json!([["name", "=", tax.name], ["type_tax_use", "=", "sale"]]);
        let Some(id) = self.one(&key, "account.tax", domain).await? else {
            return Ok(());
        };
        for document in ["invoice", "refund"] {
            let domain = json!([
                ["tax_id", "=", id],
                ["document_type", "=", document],
                ["repartition_type", "=", "tax"],
                ["account_id.code", "=", tax.account]
            ]);
            self.one(&format!("{key}.account"), "account.tax.repartition.line", domain)
                .await?;
        }
        Ok(())
    }

    async fn merchant_account(&mut self, account: &MerchantAccount) -> Result<()> {
        let key = format!("merchant_accounts.{}", account.key);
        let domain = json!([["code", "=", account.journal], ["type", "=", "bank"]]);
        let Some(journal) = self
            .one(&format!("{key}.journal"), "account.journal", domain)
            .await?
        else {
            return Ok(());
        };
        let names: std::collections::BTreeSet<&String> = account.method_lines.values().collect();
        for name in names {
            for direction in ["inbound", "outbound"] {
                let domain = json!([
                    ["journal_id", "=", journal],
                    ["name", "=", name],
                    ["payment_type", "=", direction],
                    ["payment_account_id.code", "=", account.clearing_account],
                ]);
                let key = format!("{key}.method_lines ({direction})");
                self.one(&key, "account.payment.method.line", domain).await?;
            }
        }
        Ok(())
    }
}

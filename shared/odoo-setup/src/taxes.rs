//! A company's taxes, and the journals of its merchant accounts.

use std::collections::BTreeSet;

use domain::failure::Failure;
use domain::merchant::MerchantAccount;
use odoo::{Call, Cells, value};
use serde_json::{Value, json};

use crate::company::{AccountWanted, Company};
use crate::ensure::Wanted;
use crate::reader::{ids, rows};
use crate::refused;
use crate::set_up::SetUp;

impl SetUp<'_> {
    /// A sale tax, not included in prices, whose repartition lines post to its liability account.
    pub(crate) async fn tax(&mut self, company: &Company, key: &str) -> Result<(), Failure> {
        let Some(tax) = self.merchant.odoo.taxes.get(key).cloned() else {
            return Ok(());
        };
        let key = format!("odoo.taxes.{key}");
        let account = AccountWanted {
            name: "Sales tax payable".to_owned(),
            kind: "liability_current",
            reconcile: false,
        };
        let liability = self
            .account(company, &tax.account, &format!("{key}.account"), account)
            .await?;
        let domain = json!([
            ["name", "=", tax.name],
            ["type_tax_use", "=", "sale"],
            ["company_id", "=", company.id]
        ]);
        let found = ids(self.odoo, "account.tax", domain.clone(), Some(&company.context)).await?;
        if let [found] = found.as_slice() {
            return self.tax_agrees(company, *found, &tax, &key).await;
        }
        let what = format!(
            "sale tax {:?} of {} % on account {}",
            tax.name, tax.percent, tax.account
        );
        let group = self.tax_group(company, &tax.name, &key).await?;
        let country = company.tax_country.map(|id| id.to_string()).unwrap_or_default();
        let liability = liability.map(|id| id.to_string()).unwrap_or_default();
        let base: Cells = vec![
            ("invoice_repartition_line_ids/repartition_type", "base".to_owned()),
            ("refund_repartition_line_ids/repartition_type", "base".to_owned()),
        ];
        let line: Cells = vec![
            ("invoice_repartition_line_ids/repartition_type", "tax".to_owned()),
            ("invoice_repartition_line_ids/account_id/.id", liability.clone()),
            ("refund_repartition_line_ids/repartition_type", "tax".to_owned()),
            ("refund_repartition_line_ids/account_id/.id", liability),
        ];
        let wanted = Wanted {
            key: &key,
            what,
            model: "account.tax",
            domain,
            cells: vec![
                ("name", tax.name.clone()),
                ("amount", tax.percent.to_string()),
                ("amount_type", "percent".to_owned()),
                ("type_tax_use", "sale".to_owned()),
                ("price_include_override", "tax_excluded".to_owned()),
                ("company_id/.id", company.id.to_string()),
                ("country_id/.id", country),
                (
                    "tax_group_id/.id",
                    group.map(|id| id.to_string()).unwrap_or_default(),
                ),
            ],
            lines: vec![base, line],
        };
        let name = format!("tax_{}_{}", company.id, tax.name);
        self.ensure(wanted, &name, &company.context).await.map(|_| ())
    }

    async fn tax_group(&mut self, company: &Company, name: &str, key: &str) -> Result<Option<i64>, Failure> {
        if self.dry_run {
            return Ok(None);
        }
        let country = company.tax_country.map(|id| id.to_string()).unwrap_or_default();
        let wanted = Wanted {
            key,
            what: format!("tax group {name:?}"),
            model: "account.tax.group",
            domain: json!([["name", "=", name], ["company_id", "=", company.id]]),
            cells: vec![
                ("name", name.to_owned()),
                ("company_id/.id", company.id.to_string()),
                ("country_id/.id", country),
            ],
            lines: Vec::new(),
        };
        self.ensure(
            wanted,
            &format!("tax_group_{}_{name}", company.id),
            &company.context,
        )
        .await
    }

    async fn tax_agrees(
        &self,
        company: &Company,
        id: i64,
        tax: &domain::merchant::OdooTax,
        key: &str,
    ) -> Result<(), Failure> {
        let context = Some(&company.context);
        let row = rows(
            self.odoo,
            "account.tax",
            json!([["id", "=", id]]),
            &["amount", "price_include"],
            context,
        )
        .await?
        .pop()
        .unwrap_or_default();
        let percent = value::decimal(&row["amount"]).ok();
        let lines = json!([["tax_id", "=", id], ["repartition_type", "=", "tax"]]);
        let all = ids(self.odoo, "account.tax.repartition.line", lines, context).await?;
        let right = json!([
            ["tax_id", "=", id],
            ["repartition_type", "=", "tax"],
            ["account_id.code", "=", tax.account]
        ]);
        let right = ids(self.odoo, "account.tax.repartition.line", right, context).await?;
        if percent == Some(tax.percent)
            && row["price_include"] != Value::Bool(true)
            && all.len() == right.len()
        {
            return Ok(());
        }
        let what = format!(
            "the tax {:?} has another rate, is included in prices, or does not post to {} only",
            tax.name, tax.account
        );
        Err(refused(key, what))
    }

    /// A bank journal in the merchant account's currency, with the card brands as payment method lines on one
    /// clearing account.
    pub(crate) async fn merchant_account(&mut self, company: &Company, key: &str) -> Result<(), Failure> {
        let Some(account) = self.merchant.merchant_accounts.get(key).cloned() else {
            return Ok(());
        };
        let key = format!("merchant_accounts.{key}");
        let currency = self
            .currency(company, account.currency, &format!("{key}.currency"))
            .await?;
        let wanted = AccountWanted {
            name: format!("Card clearing {}", account.key),
            kind: "asset_current",
            reconcile: true,
        };
        let clearing = self
            .account(
                company,
                &account.clearing_account,
                &format!("{key}.clearing_account"),
                wanted,
            )
            .await?;
        let journal_key = format!("{key}.journal");
        let own = account.currency.code() == company.currency;
        let domain = json!([["code", "=", account.journal], ["company_id", "=", company.id]]);
        let all = company.context.with_archived();
        let fields = ["type", "currency_id", "active"];
        let found = rows(self.odoo, "account.journal", domain.clone(), &fields, Some(&all)).await?;
        let is_new = found.is_empty();
        for row in &found {
            let in_currency = match value::id(&row["currency_id"]) {
                Some(id) => id == currency,
                None => own,
            };
            if row["type"] != "bank" || !in_currency {
                let what = format!("{} is no bank journal in {}", account.journal, account.currency);
                return Err(refused(journal_key, what));
            }
            if row["active"] != Value::Bool(true) {
                return Err(refused(
                    journal_key,
                    format!("the journal {} is archived", account.journal),
                ));
            }
        }
        let journal = Wanted {
            key: &journal_key,
            what: format!("bank journal {} in {}", account.journal, account.currency),
            model: "account.journal",
            domain,
            cells: vec![
                ("name", format!("Heartland {}", account.key)),
                ("code", account.journal.clone()),
                ("type", "bank".to_owned()),
                ("company_id/.id", company.id.to_string()),
                (
                    "currency_id/.id",
                    if own { String::new() } else { currency.to_string() },
                ),
            ],
            lines: Vec::new(),
        };
        let name = format!("journal_{}_{}", company.id, account.journal);
        let journal = self.ensure(journal, &name, &company.context).await?;
        self.method_lines(company, &account, journal, clearing, is_new)
            .await
    }

    async fn method_lines(
        &mut self,
        company: &Company,
        account: &MerchantAccount,
        journal: Option<i64>,
        clearing: Option<i64>,
        is_new: bool,
    ) -> Result<(), Failure> {
        let key = format!("merchant_accounts.{}.method_lines", account.key);
        let names: BTreeSet<&String> = account.method_lines.values().collect();
        for (direction, method) in [
            ("inbound", "account.account_payment_method_manual_in"),
            ("outbound", "account.account_payment_method_manual_out"),
        ] {
            for (sequence, name) in names.iter().enumerate() {
                let what = format!("{direction} payment method line {name:?} of {}", account.journal);
                let (Some(journal), Some(clearing)) = (journal, clearing) else {
                    self.note(&key, what);
                    continue;
                };
                let domain = json!([
                    ["journal_id", "=", journal],
                    ["payment_type", "=", direction],
                    ["name", "=", name]
                ]);
                let context = Some(&company.context);
                let model = "account.payment.method.line";
                let found = rows(self.odoo, model, domain.clone(), &["payment_account_id"], context).await?;
                let elsewhere = found
                    .iter()
                    .any(|row| value::id(&row["payment_account_id"]) != Some(clearing));
                if elsewhere {
                    return Err(refused(key, format!("the {what} posts to another account")));
                }
                let wanted = Wanted {
                    key: &key,
                    what,
                    model,
                    domain,
                    cells: vec![
                        ("name", (*name).clone()),
                        ("journal_id/.id", journal.to_string()),
                        ("sequence", sequence.to_string()),
                        ("payment_method_id/id", method.to_owned()),
                        ("payment_account_id/.id", clearing.to_string()),
                    ],
                    lines: Vec::new(),
                };
                let name = format!("method_{journal}_{direction}_{name}");
                self.ensure(wanted, &name, &company.context).await?;
            }
        }
        match journal.filter(|_| is_new) {
            Some(journal) => self.without_default_lines(company, journal, &names).await,
            None => Ok(()),
        }
    }

    /// The lines that every new bank journal comes with post nothing.
    async fn without_default_lines(
        &self,
        company: &Company,
        journal: i64,
        names: &BTreeSet<&String>,
    ) -> Result<(), Failure> {
        let domain = json!([["journal_id", "=", journal], ["name", "not in", names]]);
        let found = ids(
            self.odoo,
            "account.payment.method.line",
            domain,
            Some(&company.context),
        )
        .await?;
        if found.is_empty() || self.dry_run {
            return Ok(());
        }
        let call = Call::effect("account.payment.method.line", "unlink")
            .ids(found)
            .context(&company.context);
        let done = self.odoo.call(&call).await;
        done.map(|_| ()).map_err(|error| crate::effect_failure(&error))
    }
}

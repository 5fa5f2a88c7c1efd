//! One company: what it must have of its own, its currencies, accounts and pricelists; and the products all share.

use domain::failure::Failure;
use domain::merchant::Merchant;
use domain::money::Currency;
use odoo::{Call, Context, Odoo, value};
use serde_json::{Value, json};

use crate::ensure::{Wanted, exactly_one};
use crate::reader::{by_external_id, named, rows};
use crate::refused;
use crate::set_up::SetUp;
use crate::used::Needs;

/// A company of the merchant's.
pub(crate) struct Company {
    pub id: i64,
    pub name: String,
    /// The code of its own currency.
    pub currency: String,
    /// The id of the country its taxes belong to.
    pub tax_country: Option<i64>,
    /// The company whose exchange rates it uses.
    pub root: i64,
    pub context: Context,
}

/// What an account must be, beside its code.
pub(crate) struct AccountWanted<'a> {
    pub name: String,
    pub kind: &'a str,
    pub reconcile: bool,
}

impl Company {
    /// Finds it by its name. It must have a chart of accounts.
    pub(crate) async fn find(odoo: &dyn Odoo, merchant: &Merchant, name: &str) -> Result<Self, Failure> {
        let key = "odoo.company";
        let fields = [
            "currency_id",
            "chart_template",
            "account_fiscal_country_id",
            "root_id",
        ];
        let found = rows(odoo, "res.company", named("name", name), &fields, None).await?;
        let [company] = found.as_slice() else {
            return Err(refused(
                key,
                format!("Odoo has not exactly one company {name:?} that this key may see"),
            ));
        };
        if value::text(&company["chart_template"]).is_none() {
            return Err(refused(
                key,
                format!("the company {name:?} has no chart of accounts"),
            ));
        }
        let id = value::id(&company["id"]).unwrap_or_default();
        let zone = merchant.time_zone.iana_name().unwrap_or("UTC");
        Ok(Self {
            id,
            name: name.to_owned(),
            currency: value::text(&company["currency_id"][1])
                .unwrap_or_default()
                .to_owned(),
            tax_country: value::id(&company["account_fiscal_country_id"]),
            root: value::id(&company["root_id"]).unwrap_or(id),
            context: Context::new(&merchant.odoo.language, zone, Some(id)),
        })
    }
}

impl SetUp<'_> {
    /// What is the merchant's own decision: looked up, never made.
    pub(crate) async fn own_things(&mut self, company: &Company, needs: &Needs<'_>) -> Result<(), Failure> {
        let names = &self.merchant.odoo;
        let own = json!(["company_id", "=", company.id]);
        let context = Some(&company.context);
        let journal = json!([["code", "=", names.sales_journal], ["type", "=", "sale"], own]);
        let what = format!("sales journal {} of {}", names.sales_journal, company.name);
        exactly_one(
            self.odoo,
            "odoo.sales_journal",
            &what,
            "account.journal",
            journal,
            context,
        )
        .await?;
        if by_external_id(self.odoo, &names.payment_term).await?.is_none() {
            let what = format!("Odoo has no payment term {}", names.payment_term);
            return Err(refused("odoo.payment_term", what));
        }
        let what = format!("language {}", names.language);
        let language = named("code", names.language.as_str());
        exactly_one(self.odoo, "odoo.language", &what, "res.lang", language, context).await?;
        for (store, code) in &needs.warehouses {
            let key = format!("stores.{store}.warehouse");
            let what = format!("warehouse {code} of {}", company.name);
            let domain = json!([["code", "=", code], own]);
            exactly_one(self.odoo, &key, &what, "stock.warehouse", domain, context).await?;
        }
        Ok(())
    }

    /// An active currency that has a rate: without one Odoo silently takes 1:1.
    pub(crate) async fn currency(
        &mut self,
        company: &Company,
        currency: Currency,
        key: &str,
    ) -> Result<i64, Failure> {
        let code = currency.code();
        let all = company.context.with_archived();
        let found = rows(
            self.odoo,
            "res.currency",
            named("name", code),
            &["active"],
            Some(&all),
        )
        .await?;
        let [row] = found.as_slice() else {
            return Err(refused(key, format!("Odoo does not know the currency {code}")));
        };
        let id = value::id(row).unwrap_or_default();
        if code != company.currency {
            let domain = json!([
                ["currency_id", "=", id],
                ["company_id", "in", [false, company.root]]
            ]);
            let rates = crate::reader::ids(self.odoo, "res.currency.rate", domain, Some(&all)).await?;
            if rates.is_empty() {
                return Err(refused(
                    key,
                    format!("{code} has no exchange rate in {}", company.name),
                ));
            }
        }
        if row["active"] != Value::Bool(true) {
            let call = Call::effect("res.currency", "write")
                .ids([id])
                .arg("vals", json!({"active": true}));
            self.change(key, format!("currency {code} switched on"), call)
                .await?;
        }
        Ok(id)
    }

    /// The account with this code in this company.
    pub(crate) async fn account(
        &mut self,
        company: &Company,
        code: &str,
        key: &str,
        wanted: AccountWanted<'_>,
    ) -> Result<Option<i64>, Failure> {
        let domain = json!([["code", "=", code], ["company_ids", "in", [company.id]]]);
        let fields = ["account_type", "reconcile"];
        let context = Some(&company.context);
        let found = rows(self.odoo, "account.account", domain.clone(), &fields, context).await?;
        if let [account] = found.as_slice() {
            let same = account["account_type"] == wanted.kind
                && (!wanted.reconcile || account["reconcile"] == Value::Bool(true));
            return match same {
                true => Ok(value::id(account)),
                false => Err(refused(
                    key,
                    format!("account {code} is not of type {} as it has to be", wanted.kind),
                )),
            };
        }
        let what = format!("account {code} {} in {}", wanted.name, company.name);
        let wanted = Wanted {
            key,
            what,
            model: "account.account",
            domain,
            cells: vec![
                ("code", code.to_owned()),
                ("name", wanted.name),
                ("account_type", wanted.kind.to_owned()),
                ("reconcile", if wanted.reconcile { "1" } else { "0" }.to_owned()),
                ("company_ids/.id", company.id.to_string()),
            ],
            lines: Vec::new(),
        };
        let name = format!("account_{}_{code}", company.id);
        self.ensure(wanted, &name, &company.context).await
    }

    pub(crate) async fn pricelists(&mut self, company: &Company) -> Result<(), Failure> {
        for (currency, name) in self.merchant.odoo.pricelists.clone() {
            let code = currency.code();
            let key = format!("odoo.pricelists.{code}");
            let id = self.currency(company, currency, &key).await?;
            let domain = json!([["name", "=", name], ["company_id", "in", [false, company.id]]]);
            let context = Some(&company.context);
            let found = rows(
                self.odoo,
                "product.pricelist",
                domain.clone(),
                &["currency_id"],
                context,
            )
            .await?;
            let other = found
                .iter()
                .find(|row| value::id(&row["currency_id"]) != Some(id));
            if other.is_some() {
                return Err(refused(key, format!("the pricelist {name:?} is not in {code}")));
            }
            let what = format!("pricelist {name:?} in {code}");
            let pricelist = format!("pricelist_{name}");
            let wanted = Wanted {
                key: &key,
                what,
                model: "product.pricelist",
                domain,
                cells: vec![("name", name.clone()), ("currency_id/.id", id.to_string())],
                lines: Vec::new(),
            };
            self.ensure(wanted, &pricelist, &company.context).await?;
        }
        Ok(())
    }

    /// The service products that charges and discounts are written with.
    pub(crate) async fn products(&mut self) -> Result<(), Failure> {
        let codes = self.merchant.odoo.products.clone();
        let zone = self.merchant.time_zone.iana_name().unwrap_or("UTC");
        let context = Context::new(&self.merchant.odoo.language, zone, None);
        for (usage, name, code) in [
            ("shipping", "Shipping", codes.shipping),
            ("fee", "Fee", codes.fee),
            ("discount", "Discount", codes.discount),
        ] {
            let key = format!("odoo.products.{usage}");
            let product = format!("product_{code}");
            let domain = named("default_code", code.as_str());
            let found = rows(
                self.odoo,
                "product.product",
                domain.clone(),
                &["type"],
                Some(&context),
            )
            .await?;
            if found.iter().any(|row| row["type"] != "service") {
                return Err(refused(key, format!("the product {code} is no service")));
            }
            let wanted = Wanted {
                key: &key,
                what: format!("service product {code}"),
                model: "product.product",
                domain,
                cells: vec![
                    ("name", name.to_owned()),
                    ("default_code", code),
                    ("type", "service".to_owned()),
                    ("list_price", "0".to_owned()),
                    ("taxes_id", String::new()),
                    ("supplier_taxes_id", String::new()),
                    ("purchase_ok", "0".to_owned()),
                    ("invoice_policy", "order".to_owned()),
                ],
                lines: Vec::new(),
            };
            self.ensure(wanted, &product, &context).await?;
        }
        Ok(())
    }
}

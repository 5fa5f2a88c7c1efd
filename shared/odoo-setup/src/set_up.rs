//! The set-up, in order: what the companies share, then each company's own, then the integration's user.

use domain::failure::Failure;
use domain::merchant::Merchant;
use odoo::{Call, Odoo};
use serde::Serialize;
use serde_json::{Value, json};

use crate::company::Company;
use crate::rights::has_group;
use crate::{effect_failure, read_failure, used};

/// Something that was made, or would be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Made {
    /// The key in the configuration it is for.
    pub key: String,
    /// What it is.
    pub what: String,
}

/// A set-up under way.
pub struct SetUp<'a> {
    pub(crate) odoo: &'a dyn Odoo,
    pub(crate) merchant: &'a Merchant,
    pub(crate) dry_run: bool,
    made: Vec<Made>,
    report: &'a (dyn Fn(&str) + Sync),
}

impl SetUp<'_> {
    /// Two companies, taxes or merchant accounts may need the same thing.
    pub(crate) fn note(&mut self, key: &str, what: String) {
        if self.made.iter().any(|made| made.what == what) {
            return;
        }
        (self.report)(&what);
        self.made.push(Made {
            key: key.to_owned(),
            what,
        });
    }
}

/// Makes what the configuration names and is not there; with `dry_run` it only says what it would make. What is there
/// is kept. `odoo` speaks with an administrator's key. `report` hears of each thing that is made.
///
/// # Errors
/// [`domain::failure::FailureName::Refused`] naming the key, when something is not there that only the merchant can
/// decide, or contradicts the configuration; [`domain::failure::FailureName::Misconfigured`] when the key is not an
/// administrator's. What was made before is kept: a second run goes on from there.
pub async fn set_up<'a>(
    odoo: &'a dyn Odoo,
    merchant: &'a Merchant,
    dry_run: bool,
    report: &'a (dyn Fn(&str) + Sync),
) -> Result<Vec<Made>, Failure> {
    administrator(odoo).await?;
    let mut set_up = SetUp {
        odoo,
        merchant,
        dry_run,
        made: Vec::new(),
        report,
    };
    set_up.pricelists_switched_on().await?;
    let mut companies = Vec::new();
    for (name, needs) in used::by_company(merchant) {
        let company = Company::find(odoo, merchant, name).await?;
        set_up.own_things(&company, &needs).await?;
        set_up.pricelists(&company).await?;
        for tax in &needs.taxes {
            set_up.tax(&company, tax).await?;
        }
        for account in &needs.accounts {
            set_up.merchant_account(&company, account).await?;
        }
        companies.push(company);
    }
    set_up.products().await?;
    set_up.marks().await?;
    // The main company first: it is the user's own.
    companies.sort_by_key(|company| company.name != merchant.odoo.company);
    set_up.bot(&companies).await?;
    Ok(set_up.made)
}

async fn administrator(odoo: &dyn Odoo) -> Result<(), Failure> {
    if has_group(odoo, "base.group_system").await? {
        return Ok(());
    }
    let what = "the key is not an administrator's";
    Err(Failure::new(domain::failure::FailureName::Misconfigured, what)
        .field("odoo")
        .remedy("give the API key of a user with the right Administration: Settings"))
}

impl SetUp<'_> {
    /// Orders carry their currency in their pricelist, so pricelists are switched on.
    async fn pricelists_switched_on(&mut self) -> Result<(), Failure> {
        const SWITCH: &str = "group_product_pricelist";
        let ask = Call::read("res.config.settings", "default_get").arg("fields", json!([SWITCH]));
        let settings = self.odoo.call(&ask).await.map_err(|error| read_failure(&error))?;
        if settings[SWITCH] == Value::Bool(true) {
            return Ok(());
        }
        self.note("odoo.pricelists", "the setting Pricelists switched on".to_owned());
        if self.dry_run {
            return Ok(());
        }
        let create =
            Call::effect("res.config.settings", "create").arg("vals_list", json!([{ SWITCH: true }]));
        let made = self
            .odoo
            .call(&create)
            .await
            .map_err(|error| effect_failure(&error))?;
        let ids: Vec<i64> = odoo::value::records(&made)
            .iter()
            .filter_map(Value::as_i64)
            .collect();
        let execute = Call::effect("res.config.settings", "execute").ids(ids);
        self.odoo
            .call(&execute)
            .await
            .map(|_| ())
            .map_err(|error| effect_failure(&error))
    }
}

//! The user of the integration, with the least rights that suffice, and its API key.

use std::collections::BTreeSet;

use domain::failure::Failure;
use domain::merchant::MissingProduct;
use jiff::Timestamp;
use odoo::{Call, Cells, Context, Odoo, value};
use secrecy::SecretString;
use serde_json::{Value, json};

use crate::company::Company;
use crate::ensure::Wanted;
use crate::reader::{by_external_id, named, rows};
use crate::set_up::SetUp;
use crate::{refused, server_action};

/// The login of the integration's user.
pub const BOT_LOGIN: &str = "heartland-bot";

const GROUPS: [&str; 4] = [
    "base.group_user",
    "base.group_partner_manager",
    "sales_team.group_sale_salesman_all_leads",
    "account.group_account_invoice",
];
/// Only where unknown SKUs become products.
const PRODUCT_MAKER: &str = "product.group_product_manager";

impl SetUp<'_> {
    pub(crate) async fn bot(&mut self, companies: &[Company]) -> Result<(), Failure> {
        let makes_products = self.merchant.odoo.missing_product == MissingProduct::Create;
        let groups: Vec<&str> = GROUPS
            .into_iter()
            .chain(makes_products.then_some(PRODUCT_MAKER))
            .collect();
        let zone = self.merchant.time_zone.iana_name().unwrap_or("UTC").to_owned();
        let language = self.merchant.odoo.language.clone();
        let context = Context::new(&language, &zone, None)
            .with("no_reset_password", true)
            .with_archived();
        let ids: Vec<String> = companies.iter().map(|company| company.id.to_string()).collect();
        let cells: Cells = vec![
            ("name", "Heartland integration".to_owned()),
            ("login", BOT_LOGIN.to_owned()),
            ("email", "heartland-bot@example.com".to_owned()),
            ("company_id/.id", ids.first().cloned().unwrap_or_default()),
            ("company_ids/.id", ids.join(",")),
            ("lang", language),
            ("tz", zone.clone()),
            ("group_ids/id", groups.join(",")),
        ];
        let wanted = Wanted {
            key: "odoo",
            what: format!("user {BOT_LOGIN} with the least rights that suffice"),
            model: "res.users",
            domain: named("login", BOT_LOGIN),
            cells,
            lines: Vec::new(),
        };
        let Some(bot) = self.ensure(wanted, "bot", &context).await? else {
            return Ok(());
        };
        self.bot_agrees(bot, companies, &groups, &zone, &context).await
    }

    /// Rights, companies and time zone of a user that was there before.
    async fn bot_agrees(
        &mut self,
        bot: i64,
        companies: &[Company],
        groups: &[&str],
        zone: &str,
        context: &Context,
    ) -> Result<(), Failure> {
        let mut wanted = BTreeSet::new();
        for group in groups {
            let found = by_external_id(self.odoo, group).await?;
            wanted.insert(found.ok_or_else(|| refused("odoo", format!("Odoo has no group {group}")))?);
        }
        let fields = ["group_ids", "company_ids", "tz", "active"];
        let found = rows(
            self.odoo,
            "res.users",
            json!([["id", "=", bot]]),
            &fields,
            Some(context),
        )
        .await?;
        let row = found.first().cloned().unwrap_or_default();
        let set = |field: &str| -> BTreeSet<i64> {
            value::records(&row[field])
                .iter()
                .filter_map(Value::as_i64)
                .collect()
        };
        if row["active"] == Value::Bool(false) {
            return Err(refused("odoo", format!("the user {BOT_LOGIN} is archived")));
        }
        let mut values = serde_json::Map::new();
        if set("group_ids") != wanted {
            values.insert("group_ids".into(), json!([[6, 0, wanted]]));
        }
        let has = set("company_ids");
        let lacking: Vec<i64> = companies
            .iter()
            .map(|company| company.id)
            .filter(|id| !has.contains(id))
            .collect();
        if !lacking.is_empty() {
            let links: Vec<Value> = lacking.iter().map(|id| json!([4, id])).collect();
            values.insert("company_ids".into(), json!(links));
        }
        if row["tz"] != zone {
            values.insert("tz".into(), json!(zone));
        }
        if values.is_empty() {
            return Ok(());
        }
        let names: Vec<&str> = values.keys().map(String::as_str).collect();
        let what = format!("user {BOT_LOGIN}: {} put right", names.join(", "));
        let call = Call::effect("res.users", "write")
            .ids([bot])
            .arg("vals", Value::Object(values.clone()));
        self.change("odoo", what, call.context(context)).await
    }
}

/// Makes a new API key for the integration's user. Its old keys stay valid until they expire or are removed. `until`
/// is when it expires, without it never; in Odoo's own pages a user of these rights gets at most three months.
///
/// Odoo's own call for it asks for the user's password in a dialogue, so an administrator's server action makes it.
///
/// # Errors
/// When there is no such user, or Odoo refuses.
pub async fn make_key(odoo: &dyn Odoo, until: Option<Timestamp>) -> Result<SecretString, Failure> {
    let until = match until {
        Some(until) => until
            .strftime("datetime.datetime(%Y, %-m, %-d, %-H, %-M, %-S)")
            .to_string(),
        None => "None".to_owned(),
    };
    let code = format!(
        "user = env['res.users'].search([('login', '=', '{BOT_LOGIN}')])
key = env['res.users.apikeys'].with_user(user).sudo()._generate(None, 'Heartland integration', {until})
action = {{'key': key}}
"
    );
    let answer = server_action::run(odoo, "odoo", &code).await?;
    let key = value::text(&answer["key"]).map(SecretString::from);
    key.ok_or_else(|| {
        refused("odoo", "Odoo made no API key").remedy(format!(
            "log in to Odoo as {BOT_LOGIN}, open Preferences > Account Security > New API Key, and give the key with ODOO_BOT_KEY"
        ))
    })
}

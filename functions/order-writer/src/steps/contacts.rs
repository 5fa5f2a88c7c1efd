//! Finds and loads the contacts of a batch.

use crate::plan::customer::{Contact, CustomerPlan, Parties, Party};
use domain::{
    failure::{Failure, FailureName},
    order::Address,
};
use odoo::{
    Call, Context, ExternalId, Kind, Mode, Odoo, Record,
    books::Books,
    load_each,
    value::{id, records, text},
};
use serde_json::{Value, json};
use std::collections::{BTreeMap, HashMap};

const FIELDS: &[&str] = &[
    "x_heartland_id",
    "email_normalized",
    "active",
    "parent_id",
    "partner_share",
    "is_company",
    "street",
    "street2",
    "city",
    "zip",
    "state_id",
    "country_id",
];

/// Finds contacts by our names of them, archived ones included, and by e-mail address.
///
/// # Errors
/// As the call fails.
pub async fn find(
    odoo: &dyn Odoo,
    books: &Books,
    names: &[&str],
    emails: &[String],
) -> Result<Vec<Contact>, Failure> {
    let ours = json!(["x_heartland_id", "in", names]);
    let company = json!(["company_id", "in", [books.company(), false]]);
    let theirs = [
        json!("&"),
        json!("&"),
        json!(["email_normalized", "in", emails]),
        json!(["parent_id", "=", false]),
    ];
    let mut domain = vec![json!("|"), ours];
    domain.extend(theirs);
    domain.push(company);
    let call =
        Call::search_read("res.partner", json!(domain), FIELDS).context(&books.context().with_archived());
    let answer = odoo
        .call(&call)
        .await
        .map_err(|error| error.failure(Kind::Read))?;
    Ok(records(&answer)
        .iter()
        .filter_map(|row| contact(row, books))
        .collect())
}

fn contact(row: &Value, books: &Books) -> Option<Contact> {
    let owned = |field: &str| text(&row[field]).map(str::to_owned);
    let place = Address {
        street: owned("street").unwrap_or_default(),
        street2: owned("street2"),
        city: owned("city").unwrap_or_default(),
        postal_code: owned("zip"),
        state: id(&row["state_id"])
            .and_then(|state| books.state_code(state))
            .map(str::to_owned),
        country: id(&row["country_id"])
            .and_then(|id| books.country_code(id))
            .unwrap_or_default()
            .to_owned(),
        ..Address::default()
    };
    Some(Contact {
        id: id(row)?,
        heartland_id: owned("x_heartland_id"),
        email: owned("email_normalized"),
        active: row["active"] == true,
        top_level: id(&row["parent_id"]).is_none(),
        internal: row["partner_share"] == false,
        company: row["is_company"] == true,
        place,
    })
}

/// Loads what the plans need, and says for each who its parties are. Orders of one customer share its contact.
pub async fn load(
    odoo: &dyn Odoo,
    context: &Context,
    plans: &[&CustomerPlan],
) -> Vec<Result<Parties, Failure>> {
    let mut loaded = load_once(odoo, context, plans.iter().flat_map(|plan| &plan.named)).await;
    loaded.extend(load_once(odoo, context, plans.iter().flat_map(|plan| &plan.below)).await);
    plans.iter().map(|plan| parties(plan, &loaded)).collect()
}

type Loaded = HashMap<String, Result<i64, Failure>>;

async fn load_once(
    odoo: &dyn Odoo,
    context: &Context,
    wanted: impl Iterator<Item = &(ExternalId, Record)>,
) -> Loaded {
    let mut seen = BTreeMap::new();
    let mut names = Vec::new();
    let mut rows = Vec::new();
    for (name, record) in wanted {
        if seen.insert(name.name().to_owned(), ()).is_none() {
            names.push(name.name().to_owned());
            rows.push(record.clone());
        }
    }
    if rows.is_empty() {
        return Loaded::new();
    }
    let results = load_each(odoo, "res.partner", rows, Mode::CreateOnce, context).await;
    names.into_iter().zip(results).collect()
}

fn parties(plan: &CustomerPlan, loaded: &Loaded) -> Result<Parties, Failure> {
    let id = |party: &Party| match party {
        Party::There(id) => Ok(*id),
        Party::Named(name) => loaded.get(name.name()).cloned().unwrap_or_else(|| {
            Err(Failure::new(FailureName::OutcomeUnknown, "a contact was not loaded").field("customer"))
        }),
    };
    Ok(Parties {
        customer: id(&plan.customer)?,
        invoice: id(&plan.invoice)?,
        delivery: id(&plan.delivery)?,
    })
}

//! Looking for one thing, and making it when it is not there.

use domain::failure::Failure;
use odoo::{Cells, Context, ExternalId, Mode, Odoo, Record, Table, load};
use serde_json::Value;

use crate::reader::ids;
use crate::set_up::SetUp;
use crate::{effect_failure, refused};

/// One record that has to be there.
pub(crate) struct Wanted<'a> {
    /// The key in the configuration.
    pub key: &'a str,
    /// What it is, for people.
    pub what: String,
    /// Its model.
    pub model: &'static str,
    /// How it is found: by the code or name that the configuration gives it.
    pub domain: Value,
    /// What it is made of.
    pub cells: Cells,
    /// Its lines, where it has any.
    pub lines: Vec<Cells>,
}

impl SetUp<'_> {
    /// The record, found or made; nothing when it is only planned. Made under an external id of its own, so that a
    /// run that was cut off does not make it twice.
    pub(crate) async fn ensure(
        &mut self,
        wanted: Wanted<'_>,
        name: &str,
        context: &Context,
    ) -> Result<Option<i64>, Failure> {
        let found = ids(self.odoo, wanted.model, wanted.domain.clone(), Some(context)).await?;
        match found.as_slice() {
            [one] => return Ok(Some(*one)),
            [] => {}
            many => {
                return Err(refused(
                    wanted.key,
                    format!("Odoo has {} times the {}", many.len(), wanted.what),
                ));
            }
        }
        self.note(wanted.key, wanted.what.clone());
        if self.dry_run {
            return Ok(None);
        }
        let id = ("id", ExternalId::new(&format!("setup_{name}")).to_string());
        let record = Record::new([id].into_iter().chain(wanted.cells)).lines(wanted.lines);
        let table = Table::new([record]);
        let made = load(self.odoo, wanted.model, &table, Mode::CreateOnce, context).await;
        let made = made.map_err(|error| error.failure(wanted.model).field(wanted.key))?;
        // Under its external id there may be one that was archived or renamed: it comes back as it is.
        if ids(self.odoo, wanted.model, wanted.domain, Some(context))
            .await?
            .is_empty()
        {
            return Err(refused(
                wanted.key,
                format!("the {} is there, and archived or renamed", wanted.what),
            ));
        }
        Ok(made.first().copied())
    }

    /// Changes records, unless it only plans.
    pub(crate) async fn change(&mut self, key: &str, what: String, call: odoo::Call) -> Result<(), Failure> {
        self.note(key, what);
        if self.dry_run {
            return Ok(());
        }
        let done = self.odoo.call(&call).await;
        done.map(|_| ())
            .map_err(|error| effect_failure(&error).field(key))
    }
}

/// Whether exactly one is there.
pub(crate) async fn exactly_one(
    odoo: &dyn Odoo,
    key: &str,
    what: &str,
    model: &'static str,
    domain: Value,
    context: Option<&Context>,
) -> Result<i64, Failure> {
    match ids(odoo, model, domain, context).await?.as_slice() {
        [one] => Ok(*one),
        [] => Err(refused(key, format!("Odoo has no {what}"))),
        many => Err(refused(key, format!("Odoo has {} times the {what}", many.len()))),
    }
}

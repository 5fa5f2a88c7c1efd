//! The audit trail of a deployed stack: read as an operator reads it, and tampered with as nobody should be able to.

use std::collections::HashMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use aws_sdk_dynamodb::types::AttributeValue;

use super::{Aws, Deployed};

impl Aws {
    /// Whoever reads the trail, with the stack's tables and its key.
    ///
    /// # Errors
    /// When the stack has no trail.
    pub async fn trail(&self, deployed: &Deployed) -> Result<audit::Auditor> {
        let secret = deployed.output("AuditKeySecret")?;
        let read = self.secrets.get_secret_value().secret_id(secret).send();
        let value = read.await.context("reading the audit key")?.secret_string;
        let days: i64 = deployed.output("AuditRetentionDays")?.parse()?;
        let client = self.dynamodb.clone();
        Ok(audit::Auditor {
            trail: Arc::new(audit::DynamoTrail::new(
                client.clone(),
                deployed.output("AuditTable")?,
            )),
            source: Arc::new(audit::DynamoSource::new(client, deployed.output("Table")?)),
            keys: audit::Keys::from_secret(&value.unwrap_or_default())?,
            clock: Arc::new(effects::SystemClock),
            keep_s: days * 24 * 3600,
        })
    }

    /// Writes a row of the trail, whatever is there.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn write_row(&self, deployed: &Deployed, row: &audit::Row) -> Result<()> {
        let item = audit::item(row)?;
        let put = self
            .dynamodb
            .put_item()
            .table_name(deployed.output("AuditTable")?);
        put.set_item(Some(item)).send().await.context("writing a row")?;
        Ok(())
    }

    /// Removes a row of the trail.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn remove_row(&self, deployed: &Deployed, row: &audit::Row) -> Result<()> {
        let delete = self
            .dynamodb
            .delete_item()
            .table_name(deployed.output("AuditTable")?);
        let delete = delete.set_key(Some(place(row)));
        delete.send().await.context("removing a row")?;
        Ok(())
    }

    /// Changes a text of an item of the main table by hand, as a person in the console would.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn change_by_hand(
        &self,
        deployed: &Deployed,
        pk: &str,
        attribute: &str,
        text: &str,
    ) -> Result<()> {
        let change = self.dynamodb.update_item().table_name(deployed.output("Table")?);
        let change = change
            .key("pk", AttributeValue::S(pk.to_owned()))
            .update_expression("SET #name = :value")
            .expression_attribute_names("#name", attribute)
            .expression_attribute_values(":value", AttributeValue::S(text.to_owned()));
        change.send().await.with_context(|| format!("changing {pk}"))?;
        Ok(())
    }
}

fn place(row: &audit::Row) -> HashMap<String, AttributeValue> {
    [("pk", &row.chain), ("sk", &row.place)]
        .map(|(name, value)| (name.to_owned(), AttributeValue::S(value.clone())))
        .into()
}

//! What the template asks of its tables and the emulator's CloudFormation leaves out: recovery and expiry.

use anyhow::{Context, Result};
use aws_sdk_dynamodb::types::{PointInTimeRecoverySpecification, TimeToLiveSpecification, TimeToLiveStatus};

use super::{Aws, Deployed};

/// The outputs that name a table.
const TABLES: [&str; 2] = ["Table", "AuditTable"];
/// The attribute after whose time an item is forgotten, as the template has it.
const EXPIRY: &str = "ttl";

impl Aws {
    /// Turns both on, in every table of the stack.
    ///
    /// # Errors
    /// When a table is not there or refuses.
    pub(super) async fn complete_tables(&self, deployed: &Deployed) -> Result<()> {
        for output in TABLES {
            let table = deployed.output(output)?;
            self.keep_backups(table)
                .await
                .with_context(|| format!("point-in-time recovery of {table}"))?;
            self.let_expire(table)
                .await
                .with_context(|| format!("expiry in {table}"))?;
        }
        Ok(())
    }

    async fn keep_backups(&self, table: &str) -> Result<()> {
        let on = PointInTimeRecoverySpecification::builder()
            .point_in_time_recovery_enabled(true)
            .build()?;
        let update = self.dynamodb.update_continuous_backups().table_name(table);
        update.point_in_time_recovery_specification(on).send().await?;
        Ok(())
    }

    async fn let_expire(&self, table: &str) -> Result<()> {
        let described = self.dynamodb.describe_time_to_live().table_name(table);
        let described = described.send().await?;
        let status = described
            .time_to_live_description()
            .and_then(|d| d.time_to_live_status());
        // What is on already may not be turned on again.
        if status == Some(&TimeToLiveStatus::Enabled) {
            return Ok(());
        }
        let on = TimeToLiveSpecification::builder()
            .attribute_name(EXPIRY)
            .enabled(true)
            .build()?;
        let update = self.dynamodb.update_time_to_live().table_name(table);
        update.time_to_live_specification(on).send().await?;
        Ok(())
    }
}

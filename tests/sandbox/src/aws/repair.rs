//! Putting the stack back in order between two experiments, with the rights of the emulator's root.

use anyhow::{Context, Result};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_sfn::types::ExecutionStatus;
use serde_json::Value;

use super::{Aws, Deployed};

impl Aws {
    /// Stops a run where it is.
    ///
    /// # Errors
    /// When there is none.
    pub async fn stop(&self, arn: &str) -> Result<()> {
        let stop = self.sfn.stop_execution().execution_arn(arn);
        stop.send()
            .await
            .with_context(|| format!("stopping the run {arn}"))?;
        Ok(())
    }

    /// Stops every run that has not ended.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn stop_all(&self, deployed: &Deployed) -> Result<()> {
        let machine = deployed.output("StateMachine")?;
        let list = self
            .sfn
            .list_executions()
            .state_machine_arn(machine)
            .status_filter(ExecutionStatus::Running);
        let mut pages = list.into_paginator().items().send();
        while let Some(run) = pages.next().await {
            // One that has ended meanwhile need not be stopped.
            let _ = self.stop(&run.context("listing the runs")?.execution_arn).await;
        }
        Ok(())
    }

    /// Empties a queue. `queue` is the output's name.
    ///
    /// # Errors
    /// When there is none of that name.
    pub async fn purge(&self, deployed: &Deployed, queue: &str) -> Result<()> {
        let purge = self.sqs.purge_queue().queue_url(deployed.output(queue)?);
        purge
            .send()
            .await
            .with_context(|| format!("emptying the queue {queue}"))?;
        Ok(())
    }

    /// Changes the body of an item behind everybody's back: makes it older than a test can wait.
    ///
    /// # Errors
    /// When there is no such item.
    pub async fn rewrite(
        &self,
        deployed: &Deployed,
        key: &str,
        change: impl FnOnce(&mut Value),
    ) -> Result<()> {
        let item = self
            .item(deployed, key)
            .await?
            .with_context(|| format!("there is no {key}"))?;
        let mut body = serde_json::from_str(item["body"].as_str().unwrap_or_default())?;
        change(&mut body);
        let update = self.dynamodb.update_item().table_name(deployed.output("Table")?);
        let update = update
            .key("pk", AttributeValue::S(key.to_owned()))
            .update_expression("SET body = :body")
            .expression_attribute_values(":body", AttributeValue::S(body.to_string()));
        update.send().await.with_context(|| format!("rewriting {key}"))?;
        Ok(())
    }

    /// Sets a tag of a secret.
    ///
    /// # Errors
    /// When there is no such secret.
    pub async fn tag_secret(&self, secret: &str, tag: &str, value: &str) -> Result<()> {
        let tag = aws_sdk_secretsmanager::types::Tag::builder()
            .key(tag)
            .value(value)
            .build();
        let set = self.secrets.tag_resource().secret_id(secret).tags(tag);
        set.send().await.with_context(|| format!("tagging {secret}"))?;
        Ok(())
    }

    /// Removes all items whose key begins with `prefix`.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn forget(&self, deployed: &Deployed, prefix: &str) -> Result<()> {
        for item in self.items(deployed, prefix).await? {
            let key = item["pk"].as_str().unwrap_or_default();
            let delete = self.dynamodb.delete_item().table_name(deployed.output("Table")?);
            let delete = delete.key("pk", AttributeValue::S(key.to_owned()));
            delete.send().await.with_context(|| format!("removing {key}"))?;
        }
        Ok(())
    }
}

//! A look into the emulated AWS: what demo and tests ask of it, by the real SDK.

use anyhow::{Context, Result, bail};
use aws_config::{BehaviorVersion, Region};
use aws_sdk_dynamodb::types::AttributeValue;
use aws_sdk_lambda::primitives::Blob;
use aws_sdk_sqs::types::QueueAttributeName;
use serde::Serialize;
use serde_json::{Map, Value};

use super::{Deployed, REGION, Secrets};

/// Clients of one emulator, with the rights of its root.
#[derive(Clone, Debug)]
pub struct Aws {
    pub(super) dynamodb: aws_sdk_dynamodb::Client,
    pub(super) lambda: aws_sdk_lambda::Client,
    pub(super) secrets: aws_sdk_secretsmanager::Client,
    pub(super) sfn: aws_sdk_sfn::Client,
    pub(super) sqs: aws_sdk_sqs::Client,
}

impl Aws {
    /// Clients of the emulator at `endpoint`.
    pub async fn connect(endpoint: &str) -> Self {
        let config = settings(endpoint).await;
        Self {
            dynamodb: aws_sdk_dynamodb::Client::new(&config),
            lambda: aws_sdk_lambda::Client::new(&config),
            secrets: aws_sdk_secretsmanager::Client::new(&config),
            sfn: aws_sdk_sfn::Client::new(&config),
            sqs: aws_sdk_sqs::Client::new(&config),
        }
    }

    /// Invokes a function and waits for its answer.
    ///
    /// # Errors
    /// When it failed: the message starts with its `errorType`.
    pub async fn invoke(&self, function: &str, input: &Value) -> Result<Value> {
        let payload = Blob::new(input.to_string());
        let answer = self
            .lambda
            .invoke()
            .function_name(function)
            .payload(payload)
            .send()
            .await;
        let answer = answer.with_context(|| format!("invoking {function}"))?;
        let bytes = answer.payload.map(Blob::into_inner).unwrap_or_default();
        let value: Value = serde_json::from_slice(&bytes).unwrap_or_default();
        if answer.function_error.is_some() {
            bail!(
                "{}: {} ({function})",
                text(&value["errorType"]),
                text(&value["errorMessage"])
            );
        }
        Ok(value)
    }

    /// The item under a key, its attributes as JSON; binary ones as their length.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn item(&self, deployed: &Deployed, pk: &str) -> Result<Option<Value>> {
        let key = AttributeValue::S(pk.to_owned());
        let get = self
            .dynamodb
            .get_item()
            .table_name(deployed.output("Table")?)
            .key("pk", key);
        let found = get
            .consistent_read(true)
            .send()
            .await
            .with_context(|| format!("reading {pk}"))?;
        Ok(found.item.map(|item| {
            item.into_iter()
                .map(|(name, value)| (name, json(value)))
                .collect()
        }))
    }

    /// All items whose key begins with `prefix`, as [`Self::item`].
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn items(&self, deployed: &Deployed, prefix: &str) -> Result<Vec<Value>> {
        let scan = self
            .dynamodb
            .scan()
            .table_name(deployed.output("Table")?)
            .consistent_read(true);
        let scan = scan.filter_expression("begins_with(pk, :prefix)");
        let scan = scan.expression_attribute_values(":prefix", AttributeValue::S(prefix.to_owned()));
        let found: Vec<_> = scan
            .into_paginator()
            .items()
            .send()
            .collect::<Result<_, _>>()
            .await?;
        let as_json = |item: std::collections::HashMap<String, AttributeValue>| {
            item.into_iter()
                .map(|(name, value)| (name, json(value)))
                .collect::<Map<_, _>>()
        };
        Ok(found
            .into_iter()
            .map(|item| Value::Object(as_json(item)))
            .collect())
    }

    /// How many messages wait in a queue, and how many somebody works on. `queue` is the output's name.
    ///
    /// # Errors
    /// When there is none of that name.
    pub async fn depth(&self, deployed: &Deployed, queue: &str) -> Result<(usize, usize)> {
        let names = [
            QueueAttributeName::ApproximateNumberOfMessages,
            QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
        ];
        let ask = self.sqs.get_queue_attributes().queue_url(deployed.output(queue)?);
        let answer = ask.set_attribute_names(Some(names.to_vec())).send().await;
        let found = answer
            .with_context(|| format!("asking the queue {queue}"))?
            .attributes
            .unwrap_or_default();
        let [waiting, taken] = names.map(|name| found.get(&name).and_then(|n| n.parse().ok()).unwrap_or(0));
        Ok((waiting, taken))
    }

    /// Puts a message into a queue; `group` and `dedup` for a FIFO queue.
    ///
    /// # Errors
    /// When the queue refuses it.
    pub async fn send(
        &self,
        deployed: &Deployed,
        queue: &str,
        body: &Value,
        fifo: Option<(&str, &str)>,
    ) -> Result<()> {
        self.send_text(deployed, queue, &body.to_string(), fifo).await
    }

    /// As [`Aws::send`], whatever the message is.
    ///
    /// # Errors
    /// When the queue does not take it.
    pub async fn send_text(
        &self,
        deployed: &Deployed,
        queue: &str,
        body: &str,
        fifo: Option<(&str, &str)>,
    ) -> Result<()> {
        let mut send = self
            .sqs
            .send_message()
            .queue_url(deployed.output(queue)?)
            .message_body(body);
        if let Some((group, dedup)) = fifo {
            send = send.message_group_id(group).message_deduplication_id(dedup);
        }
        send.send().await.with_context(|| format!("sending to {queue}"))?;
        Ok(())
    }

    /// Writes the secrets: those the template made, and one per shop.
    ///
    /// # Errors
    /// When one is refused.
    pub async fn write_secrets(&self, deployed: &Deployed, secrets: &Secrets) -> Result<()> {
        self.put_secret(deployed.output("GpApiSecret")?, &secrets.gp_api)
            .await?;
        self.put_secret(deployed.output("OdooSecret")?, &secrets.odoo)
            .await?;
        let prefix = deployed.output("ShopSecretPrefix")?;
        for (store, secret) in &secrets.shops {
            self.put_secret(&format!("{prefix}{store}"), secret).await?;
        }
        Ok(())
    }

    async fn put_secret(&self, name: &str, value: &impl Serialize) -> Result<()> {
        let text = serde_json::to_string(value)?;
        let put = self
            .secrets
            .put_secret_value()
            .secret_id(name)
            .secret_string(&text)
            .send()
            .await;
        let Err(refused) = put else { return Ok(()) };
        if !refused
            .as_service_error()
            .is_some_and(|e| e.is_resource_not_found_exception())
        {
            return Err(refused).with_context(|| format!("writing the secret {name}"));
        }
        let create = self.secrets.create_secret().name(name).secret_string(text);
        create
            .send()
            .await
            .with_context(|| format!("creating the secret {name}"))?;
        Ok(())
    }
}

/// How to reach the emulator with the rights of its root.
pub(crate) async fn settings(endpoint: &str) -> aws_config::SdkConfig {
    let credentials = aws_sdk_sfn::config::Credentials::new("test", "test", None, None, "local");
    let config = aws_config::defaults(BehaviorVersion::latest()).region(Region::from_static(REGION));
    config
        .endpoint_url(endpoint)
        .credentials_provider(credentials)
        .load()
        .await
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn json(value: AttributeValue) -> Value {
    match value {
        AttributeValue::S(text) => Value::String(text),
        AttributeValue::N(number) => number.parse().map_or(Value::String(number), Value::Number),
        AttributeValue::Bool(yes) => Value::Bool(yes),
        AttributeValue::B(bytes) => Value::from(bytes.into_inner().len()),
        AttributeValue::L(list) => list.into_iter().map(json).collect(),
        AttributeValue::M(map) => map.into_iter().map(|(name, value)| (name, json(value))).collect(),
        AttributeValue::Ss(list) => list.into_iter().map(Value::String).collect(),
        _ => Value::Null,
    }
}

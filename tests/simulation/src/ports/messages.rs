//! Queues, secrets, and the topic people listen to.

use super::{aws_failure, aws_patience_ms};
use crate::{
    fault::Port,
    gate::{Gate, Passage},
    platform::queue::QueueTwin,
};
use async_trait::async_trait;
use domain::failure::Failure;
use runtime::{
    batch::GiveBack,
    limits::small_json,
    queue::{Message, Queue},
    secrets::SecretSource,
    topic::Topic,
};
use secrecy::{ExposeSecret, SecretString};
use std::sync::Arc;

fn passage(port: Port, operation: &'static str, subject: &str) -> Passage {
    Passage {
        port,
        operation,
        subject: subject.to_owned(),
        changes: port != Port::Secrets,
        patience_ms: aws_patience_ms(),
    }
}

/// A queue through the gate.
pub struct QueuePort {
    /// The gate.
    pub gate: Gate,
    /// The queue.
    pub queue: Arc<QueueTwin>,
}

#[async_trait]
impl Queue for QueuePort {
    async fn send(&self, message: Message) -> Result<(), Failure> {
        let body = small_json("a message", &message.body)?;
        let queue = self.queue.clone();
        let subject = format!(
            "{} {}",
            queue.name(),
            message.dedup.as_deref().unwrap_or_default()
        );
        let effect = async move {
            queue.send(&body, message.group, message.dedup);
            Ok(())
        };
        self.gate
            .call(passage(Port::Queue, "send", &subject), effect, aws_failure)
            .await
    }
}

#[async_trait]
impl GiveBack for QueuePort {
    async fn hide(&self, receipt: &SecretString, seconds: u32) -> Result<(), Failure> {
        let (queue, receipt) = (self.queue.clone(), receipt.expose_secret().to_owned());
        let subject = format!("{receipt} {seconds} s");
        let effect = async move {
            queue.hide(&receipt, i64::from(seconds) * 1000);
            Ok(())
        };
        self.gate
            .call(passage(Port::Queue, "hide", &subject), effect, aws_failure)
            .await
    }
}

/// Secrets through the gate.
pub struct SecretsPort {
    /// The gate.
    pub gate: Gate,
    /// The secrets.
    pub secrets: Arc<dyn SecretSource>,
}

#[async_trait]
impl SecretSource for SecretsPort {
    async fn fetch(&self, name: &str) -> Result<SecretString, Failure> {
        let (secrets, key) = (self.secrets.clone(), name.to_owned());
        let effect = async move { secrets.fetch(&key).await };
        self.gate
            .call(passage(Port::Secrets, "fetch", name), effect, aws_failure)
            .await
    }
}

/// The topic through the gate.
pub struct TopicPort {
    /// The gate.
    pub gate: Gate,
    /// The topic.
    pub topic: Arc<dyn Topic>,
}

#[async_trait]
impl Topic for TopicPort {
    async fn publish(&self, subject: &str, text: &str) -> Result<(), Failure> {
        let (topic, said) = (self.topic.clone(), (subject.to_owned(), text.to_owned()));
        let effect = async move { topic.publish(&said.0, &said.1).await };
        self.gate
            .call(passage(Port::Topic, "publish", subject), effect, aws_failure)
            .await
    }
}

//! Telling people: a notification that points to where the facts are, and holds none of them.

use crate::aws_error::aws_failure;
use async_trait::async_trait;
use domain::failure::Failure;
use std::sync::{Mutex, PoisonError};

/// Longest subject line SNS takes.
const SUBJECT_LENGTH_MAX: usize = 100;

/// A topic people listen to.
#[async_trait]
pub trait Topic: Send + Sync {
    /// Publishes a notification.
    ///
    /// # Errors
    /// Those of [`aws_failure`].
    async fn publish(&self, subject: &str, text: &str) -> Result<(), Failure>;
}

/// An SNS topic.
pub struct SnsTopic {
    client: aws_sdk_sns::Client,
    arn: String,
}

impl SnsTopic {
    /// The topic `arn`.
    pub fn new(client: aws_sdk_sns::Client, arn: impl Into<String>) -> Self {
        Self {
            client,
            arn: arn.into(),
        }
    }
}

#[async_trait]
impl Topic for SnsTopic {
    async fn publish(&self, subject: &str, text: &str) -> Result<(), Failure> {
        let subject: String = subject
            .chars()
            .filter(|c| !c.is_control())
            .take(SUBJECT_LENGTH_MAX)
            .collect();
        let request = self
            .client
            .publish()
            .topic_arn(&self.arn)
            .subject(subject)
            .message(text);
        request
            .send()
            .await
            .map_err(|e| aws_failure("publishing a notification", &e))?;
        Ok(())
    }
}

/// A topic in memory, for tests.
#[derive(Default)]
pub struct MemoryTopic {
    published: Mutex<Vec<(String, String)>>,
}

impl MemoryTopic {
    /// Subject and text of everything published.
    pub fn published(&self) -> Vec<(String, String)> {
        self.published
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .clone()
    }
}

#[async_trait]
impl Topic for MemoryTopic {
    async fn publish(&self, subject: &str, text: &str) -> Result<(), Failure> {
        let mut published = self.published.lock().unwrap_or_else(PoisonError::into_inner);
        published.push((subject.to_owned(), text.to_owned()));
        Ok(())
    }
}

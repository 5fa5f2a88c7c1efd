//! What the topic for people tells: a queue that is subscribed to it, as somebody's mailbox is.

use anyhow::{Context, Result};
use aws_sdk_sqs::types::QueueAttributeName;
use serde_json::{Value, json};

use super::{Aws, Deployed, settings};

/// A notification of an alarm.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notification {
    /// The alarm's name.
    pub alarm: String,
    /// `ALARM` or `OK`.
    pub state: String,
    /// The alarm's description.
    pub description: String,
}

/// A mailbox of its own at the stack's topic.
pub struct Mailbox {
    sns: aws_sdk_sns::Client,
    sqs: aws_sdk_sqs::Client,
    subscription: String,
    queue: String,
}

impl Mailbox {
    /// Subscribes a new mailbox.
    ///
    /// # Errors
    /// When the stack has no topic, or the emulator refuses.
    pub async fn open(deployed: &Deployed, name: &str) -> Result<Self> {
        let sns = aws_sdk_sns::Client::new(&settings(&deployed.endpoint).await);
        let sqs = Aws::connect(&deployed.endpoint).await.sqs;
        let made = sqs.create_queue().queue_name(name).send().await;
        let queue = made
            .context("making a mailbox")?
            .queue_url
            .context("a mailbox without an address")?;
        let ask = sqs
            .get_queue_attributes()
            .queue_url(&queue)
            .attribute_names(QueueAttributeName::QueueArn);
        let attributes = ask
            .send()
            .await
            .context("looking at a mailbox")?
            .attributes
            .unwrap_or_default();
        let arn = attributes
            .get(&QueueAttributeName::QueueArn)
            .context("a mailbox without a name")?;
        // The topic delivers under its own name, which the queue has to let in.
        let policy = json!({"Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Principal": {"Service": "sns.amazonaws.com"},
            "Action": "sqs:SendMessage", "Resource": arn,
        }]});
        let opened = sqs
            .set_queue_attributes()
            .queue_url(&queue)
            .attributes(QueueAttributeName::Policy, policy.to_string());
        opened.send().await.context("opening a mailbox to the topic")?;
        let subscribe = sns
            .subscribe()
            .topic_arn(deployed.output("ReviewTopic")?)
            .protocol("sqs")
            .endpoint(arn);
        let subscribed = subscribe.send().await.context("subscribing a mailbox")?;
        let subscription = subscribed
            .subscription_arn
            .context("a subscription without a name")?;
        Ok(Self {
            sns,
            sqs,
            subscription,
            queue,
        })
    }

    /// Takes out what has come from alarms, in the order in which it came. What others write to the topic is passed over.
    ///
    /// # Errors
    /// When the emulator does not answer, or a message is no notification.
    pub async fn take(&self) -> Result<Vec<Notification>> {
        let mut found = Vec::new();
        loop {
            let receive = self
                .sqs
                .receive_message()
                .queue_url(&self.queue)
                .max_number_of_messages(10);
            let messages = receive
                .send()
                .await
                .context("opening a mailbox")?
                .messages
                .unwrap_or_default();
            if messages.is_empty() {
                return Ok(found);
            }
            for message in messages {
                found.extend(notification(message.body().unwrap_or_default())?);
                let done = self.sqs.delete_message().queue_url(&self.queue);
                done.set_receipt_handle(message.receipt_handle)
                    .send()
                    .await
                    .context("emptying a mailbox")?;
            }
        }
    }

    /// Takes the mailbox away.
    ///
    /// # Errors
    /// When the emulator does not answer.
    pub async fn close(self) -> Result<()> {
        let end = self.sns.unsubscribe().subscription_arn(&self.subscription);
        end.send().await.context("ending a subscription")?;
        let remove = self.sqs.delete_queue().queue_url(&self.queue);
        remove.send().await.context("removing a mailbox")?;
        Ok(())
    }
}

/// The alarm in the topic's envelope; nothing when the message is no alarm's.
fn notification(envelope: &str) -> Result<Option<Notification>> {
    let envelope: Value = serde_json::from_str(envelope).context("a message of the topic")?;
    let message = envelope["Message"]
        .as_str()
        .context("a message of the topic without a text")?;
    let Ok(message) = serde_json::from_str::<Value>(message) else {
        return Ok(None);
    };
    let text = |name: &str| message[name].as_str().unwrap_or_default().to_owned();
    Ok((message.get("AlarmName").is_some()).then(|| Notification {
        alarm: text("AlarmName"),
        state: text("NewStateValue"),
        description: text("AlarmDescription"),
    }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn alarms_are_told_from_what_the_functions_write() {
        let envelope = |message: &str| json!({"Type": "Notification", "Message": message}).to_string();
        let alarm = json!({"AlarmName": "a", "NewStateValue": "OK", "AlarmDescription": "d"}).to_string();
        let read = notification(&envelope(&alarm)).unwrap().unwrap();
        assert_eq!((read.alarm.as_str(), read.state.as_str()), ("a", "OK"));
        assert_eq!(notification(&envelope("a review was opened")).unwrap(), None);
        assert_eq!(notification(&envelope("{\"review\":1}")).unwrap(), None);
        assert!(notification("no JSON").is_err());
    }
}

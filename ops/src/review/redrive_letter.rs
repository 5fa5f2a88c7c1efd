//! A message of a dead-letter queue, done again: back to the queue it came from, or handed to the function that never
//! got it.

use anyhow::Result;
use serde_json::Value;

use super::letters::{LAST_RESORT, Letter, Letters};
use crate::aws::stopped;
use crate::desk::Desk;
use crate::exit::Stop;
use crate::stack::Stack;

/// What becomes of a message that is redriven.
#[derive(Clone, Debug, PartialEq)]
enum Way {
    /// It goes back to the queue it came from.
    Back(String),
    /// The function that it is a failed call of is called again.
    Call(String, Value),
    /// The review desk gets it.
    Desk(Value),
}

/// Redrives a message, and removes it once it is done. What it came to.
///
/// # Errors
/// [`Stop`] when nobody knows what to do with it; when the queue or the function does not take it: it stays.
pub async fn redrive(stack: &Stack, letters: &Letters, desk: &Desk, letter: &Letter) -> Result<String> {
    let came_to = match way(stack, letters, letter) {
        Ok(way) => go(letters, desk, letter, way).await,
        Err(stop) => Err(stop.into()),
    };
    match came_to {
        Ok(came_to) => {
            letters.delete(letter).await?;
            Ok(came_to)
        }
        Err(error) => {
            letters.release(letter).await?;
            Err(error)
        }
    }
}

fn way(stack: &Stack, letters: &Letters, letter: &Letter) -> Result<Way, Stop> {
    if let Some(source) = letters.source(&letter.queue) {
        return Ok(Way::Back(source.to_owned()));
    }
    let body: Value = serde_json::from_str(&letter.body).unwrap_or_default();
    let called = body
        .pointer("/requestContext/functionArn")
        .and_then(Value::as_str);
    // `arn:aws:lambda:{region}:{account}:function:{name}:{version}`
    let called = called.and_then(|arn| arn.split(':').nth(6)).unwrap_or_default();
    let payload = body.get("requestPayload").cloned();
    let ours = stack.outputs().values().any(|output| output == called);
    match payload {
        Some(payload) if letter.queue == LAST_RESORT => Ok(Way::Desk(payload)),
        Some(payload) if ours => Ok(Way::Call(called.to_owned(), payload)),
        None if letter.queue == LAST_RESORT && body.is_object() => Ok(Way::Desk(body)),
        _ => {
            let stop = Stop::usage(format!("nobody knows whom {} was meant for", letter.id()));
            Err(stop.remedy("look at it with `review show`, do by hand what it asks for, then drop it"))
        }
    }
}

async fn go(letters: &Letters, desk: &Desk, letter: &Letter, way: Way) -> Result<String> {
    match way {
        Way::Back(url) => {
            let mut send = letters
                .sqs
                .send_message()
                .queue_url(url)
                .message_body(&letter.body);
            if let Some((group, dedup)) = &letter.fifo {
                // Under its own name the queue would take it for a repeat for five minutes.
                let dedup = format!("{dedup}-again-{}", letter.received);
                send = send.message_group_id(group).message_deduplication_id(dedup);
            }
            let sent = send.send().await;
            sent.map_err(|error| stopped("sending it back", &error))?;
            Ok("it is back in the queue it came from".to_owned())
        }
        Way::Call(function, payload) => {
            desk.call(&function, &payload).await?;
            Ok(format!("{function} was called again"))
        }
        Way::Desk(payload) => {
            desk.hand_over(&payload).await?;
            Ok("the review desk has taken it".to_owned())
        }
    }
}

/// Has SQS move all messages of a queue back to where they came from, at that rate a second. Whether it does: an
/// emulator does not know how, and some queues have no such source.
///
/// # Errors
/// [`Stop`] when SQS refuses for another reason.
pub async fn move_all(letters: &Letters, queue: &str, rate: Option<u32>) -> Result<bool> {
    if letters.source(queue).is_none() {
        return Ok(false);
    }
    let arn = arn(letters, queue).await?;
    let mut start = letters.sqs.start_message_move_task().source_arn(arn);
    if let Some(rate) = rate {
        start = start.max_number_of_messages_per_second(i32::try_from(rate.min(500)).unwrap_or(500));
    }
    match start.send().await {
        Ok(_) => Ok(true),
        Err(error) if not_known(&error) => Ok(false),
        Err(error) => Err(stopped(&format!("moving the messages of {queue}"), &error).into()),
    }
}

async fn arn(letters: &Letters, queue: &str) -> Result<String> {
    use aws_sdk_sqs::types::QueueAttributeName::QueueArn;
    let ask = letters.sqs.get_queue_attributes().queue_url(letters.url(queue)?);
    let answer = ask.attribute_names(QueueArn).send().await;
    let answer = answer.map_err(|error| stopped(&format!("asking for {queue}"), &error))?;
    Ok(answer
        .attributes
        .and_then(|mut attributes| attributes.remove(&QueueArn))
        .unwrap_or_default())
}

/// Whether the service does not know the call.
fn not_known<E, R>(error: &aws_sdk_sqs::error::SdkError<E, R>) -> bool
where
    E: aws_sdk_sqs::error::ProvideErrorMetadata,
{
    use aws_sdk_sqs::error::ProvideErrorMetadata;
    let code = error
        .as_service_error()
        .and_then(ProvideErrorMetadata::code)
        .unwrap_or_default();
    ["InvalidAction", "UnknownOperation", "UnsupportedOperation"]
        .iter()
        .any(|known| code.contains(known))
}

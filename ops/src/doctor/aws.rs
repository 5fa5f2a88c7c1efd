//! AWS: who we are there, the stack, the queues.

use anyhow::Result;
use aws_sdk_sqs::types::QueueAttributeName;
use futures::future::try_join_all;

use super::{Finding, Looking};
use crate::aws::{is_absent, stopped};
use crate::output::count;

/// Queues of work, and after how long a message that still waits is a sign: seconds.
const QUEUES: [&str; 3] = ["Inbox", "OrderWork", "InvoiceWork"];
/// Queues that have to be empty.
const DEAD_LETTERS: [&str; 5] = [
    "InboxDlq",
    "OrderWorkDlq",
    "InvoiceWorkDlq",
    "AsyncDlq",
    "LastResort",
];

pub(super) async fn credentials(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let client = aws_sdk_sts::Client::new(&looking.stack.config);
    let who = client.get_caller_identity().send().await;
    let who = who.map_err(|error| stopped("asking AWS who you are", &error))?;
    let arn = who.arn().unwrap_or("somebody without a name");
    Ok(vec![Finding::ok(format!("you are {arn}"))])
}

pub(super) async fn stack(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let stack = looking.stack;
    let what = format!("{} is {}", stack.name, stack.state);
    Ok(vec![match stack.state.as_str() {
        "CREATE_COMPLETE" | "UPDATE_COMPLETE" | "IMPORT_COMPLETE" => Finding::ok(what),
        "UPDATE_ROLLBACK_COMPLETE" => Finding::warning(
            what,
            "the last deployment failed and the one before is running; see the stack's events, deploy again",
        ),
        state if state.ends_with("_IN_PROGRESS") => {
            Finding::warning(what, "wait for the deployment to end, then look again")
        }
        _ => Finding::failure(
            what,
            "see the stack's events in CloudFormation, mend the cause, deploy again",
        ),
    }])
}

/// How a queue stands.
struct Depth {
    waiting: u64,
    in_hand: u64,
}

pub(super) async fn queues(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let names = QUEUES.iter().chain(&DEAD_LETTERS);
    let depths =
        try_join_all(names.map(|name| async move { depth(looking, name).await.map(|d| (*name, d)) })).await?;
    let mut findings = Vec::new();
    let mut waiting = Vec::new();
    for (name, depth) in &depths {
        let Some(depth) = depth else {
            let what = format!("the queue {name} is not there");
            findings.push(Finding::failure(what, "deploy the template again: `sam deploy`"));
            continue;
        };
        if !DEAD_LETTERS.contains(name) {
            waiting.push(format!("{name} {}", depth.waiting + depth.in_hand));
        } else if depth.waiting + depth.in_hand > 0 {
            let what = format!("{name} holds {}", count(messages(depth), "message"));
            findings.push(match *name {
                "LastResort" => Finding::failure(what, "look at it: `odoo-heartland review list` shows it, docs/runbooks/last-resort.md says what to do"),
                _ => Finding::failure(
                    what,
                    "review-desk makes reviews of them; if they stay it fails: see its logs, then `odoo-heartland review list`",
                ),
            });
        }
    }
    findings.extend(oldest(looking).await?);
    if findings.is_empty() {
        findings.push(Finding::ok(format!(
            "waiting: {}; no dead letters",
            waiting.join(", ")
        )));
    }
    Ok(findings)
}

fn messages(depth: &Depth) -> usize {
    usize::try_from(depth.waiting + depth.in_hand).unwrap_or(usize::MAX)
}

async fn depth(looking: &Looking<'_>, name: &str) -> Result<Option<Depth>> {
    let attributes = [
        QueueAttributeName::ApproximateNumberOfMessages,
        QueueAttributeName::ApproximateNumberOfMessagesNotVisible,
    ];
    let ask = looking.stack.sqs().get_queue_attributes();
    let ask = ask
        .queue_url(looking.stack.output(name)?)
        .set_attribute_names(Some(attributes.to_vec()));
    match ask.send().await {
        Ok(answer) => {
            let found = answer.attributes.unwrap_or_default();
            let number =
                |name: &QueueAttributeName| found.get(name).and_then(|n| n.parse().ok()).unwrap_or(0);
            Ok(Some(Depth {
                waiting: number(&attributes[0]),
                in_hand: number(&attributes[1]),
            }))
        }
        Err(error) if is_absent(&error) => Ok(None),
        Err(error) => Err(stopped(&format!("the queue {name}"), &error).into()),
    }
}

/// The age of the oldest message of each queue of work, as CloudWatch knows it.
async fn oldest(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    use aws_sdk_cloudwatch::{primitives::DateTime, types::Dimension, types::Statistic};
    /// A message older than this waits for something.
    const OLD_S: f64 = 900.0;
    const WINDOW_S: i64 = 900;
    let client = looking.stack.cloudwatch();
    let now = looking.stack.clock().now().seconds().0;
    let mut findings = Vec::new();
    for name in QUEUES {
        let queue = looking.stack.output(name)?;
        let queue = queue.rsplit('/').next().unwrap_or(queue);
        let dimension = Dimension::builder().name("QueueName").value(queue).build();
        let ask = client
            .get_metric_statistics()
            .namespace("AWS/SQS")
            .metric_name("ApproximateAgeOfOldestMessage")
            .dimensions(dimension)
            .start_time(DateTime::from_secs(now - WINDOW_S))
            .end_time(DateTime::from_secs(now))
            .period(300)
            .statistics(Statistic::Maximum);
        let answer = ask.send().await;
        let answer = answer.map_err(|error| stopped(&format!("the age of messages of {name}"), &error))?;
        let newest = answer
            .datapoints()
            .iter()
            .max_by_key(|point| point.timestamp().map(DateTime::secs));
        if let Some(age) = newest
            .and_then(|point| point.maximum())
            .filter(|age| *age > OLD_S)
        {
            #[allow(clippy::cast_possible_truncation, reason = "seconds of a queue's retention")]
            let age = crate::time::length(age as i64 * 1000);
            let what = format!("the oldest message of {name} waits for {age}");
            findings.push(Finding::failure(
                what,
                "see the breakers below; `odoo-heartland orders --older-than 15m` lists what waits",
            ));
        }
    }
    Ok(findings)
}

//! Queue, workflow engine and topic, as AWS answers: at the endpoint `LEDGER_TEST_ENDPOINT`.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use aws_config::{BehaviorVersion, Region, SdkConfig};
use aws_sdk_sqs::{config::Credentials, types::QueueAttributeName};
use domain::failure::FailureName;
use runtime::{
    queue::{Message, Queue, SqsQueue},
    topic::{SnsTopic, Topic},
    unique,
    workflow::{Answer, RunState, Started, StepFunctions, Workflow},
};
use secrecy::SecretString;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Longest wait for what happens by itself.
const DEADLINE: Duration = Duration::from_secs(30);

async fn aws() -> SdkConfig {
    let endpoint = std::env::var("LEDGER_TEST_ENDPOINT").expect("LEDGER_TEST_ENDPOINT names an AWS endpoint");
    aws_config::defaults(BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"))
        .load()
        .await
}

async fn make_queue(sqs: &aws_sdk_sqs::Client, fifo: bool) -> String {
    let name = format!("q-{}{}", unique(), if fifo { ".fifo" } else { "" });
    let mut create = sqs.create_queue().queue_name(name);
    if fifo {
        create = create.attributes(QueueAttributeName::FifoQueue, "true");
    }
    create.send().await.unwrap().queue_url.unwrap()
}

/// The next message's body.
async fn received(sqs: &aws_sdk_sqs::Client, url: &str) -> Value {
    let until = Instant::now() + DEADLINE;
    while Instant::now() < until {
        let got = sqs
            .receive_message()
            .queue_url(url)
            .wait_time_seconds(1)
            .send()
            .await
            .unwrap();
        if let Some(message) = got.messages.unwrap_or_default().pop() {
            return serde_json::from_str(&message.body.unwrap()).unwrap();
        }
    }
    panic!("no message came")
}

fn message(dedup: Option<&str>, group: Option<&str>) -> Message {
    Message {
        body: json!({"event": "e"}),
        group: group.map(str::to_owned),
        dedup: dedup.map(str::to_owned),
    }
}

#[tokio::test]
async fn a_fifo_queue_takes_a_repeat_once_and_a_missing_one_is_our_mistake() {
    let sqs = aws_sdk_sqs::Client::new(&aws().await);
    let url = make_queue(&sqs, true).await;
    let queue = SqsQueue::new(sqs.clone(), &url);
    queue.send(message(Some("1"), Some("g"))).await.unwrap();
    queue.send(message(Some("1"), Some("g"))).await.unwrap();
    let count = QueueAttributeName::ApproximateNumberOfMessages;
    let seen = sqs
        .get_queue_attributes()
        .queue_url(&url)
        .attribute_names(count.clone())
        .send()
        .await
        .unwrap();
    assert_eq!(seen.attributes.unwrap()[&count], "1");
    let missing = SqsQueue::new(sqs, format!("{url}-missing"));
    let failure = missing.send(message(Some("1"), Some("g"))).await.unwrap_err();
    assert_eq!(failure.name, FailureName::Misconfigured);
}

#[tokio::test]
async fn nobody_there_is_unavailable() {
    let closed = aws()
        .await
        .into_builder()
        .endpoint_url("http://127.0.0.1:9")
        .build();
    let queue = SqsQueue::new(aws_sdk_sqs::Client::new(&closed), "http://127.0.0.1:9/q");
    assert_eq!(
        queue.send(message(None, None)).await.unwrap_err().name,
        FailureName::SystemUnavailable
    );
}

async fn make_machine(sfn: &aws_sdk_sfn::Client, definition: Value) -> String {
    let create = sfn
        .create_state_machine()
        .name(format!("m-{}", unique()))
        .definition(definition.to_string());
    let create = create
        .role_arn("arn:aws:iam::000000000000:role/any")
        .send()
        .await
        .unwrap();
    create.state_machine_arn
}

/// Waits until the run is in one of the final states.
async fn ended(engine: &StepFunctions, name: &str) -> RunState {
    let until = Instant::now() + DEADLINE;
    while Instant::now() < until {
        match engine.state(name).await.unwrap() {
            RunState::Running => tokio::time::sleep(Duration::from_millis(100)).await,
            other => return other,
        }
    }
    panic!("the run goes on")
}

fn waiting(queue: &str) -> Value {
    let arguments = json!({"QueueUrl": queue, "MessageBody": "{% {'token': $states.context.Task.Token} %}"});
    json!({"QueryLanguage": "JSONata", "StartAt": "Wait", "States": {"Wait": {
        "Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage.waitForTaskToken", "Arguments": arguments,
        "TimeoutSeconds": 60, "End": true}}})
}

#[tokio::test]
async fn a_run_is_started_once_answered_once_and_asked_about() {
    let aws = aws().await;
    let (sqs, sfn) = (aws_sdk_sqs::Client::new(&aws), aws_sdk_sfn::Client::new(&aws));
    let work = make_queue(&sqs, false).await;
    let engine = StepFunctions::new(sfn.clone(), make_machine(&sfn, waiting(&work)).await);
    assert_eq!(engine.state("woo_1-1").await.unwrap(), RunState::Unknown);
    assert!(matches!(
        engine.start("woo_1-1", &json!({"n": 1})).await.unwrap(),
        Started::New(_)
    ));
    assert_eq!(
        engine.start("woo_1-1", &json!({"n": 2})).await.unwrap(),
        Started::AlreadyExists
    );
    assert_eq!(engine.state("woo_1-1").await.unwrap(), RunState::Running);
    let token = SecretString::from(received(&sqs, &work).await["token"].as_str().unwrap().to_owned());
    assert_eq!(
        engine
            .succeed(&token, &json!({"decision": "drop"}))
            .await
            .unwrap(),
        Answer::Delivered
    );
    assert_eq!(ended(&engine, "woo_1-1").await, RunState::Succeeded);
    assert_eq!(engine.succeed(&token, &json!({})).await.unwrap(), Answer::Gone);
    assert_eq!(engine.fail(&token, "Refused", "{}").await.unwrap(), Answer::Gone);
}

#[tokio::test]
async fn a_step_that_is_failed_breaks_its_run() {
    let aws = aws().await;
    let (sqs, sfn) = (aws_sdk_sqs::Client::new(&aws), aws_sdk_sfn::Client::new(&aws));
    let work = make_queue(&sqs, false).await;
    let engine = StepFunctions::new(sfn.clone(), make_machine(&sfn, waiting(&work)).await);
    engine.start("woo_2-1", &json!({})).await.unwrap();
    let token = SecretString::from(received(&sqs, &work).await["token"].as_str().unwrap().to_owned());
    assert_eq!(
        engine.fail(&token, "Undeliverable", "{}").await.unwrap(),
        Answer::Delivered
    );
    assert_eq!(ended(&engine, "woo_2-1").await, RunState::Broken);
}

#[tokio::test]
async fn a_machine_that_is_not_there_is_our_mistake() {
    let sfn = aws_sdk_sfn::Client::new(&aws().await);
    let engine = StepFunctions::new(sfn, "arn:aws:states:us-east-1:000000000000:stateMachine:none");
    assert_eq!(
        engine.start("woo_1-1", &json!({})).await.unwrap_err().name,
        FailureName::Misconfigured
    );
}

#[tokio::test]
async fn people_hear_of_it() {
    let aws = aws().await;
    let (sqs, sns) = (aws_sdk_sqs::Client::new(&aws), aws_sdk_sns::Client::new(&aws));
    let queue = make_queue(&sqs, false).await;
    let arn = QueueAttributeName::QueueArn;
    let seen = sqs
        .get_queue_attributes()
        .queue_url(&queue)
        .attribute_names(arn.clone())
        .send()
        .await
        .unwrap();
    let topic = sns
        .create_topic()
        .name(format!("t-{}", unique()))
        .send()
        .await
        .unwrap()
        .topic_arn
        .unwrap();
    let subscribe = sns
        .subscribe()
        .topic_arn(&topic)
        .protocol("sqs")
        .endpoint(&seen.attributes.unwrap()[&arn]);
    subscribe.send().await.unwrap();
    let subject = format!("Review: {}\nof an order", "x".repeat(200));
    SnsTopic::new(sns, topic)
        .publish(&subject, "Review 1")
        .await
        .unwrap();
    let heard = received(&sqs, &queue).await;
    assert_eq!(heard["Message"], "Review 1");
    assert!(heard["Subject"].as_str().unwrap().len() <= 100);
}

//! The Lambda function `review-desk`.

use effects::DynamoStore;
use review_desk::Desk;
use runtime::{
    Invocation, Parts, environment,
    queue::SqsQueue,
    stores::{OrderItems, Reviews},
    topic::SnsTopic,
    workflow::StepFunctions,
};
use serde_json::Value;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let parts = Parts::connect().await?;
    let (items, clock, aws) = (parts.items.clone(), parts.clock.clone(), &parts.aws);
    let machine = environment::required("STATE_MACHINE_ARN")?;
    let inbox = environment::required("INBOX_URL")?;
    let topic = environment::required("REVIEW_TOPIC_ARN")?;
    let desk = Arc::new(Desk {
        reviews: Reviews::new(items.clone(), clock.clone()),
        orders: OrderItems::new(items),
        effects: Arc::new(DynamoStore::new(parts.dynamodb.clone(), parts.table.clone())),
        workflow: Arc::new(StepFunctions::new(aws_sdk_sfn::Client::new(aws), machine)),
        inbox: Arc::new(SqsQueue::new(aws_sdk_sqs::Client::new(aws), inbox)),
        topic: Arc::new(SnsTopic::new(aws_sdk_sns::Client::new(aws), topic)),
        clock,
    });
    runtime::start(move |input: Value, _: Invocation| {
        let desk = desk.clone();
        async move { desk.handle(input).await }
    })
    .await
}

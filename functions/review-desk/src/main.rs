//! The Lambda function `review-desk`.

use domain::failure::Failure;
use effects::DynamoStore;
use review_desk::{Credentials, Desk};
use runtime::{
    Invocation, Parts,
    breaker::Breaker,
    environment,
    queue::SqsQueue,
    secrets::SecretsManager,
    stores::{OrderItems, PayloadStore, Reviews},
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
        merchant: runtime::merchant()?,
        reviews: Reviews::new(items.clone(), clock.clone()),
        payloads: PayloadStore::new(items.clone(), clock.clone()),
        breaker: Arc::new(Breaker::new(items.clone(), clock.clone())),
        orders: OrderItems::new(items),
        effects: Arc::new(DynamoStore::new(parts.dynamodb.clone(), parts.table.clone())),
        workflow: Arc::new(StepFunctions::new(aws_sdk_sfn::Client::new(aws), machine)),
        inbox: Arc::new(SqsQueue::new(aws_sdk_sqs::Client::new(aws), inbox)),
        topic: Arc::new(SnsTopic::new(aws_sdk_sns::Client::new(aws), topic)),
        credentials: credentials(&parts)?,
        clock,
    });
    runtime::start(move |input: Value, _: Invocation| {
        let desk = desk.clone();
        async move { desk.handle(input).await }
    })
    .await
}

/// The secrets that hold what lapses, as metrics call them.
fn credentials(parts: &Parts) -> Result<Credentials, Failure> {
    let named = [
        ("gp-api", "GP_API_SECRET"),
        ("odoo", "ODOO_SECRET"),
        ("fact-key", "FACT_KEY_SECRET"),
    ];
    let mut secrets = Vec::new();
    for (name, variable) in named {
        secrets.push((name.to_owned(), environment::required(variable)?));
    }
    let prefix = environment::required("SHOP_SECRET_PREFIX")?;
    let stores = runtime::merchant()?.stores.keys();
    secrets.extend(stores.map(|store| (format!("shop/{store}"), format!("{prefix}{store}"))));
    let tags = SecretsManager::new(aws_sdk_secretsmanager::Client::new(&parts.aws));
    Ok(Credentials {
        secrets,
        tags: Arc::new(tags),
    })
}

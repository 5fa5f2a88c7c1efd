//! The Lambda function `change-poller`.

use change_poller::Poller;
use runtime::{
    Invocation, Parts, environment,
    inbox::Inbox,
    queue::SqsQueue,
    stores::{Cursors, PayloadStore, Reviews},
};
use serde_json::Value;
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let parts = Parts::connect().await?;
    let merchant = runtime::merchant()?;
    let sqs = aws_sdk_sqs::Client::new(&parts.aws);
    let poller = Arc::new(Poller {
        merchant,
        shops: parts.shops(merchant, &environment::required("SHOP_SECRET_PREFIX")?),
        cursors: Cursors::new(parts.items.clone()),
        inbox: Inbox {
            payloads: PayloadStore::new(parts.items.clone(), parts.clock.clone()),
            reviews: Reviews::new(parts.items.clone(), parts.clock.clone()),
            queue: Arc::new(SqsQueue::new(sqs, environment::required("INBOX_URL")?)),
        },
        clock: parts.clock.clone(),
    });
    runtime::start(move |_schedule: Value, invocation: Invocation| {
        let poller = poller.clone();
        async move { poller.poll(&invocation).await }
    })
    .await
}

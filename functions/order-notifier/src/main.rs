//! The Lambda function `order-notifier`.

use order_notifier::{Notifier, Request};
use runtime::{Invocation, Parts, environment, queue::SqsQueue, stores::OrderItems};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let parts = Parts::connect().await?;
    let merchant = runtime::merchant()?;
    let sqs = aws_sdk_sqs::Client::new(&parts.aws);
    let notifier = Arc::new(Notifier {
        merchant,
        ledger: parts.ledger().await?,
        shops: parts.shops(merchant, &environment::required("SHOP_SECRET_PREFIX")?),
        orders: OrderItems::new(parts.items.clone()),
        inbox: Arc::new(SqsQueue::new(sqs, environment::required("INBOX_URL")?)),
        clock: parts.clock.clone(),
    });
    runtime::start(move |request: Request, invocation: Invocation| {
        let notifier = notifier.clone();
        async move { notifier.handle(request, &invocation).await }
    })
    .await
}

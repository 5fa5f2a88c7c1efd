//! The Lambda function `event-router`.

use aws_lambda_events::sqs::SqsEvent;
use event_router::Router;
use runtime::{
    Invocation, Parts,
    batch::{GiveBack, SqsGiveBack},
    environment,
    stores::{OrderItems, PayloadStore, PaymentsUsed, Reviews},
    workflow::StepFunctions,
};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let parts = Parts::connect().await?;
    let (items, clock) = (parts.items.clone(), parts.clock.clone());
    let engine = aws_sdk_sfn::Client::new(&parts.aws);
    let inbox: Arc<dyn GiveBack> = Arc::new(SqsGiveBack::new(
        aws_sdk_sqs::Client::new(&parts.aws),
        environment::required("INBOX_URL")?,
    ));
    let router = Arc::new(Router {
        merchant: runtime::merchant()?,
        payloads: PayloadStore::new(items.clone(), clock.clone()),
        orders: OrderItems::new(items.clone()),
        reviews: Reviews::new(items.clone(), clock.clone()),
        used: PaymentsUsed::new(items, clock.clone()),
        workflow: Arc::new(StepFunctions::new(
            engine,
            environment::required("STATE_MACHINE_ARN")?,
        )),
        clock,
    });
    runtime::start(move |batch: SqsEvent, _: Invocation| {
        let (router, inbox) = (router.clone(), inbox.clone());
        async move { Ok(router.route_all(batch, inbox.as_ref()).await) }
    })
    .await
}

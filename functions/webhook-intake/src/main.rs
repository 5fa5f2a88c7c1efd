//! The Lambda function `webhook-intake`.

use domain::failure::{Failure, FailureName};
use lambda_http::{Body, Request, RequestExt, Response, service_fn};
use runtime::{
    Invocation, Parts, environment,
    inbox::Inbox,
    measured, metrics,
    queue::SqsQueue,
    stores::{PayloadStore, Reviews},
    work::Work,
};
use serde_json::json;
use webhook_intake::{Answer, BUDGET, Intake, Webhook};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_http::Error> {
    let parts = Parts::connect().await?;
    let sqs = aws_sdk_sqs::Client::new(&parts.aws);
    let intake = Intake {
        merchant: runtime::merchant()?,
        secrets: parts.secrets.clone(),
        secret_prefix: environment::required("SHOP_SECRET_PREFIX")?,
        inbox: Inbox {
            payloads: PayloadStore::new(parts.items.clone(), parts.clock.clone()),
            reviews: Reviews::new(parts.items.clone(), parts.clock.clone()),
            queue: std::sync::Arc::new(SqsQueue::new(sqs, environment::required("INBOX_URL")?)),
        },
        clock: parts.clock.clone(),
    };
    let intake = &intake;
    lambda_http::run(service_fn(|request: Request| async move {
        metrics::invoked();
        let invocation = Invocation::from(&request.lambda_context());
        let work = Work::of_invocation(&invocation, &json!({"action": "intake"}));
        let answer = work.scope(measured("intake", answer(intake, &request))).await;
        response(&answer)
    }))
    .await
}

async fn answer(intake: &Intake, request: &Request) -> Answer {
    let webhook = Webhook {
        source: webhook_intake::source(request.raw_http_path()),
        headers: request.headers(),
        body: request.body().as_ref(),
    };
    let answer = tokio::time::timeout(BUDGET, intake.take(&webhook)).await;
    answer.unwrap_or_else(|_| {
        let what = "the webhook was not taken in time";
        metrics::failure(&Failure::new(FailureName::SystemUnavailable, what));
        tracing::error!("{what}");
        Answer::TryAgain
    })
}

fn response(answer: &Answer) -> Result<Response<Body>, lambda_http::Error> {
    let response = Response::builder()
        .status(answer.status())
        .header("content-type", "application/json");
    Ok(response.body(Body::from(answer.body().to_string()))?)
}

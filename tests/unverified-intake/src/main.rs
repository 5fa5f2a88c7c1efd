//! A Lambda function that puts the body of every request into the inbox, whoever sent it. What an integration costs that
//! trusts its endpoint; never deploy it.

use aws_config::BehaviorVersion;
use lambda_http::{Body, Error, Request, RequestExt, Response, service_fn};

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), Error> {
    let aws = aws_config::load_defaults(BehaviorVersion::latest()).await;
    let (queue, url) = (aws_sdk_sqs::Client::new(&aws), std::env::var("INBOX_URL")?);
    let (queue, url) = (&queue, &url);
    lambda_http::run(service_fn(|request: Request| async move {
        // It knows nothing of orders: each request is a group of its own, and none is a repeat of another.
        let id = request.lambda_context().request_id;
        let send = queue.send_message().queue_url(url);
        let send = send.message_group_id(&id).message_deduplication_id(&id);
        send.message_body(String::from_utf8_lossy(request.body()))
            .send()
            .await?;
        Ok::<_, Error>(Response::new(Body::Empty))
    }))
    .await
}

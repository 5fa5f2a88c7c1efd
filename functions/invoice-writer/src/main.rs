//! The Lambda function `invoice-writer`.

use aws_lambda_events::sqs::SqsEvent;
use invoice_writer::InvoiceWriter;
use odoo::books::BooksCache;
use odoo_work::{LiveOdoo, WorkQueue};
use runtime::{
    Invocation, Parts,
    batch::{CrashMarks, SqsGiveBack},
    environment,
    stores::{PayloadStore, Reviews},
    workflow::StepFunctions,
};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let parts = Parts::connect().await?;
    let (secrets, guard) = (parts.secrets.clone(), parts.guard("odoo").await);
    let secret = environment::required("ODOO_SECRET")?;
    let sqs = aws_sdk_sqs::Client::new(&parts.aws);
    let writer = Arc::new(InvoiceWriter {
        merchant: runtime::merchant()?,
        odoo: Arc::new(LiveOdoo::new(secrets, secret, guard, parts.clock.clone())),
        books: BooksCache::default(),
        ledger: parts.ledger().await?,
        payloads: PayloadStore::new(parts.items.clone(), parts.clock.clone()),
        queue: WorkQueue {
            give_back: Arc::new(SqsGiveBack::new(sqs, environment::required("INVOICE_WORK_URL")?)),
            crash_marks: CrashMarks::new(parts.items.clone(), parts.clock.clone()),
            workflow: Arc::new(StepFunctions::new(aws_sdk_sfn::Client::new(&parts.aws), "")),
            reviews: Reviews::new(parts.items.clone(), parts.clock.clone()),
        },
    });
    runtime::start(move |event: SqsEvent, invocation: Invocation| {
        let writer = writer.clone();
        async move { writer.handle(event, &invocation).await }
    })
    .await
}

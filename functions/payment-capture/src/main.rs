//! The Lambda function `payment-capture`.

use payment_capture::{LiveGateway, Payments, Request};
use runtime::{
    Invocation, Parts, environment,
    stores::{OrderItems, PayloadStore, PaymentsUsed},
};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let parts = Parts::connect().await?;
    let guard = parts.guard("gp-api").await;
    let secret = environment::required("GP_API_SECRET")?;
    let payments = Arc::new(Payments {
        merchant: runtime::merchant()?,
        ledger: parts.ledger().await?,
        gateway: Arc::new(LiveGateway::new(guard, parts.secrets.clone(), secret)),
        payloads: PayloadStore::new(parts.items.clone(), parts.clock.clone()),
        orders: OrderItems::new(parts.items.clone()),
        used: PaymentsUsed::new(parts.items.clone(), parts.clock.clone()),
    });
    runtime::start(move |request: Request, invocation: Invocation| {
        let payments = payments.clone();
        async move { payments.handle(request, &invocation).await }
    })
    .await
}

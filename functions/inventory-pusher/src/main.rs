//! The Lambda function `inventory-pusher`.

use inventory_pusher::{OdooStock, PushStock, Pusher};
use odoo_work::LiveOdoo;
use runtime::{
    Invocation, Parts, environment,
    stores::{OrderItems, PayloadStore, StockFlights},
};
use std::sync::Arc;

#[tokio::main(flavor = "current_thread")]
async fn main() -> Result<(), lambda_runtime::Error> {
    let parts = Parts::connect().await?;
    let merchant = runtime::merchant()?;
    let (secrets, clock) = (parts.secrets.clone(), parts.clock.clone());
    let secret = environment::required("ODOO_SECRET")?;
    let odoo = LiveOdoo::new(secrets, secret, parts.guard("odoo").await, clock.clone());
    let pusher = Arc::new(Pusher {
        merchant,
        shops: parts.shops(merchant, &environment::required("SHOP_SECRET_PREFIX")?),
        stock: Arc::new(OdooStock::new(merchant, odoo)),
        payloads: PayloadStore::new(parts.items.clone(), clock.clone()),
        orders: OrderItems::new(parts.items.clone()),
        flights: StockFlights::new(parts.items.clone(), clock.clone()),
        clock,
    });
    runtime::start(move |request: PushStock, invocation: Invocation| {
        let pusher = pusher.clone();
        async move { pusher.handle(request, &invocation).await }
    })
    .await
}

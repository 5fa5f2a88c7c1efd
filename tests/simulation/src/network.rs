//! The network between the shops and our endpoint.

use crate::{fault::Kind, function::Function, set_up::ENDPOINT_MS, time::pass, world::World};
use serde_json::{Map, Value, json};
use std::sync::Arc;
use twins::shop::{Delivery, ShopTwin};

/// Carries a shop's webhooks, for ever.
pub async fn carry(world: Arc<World>, shop: Arc<ShopTwin>) {
    loop {
        while let Some(delivery) = shop.take_due() {
            drop(tokio::spawn(deliver(world.clone(), shop.clone(), delivery)));
        }
        let due = shop.next_due();
        let due = async {
            match due {
                Some(due) => tokio::time::sleep_until(world.clock.instant(due.0)).await,
                None => std::future::pending().await,
            }
        };
        tokio::select! {
            biased;
            () = world.bell(&shop.store().id).notified() => {}
            () = due => {}
        }
    }
}

async fn deliver(world: Arc<World>, shop: Arc<ShopTwin>, delivery: Delivery) {
    if world.strikes(Kind::WebhookLate) {
        pass(world.chance.between(1_000, 3 * 3_600_000)).await;
    }
    if world.strikes(Kind::WebhookLost) {
        world.say_of(format_args!("network"), format_args!("{} lost", delivery.event));
        shop.answered(delivery, None);
        return world.bell(&shop.store().id).notify_one();
    }
    let call = call(&delivery);
    if world.strikes(Kind::WebhookTwice) {
        for _ in 0..world.chance.between(1, 3) {
            let (world, call) = (world.clone(), call.clone());
            let late_ms = world.chance.between(0, 600_000);
            drop(tokio::spawn(async move {
                pass(late_ms).await;
                drop(world.invoke(Function::WebhookIntake, call).await);
            }));
        }
    }
    let limit = std::time::Duration::from_millis(ENDPOINT_MS);
    let said = tokio::time::timeout(limit, world.invoke(Function::WebhookIntake, call)).await;
    let answer = match said {
        Ok(Ok(said)) => said["status"]
            .as_u64()
            .and_then(|status| u16::try_from(status).ok()),
        // The endpoint's own words for a function that failed or took too long.
        Ok(Err(_)) => Some(502),
        Err(_) => Some(504),
    };
    world.say_of(
        format_args!("network"),
        format_args!("{} answered {answer:?}", delivery.event),
    );
    shop.answered(delivery, answer);
    world.bell(&shop.store().id).notify_one();
}

fn call(delivery: &Delivery) -> Value {
    let headers: Map<String, Value> = delivery
        .headers
        .iter()
        .map(|(name, value)| ((*name).to_owned(), json!(value)))
        .collect();
    json!({
        "source": delivery.store, "headers": headers, "body": String::from_utf8_lossy(&delivery.body),
    })
}

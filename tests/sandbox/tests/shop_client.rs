//! Both shop clients against the simulated shops: what is told arrives once, and every way a call can end has its name.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

use domain::{
    event::EventId,
    failure::{Failure, FailureName},
    merchant::{Merchant, Store},
    outcome::Outcome,
};
use jiff::{SignedDuration, Timestamp};
use sandbox::shop::{Access, Control, Draft, Fault, FaultKind, Kind, RunningShop, Send, Signature, start};
use serde_json::json;
use shop::{OrderUpdate, ShopClient, ShopSecret, StockSet, client, scheme};
use std::sync::Arc;

struct World {
    running: RunningShop,
    control: Control,
}

impl World {
    async fn start() -> Self {
        let running = start().await.unwrap();
        let control = running.control();
        Self { running, control }
    }

    fn access(&self, kind: Kind) -> &Access {
        match kind {
            Kind::Woo => &self.running.woo,
            Kind::Own => &self.running.own,
        }
    }

    fn client(&self, kind: Kind) -> Arc<dyn ShopClient> {
        let secret = ShopSecret::parse(&serde_json::to_string(self.access(kind)).unwrap()).unwrap();
        client(&store(kind), &secret).unwrap()
    }
}

fn store(kind: Kind) -> Store {
    let merchant = Merchant::parse(include_str!("../../../infra/merchant.toml")).unwrap();
    merchant.store(&kind.store().parse().unwrap()).unwrap().clone()
}

fn draft(kind: Kind) -> Draft {
    Draft::sample(match kind {
        Kind::Woo => "woocommerce/order-usd-two-taxes",
        Kind::Own => "standard/order-usd-discount",
    })
}

fn paid() -> OrderUpdate {
    let meta = [("_heartland_sale_order".to_owned(), "S00042".to_owned())].into();
    OrderUpdate {
        transaction: Some("TRN_1".to_owned()),
        meta,
        ..OrderUpdate::new(Outcome::Paid)
    }
}

fn name(result: Result<impl std::fmt::Debug, Failure>) -> FailureName {
    result.expect_err("the call must fail").name
}

const KINDS: [Kind; 2] = [Kind::Woo, Kind::Own];

#[tokio::test]
async fn an_order_is_read_as_the_webhook_carries_it() {
    let world = World::start().await;
    for kind in KINDS {
        let id = world.control.place(&draft(kind)).await.unwrap();
        let body = world.client(kind).order(&id.parse().unwrap()).await.unwrap();
        let store = store(kind);
        let order = scheme(&store).parse(&body, &store).unwrap();
        assert_eq!(order.key.id.as_str(), id);
        let facts = scheme(&store).facts(&body).unwrap();
        assert_eq!(
            EventId::derive(&store.id, Some(&facts), &body),
            EventId::of_order(&order)
        );
    }
}

#[tokio::test]
async fn what_is_told_arrives_and_can_be_read_back() {
    let world = World::start().await;
    for kind in KINDS {
        let id = world.control.place(&draft(kind)).await.unwrap();
        let (client, order) = (world.client(kind), id.parse().unwrap());
        assert_eq!(client.is_told(&order, &paid()).await.unwrap(), None);
        let updated = client.update_order(&order, &paid()).await.unwrap();
        assert_eq!(client.is_told(&order, &paid()).await.unwrap(), Some(updated));
        let other = OrderUpdate {
            meta: [("_heartland_sale_order".to_owned(), "S00043".to_owned())].into(),
            ..paid()
        };
        assert_eq!(client.is_told(&order, &other).await.unwrap(), None);
        // The event of our own write is known by the modification time it answered with.
        let store = store(kind);
        let facts = scheme(&store)
            .facts(&client.order(&order).await.unwrap())
            .unwrap();
        assert_eq!(facts.modified_at, updated.modified_at);
    }
    assert_eq!(
        world.control.status(Kind::Woo, "1001").await.unwrap().as_deref(),
        Some("processing")
    );
    assert_eq!(
        world.control.status(Kind::Own, "2001").await.unwrap().as_deref(),
        Some("paid")
    );
    assert_eq!(
        world.control.notes(Kind::Woo, "1001").await.unwrap(),
        [Outcome::Paid.note()]
    );
    let order = world.control.order(Kind::Woo, "1001").await.unwrap();
    assert_eq!(order["transaction_id"], "TRN_1");
}

/// The customer has paid by another way while ours was under way: both payments stay to be seen.
#[tokio::test]
async fn being_told_paid_changes_nothing_that_the_shop_has_come_to_by_itself() {
    let world = World::start().await;
    let client = world.client(Kind::Woo);
    for (status, becomes) in [
        ("processing", "processing"),
        ("wc-packed", "wc-packed"),
        ("cancelled", "cancelled"),
        ("on-hold", "processing"),
        ("failed", "processing"),
    ] {
        let id = world.control.place(&draft(Kind::Woo)).await.unwrap();
        let paid_otherwise = json!({ "status": status, "transaction_id": "8XJ42011FT5541902" });
        world.control.edit(Kind::Woo, &id, &paid_otherwise).await.unwrap();
        let order = id.parse().unwrap();
        let updated = client.update_order(&order, &paid()).await.unwrap();
        let there = world.control.order(Kind::Woo, &id).await.unwrap();
        assert_eq!(there["status"], becomes);
        let kept = matches!(status, "processing" | "wc-packed");
        let named = if kept { "8XJ42011FT5541902" } else { "TRN_1" };
        assert_eq!(there["transaction_id"], named, "{status}");
        assert_eq!(client.is_told(&order, &paid()).await.unwrap(), Some(updated));
    }
}

#[tokio::test]
async fn a_paid_order_that_went_on_counts_as_told() {
    let world = World::start().await;
    let id = world.control.place(&draft(Kind::Woo)).await.unwrap();
    let client = world.client(Kind::Woo);
    client.update_order(&id.parse().unwrap(), &paid()).await.unwrap();
    world
        .control
        .edit(Kind::Woo, &id, &json!({ "status": "completed" }))
        .await
        .unwrap();
    assert!(
        client
            .is_told(&id.parse().unwrap(), &paid())
            .await
            .unwrap()
            .is_some()
    );
    client.update_order(&id.parse().unwrap(), &paid()).await.unwrap();
    assert_eq!(
        world.control.status(Kind::Woo, &id).await.unwrap().as_deref(),
        Some("completed")
    );
    let cancelled = OrderUpdate::new(Outcome::Cancelled);
    assert!(
        client
            .is_told(&id.parse().unwrap(), &cancelled)
            .await
            .unwrap()
            .is_none()
    );
}

#[tokio::test]
async fn how_a_change_ends_has_its_name() {
    let world = World::start().await;
    let put = |kind| Fault::next(kind).method("PUT");
    let post = |kind| Fault::next(kind).method("POST").path("/status");
    let cases = [
        (FaultKind::AnswerLost, FailureName::OutcomeUnknown),
        (FaultKind::Reset, FailureName::OutcomeUnknown),
        (FaultKind::Status(500), FailureName::OutcomeUnknown),
        (FaultKind::DoneButStatus(502), FailureName::OutcomeUnknown),
        (FaultKind::Status(429), FailureName::SystemUnavailable),
        (FaultKind::Status(401), FailureName::Misconfigured),
        (FaultKind::Status(403), FailureName::Misconfigured),
        (FaultKind::Status(400), FailureName::Refused),
    ];
    for kind in KINDS {
        let id = world.control.place(&draft(kind)).await.unwrap().parse().unwrap();
        let client = world.client(kind);
        for (fault, expected) in &cases {
            let fault = if kind == Kind::Woo {
                put(fault.clone())
            } else {
                post(fault.clone())
            };
            world.control.fault(&fault).await.unwrap();
            assert_eq!(
                name(client.update_order(&id, &paid()).await),
                *expected,
                "{kind:?} {fault:?}"
            );
        }
        // The lost answers were done all the same, and reading back says so.
        assert!(client.is_told(&id, &paid()).await.unwrap().is_some());
    }
}

#[tokio::test]
async fn a_read_without_an_answer_is_safe_to_repeat() {
    let world = World::start().await;
    for kind in KINDS {
        let id = world.control.place(&draft(kind)).await.unwrap().parse().unwrap();
        let client = world.client(kind);
        for fault in [FaultKind::Reset, FaultKind::AnswerLost, FaultKind::Status(503)] {
            world
                .control
                .fault(&Fault::next(fault).method("GET"))
                .await
                .unwrap();
            assert_eq!(name(client.order(&id).await), FailureName::SystemUnavailable);
            assert!(client.order(&id).await.is_ok());
        }
        assert_eq!(
            name(client.order(&"424242".parse().unwrap()).await),
            FailureName::Refused
        );
    }
}

#[tokio::test]
async fn a_shop_that_is_down_was_not_reached() {
    let world = World::start().await;
    let clients = KINDS.map(|kind| world.client(kind));
    drop(world.running);
    for client in clients {
        // The port is closed as soon as the listener's task has ended.
        let deadline = Timestamp::now() + SignedDuration::from_secs(10);
        loop {
            match client.set_stock("HL-MUG-BLUE", 1).await {
                Err(failure) if failure.name == FailureName::SystemUnavailable => break,
                other => assert!(Timestamp::now() < deadline, "{other:?}"),
            }
            tokio::task::yield_now().await;
        }
    }
}

#[tokio::test]
async fn wrong_keys_are_one_alarm() {
    let world = World::start().await;
    for kind in KINDS {
        let mut access = world.access(kind).clone();
        access.consumer_secret = "cs_wrong".to_owned();
        access.webhook_secrets = vec!["whsec_d3Jvbmc=".to_owned()];
        let secret = ShopSecret::parse(&serde_json::to_string(&access).unwrap()).unwrap();
        let client = client(&store(kind), &secret);
        // The standard shop's client holds no consumer key; the WooCommerce client is refused without one.
        let failure = client.unwrap().webhook_health().await.unwrap_err();
        assert_eq!(failure.name, FailureName::Misconfigured);
        assert!(!failure.to_string().contains("cs_wrong"));
    }
}

#[tokio::test]
async fn changed_orders_are_listed_oldest_first_page_by_page() {
    let world = World::start().await;
    for kind in KINDS {
        for id in 0..120_u64 {
            world.control.place(&draft(kind).id(50_000 + id)).await.unwrap();
        }
        let since = {
            let newest = world
                .control
                .edit(kind, "50000", &json!({ "note": "x" }))
                .await
                .unwrap();
            let store = store(kind);
            let body = world.client(kind).order(&"50000".parse().unwrap()).await.unwrap();
            assert!(!newest.is_null());
            scheme(&store).facts(&body).unwrap().modified_at
        };
        let client = world.client(kind);
        let newest = client.orders_modified_since(since, 1).await.unwrap();
        assert!(
            !newest.bodies.is_empty(),
            "the second that is named is part of the answer"
        );
        let mut seen = Vec::new();
        let mut page = 1;
        loop {
            let next = client
                .orders_modified_since(since - SignedDuration::from_hours(1), page)
                .await
                .unwrap();
            let store = store(kind);
            seen.extend(next.bodies.iter().map(|body| scheme(&store).facts(body).unwrap()));
            if !next.more {
                break;
            }
            page += 1;
        }
        assert!(
            page > 1 && seen.len() == 120,
            "{kind:?}: {page} pages, {} orders",
            seen.len()
        );
        assert!(seen.is_sorted_by_key(|facts| facts.modified_at));
    }
}

#[tokio::test]
async fn stock_is_set_by_sku_on_products_and_variations() {
    let world = World::start().await;
    for kind in KINDS {
        let client = world.client(kind);
        for sku in ["HL-COFFEE-1KG", "HL-MUG-BLUE"] {
            assert_eq!(client.set_stock(sku, 7).await.unwrap(), StockSet::Done);
            assert_eq!(world.control.stock(kind, sku).await.unwrap(), Some(7));
        }
        assert_eq!(
            client.set_stock("HL/NOT THERE?", 7).await.unwrap(),
            StockSet::UnknownProduct
        );
    }
}

#[tokio::test]
async fn a_webhook_that_fails_is_switched_off_and_noticed() {
    let world = World::start().await;
    let gone = "http://127.0.0.1:9/webhooks/woo";
    world.control.subscribe(Kind::Woo, gone).await.unwrap();
    let client = world.client(Kind::Woo);
    assert!(client.webhook_health().await.unwrap().tells_of_changes());
    let deadline = Timestamp::now() + SignedDuration::from_secs(20);
    let mut id = 60_000;
    while world.control.hook_is_active(Kind::Woo).await.unwrap() {
        world.control.place(&draft(Kind::Woo).id(id)).await.unwrap();
        id += 1;
        assert!(Timestamp::now() < deadline, "the webhook is still on");
    }
    let health = client.webhook_health().await.unwrap();
    assert!(!health.tells_of_changes());
    assert_eq!(health.switched_off().count(), 2);
    assert_eq!(health.hooks[0].delivery_url, gone);
}

#[tokio::test]
async fn a_change_of_ours_is_announced_like_any_other() {
    let world = World::start().await;
    // The receiver is the simulator's own control plane: any answer will do.
    let receiver = format!("{}/_sim/woo/hook", world.running.control_url);
    world.control.subscribe(Kind::Woo, &receiver).await.unwrap();
    let id = world.control.place(&draft(Kind::Woo)).await.unwrap();
    world
        .client(Kind::Woo)
        .update_order(&id.parse().unwrap(), &paid())
        .await
        .unwrap();
    let deadline = Timestamp::now() + SignedDuration::from_secs(10);
    while world.control.deliveries(Kind::Woo).await.unwrap().len() < 2 {
        assert!(Timestamp::now() < deadline, "the echo was never sent");
        tokio::task::yield_now().await;
    }
    let sent = Send::order(Kind::Woo, &id, &receiver)
        .signed(Signature::Forged)
        .times(3);
    assert_eq!(world.control.send(&sent).await.unwrap().len(), 3);
}

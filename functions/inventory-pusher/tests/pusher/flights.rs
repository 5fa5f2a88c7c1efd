//! Who tells a shop, and when nobody may.

use crate::bench::{Bench, bench, goods, merchant, with};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    ids::ShopOrderId,
};
use futures::{StreamExt, stream::FuturesUnordered};
use inventory_pusher::Pushed;
use jiff::Timestamp;
use odoo::stock::Counted;
use rust_decimal::Decimal;
use shop::{OrderUpdate, Page, ShopClient, StockSet, Updated, WebhookHealth, memory::MemoryShop};
use std::{
    sync::{Arc, atomic::Ordering},
    time::Duration,
};
use tokio::{sync::Semaphore, task::JoinHandle};

/// A shop whose stock calls wait at a gate.
struct GatedShop {
    inner: Arc<MemoryShop>,
    arrived: Semaphore,
    gate: Semaphore,
}

#[async_trait]
impl ShopClient for GatedShop {
    async fn order(&self, id: &ShopOrderId) -> Result<Vec<u8>, Failure> {
        self.inner.order(id).await
    }
    async fn orders_modified_since(&self, since: Timestamp, page: u32) -> Result<Page, Failure> {
        self.inner.orders_modified_since(since, page).await
    }
    async fn update_order(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Updated, Failure> {
        self.inner.update_order(id, update).await
    }
    async fn is_told(&self, id: &ShopOrderId, update: &OrderUpdate) -> Result<Option<Updated>, Failure> {
        self.inner.is_told(id, update).await
    }
    async fn set_stock(&self, sku: &str, quantity: i64) -> Result<StockSet, Failure> {
        self.arrived.add_permits(1);
        self.gate.acquire().await.unwrap().forget();
        self.inner.set_stock(sku, quantity).await
    }
    async fn webhook_health(&self) -> Result<WebhookHealth, Failure> {
        self.inner.webhook_health().await
    }
}

/// A shop that sells mugs, behind a gate, and the first order's push, which waits at it.
struct Gated {
    bench: Arc<Bench>,
    shop: Arc<GatedShop>,
    first: JoinHandle<Result<Pushed, Failure>>,
}

async fn gated() -> Gated {
    let inner = Arc::new(MemoryShop::default());
    let shop = Arc::new(GatedShop {
        inner: inner.clone(),
        arrived: Semaphore::new(0),
        gate: Semaphore::new(0),
    });
    let bench = Arc::new(with(inner, shop.clone(), merchant(|_| ())));
    bench.shop.put_product("MUG", 0);
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    for key in ["woo/1001", "woo/1002", "woo/1003", "woo/1004"] {
        bench.accept(key, &[("MUG", 1)], true).await;
    }
    let first = push(&bench, "woo/1001");
    shop.arrived.acquire().await.unwrap().forget();
    Gated { bench, shop, first }
}

fn push(bench: &Arc<Bench>, key: &'static str) -> JoinHandle<Result<Pushed, Failure>> {
    let bench = bench.clone();
    tokio::spawn(async move { bench.push(key).await })
}

/// Returns when all other tasks wait: the time is paused, and goes on only then.
async fn others_are_idle() {
    tokio::time::sleep(Duration::from_millis(1)).await;
}

#[tokio::test(start_paused = true)]
async fn a_reading_that_grew_old_in_flight_is_replaced_by_one_caller_for_all() {
    let Gated { bench, shop, first } = gated().await;
    bench.count("MUG", Counted::Goods(goods(1, 4, 0)));
    let mut others: FuturesUnordered<_> = ["woo/1002", "woo/1003", "woo/1004"]
        .map(|key| push(&bench, key))
        .into_iter()
        .collect();
    let others_tell = Pushed {
        left_to_others: 1,
        ..Pushed::default()
    };
    for _ in 0..2 {
        assert_eq!(others.next().await.unwrap().unwrap().unwrap(), others_tell);
    }
    shop.gate.add_permits(10);
    assert_eq!(first.await.unwrap().unwrap().pushed, 1);
    let next = others.next().await.unwrap().unwrap().unwrap();
    assert_eq!((next.pushed, next.left_to_others), (1, 0));
    assert_eq!(bench.shop.stock("MUG"), Some(4));
    assert_eq!(
        bench.stock.reads.load(Ordering::SeqCst),
        2,
        "three others, one more reading"
    );
}

#[tokio::test(start_paused = true)]
async fn who_was_to_tell_next_and_fails_leaves_it_to_another() {
    let Gated { bench, shop, first } = gated().await;
    bench.count("PEN", Counted::Goods(goods(2, 6, 0)));
    bench.accept("woo/1005", &[("MUG", 1), ("PEN", 1)], true).await;
    let away = Failure::new(FailureName::SystemUnavailable, "Odoo is away");
    bench.stock.failures.lock().unwrap().push(away);
    assert_eq!(
        bench.push("woo/1005").await.unwrap_err().name,
        FailureName::SystemUnavailable
    );
    bench.count("MUG", Counted::Goods(goods(1, 4, 0)));
    let next = push(&bench, "woo/1003");
    shop.gate.add_permits(10);
    assert_eq!(first.await.unwrap().unwrap().pushed, 1);
    assert_eq!(next.await.unwrap().unwrap().pushed, 1);
    assert_eq!(bench.shop.stock("MUG"), Some(4));
}

#[tokio::test(start_paused = true)]
async fn a_sku_that_cannot_be_told_does_not_stop_what_others_rely_on_us_for() {
    let Gated { bench, shop, first } = gated().await;
    bench.count("PEN", Counted::Goods(goods(2, 6, 0)));
    bench.shop.put_product("PEN", 0);
    bench.accept("woo/1005", &[("MUG", 1), ("PEN", 1)], true).await;
    let next = push(&bench, "woo/1005");
    shop.arrived.acquire().await.unwrap().forget();
    bench.count("MUG", Counted::Goods(goods(1, 4, 0)));
    assert_eq!(bench.push("woo/1003").await.unwrap().left_to_others, 1);
    // The first two that pass the gate are the mug of the first and the pen of the next, in that order.
    shop.gate.add_permits(1);
    assert_eq!(first.await.unwrap().unwrap().pushed, 1);
    bench
        .shop
        .fail_next(Failure::new(FailureName::Conflict, "two pens"));
    shop.gate.add_permits(10);
    let failed = next.await.unwrap().unwrap_err();
    assert_eq!(
        (failed.name, failed.field.as_deref()),
        (FailureName::Conflict, Some("PEN"))
    );
    assert_eq!(bench.shop.stock("MUG"), Some(4));
}

#[tokio::test(start_paused = true)]
async fn a_flight_that_does_not_end_is_not_waited_for_until_the_function_is_killed() {
    let Gated { bench, shop, first } = gated().await;
    let next = push(&bench, "woo/1002");
    others_are_idle().await;
    assert_eq!(bench.push("woo/1003").await.unwrap().left_to_others, 1);
    bench.clock.advance_ms(16_000);
    assert_eq!(next.await.unwrap().unwrap_err().name, FailureName::InProgress);
    let next = push(&bench, "woo/1003");
    others_are_idle().await;
    let left = bench.push("woo/1004").await.unwrap().left_to_others;
    assert_eq!(left, 1, "another one is next");
    bench.count("MUG", Counted::Goods(goods(1, 4, 0)));
    shop.gate.add_permits(10);
    assert_eq!(first.await.unwrap().unwrap().pushed, 1);
    assert_eq!(next.await.unwrap().unwrap().pushed, 1);
    assert_eq!(bench.shop.stock("MUG"), Some(4));
}

#[tokio::test]
async fn an_unknown_end_is_waited_for_before_the_shop_is_told_again() {
    let bench = bench();
    bench.shop.put_product("MUG", 0);
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench.accept("woo/1001", &[("MUG", 1)], true).await;
    bench
        .shop
        .fail_next(Failure::new(FailureName::OutcomeUnknown, "no answer"));
    assert_eq!(
        bench.push("woo/1001").await.unwrap_err().name,
        FailureName::OutcomeUnknown
    );
    assert_eq!(
        bench.push("woo/1001").await.unwrap_err().name,
        FailureName::InProgress
    );
    assert_eq!(bench.shop.stock("MUG"), Some(0));
    bench.clock.advance_ms(120_000);
    bench.push("woo/1001").await.unwrap();
    assert_eq!(bench.shop.stock("MUG"), Some(10));
}

#[tokio::test]
async fn what_was_certainly_not_told_can_be_told_at_once() {
    let bench = bench();
    bench.shop.put_product("MUG", 0);
    bench.shop.put_product("PEN", 0);
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench.count("PEN", Counted::Goods(goods(2, 6, 0)));
    bench.accept("woo/1001", &[("MUG", 1), ("PEN", 1)], true).await;
    bench
        .stock
        .failures
        .lock()
        .unwrap()
        .push(Failure::new(FailureName::SystemUnavailable, "Odoo is away"));
    assert_eq!(
        bench.push("woo/1001").await.unwrap_err().name,
        FailureName::SystemUnavailable
    );
    bench
        .shop
        .fail_next(Failure::new(FailureName::SystemUnavailable, "the shop is away"));
    assert_eq!(
        bench.push("woo/1001").await.unwrap_err().name,
        FailureName::SystemUnavailable
    );
    let told = ["MUG", "PEN"].map(|sku| bench.shop.stock(sku).unwrap());
    assert_eq!(
        told.iter().filter(|number| **number > 0).count(),
        1,
        "one did not stop the other"
    );
    assert_eq!(bench.push("woo/1001").await.unwrap().pushed, 2);
    assert_eq!(["MUG", "PEN"].map(|sku| bench.shop.stock(sku).unwrap()), [10, 6]);
}

#[tokio::test]
async fn of_two_failures_the_one_that_a_repeat_may_mend_is_heard() {
    let names = [FailureName::Conflict, FailureName::SystemUnavailable];
    for names in [names, [names[1], names[0]]] {
        let bench = bench();
        bench.shop.put_product("MUG", 0);
        bench.shop.put_product("PEN", 0);
        bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
        bench.count("PEN", Counted::Goods(goods(2, 6, 0)));
        bench.accept("woo/1001", &[("MUG", 1), ("PEN", 1)], true).await;
        for name in names {
            bench.shop.fail_next(Failure::new(name, "no"));
        }
        let failed = bench.push("woo/1001").await.unwrap_err();
        assert_eq!(failed.name, FailureName::SystemUnavailable, "{names:?}");
    }
}

#[tokio::test]
async fn a_silent_table_tells_nobody_anything() {
    let bench = bench();
    bench.shop.put_product("MUG", 3);
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench.accept("woo/1001", &[("MUG", 1)], true).await;
    bench.items.fail_next(1);
    assert_eq!(
        bench.push("woo/1001").await.unwrap_err().name,
        FailureName::SystemUnavailable
    );
    assert_eq!(bench.shop.stock("MUG"), Some(3));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn however_many_push_at_once_the_shop_ends_with_the_newest_number() {
    let bench = Arc::new(bench());
    bench.shop.put_product("MUG", 0);
    let keys: Vec<String> = (1001..1021).map(|id| format!("woo/{id}")).collect();
    for key in &keys {
        bench.accept(key, &[("MUG", 1)], true).await;
    }
    let pushes = keys.into_iter().zip((0..20).rev()).map(|(key, left)| {
        let bench = bench.clone();
        tokio::spawn(async move {
            bench.count("MUG", Counted::Goods(goods(1, left, 0)));
            bench.push(&key).await
        })
    });
    for push in pushes.collect::<Vec<_>>() {
        push.await.unwrap().unwrap();
    }
    let newest = bench.stock.counted.lock().unwrap()["MUG"].clone();
    let Counted::Goods(newest) = newest else { panic!() };
    assert_eq!(
        bench.shop.stock("MUG").map(Decimal::from),
        Some(newest.reading.qty_available)
    );
}

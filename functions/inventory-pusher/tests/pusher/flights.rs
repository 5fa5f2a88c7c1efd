//! Who tells a shop, and when nobody may.

use crate::bench::{bench, goods, merchant, with};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    ids::ShopOrderId,
};
use inventory_pusher::Pushed;
use jiff::Timestamp;
use odoo::stock::Counted;
use rust_decimal::Decimal;
use shop::{OrderUpdate, Page, ShopClient, StockSet, Updated, WebhookHealth, memory::MemoryShop};
use std::sync::{Arc, atomic::Ordering};
use tokio::sync::Semaphore;

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

#[tokio::test]
async fn a_reading_that_grew_old_in_flight_is_replaced_and_one_caller_tells_for_all() {
    let inner = Arc::new(MemoryShop::default());
    let gated = Arc::new(GatedShop {
        inner: inner.clone(),
        arrived: Semaphore::new(0),
        gate: Semaphore::new(0),
    });
    let bench = Arc::new(with(inner, gated.clone(), merchant(|_| ())));
    bench.shop.put_product("MUG", 0);
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    for key in ["woo/1001", "woo/1002", "woo/1003"] {
        bench.accept(key, &[("MUG", 1)], true).await;
    }
    let first = tokio::spawn({
        let bench = bench.clone();
        async move { bench.push("woo/1001").await }
    });
    gated.arrived.acquire().await.unwrap().forget();
    bench.count("MUG", Counted::Goods(goods(1, 4, 0)));
    for key in ["woo/1002", "woo/1003"] {
        let pushed = bench.push(key).await.unwrap();
        assert_eq!(
            pushed,
            Pushed {
                under_way: 1,
                ..Pushed::default()
            }
        );
    }
    gated.gate.add_permits(10);
    assert_eq!(first.await.unwrap().unwrap().pushed, 1);
    assert_eq!(bench.shop.stock("MUG"), Some(4));
    assert_eq!(
        bench.stock.reads.load(Ordering::SeqCst),
        2,
        "two others, one more reading"
    );
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

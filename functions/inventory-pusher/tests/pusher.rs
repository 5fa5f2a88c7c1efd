//! What the shop is told, by whom, and what is subtracted.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use async_trait::async_trait;
use domain::{
    decide::OrderState,
    event::EventId,
    failure::{Failure, FailureName},
    ids::ShopOrderId,
    merchant::{Merchant, Store},
    order::Order,
    stock::Reading,
};
use effects::{Clock, ManualClock, UnixMillis};
use inventory_pusher::{Pushed, Pusher, StockSource};
use jiff::Timestamp;
use odoo::stock::{Counted, Goods, Part, Uncounted};
use runtime::{
    Invocation,
    items::MemoryItems,
    message,
    shops::Shops,
    stores::{OrderItem, OrderItems, PayloadStore, StockFlights},
};
use rust_decimal::Decimal;
use serde_json::json;
use shop::{OrderUpdate, Page, ShopClient, StockSet, Updated, WebhookHealth, memory::MemoryShop};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::sync::Semaphore;

const NOW: UnixMillis = UnixMillis(1_795_446_000_000);

/// Odoo's stock in memory.
#[derive(Default)]
struct MemoryStock {
    counted: Mutex<BTreeMap<String, Counted>>,
    failures: Mutex<Vec<Failure>>,
    reads: AtomicUsize,
}

#[async_trait]
impl StockSource for MemoryStock {
    async fn read(
        &self,
        _: &Store,
        skus: &BTreeSet<String>,
        _: &Invocation,
    ) -> Result<BTreeMap<String, Counted>, Failure> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        if let Some(failure) = self.failures.lock().unwrap().pop() {
            return Err(failure);
        }
        let there = self.counted.lock().unwrap();
        let of = |sku: &String| {
            there
                .get(sku)
                .cloned()
                .unwrap_or(Counted::Not(Uncounted::Unknown))
        };
        Ok(skus.iter().map(|sku| (sku.clone(), of(sku))).collect())
    }
}

/// A shop whose stock calls wait at a gate.
struct GatedShop {
    inner: Arc<MemoryShop>,
    arrived: Semaphore,
    gate: Semaphore,
}

struct Bench {
    pusher: Arc<Pusher>,
    shop: Arc<MemoryShop>,
    stock: Arc<MemoryStock>,
    items: Arc<MemoryItems>,
    clock: Arc<ManualClock>,
}

fn bench() -> Bench {
    let shop = Arc::new(MemoryShop::default());
    with(shop.clone(), shop, merchant(|_| ()))
}

/// The merchant of the repository, whose second store publishes nothing, and changed.
fn merchant(change: impl Fn(&mut Merchant)) -> &'static Merchant {
    let mut merchant = runtime::merchant().unwrap().clone();
    let own = merchant.stores.get_mut(&"own".parse().unwrap()).unwrap();
    own.push_stock = false;
    change(&mut merchant);
    Box::leak(Box::new(merchant))
}

fn with(shop: Arc<MemoryShop>, client: Arc<dyn ShopClient>, merchant: &'static Merchant) -> Bench {
    let clock = Arc::new(ManualClock::new(NOW));
    let items = Arc::new(MemoryItems::default());
    let stock = Arc::new(MemoryStock::default());
    let pusher = Pusher {
        merchant,
        shops: Shops::from([("woo".parse().unwrap(), client)]),
        stock: stock.clone(),
        payloads: PayloadStore::new(items.clone(), clock.clone()),
        orders: OrderItems::new(items.clone()),
        flights: StockFlights::new(items.clone(), clock.clone()),
        clock: clock.clone(),
    };
    Bench {
        pusher: Arc::new(pusher),
        shop,
        stock,
        items,
        clock,
    }
}

fn order(key: &str, lines: &[(&str, i64)]) -> Order {
    let address = json!({"name": "Ada Byron", "street": "1 Main St", "city": "Newark", "country": "US"});
    let lines: Vec<_> = lines
        .iter()
        .enumerate()
        .map(|(id, (sku, quantity))| {
            json!({"id": id.to_string(), "sku": sku, "name": sku, "quantity": quantity.to_string(), "net_minor": 100})
        })
        .collect();
    serde_json::from_value(json!({
        "schema": 1, "key": key, "number": key, "modified_at": "2026-11-23T15:00:00Z",
        "placed_at": "2026-11-23T14:59:00Z", "currency": "USD", "prices_include_tax": false,
        "customer": {"name": "Ada Byron"}, "billing": address, "lines": lines,
        "total_minor": 100, "payment": {"state": "token", "tender": "card", "token": "PMT_1"},
    }))
    .unwrap()
}

fn goods(product: i64, available: i64, outgoing: i64) -> Goods {
    Goods {
        product,
        reading: Reading {
            qty_available: available.into(),
            outgoing_qty: outgoing.into(),
        },
    }
}

impl Bench {
    /// Accepts an order: its content and its open item.
    async fn accept(&self, key: &str, lines: &[(&str, i64)], in_odoo: bool) {
        let order = order(key, lines);
        let event = EventId::of_order(&order);
        self.pusher
            .payloads
            .store_content(event.as_str(), &order)
            .await
            .unwrap();
        let item = OrderItem::recorded(&order, &event).opened(&order, &event, 1, self.clock.now());
        self.pusher
            .orders
            .save(None, &OrderItem { in_odoo, ..item })
            .await
            .unwrap();
    }

    fn count(&self, sku: &str, counted: Counted) {
        self.stock.counted.lock().unwrap().insert(sku.to_owned(), counted);
    }

    async fn push(&self, key: &str) -> Result<Pushed, Failure> {
        let version = EventId::of_order(&order(key, &[]));
        let input =
            json!({"schema": 1, "action": "push-stock", "order": key, "generation": 1, "version": version});
        let invocation = Invocation::new("push", self.clock.now().plus_ms(60_000));
        self.pusher.handle(message::read(input)?, &invocation).await
    }
}

#[tokio::test]
async fn what_is_free_is_published_for_the_orders_products_only() {
    let bench = bench();
    bench.accept("woo/1001", &[("MUG", 1), ("PEN", 2)], true).await;
    for (sku, product) in [("MUG", 1), ("PEN", 2), ("CUP", 3)] {
        bench.shop.put_product(sku, 99);
        bench.count(sku, Counted::Goods(goods(product, 10, product)));
    }
    assert_eq!(bench.push("woo/1001").await.unwrap().pushed, 2);
    let published = ["MUG", "PEN", "CUP"].map(|sku| bench.shop.stock(sku).unwrap());
    assert_eq!(published, [9, 8, 99]);
}

#[tokio::test]
async fn accepted_orders_that_odoo_does_not_know_are_subtracted_whatever_shop_of_the_warehouse_took_them() {
    let bench = bench();
    bench.shop.put_product("MUG", 0);
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench.accept("woo/1001", &[("MUG", 1)], true).await;
    bench.accept("woo/1002", &[("MUG", 2)], false).await;
    bench.accept("own/7", &[("MUG", 3)], false).await;
    bench.push("woo/1001").await.unwrap();
    assert_eq!(bench.shop.stock("MUG"), Some(5));
}

/// Two shops that sell from one warehouse, with a buffer of 4 in the second.
fn two_shops() -> (Bench, Arc<MemoryShop>) {
    let (woo, own) = (Arc::new(MemoryShop::default()), Arc::new(MemoryShop::default()));
    let both = merchant(|merchant| {
        let store = merchant.stores.get_mut(&"own".parse().unwrap()).unwrap();
        (store.push_stock, store.stock_buffer) = (true, 4);
    });
    let mut bench = with(woo.clone(), woo, both);
    let client: Arc<dyn ShopClient> = own.clone();
    let pusher = Arc::get_mut(&mut bench.pusher).unwrap();
    pusher.shops.insert("own".parse().unwrap(), client);
    (bench, own)
}

#[tokio::test]
async fn every_shop_of_the_warehouse_is_told_by_one_reading_each_with_its_buffer() {
    let (bench, own) = two_shops();
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench.count("PEN", Counted::Goods(goods(2, 7, 0)));
    bench.shop.put_product("MUG", 99);
    bench.shop.put_product("PEN", 99);
    own.put_product("MUG", 99);
    bench.accept("woo/1001", &[("MUG", 1), ("PEN", 1)], true).await;
    let pushed = bench.push("woo/1001").await.unwrap();
    assert_eq!((pushed.pushed, pushed.unknown, pushed.elsewhere), (2, 0, 1));
    assert_eq!((bench.shop.stock("MUG"), own.stock("MUG")), (Some(10), Some(6)));
    assert_eq!(bench.stock.reads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_shop_that_is_away_does_not_stop_the_other_and_is_told_by_the_repeat() {
    let (bench, own) = two_shops();
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench.shop.put_product("MUG", 99);
    own.put_product("MUG", 99);
    own.fail_next(Failure::new(FailureName::SystemUnavailable, "the shop is away"));
    bench.accept("woo/1001", &[("MUG", 1)], true).await;
    let failed = bench.push("woo/1001").await.unwrap_err();
    assert_eq!(failed.name, FailureName::SystemUnavailable);
    assert_eq!((bench.shop.stock("MUG"), own.stock("MUG")), (Some(10), Some(99)));
    bench.push("woo/1001").await.unwrap();
    assert_eq!(own.stock("MUG"), Some(6));
}

#[tokio::test]
async fn what_may_go_by_itself_is_not_hidden_by_what_needs_a_person() {
    let (bench, own) = two_shops();
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench.shop.put_product("MUG", 99);
    own.put_product("MUG", 99);
    own.fail_next(Failure::new(FailureName::Conflict, "two products of one SKU"));
    bench
        .shop
        .fail_next(Failure::new(FailureName::SystemUnavailable, "the shop is away"));
    bench.accept("woo/1001", &[("MUG", 1)], true).await;
    let failed = bench.push("woo/1001").await.unwrap_err();
    assert_eq!(failed.name, FailureName::SystemUnavailable);
    assert!(failed.what.contains("the shop woo"), "{failed}");
}

#[tokio::test]
async fn an_order_that_came_to_nothing_takes_nothing_any_more_also_what_a_correction_had_taken() {
    let bench = bench();
    for (sku, product) in [("MUG", 1), ("CUP", 2)] {
        bench.shop.put_product(sku, 0);
        bench.count(sku, Counted::Goods(goods(product, 10, 0)));
    }
    bench.accept("woo/1001", &[("MUG", 3)], false).await;
    let corrected = |there: Option<&OrderItem>| {
        let mut item = there.unwrap().clone();
        item.accepted_lines[0].sku = "CUP".into();
        item.state = OrderState::Closed;
        (Some(item), ())
    };
    let key = "woo/1001".parse().unwrap();
    bench.pusher.orders.change(&key, corrected).await.unwrap();
    bench.push("woo/1001").await.unwrap();
    assert_eq!(["MUG", "CUP"].map(|sku| bench.shop.stock(sku).unwrap()), [10, 10]);
}

#[tokio::test]
async fn a_kit_offers_what_its_parts_make_and_an_accepted_kit_takes_its_parts() {
    let bench = bench();
    let parts = vec![
        Part {
            goods: goods(1, 10, 0),
            per_kit: Decimal::ONE,
        },
        Part {
            goods: goods(2, 9, 1),
            per_kit: Decimal::TWO,
        },
    ];
    bench.count("KIT", Counted::Kit(parts));
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    for sku in ["KIT", "MUG"] {
        bench.shop.put_product(sku, 0);
    }
    bench.accept("woo/1001", &[("KIT", 1), ("MUG", 1)], true).await;
    bench.accept("woo/1002", &[("KIT", 1)], false).await;
    bench.push("woo/1001").await.unwrap();
    assert_eq!(
        (bench.shop.stock("KIT"), bench.shop.stock("MUG")),
        (Some(3), Some(9))
    );
}

#[tokio::test]
async fn a_thousand_orders_waiting_for_their_delivery_hide_no_order_that_odoo_does_not_know() {
    let bench = bench();
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench.shop.put_product("MUG", 99);
    for id in 0..1_000 {
        bench.accept(&format!("woo/{id}"), &[("PEN", 1)], true).await;
    }
    bench.clock.advance_ms(1);
    bench.accept("woo/5000", &[("MUG", 4)], false).await;
    bench.accept("woo/5001", &[("MUG", 1)], true).await;
    bench.push("woo/5001").await.unwrap();
    assert_eq!(bench.shop.stock("MUG"), Some(6));
}

#[tokio::test]
async fn with_more_accepted_orders_than_can_be_counted_nothing_is_told() {
    let bench = bench();
    bench.count("MUG", Counted::Goods(goods(1, 10_000, 0)));
    bench.shop.put_product("MUG", 99);
    for id in 0..2_001 {
        bench.accept(&format!("woo/{id}"), &[("MUG", 1)], false).await;
    }
    let refused = bench.push("woo/7").await.unwrap_err();
    assert_eq!(
        (refused.name, bench.shop.stock("MUG")),
        (FailureName::InProgress, Some(99))
    );
}

#[tokio::test]
async fn what_is_not_counted_or_not_sold_is_no_failure() {
    let bench = bench();
    bench.shop.put_product("SVC", 7);
    bench.count("SVC", Counted::Not(Uncounted::NotStored));
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench
        .accept("woo/1001", &[("SVC", 1), ("MUG", 1), ("GONE", 1)], true)
        .await;
    let pushed = bench.push("woo/1001").await.unwrap();
    assert_eq!(
        pushed,
        Pushed {
            pushed: 0,
            unknown: 1,
            uncounted: 2,
            ..Pushed::default()
        }
    );
    assert_eq!(bench.shop.stock("SVC"), Some(7));
    assert_eq!(
        bench.push("woo/1001").await.unwrap(),
        pushed,
        "every flight has landed"
    );
}

#[tokio::test]
async fn a_store_that_does_not_publish_is_left_alone_and_a_buffer_is_held_back() {
    let woo = |publishes: bool| {
        move |merchant: &mut Merchant| {
            let store = merchant.stores.get_mut(&"woo".parse().unwrap()).unwrap();
            (store.push_stock, store.stock_buffer) = (publishes, 4);
        }
    };
    let shop = Arc::new(MemoryShop::default());
    let buffered = with(shop.clone(), shop.clone(), merchant(woo(true)));
    shop.put_product("MUG", 99);
    buffered.count("MUG", Counted::Goods(goods(1, 10, 0)));
    buffered.accept("woo/1001", &[("MUG", 1)], true).await;
    buffered.push("woo/1001").await.unwrap();
    assert_eq!(shop.stock("MUG"), Some(6));

    let silent = with(shop.clone(), shop.clone(), merchant(woo(false)));
    silent.accept("woo/1001", &[("MUG", 1)], true).await;
    assert_eq!(silent.push("woo/1001").await.unwrap(), Pushed::default());
    assert_eq!(silent.stock.reads.load(Ordering::SeqCst), 0);
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

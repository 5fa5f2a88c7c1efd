//! A pusher between memory shops and Odoo's stock in memory.

use async_trait::async_trait;
use domain::{
    event::EventId,
    failure::Failure,
    merchant::{Merchant, Store},
    order::Order,
    stock::Reading,
};
use effects::{Clock, ManualClock, UnixMillis};
use inventory_pusher::{Pushed, Pusher, StockSource};
use odoo::stock::{Counted, Goods, Uncounted};
use runtime::{
    Invocation,
    items::MemoryItems,
    message,
    shops::Shops,
    stores::{OrderItem, OrderItems, PayloadStore, StockFlights},
};
use serde_json::json;
use shop::{ShopClient, memory::MemoryShop};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    time::Duration,
};

pub const NOW: UnixMillis = UnixMillis(1_795_446_000_000);

/// Odoo's stock in memory.
#[derive(Default)]
pub struct MemoryStock {
    pub counted: Mutex<BTreeMap<String, Counted>>,
    pub failures: Mutex<Vec<Failure>>,
    pub reads: AtomicUsize,
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

pub struct Bench {
    pub pusher: Arc<Pusher>,
    pub shop: Arc<MemoryShop>,
    pub stock: Arc<MemoryStock>,
    pub items: Arc<MemoryItems>,
    pub clock: Arc<ManualClock>,
}

pub fn bench() -> Bench {
    let shop = Arc::new(MemoryShop::default());
    with(shop.clone(), shop, merchant(|_| ()))
}

/// The merchant of the repository, whose second store publishes nothing, and changed.
pub fn merchant(change: impl Fn(&mut Merchant)) -> &'static Merchant {
    let mut merchant = runtime::merchant().unwrap().clone();
    let own = merchant.stores.get_mut(&"own".parse().unwrap()).unwrap();
    own.push_stock = false;
    change(&mut merchant);
    Box::leak(Box::new(merchant))
}

pub fn with(shop: Arc<MemoryShop>, client: Arc<dyn ShopClient>, merchant: &'static Merchant) -> Bench {
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

pub fn order(key: &str, lines: &[(&str, i64)]) -> Order {
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

pub fn goods(product: i64, available: i64, outgoing: i64) -> Goods {
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
    pub async fn accept(&self, key: &str, lines: &[(&str, i64)], in_odoo: bool) {
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

    pub fn count(&self, sku: &str, counted: Counted) {
        self.stock.counted.lock().unwrap().insert(sku.to_owned(), counted);
    }

    pub async fn push(&self, key: &str) -> Result<Pushed, Failure> {
        let version = EventId::of_order(&order(key, &[]));
        let input =
            json!({"schema": 1, "action": "push-stock", "order": key, "generation": 1, "version": version});
        let invocation = Invocation::new("push", self.clock.now().plus_ms(60_000));
        // Its clock stands still: what waits for ever would do so.
        let handled = self.pusher.handle(message::read(input)?, &invocation);
        let handled = tokio::time::timeout(Duration::from_secs(120), handled);
        handled.await.unwrap()
    }
}

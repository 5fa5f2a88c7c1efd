//! What several targets need.

use domain::{
    merchant::{Merchant, Store},
    order::Order,
};
use effects::{ManualClock, MemoryStore, UnixMillis};
use event_router::Router;
use review_desk::{Credentials, Desk};
use runtime::{
    breaker::Breaker,
    inbox::Inbox,
    items::MemoryItems,
    queue::MemoryQueue,
    secrets::MemorySecrets,
    stores::{OrderItems, PayloadStore, PaymentsUsed, Reviews},
    topic::MemoryTopic,
    workflow::MemoryWorkflow,
};
use shop::scheme;
use std::{
    future::Future,
    sync::{Arc, LazyLock},
};
use tokio::runtime::{Builder, Runtime};

/// The merchant's configuration that is built into the functions.
pub fn merchant() -> &'static Merchant {
    runtime::merchant().unwrap_or_else(|failure| panic!("{failure}"))
}

/// One of its stores: `woo` or `own`.
pub fn store(id: &str) -> &'static Store {
    let id = id.parse().unwrap_or_else(|error| panic!("{error}"));
    merchant()
        .store(&id)
        .unwrap_or_else(|failure| panic!("{failure}"))
}

/// Runs what waits for nothing but a clock, which does not keep it waiting.
pub fn at_once<T>(work: impl Future<Output = T>) -> T {
    thread_local! {
        static RUNTIME: LazyLock<Runtime> = LazyLock::new(|| {
            let paused = Builder::new_current_thread().enable_time().start_paused(true).build();
            paused.unwrap_or_else(|error| panic!("{error}"))
        });
    }
    RUNTIME.with(|runtime| runtime.block_on(work))
}

/// A canonical order of that key, paid by its shop's plugin.
pub fn order(key: &str) -> Order {
    let body = include_bytes!("../../../events/standard/order-captured-by-plugin.json");
    let mut order = scheme(store("own"))
        .parse(body, store("own"))
        .unwrap_or_else(|failure| panic!("{failure}"));
    order.key = key.parse().unwrap_or_else(|error| panic!("{error}"));
    order
}

/// The moment of every test.
pub const NOW: UnixMillis = UnixMillis(1_795_446_000_000);

/// A desk with everything in memory.
pub struct DeskBench {
    /// The desk.
    pub desk: Desk,
    /// Whom it tells.
    pub topic: Arc<MemoryTopic>,
    /// The runs it answers.
    pub workflow: Arc<MemoryWorkflow>,
}

/// A desk over empty tables.
pub fn desk() -> DeskBench {
    let clock = Arc::new(ManualClock::new(NOW));
    let items = Arc::new(MemoryItems::default());
    let (topic, workflow) = (
        Arc::new(MemoryTopic::default()),
        Arc::new(MemoryWorkflow::default()),
    );
    let desk = Desk {
        merchant: merchant(),
        payloads: PayloadStore::new(items.clone(), clock.clone()),
        breaker: Arc::new(Breaker::new(items.clone(), clock.clone())),
        reviews: Reviews::new(items.clone(), clock.clone()),
        orders: OrderItems::new(items),
        effects: Arc::new(MemoryStore::default()),
        workflow: workflow.clone(),
        inbox: Arc::new(MemoryQueue::default()),
        topic: topic.clone(),
        credentials: Credentials {
            secrets: Vec::new(),
            tags: Arc::new(MemorySecrets::default()),
        },
        clock,
    };
    DeskBench {
        desk,
        topic,
        workflow,
    }
}

/// The way in and the router behind it, over the same tables in memory.
pub struct Door {
    /// The way in.
    pub inbox: Inbox,
    /// What it hands on.
    pub queue: Arc<MemoryQueue>,
    /// The router.
    pub router: Router,
    /// The table.
    pub items: Arc<MemoryItems>,
    /// The runs that are started.
    pub workflow: Arc<MemoryWorkflow>,
}

/// Both over empty tables.
pub fn door() -> Door {
    let clock = Arc::new(ManualClock::new(NOW));
    let items = Arc::new(MemoryItems::default());
    let (queue, workflow) = (
        Arc::new(MemoryQueue::default()),
        Arc::new(MemoryWorkflow::default()),
    );
    let payloads = PayloadStore::new(items.clone(), clock.clone());
    let reviews = Reviews::new(items.clone(), clock.clone());
    let inbox = Inbox {
        payloads: payloads.clone(),
        reviews: reviews.clone(),
        queue: queue.clone(),
    };
    let router = Router {
        merchant: merchant(),
        payloads,
        orders: OrderItems::new(items.clone()),
        reviews,
        used: PaymentsUsed::new(items.clone(), clock.clone()),
        workflow: workflow.clone(),
        clock,
    };
    Door {
        inbox,
        queue,
        router,
        items,
        workflow,
    }
}

//! What is handed on, where the cursor stands, and what people hear of switched-off webhooks.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use async_trait::async_trait;
use change_poller::{Polled, Poller};
use domain::{
    failure::{Failure, FailureName},
    ids::{ShopOrderId, StoreId},
};
use effects::{Clock, ManualClock, UnixMillis};
use jiff::Timestamp;
use runtime::{
    Invocation,
    inbox::Inbox,
    items::MemoryItems,
    message::Via,
    metrics,
    queue::MemoryQueue,
    shops::Shops,
    stores::{Cursors, PayloadStore, ReviewState, Reviews, Verdict},
};
use serde_json::Value;
use shop::{
    Hook, OrderUpdate, Page, ShopClient, StockSet, Updated, WebhookHealth,
    memory::{MemoryShop, PAGE_SIZE},
};
use std::sync::Arc;

const ORDER: &str = include_str!("../../../events/woocommerce/order-usd-two-taxes.json");
const CARD: &str = include_str!("../../../events/refused/woocommerce-card-number-in-note.json");
const NOW: UnixMillis = UnixMillis(1_795_446_000_000);
const MINUTE_S: i64 = 60;

struct Bench {
    poller: Poller,
    shop: Arc<MemoryShop>,
    items: Arc<MemoryItems>,
    queue: Arc<MemoryQueue>,
    clock: Arc<ManualClock>,
}

fn woo() -> StoreId {
    "woo".parse().unwrap()
}

fn bench() -> Bench {
    let shop = Arc::new(MemoryShop::default());
    with(shop.clone(), Shops::from([(woo(), shop as Arc<dyn ShopClient>)]))
}

fn with(shop: Arc<MemoryShop>, shops: Shops) -> Bench {
    let clock = Arc::new(ManualClock::new(NOW));
    let items = Arc::new(MemoryItems::default());
    let queue = Arc::new(MemoryQueue::default());
    let poller = Poller {
        merchant: runtime::merchant().unwrap(),
        shops,
        cursors: Cursors::new(items.clone()),
        inbox: Inbox {
            payloads: PayloadStore::new(items.clone(), clock.clone()),
            reviews: Reviews::new(items.clone(), clock.clone()),
            queue: queue.clone(),
        },
        clock: clock.clone(),
    };
    Bench {
        poller,
        shop,
        items,
        queue,
        clock,
    }
}

fn now() -> Timestamp {
    Timestamp::from_millisecond(NOW.0).unwrap()
}

/// An order that was modified so many seconds ago.
fn order(id: u64, age_s: i64) -> (ShopOrderId, Timestamp, Vec<u8>) {
    let at = now() - jiff::SignedDuration::from_secs(age_s);
    let mut body: Value = serde_json::from_str(ORDER).unwrap();
    body["id"] = id.into();
    body["date_modified_gmt"] = at.strftime("%Y-%m-%dT%H:%M:%S").to_string().into();
    (id.to_string().parse().unwrap(), at, body.to_string().into_bytes())
}

impl Bench {
    fn put(&self, id: u64, age_s: i64) {
        let (id, at, body) = order(id, age_s);
        self.shop.put_order(id, at, body);
    }

    async fn poll(&self) -> Polled {
        let invocation = Invocation::new("poll", self.clock.now().plus_ms(120_000));
        self.poller.poll(&invocation).await.unwrap()
    }

    /// The orders in the inbox, in order.
    fn inbox(&self) -> Vec<String> {
        let groups = self.queue.sent().into_iter();
        groups
            .map(|message| message.group.unwrap().replace("woo_", ""))
            .collect()
    }

    async fn cursor(&self) -> Option<(i64, String)> {
        let cursor = self.poller.cursors.load(&woo()).await.unwrap();
        cursor.map(|cursor| (now().as_second() - cursor.modified_at_s, cursor.id))
    }

    async fn open_reviews(&self) -> Vec<String> {
        let reviews = self
            .poller
            .inbox
            .reviews
            .list(ReviewState::Open, 10)
            .await
            .unwrap();
        reviews.into_iter().map(|review| review.about).collect()
    }

    fn hook(&self, topic: &str, url: &str, is_active: bool) {
        let hook = Hook {
            id: "3".into(),
            topic: topic.into(),
            delivery_url: url.into(),
            is_active,
        };
        self.shop.put_webhook_health(WebhookHealth { hooks: vec![hook] });
    }
}

#[tokio::test]
async fn what_no_webhook_brought_is_handed_on_once_and_the_cursor_follows() {
    let bench = bench();
    for (id, age_s) in [(1, 50), (2, 40), (3, 30), (4, 20), (5, 10)] {
        bench.put(id, age_s * MINUTE_S);
    }
    assert_eq!(
        bench.poll().await,
        Polled {
            stores: 1,
            failed: 0,
            events: 5
        }
    );
    assert_eq!(bench.inbox(), ["1", "2", "3", "4", "5"]);
    assert_eq!(bench.cursor().await, Some((10 * MINUTE_S, "5".into())));
    assert_eq!(bench.poll().await.events, 0);
    assert_eq!(bench.queue.sent().len(), 5);
    assert_eq!(bench.queue.sent()[0].body["via"], "poller");
}

#[tokio::test]
async fn an_order_dated_in_the_future_hides_none_that_come_after_it() {
    let bench = bench();
    bench.put(1, 10 * MINUTE_S);
    bench.put(2, -365 * 24 * 60 * MINUTE_S);
    assert_eq!(bench.poll().await.events, 2);
    bench.clock.advance_ms(60 * 60_000);
    bench.put(3, -30 * MINUTE_S);
    assert_eq!(bench.poll().await.events, 1);
    assert_eq!(bench.inbox(), ["1", "2", "3"]);
}

#[tokio::test]
async fn an_order_too_large_to_be_kept_stops_no_other() {
    let bench = bench();
    let (id, at, mut body) = order(1, 20 * MINUTE_S);
    body.resize(shop::BODY_BYTES_MAX * 2, b' ');
    bench.shop.put_order(id, at, body);
    bench.put(2, 10 * MINUTE_S);
    let polled = bench.poll().await;
    assert_eq!((polled.failed, polled.events), (0, 1));
    assert_eq!(bench.inbox(), ["2"]);
    assert!(bench.open_reviews().await[0].starts_with("too-large/woo_1_"));
}

#[tokio::test]
async fn webhook_and_poller_make_one_event_whoever_is_first() {
    for webhook_first in [true, false] {
        let bench = bench();
        bench.put(1, 10);
        // The webhook's bytes are not the list's, although they say the same.
        let (_, _, body) = order(1, 10);
        let mut spaced = body.clone();
        spaced.push(b'\n');
        let store = bench.poller.merchant.store(&woo()).unwrap();
        if webhook_first {
            bench
                .poller
                .inbox
                .take(store, Via::Webhook, &spaced)
                .await
                .unwrap();
        }
        let polled = bench.poll().await;
        assert_eq!(polled.events, u32::from(!webhook_first));
        if !webhook_first {
            bench
                .poller
                .inbox
                .take(store, Via::Webhook, &spaced)
                .await
                .unwrap();
        }
        assert_eq!((bench.inbox().len(), bench.open_reviews().await.len()), (1, 0));
    }
}

#[tokio::test]
async fn what_the_webhook_left_half_done_is_handed_on() {
    let bench = bench();
    bench.put(1, 10);
    let (_, _, mut body) = order(1, 10);
    body.push(b'\n');
    let store = bench.poller.merchant.store(&woo()).unwrap();
    bench.queue.fail_next(1);
    bench
        .poller
        .inbox
        .take(store, Via::Webhook, &body)
        .await
        .unwrap_err();
    assert!(bench.inbox().is_empty());
    assert_eq!(bench.poll().await.events, 1);
    assert_eq!(bench.inbox(), ["1"]);
}

#[tokio::test]
async fn orders_of_the_cursors_second_and_orders_that_show_late_are_not_lost() {
    let bench = bench();
    bench.put(1, 600);
    bench.poll().await;
    assert_eq!(bench.cursor().await, Some((600, "1".into())));
    bench.put(2, 600);
    bench.put(3, 600 + 4 * MINUTE_S);
    bench.poll().await;
    assert_eq!(bench.inbox(), ["1", "3", "2"]);
}

#[tokio::test]
async fn a_second_that_fills_several_pages_does_not_stop_the_listing() {
    let bench = bench();
    let many = 2 * PAGE_SIZE as u64 + 1;
    for id in 1..=many {
        bench.put(id, 300);
    }
    bench.put(many + 1, 100);
    assert_eq!(u64::from(bench.poll().await.events), many + 1);
    assert_eq!(bench.cursor().await, Some((100, (many + 1).to_string())));
}

#[tokio::test]
async fn the_cursor_stays_behind_what_could_not_be_sent() {
    let bench = bench();
    for id in 1..=3 {
        bench.put(id, 3_000 - 1_000 * i64::try_from(id).unwrap());
    }
    bench.queue.fail_next(1);
    let polled = bench.poll().await;
    assert_eq!((polled.failed, polled.events), (1, 0));
    assert_eq!(bench.cursor().await, None);
    assert_eq!(bench.poll().await.events, 3);
    assert_eq!(bench.inbox(), ["1", "2", "3"]);
}

#[tokio::test]
async fn a_first_run_begins_at_the_cut_over_date() {
    let bench = bench();
    let cut_over = bench.poller.merchant.cut_over_date;
    let zone = &bench.poller.merchant.time_zone;
    let start = zone.to_timestamp(cut_over.at(0, 0, 0, 0)).unwrap();
    let age_s = now().as_second() - start.as_second();
    bench.put(1, age_s + 1);
    bench.put(2, age_s);
    bench.poll().await;
    assert_eq!(bench.inbox(), ["2"]);
}

#[tokio::test]
async fn a_run_without_time_begins_nothing() {
    let bench = bench();
    bench.put(1, 10);
    let short = Invocation::new("poll", NOW.plus_ms(1_000));
    assert_eq!(bench.poller.poll(&short).await.unwrap().events, 0);
    assert_eq!(bench.cursor().await, None);
}

#[tokio::test]
async fn a_card_number_is_kept_nowhere_and_reported_once() {
    let bench = bench();
    let (id, at, _) = order(1, 10);
    bench.shop.put_order(id, at, CARD.as_bytes().to_vec());
    bench.poll().await;
    bench.poll().await;
    assert!(bench.inbox().is_empty());
    let reviews = bench
        .poller
        .inbox
        .reviews
        .list(ReviewState::Open, 10)
        .await
        .unwrap();
    assert_eq!((reviews.len(), reviews[0].times), (1, 1));
    assert!(bench.items.all().iter().all(|item| item.bytes.is_none()));
}

#[tokio::test]
async fn one_shop_that_is_down_does_not_stop_the_other() {
    let shop = Arc::new(MemoryShop::default());
    let down: Arc<dyn ShopClient> = Arc::new(Down);
    let bench = with(
        shop.clone(),
        Shops::from([
            ("own".parse().unwrap(), down),
            (woo(), shop as Arc<dyn ShopClient>),
        ]),
    );
    bench.put(1, 10);
    let (polled, lines) = metrics::captured(bench.poll()).await;
    assert_eq!(
        polled,
        Polled {
            stores: 1,
            failed: 1,
            events: 1
        }
    );
    for (store, failed) in [("own", 1), ("woo", 0)] {
        let told = lines
            .iter()
            .find(|line| line["Store"] == store && line.get("PollsFailed").is_some());
        assert_eq!(told.unwrap()["PollsFailed"], failed, "{store}");
    }
}

#[tokio::test]
async fn a_webhook_that_was_switched_off_is_one_finding_until_it_is_on_again() {
    let bench = bench();
    let ours = "https://api.example/webhooks/woo";
    bench.hook("order.updated", ours, false);
    for _ in 0..3 {
        bench.poll().await;
    }
    assert_eq!(bench.open_reviews().await, ["webhook-off/woo/order.updated"]);
    let review = &bench
        .poller
        .inbox
        .reviews
        .list(ReviewState::Open, 10)
        .await
        .unwrap()[0];
    assert_eq!(review.times, 1);
    bench.hook("order.updated", ours, true);
    bench.poll().await;
    assert!(bench.open_reviews().await.is_empty());
    bench.hook("order.updated", ours, false);
    bench.poll().await;
    assert_eq!(bench.open_reviews().await.len(), 1, "off again is a new finding");
}

#[tokio::test]
async fn a_finding_that_was_dropped_comes_back_after_a_day() {
    let bench = bench();
    bench.hook("order.updated", "https://api.example/webhooks/woo", false);
    bench.poll().await;
    let open = bench
        .poller
        .inbox
        .reviews
        .list(ReviewState::Open, 1)
        .await
        .unwrap();
    let dropped = Verdict {
        state: ReviewState::Dropped,
        by: "jane".into(),
        reason: Some("maintenance".into()),
    };
    let reviews = &bench.poller.inbox.reviews;
    reviews.decide(&open[0], &dropped).await.unwrap();
    bench.poll().await;
    assert!(bench.open_reviews().await.is_empty());
    bench.clock.advance_ms(25 * 3_600_000);
    bench.poll().await;
    assert_eq!(bench.open_reviews().await.len(), 1);
}

#[tokio::test]
async fn webhooks_of_others_are_not_our_business() {
    let bench = bench();
    bench.hook("order.updated", "https://elsewhere.example/hooks", false);
    bench.poll().await;
    assert!(bench.open_reviews().await.is_empty());
}

/// A shop that cannot be reached.
struct Down;

fn down<T>() -> Result<T, Failure> {
    Err(Failure::new(
        FailureName::SystemUnavailable,
        "the shop cannot be reached",
    ))
}

#[async_trait]
impl ShopClient for Down {
    async fn order(&self, _: &ShopOrderId) -> Result<Vec<u8>, Failure> {
        down()
    }
    async fn orders_modified_since(&self, _: Timestamp, _: u32) -> Result<Page, Failure> {
        down()
    }
    async fn update_order(&self, _: &ShopOrderId, _: &OrderUpdate) -> Result<Updated, Failure> {
        down()
    }
    async fn is_told(&self, _: &ShopOrderId, _: &OrderUpdate) -> Result<Option<Updated>, Failure> {
        down()
    }
    async fn set_stock(&self, _: &str, _: i64) -> Result<StockSet, Failure> {
        down()
    }
    async fn webhook_health(&self) -> Result<WebhookHealth, Failure> {
        down()
    }
}

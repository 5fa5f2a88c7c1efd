//! What every trail must pass: each function gets a trail that other tests write to as well.

pub mod appending;
pub mod reading;

use audit::{Auditor, ChainId, Change, Image, Keys, MemorySource, Recorder, Trail};
use effects::{Clock, ManualClock, UnixMillis};
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

/// 2027-01-15T08:00:00Z
pub const NOW_MS: i64 = 1_800_000_000_000;
/// 2557 days: seven years.
pub const KEEP_S: i64 = 2557 * 24 * 3600;

/// A trail and what works on it.
pub struct World {
    pub trail: Arc<dyn Trail>,
    pub source: Arc<MemorySource>,
    pub clock: Arc<ManualClock>,
    pub recorder: Recorder,
    pub auditor: Auditor,
    /// An order that no other test has.
    pub order: String,
}

impl World {
    pub fn new(trail: Arc<dyn Trail>) -> Self {
        static ORDERS: AtomicU64 = AtomicU64::new(1);
        let clock = Arc::new(ManualClock::new(UnixMillis(NOW_MS)));
        let keys = Keys::new("1", "a key");
        let source = Arc::new(MemorySource::default());
        Self {
            recorder: Recorder {
                trail: trail.clone(),
                keys: keys.clone(),
                clock: clock.clone(),
                keep_s: KEEP_S,
            },
            auditor: Auditor {
                trail: trail.clone(),
                source: source.clone(),
                keys,
                clock: clock.clone(),
                keep_s: KEEP_S,
            },
            order: format!("woo/{}", ORDERS.fetch_add(1, Ordering::Relaxed)),
            trail,
            source,
            clock,
        }
    }

    pub fn chain(&self) -> ChainId {
        ChainId::order(&self.order.parse().unwrap())
    }

    /// The key of an effect of the order.
    pub fn effect(&self, kind: &str) -> String {
        format!("effect/{kind}/{}/1", self.order)
    }

    /// A change of an effect to a state, as the stream brings it; the table holds it from now on.
    pub fn change(&self, kind: &str, before: Option<&Image>, state: &str) -> Change {
        static EVENTS: AtomicU64 = AtomicU64::new(1);
        let event = EVENTS.fetch_add(1, Ordering::Relaxed);
        let item = self.effect(kind);
        let after = image(json!({
            "pk": {"S": item}, "state": {"S": state}, "attempt": {"N": "1"}, "by": {"S": "payment-capture"},
            "at_ms": {"N": self.clock.now().0.to_string()}, "write": {"S": format!("w{event}")},
            "request": {"S": "r-1"}, "result": {"S": r#"{"transaction":"TRN_1"}"#},
        }));
        self.source.set(&item, Some(after.clone()));
        Change {
            event: format!("event-{event}"),
            seen_at_ms: self.clock.now().0,
            item,
            before: before.cloned(),
            after: Some(after),
        }
    }

    /// The changes of an effect that goes through these states.
    pub fn story(&self, kind: &str, states: &[&str]) -> Vec<Change> {
        let mut before = None;
        let mut changes = Vec::new();
        for state in states {
            let change = self.change(kind, before.as_ref(), state);
            before.clone_from(&change.after);
            changes.push(change);
        }
        changes
    }
}

pub fn image(value: Value) -> Image {
    let Value::Object(attributes) = value else {
        panic!("{value} is no item")
    };
    Image::new(attributes)
}

/// Makes a test of each function of the suite.
macro_rules! tests {
    ($trail:expr) => {
        suite::tests! { @ $trail =>
            appending::entries_follow_each_other_and_say_who_when_and_what,
            appending::a_change_that_is_brought_again_is_recorded_once,
            appending::of_many_appenders_each_gets_in,
            appending::a_head_that_was_put_back_is_told_from_one_that_moved,
            appending::more_than_a_transaction_holds_is_appended_in_several,
            reading::a_long_chain_is_read_page_by_page,
            reading::the_end_of_a_chain_is_read_from_its_last_number,
            reading::what_was_exported_can_be_verified_elsewhere,
        }
    };
    (@ $trail:expr => $($module:ident::$name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let world = suite::World::new($trail.await);
                suite::$module::$name(world).await;
            }
        )*
    };
}
pub(crate) use tests;

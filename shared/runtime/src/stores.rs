//! Typed stores over [`crate::items::Items`]: one kind of item each.

mod cursors;
mod order_items;
mod payloads;
mod payments_used;
mod reviews;
mod stock_flights;

pub use crate::items::typed::{Saved, Versioned};
pub use cursors::{Cursor, Cursors};
pub use order_items::{AcceptedLine, Edited, OpenOrders, OrderItem, OrderItems};
pub use payloads::{Payload, PayloadStore, Stored};
pub use payments_used::{PaymentsUsed, Use};
pub use reviews::{Edit, NewReview, Opened, Review, ReviewState, Reviews, Verdict};
pub use stock_flights::{Flight, Reading, StockFlights};

use effects::UnixMillis;

const DAY_S: i64 = 24 * 3600;

fn ttl_s(now: UnixMillis, days: i64) -> Option<i64> {
    Some(now.seconds().plus_s(days * DAY_S).0)
}

/// Text that sorts as the time does.
fn sortable(moment: UnixMillis) -> String {
    format!("{:016}", moment.0.max(0))
}

/// The latest time that is sorted; later than any of ours.
const SORTED_MAX: i64 = 9_999_999_999_999_999;

/// Text that sorts the newest time first: of what has ended there is no end, and people look at the last ones.
fn newest_first(moment: UnixMillis) -> String {
    sortable(UnixMillis(SORTED_MAX.saturating_sub(moment.0.max(0))))
}

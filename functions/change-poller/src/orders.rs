//! What has changed in a shop since we last asked.
//!
//! Shops tell modification times in whole seconds, show an order some time after it was modified, and count pages by
//! position, which moves when an order is modified meanwhile. So every run begins a little before the cursor, the next
//! page is asked for by time and not by number, and what was seen before is recognised by its event id.

use crate::poller::Poller;
use domain::{failure::Failure, merchant::Store};
use effects::UnixMillis;
use jiff::{SignedDuration, Timestamp, tz::TimeZone};
use runtime::{Invocation, message::Via, stores::Cursor};
use shop::{Page, ShopClient};

/// How far before the cursor a run begins.
pub const OVERLAP: SignedDuration = SignedDuration::from_mins(5);
/// A page is not begun with less time than this: a slow shop and a hundred orders.
const PAGE_MS: i64 = 40_000;

/// The time a store's listing may take. What is left is taken up by the next run.
pub(crate) struct Time<'a> {
    /// No page is begun that this invocation may not end.
    pub(crate) invocation: &'a Invocation,
    /// After that it is the next store's turn: one shop's backlog does not keep the others waiting.
    pub(crate) share_until: UnixMillis,
}

/// Which page of which listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Place {
    since: Timestamp,
    page: u32,
}

impl Poller {
    /// Hands on what has changed, and moves the cursor behind each page. How many events were new.
    pub(crate) async fn orders(
        &self,
        store: &Store,
        shop: &dyn ShopClient,
        time: &Time<'_>,
    ) -> Result<u32, Failure> {
        let mut place = Place {
            since: self.begin(store).await?,
            page: 1,
        };
        let mut events = 0_u32;
        while time.invocation.time_for(self.clock.now(), PAGE_MS).is_ok() {
            let page = shop.orders_modified_since(place.since, place.page).await?;
            for body in &page.bodies {
                let taken = self.inbox.take(store, Via::Poller, body).await?;
                events = events.saturating_add(u32::from(taken.handed_on));
            }
            let newest = newest(store, &page);
            if let Some(newest) = &newest {
                let reached = self.not_ahead(newest.clone());
                self.cursors.advance(&store.id, reached).await?;
            }
            if !page.more || self.clock.now() >= time.share_until {
                break;
            }
            place = next(place, newest.as_ref());
        }
        Ok(events)
    }

    /// One order with a date in the future must not carry the cursor there, over everything until then.
    fn not_ahead(&self, newest: Cursor) -> Cursor {
        Cursor {
            modified_at_s: newest.modified_at_s.min(self.clock.now().seconds().0),
            ..newest
        }
    }

    /// A first run begins where processing begins; a later one where the last one has come to.
    async fn begin(&self, store: &Store) -> Result<Timestamp, Failure> {
        let now = Timestamp::from_millisecond(self.clock.now().0).unwrap_or(Timestamp::UNIX_EPOCH);
        let cursor = self.cursors.load(&store.id).await?;
        let stands_at = cursor.and_then(|cursor| Timestamp::from_second(cursor.modified_at_s).ok());
        let Some(stands_at) = stands_at else {
            let zone: &TimeZone = &self.merchant.time_zone;
            let start = zone.to_timestamp(self.merchant.cut_over_date.at(0, 0, 0, 0));
            return Ok(start.map_or(now, |start| start.min(now)));
        };
        tracing::debug!(store = %store.id, cursor_age_s = now.as_second() - stands_at.as_second(), "cursor");
        Ok(stands_at.checked_sub(OVERLAP).unwrap_or(stands_at))
    }
}

/// The last order of a page that says when it was modified.
fn newest(store: &Store, page: &Page) -> Option<Cursor> {
    let scheme = shop::scheme(store);
    let facts = page.bodies.iter().filter_map(|body| scheme.facts(body));
    facts
        .map(|facts| Cursor {
            modified_at_s: facts.modified_at.as_second(),
            id: facts.order.to_string(),
        })
        .max()
}

/// The listing goes on at the second it stopped in; only when that second fills pages, by number.
fn next(place: Place, newest: Option<&Cursor>) -> Place {
    let reached = newest.and_then(|newest| Timestamp::from_second(newest.modified_at_s).ok());
    match reached.filter(|reached| *reached > place.since) {
        Some(since) => Place { since, page: 1 },
        None => Place {
            page: place.page.saturating_add(1),
            ..place
        },
    }
}

//! What people were told is left to do, and what that excuses: the step a review is about and the run decide, not that
//! there is some review of the order.

use super::facts::Facts;
use domain::ids::OrderKey;
use runtime::stores::{Review, ReviewState};

/// Something that may be left to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matter {
    /// The documents of a completed order.
    Documents,
    /// That money that was taken is booked.
    Booking,
    /// Money that is held although its run is over.
    Money,
    /// A sales order that is alive although its run is over.
    Goods,
    /// What the shop is told.
    Telling,
    /// The stock the shop is told.
    Stock,
    /// A run that broke off.
    Run,
}

use Matter::{Booking, Documents, Goods, Money, Run, Stock, Telling};

/// What a review leaves to people as long as it is open, and when somebody has dropped it: they know. One that was
/// redriven has done its part. A run that was parked goes on when its review is dropped or lapses, and lets go of what it
/// holds: nothing is left then, but for the documents of money that was taken.
fn left(review: &Review) -> &'static [Matter] {
    if review.state == ReviewState::Redriven {
        return &[];
    }
    let parked = review.redrive["kind"] == "parked";
    match (kind(review), review.doing.as_str()) {
        ("execution", _) => &[Documents, Booking, Money, Goods, Telling, Stock, Run],
        ("run" | "effect", "write-invoice") => &[Documents, Booking],
        ("run", _) if parked => &[],
        ("run", "void") | ("effect", "authorize" | "capture" | "void" | "refund") => &[Booking, Money],
        ("run", "cancel-order") | ("effect", "write-order" | "cancel-order") => &[Goods],
        ("run", "push-stock") => &[Stock],
        ("run", "tell-shop") | ("effect", "notify") => &[Telling],
        _ => &[],
    }
}

/// Whether a review makes people look at an order's payments: the shop changed the order meanwhile, or money is held.
pub fn tells_of_payments(review: &Review) -> bool {
    let changed = matches!(kind(review), "changed" | "asked" | "event");
    let undone = review.state != ReviewState::Redriven;
    undone && (changed || left(review).contains(&Money))
}

/// `run`, `effect`, `execution`, `event`, …
fn kind(review: &Review) -> &str {
    review.about.split('/').next().unwrap_or_default()
}

/// The run a review is about: as it is redriven, or as it is named.
fn run(review: &Review) -> Option<(OrderKey, u32)> {
    let redrive = &review.redrive;
    let redriven = redrive["order"].as_str().zip(redrive["generation"].as_u64());
    let (order, generation) = match (redriven, kind(review)) {
        (Some((order, generation)), _) => (order.to_owned(), u32::try_from(generation).ok()?),
        // `run/{store}/{order}/{run}/{step}/{error}`
        (None, "run") => {
            let parts: Vec<&str> = review.about.split('/').collect();
            (parts.get(1..3)?.join("/"), parts.get(3)?.parse().ok()?)
        }
        // `effect/{kind}/…{store}/{order}/{run}`
        (None, "effect") => {
            let parts: Vec<&str> = review.about.split('/').collect();
            let [.., store, order, run] = parts.as_slice() else {
                return None;
            };
            (format!("{store}/{order}"), run.parse().ok()?)
        }
        _ => return None,
    };
    Some((order.parse().ok()?, generation))
}

impl Facts {
    /// Whether a person was told that this is left to do of a run, or of any run of the order.
    pub fn is_left(&self, order: &OrderKey, generation: Option<u32>, matter: Matter) -> bool {
        let of_run = |review: &Review| {
            run(review).is_some_and(|(of, run)| of == *order && generation.is_none_or(|wanted| wanted == run))
        };
        let mut reviews = self.table.reviews.values();
        reviews.any(|review| left(review).contains(&matter) && of_run(review))
    }
}

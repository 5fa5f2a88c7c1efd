//! What the items of the main table tell: which chain a change belongs to, what the fact is called, and what may be
//! shown of it. Pure.

mod chains;
mod fields;
mod items;

pub use chains::chain_of;
pub(crate) use chains::execution;
pub(crate) use fields::{fields, is_name, person, shown};
pub(crate) use items::name;

/// What the keys of audited items begin with. The stream's filter lets these through, and nothing else.
pub const AUDITED: [&str; 7] = [
    "order/",
    "effect/",
    "payload/",
    "content/",
    "payment-used/",
    "review/",
    "breaker/",
];

/// What the keys of items begin with that say nothing of an order: leases, where a poller stands, who tells a shop a
/// quantity.
pub const NOT_AUDITED: [&str; 3] = ["lease/", "cursor/", "stock/"];

/// Whether entries hold a digest of the whole item. A breaker counts failures that are no facts of the trail: its last
/// entry says how it stands, not what it counts.
pub(crate) fn is_digested(item: &str) -> bool {
    !item.starts_with("breaker/")
}

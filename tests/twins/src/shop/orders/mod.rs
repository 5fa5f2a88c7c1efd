//! Orders by seed: who buys what, in which currency, how it is paid, and what becomes of the order in the shop
//! afterwards. The same seed makes the same orders, in the shapes that the shops really send.

mod amounts;
mod goods;
mod people;
mod standard;
mod story;
mod way;
mod woocommerce;

pub use goods::{Product, catalogue};
pub use story::{Act, Step, Story};
pub use way::{WAYS, Way};

use crate::gateway::GatewayTwin;
use amounts::Amounts;
use domain::{
    ids::StoreId,
    merchant::{Scheme, Store},
    money::{Currency, Money},
};
use effects::UnixMillis;
use fastrand::Rng;
use jiff::Timestamp;
use people::Person;
use serde_json::Value;
use std::collections::BTreeMap;

/// Where the payment of an order stands in the shop.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Paid {
    /// Not at all.
    No,
    /// Not at all, and not by a way that is ours.
    Elsewhere,
    /// By this token, which we charge.
    Token(String),
    /// Reserved by the shop's plugin.
    Reserved(String),
    /// Taken by the shop's plugin.
    Taken(String),
    /// By another company's wallet, under a transaction of that one.
    Wallet(String),
    /// Somebody has set it to paid by hand.
    ByHand,
}

/// An order before it has a shop's shape.
#[derive(Clone, Debug)]
struct Draft {
    id: String,
    currency: Currency,
    prices_include_tax: bool,
    person: Person,
    placed_at: Timestamp,
    amounts: Amounts,
    paid: Paid,
    note: Option<String>,
}

impl Draft {
    /// In the shape of its store.
    fn render(&self, store: &Store) -> Value {
        match &store.scheme {
            Scheme::WooCommerce(settings) => woocommerce::order(self, store, settings),
            Scheme::Standard => standard::order(self, store),
        }
    }

    fn total(&self) -> Money {
        Money::new(self.amounts.total_minor(), self.currency)
    }
}

/// Makes orders.
pub struct Orders<'a> {
    rng: Rng,
    gateway: &'a GatewayTwin,
    made: u32,
    /// The last order of each store that the plugin was paid for.
    taken: BTreeMap<StoreId, Draft>,
}

impl<'a> Orders<'a> {
    /// The orders of a seed. Tokens and payments of plugins are made at this gateway as they are needed.
    pub fn new(seed: u64, gateway: &'a GatewayTwin) -> Self {
        Self {
            rng: Rng::with_seed(seed),
            gateway,
            made: 0,
            taken: BTreeMap::new(),
        }
    }

    /// The next order of a store, going a way that is drawn: most of them an ordinary one.
    pub fn any(&mut self, store: &Store, now: UnixMillis) -> Story {
        let way = Way::draw(&mut self.rng);
        self.make(store, way, now)
    }

    /// An order of one of the stores.
    pub fn any_of<'s>(
        &mut self,
        stores: impl IntoIterator<Item = &'s Store>,
        now: UnixMillis,
    ) -> Option<Story> {
        let stores: Vec<&Store> = stores.into_iter().collect();
        let store = self.rng.choice(&stores).copied()?;
        Some(self.any(store, now))
    }

    fn draft(&mut self, store: &Store, now: UnixMillis) -> Draft {
        self.made += 1;
        let number = 1_000 + self.made;
        // A shop of one's own names its orders as it likes: plainly, or in a way that means something to the gateway.
        let id = match store.scheme {
            Scheme::Standard if self.rng.u8(..4) == 0 => format!("W-{number}"),
            _ => number.to_string(),
        };
        let currency = goods::currency(&mut self.rng, store);
        let prices_include_tax = currency.code() == "EUR";
        let amounts = amounts::draw(&mut self.rng, store, currency, prices_include_tax);
        Draft {
            id,
            currency,
            prices_include_tax,
            person: people::draw(&mut self.rng, currency),
            placed_at: Timestamp::from_second(now.seconds().0).unwrap_or(Timestamp::UNIX_EPOCH),
            amounts,
            paid: Paid::No,
            note: (self.rng.u8(..4) == 0).then(|| "Please leave it with the neighbour.".to_owned()),
        }
    }
}

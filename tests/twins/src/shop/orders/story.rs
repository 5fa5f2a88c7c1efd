//! What becomes of an order in its shop: placed, paid, edited, cancelled.

use super::{Draft, Orders, Paid, Way, amounts::Sort, standard, woocommerce};
use crate::{
    gateway::{Card, Conduct},
    shop::ShopTwin,
};
use domain::{
    ids::StoreId,
    merchant::{Scheme, Store},
    money::Money,
};
use effects::UnixMillis;
use serde_json::{Map, Value, json};

/// Something that happens to an order in its shop.
#[derive(Clone, Debug, PartialEq)]
pub enum Act {
    /// It is placed, in the shop's own shape.
    Place(Value),
    /// Some fields of it are set.
    Change(Map<String, Value>),
}

/// An act and when it happens.
#[derive(Clone, Debug, PartialEq)]
pub struct Step {
    /// How long after the step before it, milliseconds.
    pub after_ms: i64,
    /// What happens.
    pub act: Act,
}

/// An order and everything that happens to it in its shop.
#[derive(Clone, Debug, PartialEq)]
pub struct Story {
    /// Whose order it is.
    pub store: StoreId,
    /// The shop's id of it.
    pub id: String,
    /// The way it goes.
    pub way: Way,
    /// What it costs as it is placed.
    pub total: Money,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

impl Story {
    /// Lets a step happen.
    pub fn happen(&self, step: &Step, shop: &ShopTwin) {
        match &step.act {
            Act::Place(order) => shop.place(&self.id, order.clone()),
            Act::Change(fields) => drop(shop.change(&self.id, fields)),
        }
    }

    /// The shop's staff cancel it.
    pub fn cancel(&self, shop: &ShopTwin) {
        shop.change(&self.id, &cancelled(shop.store()));
    }
}

impl Orders<'_> {
    /// The next order of a store, going this way. `now` is about when it is placed.
    pub fn make(&mut self, store: &Store, way: Way, now: UnixMillis) -> Story {
        let mut draft = self.draft(store, now);
        match self.taken.get(&store.id).filter(|_| way == Way::TakenForAnother) {
            Some(before) => {
                draft = Draft {
                    id: draft.id,
                    ..before.clone()
                }
            }
            None => draft.paid = self.paid(way, &draft, now),
        }
        if way == Way::Taken {
            self.taken.insert(store.id.clone(), draft.clone());
        }
        if way == Way::UnknownSku
            && let Some(line) = draft.amounts.positions.iter_mut().find(|p| p.sort == Sort::Goods)
        {
            "HL-NOT-IN-ODOO".clone_into(&mut line.sku);
        }
        let mut placed = draft.render(store);
        if way == Way::TotalIsOff {
            set_total(&mut placed, &draft);
        }
        let mut steps = vec![Step {
            after_ms: 0,
            act: Act::Place(placed),
        }];
        let later = self.later(way, store, &draft);
        steps.extend(later.into_iter().map(|fields| Step {
            after_ms: self.rng.i64(1_000..20 * 60_000),
            act: Act::Change(fields),
        }));
        Story {
            store: store.id.clone(),
            id: draft.id.clone(),
            way,
            total: draft.total(),
            steps,
        }
    }

    fn paid(&mut self, way: Way, draft: &Draft, now: UnixMillis) -> Paid {
        let card = |conduct| Card::visa(conduct);
        let token = |card: Card| Paid::Token(self.gateway.tokenize(card));
        match way {
            Way::Token
            | Way::EditedTwice
            | Way::GoodsChanged
            | Way::Cancelled
            | Way::UnknownSku
            | Way::TotalIsOff
            | Way::PaidTwice
            | Way::WalletToo => token(card(Conduct::Approve).brand(self.brand())),
            Way::Declined | Way::DeclinedThenPaid | Way::TriedAgain => token(card(Conduct::Decline("101"))),
            Way::Part => token(card(Conduct::Share(40))),
            Way::TokenEnds => {
                let ends_in_ms = self.rng.i64(1_000..60 * 60_000);
                Paid::Token(
                    self.gateway
                        .tokenize(card(Conduct::Approve).ending(now.plus_ms(ends_in_ms))),
                )
            }
            Way::Reserved => Paid::Reserved(self.plugin(draft, draft.total(), false)),
            Way::Taken | Way::TakenForAnother => Paid::Taken(self.plugin(draft, draft.total(), true)),
            Way::TakenOtherAmount => {
                let other = Money::new(draft.total().minor + 100, draft.currency);
                Paid::Taken(self.plugin(draft, other, true))
            }
            Way::PaidLater | Way::TakenLater | Way::CancelledUnpaid => Paid::No,
            Way::Elsewhere => Paid::Elsewhere,
            Way::ByHand => Paid::ByHand,
        }
    }

    /// Takes or reserves money as the shop's plugin does. Its reference is the order's number, or says nothing.
    fn plugin(&mut self, draft: &Draft, amount: Money, captured: bool) -> String {
        let reference = match self.rng.bool() {
            true => draft.id.clone(),
            false => format!("{:08x}-plugin", self.rng.u32(..)),
        };
        let card = Card::visa(Conduct::Approve);
        self.gateway
            .pay_by_plugin(amount, &reference, &card, captured)
            .to_string()
    }

    fn brand(&mut self) -> &'static str {
        ["VISA", "MASTERCARD", "AMEX", "JCB"][self.rng.usize(..4)]
    }

    /// What happens after it was placed: the fields that are set, one set after the other.
    fn later(&mut self, way: Way, store: &Store, draft: &Draft) -> Vec<Map<String, Value>> {
        let woo = matches!(store.scheme, Scheme::WooCommerce(_));
        let field = |name: &str, value: Value| Map::from_iter([(name.to_owned(), value)]);
        match way {
            Way::DeclinedThenPaid | Way::PaidLater => {
                let token = self.gateway.tokenize(Card::visa(Conduct::Approve));
                vec![payment(&Paid::Token(token), store)]
            }
            Way::TriedAgain => vec![payment(&draft.paid, store)],
            Way::WalletToo => {
                let transaction = format!("WALLET-{:08X}", self.rng.u32(..));
                vec![payment(&Paid::Wallet(transaction), store)]
            }
            Way::TakenLater | Way::PaidTwice => {
                let transaction = self.plugin(draft, draft.total(), true);
                vec![payment(&Paid::Taken(transaction), store)]
            }
            Way::EditedTwice => {
                let note = field(if woo { "customer_note" } else { "note" }, json!("Ring twice."));
                let mut billing = draft.render(store)["billing"].take();
                billing[if woo { "address_1" } else { "street" }] = json!("1 New Street");
                vec![note, field("billing", billing)]
            }
            Way::GoodsChanged => {
                let mut amounts = draft.amounts.clone();
                if let Some(line) = amounts.positions.iter_mut().find(|p| p.sort == Sort::Goods) {
                    // One more of a free product: its amounts stay.
                    line.quantity += 1;
                }
                vec![match &store.scheme {
                    Scheme::WooCommerce(_) => {
                        woocommerce::amounts(&amounts, draft.currency, draft.id.parse().unwrap_or_default())
                    }
                    Scheme::Standard => standard::amounts(&amounts),
                }]
            }
            Way::Cancelled | Way::CancelledUnpaid => vec![cancelled(store)],
            _ => Vec::new(),
        }
    }
}

fn cancelled(store: &Store) -> Map<String, Value> {
    let (name, value) = match &store.scheme {
        Scheme::WooCommerce(_) => ("status", json!("cancelled")),
        Scheme::Standard => ("payment", json!({ "state": "closed" })),
    };
    Map::from_iter([(name.to_owned(), value)])
}

fn payment(paid: &Paid, store: &Store) -> Map<String, Value> {
    match &store.scheme {
        Scheme::WooCommerce(settings) => woocommerce::payment(paid, settings),
        Scheme::Standard => Map::from_iter([("payment".to_owned(), standard::payment(paid, store))]),
    }
}

/// A total that is a minor unit more than its parts.
fn set_total(order: &mut Value, draft: &Draft) {
    let off = Money::new(draft.total().minor + 1, draft.currency);
    match order.get("total") {
        Some(_) => order["total"] = json!(off.to_major()),
        None => order["total_minor"] = json!(off.minor),
    }
}

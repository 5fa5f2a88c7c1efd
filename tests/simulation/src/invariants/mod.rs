//! What must hold in every world, whatever goes wrong in it: pure functions over the facts of all systems, each with a
//! name and a sentence for people.

mod books;
mod excuses;
pub mod facts;
pub mod history;
mod ledger;
mod money;
mod orders;
mod platform;
mod shops;
mod stock;
mod trail;
mod view;

use crate::{fault::Port, world::World};
pub use facts::Facts;
use std::fmt;
pub use trail::trail;

/// Something that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    /// Which invariant, by its sentence.
    pub invariant: &'static str,
    /// What is wrong, with the names of what it is about.
    pub what: String,
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.invariant, self.what)
    }
}

/// When an invariant holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum When {
    /// At every moment.
    Always,
    /// When everything has come to its end.
    AtTheEnd,
}

/// One invariant: its name, what it says to people, when it holds, and what breaks it.
struct Invariant {
    name: &'static str,
    says: &'static str,
    when: When,
    check: fn(&Facts) -> Vec<String>,
}

macro_rules! invariants {
    ($($when:ident $name:literal $check:path: $says:literal;)*) => {
        &[$(Invariant { name: $name, says: $says, when: When::$when, check: $check }),*]
    };
}

/// The one that looks at how things came to be, not at how they are.
const HISTORY: &str = "the ledger's history only goes forward";

const INVARIANTS: &[Invariant] = invariants![
    Always "captured-within-authorized" money::captured_within_authorized:
        "no more is taken than was reserved and asked for";
    Always "authorized-for-the-order" money::authorized_for_the_order:
        "what is reserved is the total of a version of the order";
    Always "refunds-within-captured" money::refunds_within_captured:
        "no more is given back than was taken";
    Always "one-payment-at-a-time" money::one_payment_at_a_time:
        "at most one payment of ours holds money for an order";
    Always "charged-once" money::charged_once:
        "no order is charged more than it costs";
    Always "plugins-payments-untouched" money::plugins_payments_untouched:
        "what the shop's plugin took is not ours to give back";
    Always "one-sale-order" books::one_sale_order:
        "an order has one sales order in Odoo";
    Always "one-invoice" books::one_invoice:
        "an order has one posted invoice, and a payment pays one";
    Always "one-payment" books::one_payment:
        "a transaction is booked once";
    Always "booked-is-captured" books::booked_is_captured:
        "what is booked was taken, to the cent";
    Always "ledger-is-true" ledger::ledger_is_true:
        "what the ledger says was done, was done";
    Always "paid-is-true" shops::paid_is_true:
        "a shop is told paid only of what was taken";
    Always "breakers-close" platform::breakers_close:
        "no breaker stays open longer than it may";
    Always "no-message-lost" platform::no_message_is_lost:
        "no queue throws a message away";
    Always "table-readable" platform::table_can_be_read:
        "what is in the table can be read";
    AtTheEnd "completed-orders-agree" books::completed_orders_agree:
        "gateway and Odoo hold the same facts of a completed order";
    AtTheEnd "taken-money-is-booked" books::taken_money_is_booked:
        "money that was taken is booked, or a person knows";
    AtTheEnd "paid-twice-is-known" money::paid_twice_is_known:
        "two payments that hold money for one order are with a person";
    AtTheEnd "accepted-webhooks-end" orders::accepted_webhooks_end:
        "a webhook that was accepted came to its end, or a person knows";
    AtTheEnd "no-order-is-lost" orders::no_order_is_lost:
        "every order is known as the shop has it, or a person knows";
    AtTheEnd "runs-end" orders::runs_end:
        "an open order is being worked on, or a person knows";
    AtTheEnd "effects-end" orders::effects_end:
        "every effect comes to an end, or a person knows";
    AtTheEnd "nothing-stays-reserved" orders::nothing_stays_reserved:
        "nobody's money stays reserved for nothing";
    AtTheEnd "closed-orders-hold-nothing" orders::closed_orders_hold_nothing:
        "a closed order holds neither money nor goods";
    AtTheEnd "shops-know-the-end" shops::shops_know_the_end:
        "the shop was told what happened";
    AtTheEnd "stock-is-told" stock::stock_is_told:
        "an order that was completed in calm has told its shop the stock";
    AtTheEnd "stock-is-odoos" stock::stock_is_odoos:
        "the shop offers what Odoo has, less what is promised and held back";
    AtTheEnd "queues-are-empty" platform::queues_are_empty:
        "nothing is left in a queue";
];

/// The names of the invariants that look at a moment.
pub fn names() -> impl Iterator<Item = &'static str> {
    INVARIANTS.iter().map(|invariant| invariant.name)
}

/// The invariants of a moment that do not hold.
pub fn broken(facts: &Facts, when: When) -> Vec<Violation> {
    let due = INVARIANTS
        .iter()
        .filter(|invariant| invariant.when == When::Always || invariant.when == when);
    due.flat_map(|invariant| {
        (invariant.check)(facts)
            .into_iter()
            .map(|what| violation(invariant, &what))
    })
    .collect()
}

fn violation(invariant: &Invariant, what: &str) -> Violation {
    Violation {
        invariant: invariant.says,
        what: format!("{what} [{}]", invariant.name),
    }
}

/// The checks, with what they remember from one step to the next.
#[derive(Default)]
pub(crate) struct Checks {
    facts: Facts,
    written: usize,
}

impl Checks {
    /// How many invariants there are.
    pub fn count() -> usize {
        INVARIANTS.len() + 2
    }

    /// What must hold at every moment: after an effect behind a port, or of everything.
    pub fn during(&mut self, world: &World, at: Option<Port>) -> Vec<Violation> {
        let mut violations = self.history(world);
        self.facts.look(world, at);
        violations.extend(broken(&self.facts, When::Always));
        violations
    }

    /// What must hold once everything has come to its end.
    pub fn at_the_end(&mut self, world: &World) -> Vec<Violation> {
        let mut violations = self.history(world);
        self.facts.look_at_the_end(world);
        violations.extend(broken(&self.facts, When::AtTheEnd));
        let unknown = world.odoo.unknown().into_iter();
        violations.extend(unknown.map(|what| Violation {
            invariant: "the twins know what they are asked",
            what,
        }));
        violations
    }

    /// The facts as they were last seen.
    pub fn facts(&self) -> &Facts {
        &self.facts
    }

    /// The facts, for what only the world's run knows of them.
    pub fn facts_mut(&mut self) -> &mut Facts {
        &mut self.facts
    }

    /// What was written into the ledger since the last look.
    fn history(&mut self, world: &World) -> Vec<Violation> {
        let new = world.ledger.since(self.written);
        self.written += new.len();
        let effects = &mut self.facts.effects;
        let unlawful = new.iter().filter_map(|record| history::see(effects, record));
        unlawful
            .map(|what| Violation {
                invariant: HISTORY,
                what,
            })
            .collect()
    }
}

//! A world that is well: one order completed, one closed after a decline.

use domain::{
    decide::{OrderState, OurWrite},
    failure::{Failure, FailureName},
    ids::OrderKey,
    money::Money,
    order::Order,
    outcome::Outcome,
};
use effects::{EffectId, Fingerprint, OwnerId, Record, RequestId, State, UnixMillis};
use heartland::gp_api::{Kind, Status};
use jiff::Timestamp;
use runtime::stores::{OrderItem, Review, ReviewState};
use rust_decimal::Decimal;
use shop::OrderUpdate;
use simulation::invariants::facts::{Books, Facts, ShopFacts, Table};
use std::collections::{BTreeMap, BTreeSet};
use twins::{
    gateway::{MadeBy, Payment},
    odoo::{InvoiceFacts, PaymentFacts, SaleFacts, StockFacts},
    shop::{Delivery, Made, Pushed, Told},
};

/// The order that was completed.
pub const ORDER: &str = "woo/1001";
/// The order that was declined.
pub const CLOSED: &str = "woo/1002";
/// What paid the first.
pub const TRANSACTION: &str = "TRN_t1";

const NOW: UnixMillis = UnixMillis(1_795_450_000_000);

pub fn usd(minor: i64) -> Money {
    Money::new(minor, "USD".parse().unwrap())
}

/// A payment of 10.00 for the first order.
pub fn payment(id: &str, status: Status) -> Payment {
    let captured = status.is_captured();
    Payment {
        id: id.parse().unwrap(),
        kind: Kind::Sale,
        status,
        asked: usd(1000),
        approved: usd(1000),
        captured_minor: if captured { 1000 } else { 0 },
        refunded_minor: 0,
        reference: "woo-1001-1".to_owned(),
        parent: None,
        account: None,
        brand: "VISA".to_owned(),
        last4: "5262".to_owned(),
        result: "00".to_owned(),
        made_by: MadeBy::Us,
        created_at: NOW,
        captured_at: captured.then_some(NOW),
        batched_at: None,
    }
}

/// An effect that was sent at 5.
pub fn effect(id: &str, state: State) -> Record {
    let effect = EffectId::stored(id);
    Record {
        request_id: RequestId::derive(&effect),
        effect,
        state,
        owner: OwnerId::new("a"),
        attempt: 1,
        lease_until: UnixMillis(1_000),
        fingerprint: Fingerprint {
            key: "1".to_owned(),
            schema: 1,
            hashes: BTreeMap::new(),
        },
        redrives: 0,
        created_at: UnixMillis(1),
        first_sent_at: Some(UnixMillis(5)),
        last_sent_at: Some(UnixMillis(5)),
        result: None,
        forget_at: None,
    }
}

/// An open review of an order.
pub fn review(about: &str, order: &str) -> Review {
    Review {
        schema: 1,
        id: "r1".to_owned(),
        about: about.to_owned(),
        state: ReviewState::Open,
        doing: "write-invoice".to_owned(),
        order: Some(order.parse().unwrap()),
        why: Failure::new(FailureName::Refused, "for a test"),
        input: None,
        redrive: serde_json::json!({}),
        decided_by: None,
        reason: None,
        edits: Vec::new(),
        times: 1,
        opened_at_ms: 0,
        changed_at_ms: 0,
    }
}

pub fn closed(facts: &Facts) -> &OrderItem {
    &facts.table.orders[&CLOSED.parse::<OrderKey>().unwrap()]
}

fn modified_at() -> Timestamp {
    "2026-11-23T14:15:04Z".parse().unwrap()
}

fn order(key: &str) -> Order {
    let sample: serde_json::Value =
        serde_json::from_str(include_str!("../../../../events/standard/order-not-paid.json")).unwrap();
    let order: Order = serde_json::from_value(sample["data"].clone()).unwrap();
    Order {
        key: key.parse().unwrap(),
        modified_at: modified_at(),
        currency: "USD".parse().unwrap(),
        total_minor: 1000,
        ..order
    }
}

fn item(key: &str, state: OrderState, outcome: Outcome) -> OrderItem {
    let order = order(key);
    let event = domain::event::EventId::of_order(&order);
    let write = OurWrite {
        version: event.clone(),
        outcome,
        transaction: None,
    };
    OrderItem {
        state,
        generation: 1,
        our_writes: vec![write],
        ..OrderItem::recorded(&order, &event)
    }
}

fn told(order: &str, update: OrderUpdate) -> Told {
    Told {
        at: NOW,
        order: order.to_owned(),
        update,
        modified_at: modified_at(),
    }
}

fn webhook() -> Made {
    let delivery = Delivery {
        number: 1,
        attempt: 1,
        store: "woo".parse().unwrap(),
        order: Some("1001".to_owned()),
        event: "woo_1001_1795443304".parse().unwrap(),
        topic: "order.updated",
        headers: Vec::new(),
        body: Vec::new(),
        fixed: false,
    };
    Made {
        at: NOW,
        delivery,
        answer: Some(200),
    }
}

/// The world.
pub fn world() -> Facts {
    let paid = OrderUpdate {
        transaction: Some(TRANSACTION.to_owned()),
        ..OrderUpdate::new(Outcome::Paid)
    };
    let versions = ["1001", "1002"].map(|id| (id.to_owned(), modified_at()));
    let shop = ShopFacts {
        store: "woo".parse().unwrap(),
        stock_buffer: 2,
        versions: versions.to_vec(),
        told: vec![
            told("1001", paid),
            told("1002", OrderUpdate::new(Outcome::Declined)),
        ],
        pushes: vec![Pushed {
            at: NOW,
            sku: "HL-MUG-BLUE".to_owned(),
            quantity: 95,
        }],
        sells: BTreeSet::from(["HL-MUG-BLUE".to_owned()]),
        webhooks: vec![webhook()],
    };
    let written = Record {
        // It gave its lease back when it was settled, long after it became calm.
        lease_until: UnixMillis(NOW.0 - 3_600_000),
        result: Some(serde_json::json!({"sale_order": {"id": 1, "name": "S00001"}})),
        ..effect("write-order/woo/1001/1", State::Applied)
    };
    let mut declined = payment("TRN_d", Status::Declined);
    declined.reference = "woo-1002-1".to_owned();
    Facts {
        now: NOW,
        payments: vec![payment(TRANSACTION, Status::Captured), declined],
        books: books(),
        shops: vec![shop],
        table: table(),
        effects: BTreeMap::from([(written.effect.clone(), written)]),
        calm_at: UnixMillis(0),
        ..Facts::default()
    }
}

fn table() -> Table {
    let items = [
        item(ORDER, OrderState::Completed, Outcome::Paid),
        item(CLOSED, OrderState::Closed, Outcome::Declined),
    ];
    let contents = [ORDER, CLOSED].map(|key| (key.to_owned(), order(key)));
    let mut table = Table {
        contents: BTreeMap::from(contents),
        used: BTreeMap::from([(TRANSACTION.to_owned(), ORDER.parse().unwrap())]),
        payloads: BTreeMap::from([("woo_1001_1795443304".to_owned(), true)]),
        ..Table::default()
    };
    items.into_iter().for_each(|item| table.insert_order(item));
    table
}

fn books() -> Books {
    let currency = Some("USD".parse().unwrap());
    let text = |text: &str| Some(text.to_owned());
    let sale = SaleFacts {
        id: 1,
        external_id: text("heartland.woo_1001_g1"),
        name: "S00001".to_owned(),
        state: "sale".to_owned(),
        client_order_ref: text("1001"),
        partner: 7,
        currency,
        untaxed_minor: 1000,
        invoice_status: "invoiced".to_owned(),
        invoices: vec![1],
        deliveries: Vec::new(),
    };
    let invoice = InvoiceFacts {
        id: 1,
        external_id: text("heartland.woo_1001_g1_invoice"),
        name: text("INV/1"),
        state: "posted".to_owned(),
        payment_state: "paid".to_owned(),
        date: "2026-11-23".to_owned(),
        currency,
        untaxed_minor: 1000,
        tax_minor: 0,
        total_minor: 1000,
        residual_minor: 0,
        reference: text("1001"),
        payment_reference: text(TRANSACTION),
        customer: Some(7),
    };
    let payment = PaymentFacts {
        id: 1,
        external_id: text("heartland.payment_TRN_t1"),
        name: text("PHLUSD/1"),
        state: "paid".to_owned(),
        currency,
        amount_minor: 1000,
        memo: text(TRANSACTION),
        reconciled: true,
        invoices: vec![1],
    };
    let stock = StockFacts {
        sku: "HL-MUG-BLUE".to_owned(),
        on_hand: Decimal::from(100),
        outgoing: Decimal::from(3),
    };
    Books {
        sales: vec![sale],
        invoices: vec![invoice],
        payments: vec![payment],
        stock: vec![stock],
        writes: 0,
    }
}

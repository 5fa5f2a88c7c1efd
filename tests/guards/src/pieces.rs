//! The pieces of work: what the functions do with an order between one call and the next.

use crate::{
    odoo_stub::OdooStub,
    prepared::{Prepared, Webhook},
};
use anyhow::{Context, Result, ensure};
use domain::{
    card_number,
    decide::{Decision, RecordReason, decide},
    event::EventId,
    money::Money,
};
use futures::FutureExt;
use odoo::{Mode, Record, Table, books::Books, documents::SaleOrder, load};
use order_writer::{
    Names,
    plan::{customer::Parties, invoice, lines, sale, taxes},
};
use shop::{Delivery, Verified};
use std::hint::black_box;

/// Does a piece of work once.
pub type Work = fn(&Prepared) -> Result<()>;

/// All of them by name.
pub const PIECES: [(&str, Work); 8] = [
    ("intake", intake),
    ("keep", keep),
    ("parse", parse),
    ("own-shop", own_shop),
    ("decide", decide_again),
    ("documents", documents),
    ("read-back", read_back),
    ("money", money),
];

const PARTIES: Parties = Parties {
    customer: 7,
    invoice: 7,
    delivery: 8,
};

/// `webhook-intake`: a webhook is verified, named and searched for card numbers.
fn intake(prepared: &Prepared) -> Result<()> {
    let store = prepared.store("woo")?;
    let body = &prepared.woo.body;
    verify(prepared, "woo", &prepared.woo)?;
    let facts = shop::scheme(store).facts(body);
    ensure!(facts.is_some(), "the webhook does not tell what it is about");
    ensure!(card_number::find(body).is_none(), "the webhook has a card number");
    black_box(EventId::derive(&store.id, facts.as_ref(), body));
    Ok(())
}

/// `webhook-intake`: its body is deflated, to be kept.
fn keep(prepared: &Prepared) -> Result<()> {
    let kept = deflated::deflate(&prepared.woo.body)?;
    black_box(kept);
    Ok(())
}

/// `event-router`: WooCommerce's order becomes the canonical one.
fn parse(prepared: &Prepared) -> Result<()> {
    let store = prepared.store("woo")?;
    black_box(shop::scheme(store).parse(&prepared.woo.body, store)?);
    Ok(())
}

/// Both of them for a shop of one's own, whose order is the canonical one already.
fn own_shop(prepared: &Prepared) -> Result<()> {
    let store = prepared.store("own")?;
    verify(prepared, "own", &prepared.own)?;
    black_box(shop::scheme(store).parse(&prepared.own.body, store)?);
    Ok(())
}

fn verify(prepared: &Prepared, store: &str, webhook: &Webhook) -> Result<()> {
    let delivery = Delivery {
        headers: &webhook.headers,
        body: &webhook.body,
        secrets: &prepared.secrets,
        now: prepared.now,
    };
    let verified = shop::scheme(prepared.store(store)?).verify(&delivery);
    ensure!(verified == Ok(Verified::Event), "the signature does not hold");
    Ok(())
}

/// `event-router`: what a further version of a known order means.
fn decide_again(prepared: &Prepared) -> Result<()> {
    let order = &prepared.order;
    let event = EventId::of_order(order);
    let decision = decide(Some(&prepared.known), order, &event, &prepared.merchant);
    let nothing_new = Decision::Record(RecordReason::Unchanged);
    ensure!(decision == nothing_new, "it is decided otherwise: {decision:?}");
    Ok(())
}

/// `order-writer`: an order becomes a sales order and a draft invoice, and each a call of Odoo.
fn documents(prepared: &Prepared) -> Result<()> {
    let (order, merchant, books) = (&prepared.order, &prepared.merchant, &prepared.books);
    let store = prepared.store("woo")?;
    let names = Names::new(order, 1);
    let lines = lines::plan(order, merchant, store, books, &prepared.products)?;
    let sale = sale::record(order, &names, &PARTIES, &lines, merchant, store, books)?;
    let invoice = invoice::record(order, &names, &PARTIES, &lines, "TRN_1", merchant, books)?;
    load_one("sale.order", sale, books)?;
    load_one("account.move", invoice, books)
}

fn load_one(model: &'static str, record: Record, books: &Books) -> Result<()> {
    let (table, context) = (Table::new([record]), books.context());
    let loading = load(&OdooStub, model, &table, Mode::CreateOnce, &context);
    let ids = loading.now_or_never().context("Odoo was waited for")??;
    ensure!(ids.len() == 1, "the record was not loaded");
    Ok(())
}

/// `order-writer`: what Odoo has made of it is read back, and the tax compared.
fn read_back(prepared: &Prepared) -> Result<()> {
    let order = SaleOrder::read(&prepared.documents)?;
    let invoice = order.invoices.first().context("the invoice is gone")?;
    let wanted = taxes::wanted(&prepared.order, prepared.store("woo")?, &prepared.books)?;
    let fixes = taxes::fixes(invoice, &wanted)?;
    ensure!(fixes.len() == 2, "both taxes are to be set");
    Ok(())
}

/// Amounts are read and written, one for each line.
fn money(prepared: &Prepared) -> Result<()> {
    for amount in &prepared.amounts {
        let money = Money::parse(amount, prepared.currency)?;
        black_box(money.to_major());
    }
    Ok(())
}

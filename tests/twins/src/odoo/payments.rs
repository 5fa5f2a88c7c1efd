//! Incoming payments: drafts, and the entry they make when they are posted.

use super::{
    cell::Cell,
    errors::{Answered, unknown},
    invoices::{LINE, MOVE, account, number},
    load::{Values, Why},
    reconciliation,
    store::Store,
};

const PAYMENT: &str = "account.payment";

/// Creates a draft payment.
pub(super) fn create(store: &mut Store, mut values: Values) -> Result<i64, Why> {
    let kind = |field| values.cells.get(field).and_then(Cell::as_text);
    if (kind("payment_type"), kind("partner_type")) != (Some("inbound"), Some("customer")) {
        return Err(unknown("a payment that is not a customer's").into());
    }
    for field in [
        "partner_id",
        "amount",
        "currency_id",
        "journal_id",
        "payment_method_line_id",
        "date",
    ] {
        if values.cells.get(field).is_none_or(|cell| *cell == Cell::Empty) {
            return Err(unknown(format!("a payment without {field}")).into());
        }
    }
    values.cells.insert("state", Cell::text("draft"));
    Ok(store.insert(PAYMENT, values.cells))
}

/// `action_post`: a payment that is posted already stays as it is.
pub(super) fn post(store: &mut Store, ids: &[i64]) -> Answered<()> {
    for id in ids {
        store.require(PAYMENT, *id)?;
        if matches!(
            store.cell(PAYMENT, *id, "state").as_text(),
            Some("draft" | "in_process")
        ) {
            in_process(store, *id)?;
        }
    }
    Ok(())
}

fn in_process(store: &mut Store, id: i64) -> Answered<()> {
    store.set(PAYMENT, id, "state", Cell::text("in_process"));
    if store.cell(PAYMENT, id, "move_id") != Cell::Empty {
        return Ok(());
    }
    let of = |field| store.cell(PAYMENT, id, field);
    let date = of("date");
    let year = date.as_text().and_then(|date| date.get(..4)).unwrap_or_default();
    let journal = of("journal_id").one().unwrap_or_default();
    let code = store.cell("account.journal", journal, "code");
    let prefix = format!("P{}/{year}/", code.as_text().unwrap_or_default());
    let method = of("payment_method_line_id").one().unwrap_or_default();
    let clearing = store.cell("account.payment.method.line", method, "payment_account_id");
    let Cell::One(clearing) = clearing else {
        return Err(unknown("a payment by a method line without an account"));
    };
    let receivable = account(store, "asset_receivable")?;
    let (name, amount) = (number(store, &prefix), of("amount").number());
    let mut cells: Vec<_> = ["journal_id", "company_id", "currency_id", "partner_id", "date"]
        .map(|field| (field, of(field)))
        .to_vec();
    cells.extend([
        ("move_type", Cell::text("entry")),
        ("state", Cell::text("posted")),
        ("name", Cell::text(&name)),
        ("ref", of("memo")),
    ]);
    let entry = store.insert(MOVE, cells);
    for (account, amount) in [(clearing, amount), (receivable, -amount)] {
        store.insert(
            LINE,
            [
                ("move_id", Cell::One(entry)),
                ("display_type", Cell::text("product")),
                ("account_id", Cell::One(account)),
                ("amount_currency", Cell::Number(amount)),
            ],
        );
    }
    store.update(
        PAYMENT,
        id,
        [("move_id", Cell::One(entry)), ("name", Cell::Text(name))],
    );
    Ok(())
}

/// The payment whose entry has this line on the customer's receivable.
pub(super) fn of_line(store: &Store, line: i64) -> Option<i64> {
    let entry = store.cell(LINE, line, "move_id").one()?;
    store.pointing(PAYMENT, "move_id", entry).first().copied()
}

/// A payment whose invoices are all paid is paid. `line` is its line on the customer's receivable.
pub(super) fn settle(store: &mut Store, id: i64, line: i64) {
    let invoices = reconciliation::matched_invoices(store, line);
    let paid = |invoice: &i64| store.cell(MOVE, *invoice, "payment_state").as_text() == Some("paid");
    let settled = !invoices.is_empty() && invoices.iter().all(paid);
    if settled && store.cell(PAYMENT, id, "state").as_text() == Some("in_process") {
        store.set(PAYMENT, id, "state", Cell::text("paid"));
    }
}

pub(super) fn is_reconciled(store: &Store, id: i64) -> Cell {
    let Some(entry) = store.cell(PAYMENT, id, "move_id").one() else {
        return Cell::Bool(false);
    };
    let lines = store.pointing(LINE, "move_id", entry);
    let mut receivable = lines
        .into_iter()
        .filter(|line| store.cell(LINE, *line, "account_type").as_text() == Some("asset_receivable"));
    Cell::Bool(receivable.all(|line| reconciliation::reconciled(store, line).is_true()))
}

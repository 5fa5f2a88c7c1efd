//! Open items: what of a receivable is still open, and the matching of payments with invoices.

use super::{
    cell::Cell,
    errors::{Answered, unknown, user_error},
    invoices::{LINE, MOVE, total},
    payments,
    store::Store,
};
use rust_decimal::Decimal;
use serde_json::Value;

const PARTIAL: &str = "account.partial.reconcile";

/// What of a line is still open: debit positive, credit negative.
fn residual(store: &Store, line: i64) -> Decimal {
    if store.cell(LINE, line, "account_type").as_text() != Some("asset_receivable") {
        return Decimal::ZERO;
    }
    let matched = |field| -> Decimal {
        let partials = store.pointing(PARTIAL, field, line).into_iter();
        partials
            .map(|partial| store.cell(PARTIAL, partial, "amount").number())
            .sum()
    };
    store.cell(LINE, line, "amount_currency").number() - matched("debit_move_id") + matched("credit_move_id")
}

pub(super) fn residual_cell(store: &Store, line: i64) -> Cell {
    Cell::Number(residual(store, line))
}

/// Whether nothing of a line is open. Drafts can be reconciled too.
pub(super) fn reconciled(store: &Store, line: i64) -> Cell {
    let receivable = store.cell(LINE, line, "account_type").as_text() == Some("asset_receivable");
    Cell::Bool(receivable && residual(store, line).is_zero())
}

fn is_cancelled(store: &Store, line: i64) -> bool {
    let entry = store.cell(LINE, line, "move_id").one().unwrap_or_default();
    store.cell(MOVE, entry, "state").as_text() == Some("cancel")
}

/// What a customer still owes of an invoice.
pub(super) fn move_residual(store: &Store, id: i64) -> Cell {
    let lines = store.pointing(LINE, "move_id", id).into_iter();
    let term = lines.filter(|line| store.cell(LINE, *line, "display_type").as_text() == Some("payment_term"));
    Cell::Number(term.map(|line| residual(store, line)).sum())
}

/// A draft that comes to something can be paid as well.
pub(super) fn payment_state(store: &Store, id: i64) -> Cell {
    let (open, total) = (move_residual(store, id).number(), total(store, id).number());
    let counts = match store.cell(MOVE, id, "state").as_text() {
        _ if store.cell(MOVE, id, "move_type").as_text() != Some("out_invoice") => false,
        Some("posted") => true,
        Some("draft") => !total.is_zero(),
        _ => false,
    };
    let state = match () {
        () if counts && open.is_zero() => "paid",
        () if counts && open != total => "partial",
        () => "not_paid",
    };
    Cell::text(state)
}

/// The invoices that a line on the customer's receivable was matched with.
pub(super) fn matched_invoices(store: &Store, credit: i64) -> Vec<i64> {
    let partials = store.pointing(PARTIAL, "credit_move_id", credit).into_iter();
    let debits = partials.filter_map(|partial| store.cell(PARTIAL, partial, "debit_move_id").one());
    debits
        .filter_map(|line| store.cell(LINE, line, "move_id").one())
        .collect()
}

/// `js_assign_outstanding_line`: matches a payment's line with what the invoice has open on the same account.
pub(super) fn assign(store: &mut Store, id: i64, line: i64) -> Answered<()> {
    store.require(MOVE, id)?;
    store.require(LINE, line)?;
    let account = store.cell(LINE, line, "account_id");
    let mut open = store.pointing(LINE, "move_id", id);
    open.retain(|own| {
        store.cell(LINE, *own, "account_id") == account && !reconciled(store, *own).is_true() && *own != line
    });
    reconcile(store, &open, line)
}

/// `web_save_multi` of lines: each is reconciled with the one that its `reconciled_lines_ids` is given.
pub(super) fn save_lines(store: &mut Store, ids: &[i64], list: &Value) -> Answered<()> {
    let rows = list.as_array().filter(|rows| rows.len() == ids.len());
    let rows = rows.ok_or_else(|| unknown("web_save_multi with another number of values than records"))?;
    for (own, row) in ids.iter().zip(rows) {
        let fields = row.as_object().map(|row| row.len());
        let line = match row["reconciled_lines_ids"].as_array().map(Vec::as_slice) {
            Some([link]) if fields == Some(1) && link[0] == 4 => link[1].as_i64(),
            _ => None,
        };
        let line = line.ok_or_else(|| unknown(format!("writing {row} on a line")))?;
        store.require(LINE, *own)?;
        store.require(LINE, line)?;
        // A link that is there already is no change.
        if !is_matched(store, *own, line) {
            reconcile(store, &[*own], line)?;
        }
    }
    Ok(())
}

/// Whether two lines were matched with each other.
fn is_matched(store: &Store, debit: i64, credit: i64) -> bool {
    let partials = store.pointing(PARTIAL, "debit_move_id", debit).into_iter();
    let mut credits = partials.filter_map(|partial| store.cell(PARTIAL, partial, "credit_move_id").one());
    credits.any(|of| of == credit)
}

/// Matches a payment's line with lines of an invoice.
fn reconcile(store: &mut Store, open: &[i64], line: i64) -> Answered<()> {
    let all = || open.iter().chain([&line]);
    if all().any(|line| reconciled(store, *line).is_true()) {
        return Err(user_error(
            "You are trying to reconcile some entries that are already reconciled.",
        ));
    }
    if all().any(|line| is_cancelled(store, *line)) {
        return Err(user_error("You can not reconcile cancelled entries."));
    }
    for own in open {
        let (debit, credit) = (residual(store, *own), -residual(store, line));
        let amount = debit.min(credit);
        if amount > Decimal::ZERO {
            store.insert(
                PARTIAL,
                [
                    ("debit_move_id", Cell::One(*own)),
                    ("credit_move_id", Cell::One(line)),
                    ("amount", Cell::Number(amount)),
                ],
            );
        }
    }
    if let Some(payment) = payments::of_line(store, line) {
        payments::settle(store, payment, line);
    }
    Ok(())
}

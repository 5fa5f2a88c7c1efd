//! Sales orders: drafts, confirmation, cancelling, and how far they are invoiced.

use super::{
    amounts::{raw, round},
    cell::Cell,
    errors::{Answered, unknown, user_error},
    invoices,
    load::{Line, Values, Why},
    stock,
    store::Store,
};
use rust_decimal::Decimal;

const ORDER: &str = "sale.order";
const LINE: &str = "sale.order.line";

/// Creates a quotation. What our rows always say is expected to be there: Odoo's own defaults are not simulated.
pub(super) fn create(store: &mut Store, mut values: Values) -> Result<i64, Why> {
    for field in [
        "partner_id",
        "pricelist_id",
        "warehouse_id",
        "company_id",
        "date_order",
    ] {
        if values.cells.get(field).is_none_or(|cell| *cell == Cell::Empty) {
            return Err(unknown(format!("a sales order without {field}")).into());
        }
    }
    let number = store.draw("sale.order.name");
    values.cells.extend([
        ("name", Cell::text(format!("S{number:05}"))),
        ("state", Cell::text("draft")),
        ("locked", Cell::Bool(false)),
    ]);
    let id = store.insert(ORDER, values.cells);
    for line in values.lines.remove("order_line").unwrap_or_default() {
        add_line(store, id, line)?;
    }
    Ok(id)
}

fn add_line(store: &mut Store, order: i64, line: Line) -> Result<(), Why> {
    for field in [
        "product_id",
        "product_uom_qty",
        "price_unit",
        "discount",
        "tax_ids",
    ] {
        if !line.cells.contains_key(field) {
            return Err(unknown(format!("an order line without {field}")).into());
        }
    }
    let id = store.insert(
        LINE,
        line.cells.into_iter().chain([("order_id", Cell::One(order))]),
    );
    if let Some(name) = line.external_id {
        store.name(&name, LINE, id);
    }
    Ok(())
}

/// Overwrites a quotation, an order that is confirmed and not locked, or a cancelled one, which stays cancelled: its
/// lines by their external ids; lines that are not named stay. So does Odoo 19 with a `load` that arrives late.
pub(super) fn update(store: &mut Store, id: i64, mut values: Values) -> Result<(), Why> {
    let confirmed = store.cell(ORDER, id, "state").as_text() == Some("sale");
    if confirmed && store.cell(ORDER, id, "locked").is_true() {
        let message =
            "It is forbidden to modify the following fields in a locked order:\nQuantity\nUnit Price";
        return Err(user_error(message).into());
    }
    let ordered = |line: &Line| {
        let wanted = line.cells.get("product_uom_qty");
        let there = line.there.map(|there| store.cell(LINE, there, "product_uom_qty"));
        there.is_some_and(|there| wanted.is_none_or(|wanted| *wanted == there))
    };
    let mut lines = values.lines.get("order_line").into_iter().flatten();
    if confirmed && !lines.all(ordered) {
        return Err(unknown("ordering more or less of an order that is confirmed").into());
    }
    for line in values.lines.remove("order_line").unwrap_or_default() {
        match line.there {
            Some(there) if store.cell(LINE, there, "order_id") != Cell::One(id) => {
                return Err(unknown("moving a line to another order").into());
            }
            Some(there) => store.update(LINE, there, line.cells),
            None => add_line(store, id, line)?,
        }
    }
    store.update(ORDER, id, values.cells);
    Ok(())
}

/// `action_confirm`: all or none.
pub(super) fn confirm(store: &mut Store, ids: &[i64]) -> Answered<()> {
    for id in ids {
        store.require(ORDER, *id)?;
        if !matches!(store.cell(ORDER, *id, "state").as_text(), Some("draft" | "sent")) {
            return Err(user_error(
                "Some orders are not in a state requiring confirmation.",
            ));
        }
    }
    let moment = store.moment()?.strftime("%Y-%m-%d %H:%M:%S").to_string();
    for id in ids {
        let locked = store.lock_confirmed;
        store.update(
            ORDER,
            *id,
            [
                ("state", Cell::text("sale")),
                ("date_order", Cell::text(&moment)),
                ("locked", Cell::Bool(locked)),
            ],
        );
        stock::procure(store, *id);
    }
    Ok(())
}

/// `action_unlock`.
pub(super) fn unlock(store: &mut Store, ids: &[i64]) -> Answered<()> {
    for id in ids {
        store.require(ORDER, *id)?;
        store.set(ORDER, *id, "locked", Cell::Bool(false));
    }
    Ok(())
}

/// `action_cancel`: with its deliveries that have not left, and its draft invoices.
pub(super) fn cancel(store: &mut Store, ids: &[i64]) -> Answered<()> {
    for id in ids {
        store.require(ORDER, *id)?;
        if store.cell(ORDER, *id, "locked").is_true() {
            return Err(user_error(
                "You cannot cancel a locked order. Please unlock it first.",
            ));
        }
    }
    for id in ids {
        stock::cancel_deliveries(store, *id);
        for invoice in invoices(store, *id).many() {
            if store.cell("account.move", *invoice, "state").as_text() == Some("draft") {
                invoices::cancel(store, &[*invoice])?;
            }
        }
        store.set(ORDER, *id, "state", Cell::text("cancel"));
    }
    Ok(())
}

/// `unlink` of lines: those of quotations only.
pub(super) fn unlink_lines(store: &mut Store, ids: &[i64]) -> Answered<()> {
    for id in ids {
        store.require(LINE, *id)?;
        let order = store.cell(LINE, *id, "order_id").one().unwrap_or_default();
        if store.cell(ORDER, order, "state").as_text() == Some("sale") {
            let message = "Once a sales order is confirmed, you can't remove one of its lines (we need to track if \
                           something gets invoiced or delivered).\nSet the quantity to 0 instead.";
            return Err(user_error(message));
        }
        store.remove(LINE, *id);
    }
    Ok(())
}

fn lines(store: &Store, order: i64) -> Vec<i64> {
    store.pointing(LINE, "order_id", order)
}

pub(super) fn currency(store: &Store, id: i64) -> Cell {
    let pricelist = store.cell(ORDER, id, "pricelist_id").one().unwrap_or_default();
    store.cell("product.pricelist", pricelist, "currency_id")
}

pub(super) fn subtotal(store: &Store, line: i64) -> Cell {
    let order = store.cell(LINE, line, "order_id").one().unwrap_or_default();
    let cell = |field| store.cell(LINE, line, field).number();
    let raw = raw(cell("product_uom_qty"), cell("price_unit"), cell("discount"));
    Cell::Number(round(store, raw, currency(store, order).one()))
}

pub(super) fn untaxed(store: &Store, id: i64) -> Cell {
    let lines = lines(store, id).into_iter();
    Cell::Number(lines.map(|line| subtotal(store, line).number()).sum())
}

pub(super) fn tax(store: &Store, id: i64) -> Cell {
    let lines = lines(store, id).into_iter().map(|line| {
        let cell = |field| store.cell(LINE, line, field).number();
        let raw = raw(cell("product_uom_qty"), cell("price_unit"), cell("discount"));
        (raw, store.cell(LINE, line, "tax_ids").targets())
    });
    let taxes = invoices::taxes(store, lines, currency(store, id).one());
    Cell::Number(taxes.into_iter().map(|(_, amount)| amount).sum())
}

pub(super) fn total(store: &Store, id: i64) -> Cell {
    Cell::Number(untaxed(store, id).number() + tax(store, id).number())
}

/// Its invoices, by the links of their lines to its lines. Cancelled ones are among them.
pub(super) fn invoices(store: &Store, id: i64) -> Cell {
    let lines = lines(store, id).into_iter();
    let linked = lines.flat_map(|line| store.pointing("account.move.line", "sale_line_ids", line));
    let mut moves: Vec<i64> = linked
        .filter_map(|line| store.cell("account.move.line", line, "move_id").one())
        .collect();
    moves.sort_unstable();
    moves.dedup();
    Cell::Many(moves)
}

/// Drafts count: what stands on one is not to be invoiced once more.
pub(super) fn qty_invoiced(store: &Store, line: i64) -> Cell {
    let linked = store.pointing("account.move.line", "sale_line_ids", line);
    let counted = linked.into_iter().filter(|line| {
        let entry = store.cell("account.move.line", *line, "move_id").one();
        entry.is_some_and(|entry| store.cell("account.move", entry, "state").as_text() != Some("cancel"))
    });
    let quantity = |line| store.cell("account.move.line", line, "quantity").number();
    Cell::Number(counted.map(quantity).sum())
}

pub(super) fn qty_delivered(store: &Store, line: i64) -> Cell {
    Cell::Number(stock::delivered(store, line))
}

/// Goods are counted by their deliveries, services by hand.
pub(super) fn qty_delivered_method(store: &Store, line: i64) -> Cell {
    let product = store.cell(LINE, line, "product_id").one().unwrap_or_default();
    let goods = store.cell("product.product", product, "type").as_text() == Some("consu");
    Cell::text(if goods { "stock_move" } else { "manual" })
}

pub(super) fn line_status(store: &Store, line: i64) -> Cell {
    let order = store.cell(LINE, line, "order_id").one().unwrap_or_default();
    let (ordered, invoiced, delivered) = (
        store.cell(LINE, line, "product_uom_qty").number(),
        qty_invoiced(store, line).number(),
        stock::delivered(store, line),
    );
    let product = store.cell(LINE, line, "product_id").one().unwrap_or_default();
    let on_order = store.cell("product.product", product, "invoice_policy").as_text() != Some("delivery");
    let open = if on_order { ordered } else { delivered } - invoiced;
    let status = match () {
        () if store.cell(ORDER, order, "state").as_text() != Some("sale") => "no",
        () if open != Decimal::ZERO => "to invoice",
        () if on_order && ordered >= Decimal::ZERO && delivered > ordered => "upselling",
        () if invoiced >= ordered => "invoiced",
        () => "no",
    };
    Cell::text(status)
}

pub(super) fn invoice_status(store: &Store, id: i64) -> Cell {
    let statuses: Vec<Cell> = lines(store, id)
        .into_iter()
        .map(|line| line_status(store, line))
        .collect();
    let all = |of: &[&str]| {
        let known = |cell: &Cell| cell.as_text().is_some_and(|status| of.contains(&status));
        !statuses.is_empty() && statuses.iter().all(known)
    };
    let status = match () {
        () if store.cell(ORDER, id, "state").as_text() != Some("sale") => "no",
        () if statuses.contains(&Cell::text("to invoice")) => "to invoice",
        () if all(&["invoiced"]) => "invoiced",
        () if all(&["invoiced", "upselling"]) => "upselling",
        () => "no",
    };
    Cell::text(status)
}

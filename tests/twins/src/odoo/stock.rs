//! Stock in one warehouse: what is there, what is promised, deliveries.

use super::{
    cell::Cell,
    errors::{Answered, unknown},
    load::{Values, Why},
    store::Store,
};
use rust_decimal::Decimal;
use serde_json::{Value, json};

const PRODUCT: &str = "product.product";
const MOVE: &str = "stock.move";
const PICKING: &str = "stock.picking";

/// Creates a product, as the merchant's configuration may let the bot do.
pub(super) fn create_product(store: &mut Store, values: Values) -> Result<i64, Why> {
    if !store.bot_makes_products {
        return Err(Why::refused(
            "You are not allowed to create 'Product Variant' (product.product) records.",
        ));
    }
    Ok(add_product(store, values.cells))
}

/// A product with its template.
pub(super) fn add_product(store: &mut Store, cells: impl IntoIterator<Item = (&'static str, Cell)>) -> i64 {
    let template = store.insert("product.template", []);
    let unit = store
        .find("uom.uom", "name", &Cell::text("Units"))
        .unwrap_or_default();
    let defaults = [
        ("active", Cell::Bool(true)),
        ("type", Cell::text("consu")),
        ("is_storable", Cell::Bool(false)),
        ("invoice_policy", Cell::text("order")),
        ("product_tmpl_id", Cell::One(template)),
        ("uom_id", Cell::One(unit)),
    ];
    let id = store.insert(PRODUCT, defaults.into_iter().chain(cells));
    let name = store.cell(PRODUCT, id, "name");
    store.set("product.template", template, "name", name);
    id
}

/// Parts and how many of each make one kit; nothing for what is no kit.
fn parts(store: &Store, product: i64) -> Vec<(i64, Decimal)> {
    let template = store
        .cell(PRODUCT, product, "product_tmpl_id")
        .one()
        .unwrap_or_default();
    let mut bills = store.pointing("mrp.bom", "product_tmpl_id", template).into_iter();
    let bill = bills.find(|bill| store.cell("mrp.bom", *bill, "type").as_text() == Some("phantom"));
    let Some(bill) = bill else {
        return Vec::new();
    };
    let makes = store.cell("mrp.bom", bill, "product_qty").number();
    let lines = store.pointing("mrp.bom.line", "bom_id", bill).into_iter();
    let part = |line| {
        let product = store.cell("mrp.bom.line", line, "product_id").one()?;
        let quantity = store.cell("mrp.bom.line", line, "product_qty").number();
        Some((product, quantity.checked_div(makes)?))
    };
    lines.filter_map(part).collect()
}

pub(super) fn is_kit(store: &Store, product: i64) -> Cell {
    Cell::Bool(!parts(store, product).is_empty())
}

fn of_parts(store: &Store, product: i64, of: fn(&Store, i64) -> Cell) -> Option<Decimal> {
    let parts = parts(store, product).into_iter();
    let kits = parts.filter_map(|(part, per_kit)| of(store, part).number().checked_div(per_kit));
    kits.map(|kits| kits.floor()).min()
}

/// What is there, promised or not.
pub(super) fn on_hand(store: &Store, product: i64) -> Cell {
    let own = || {
        let quants = store.pointing("stock.quant", "product_id", product).into_iter();
        quants
            .map(|quant| store.cell("stock.quant", quant, "quantity").number())
            .sum()
    };
    Cell::Number(of_parts(store, product, on_hand).unwrap_or_else(own))
}

/// What is promised and has not left.
pub(super) fn outgoing(store: &Store, product: i64) -> Cell {
    let own = || {
        let moves = store.pointing(MOVE, "product_id", product).into_iter();
        let open = moves.filter(|id| is_open(store, *id));
        open.map(|id| store.cell(MOVE, id, "product_uom_qty").number())
            .sum()
    };
    Cell::Number(of_parts(store, product, outgoing).unwrap_or_else(own))
}

fn is_open(store: &Store, id: i64) -> bool {
    !matches!(store.cell(MOVE, id, "state").as_text(), Some("done" | "cancel"))
}

/// Confirming an order makes one delivery of its goods, a kit as its parts, and reserves what is there.
pub(super) fn procure(store: &mut Store, order: i64) {
    let mut wanted = Vec::new();
    for line in store.pointing("sale.order.line", "order_id", order) {
        let product = store
            .cell("sale.order.line", line, "product_id")
            .one()
            .unwrap_or_default();
        let quantity = store.cell("sale.order.line", line, "product_uom_qty").number();
        if quantity <= Decimal::ZERO {
            continue;
        }
        let parts = parts(store, product);
        match parts.is_empty() {
            true => wanted.push((line, product, quantity)),
            false => wanted.extend(
                parts
                    .into_iter()
                    .map(|(part, per_kit)| (line, part, per_kit * quantity)),
            ),
        }
    }
    wanted.retain(|(_, product, _)| store.cell(PRODUCT, *product, "type").as_text() == Some("consu"));
    if wanted.is_empty() {
        return;
    }
    let number = store.draw("stock.picking.name");
    let warehouse = store
        .cell("sale.order", order, "warehouse_id")
        .one()
        .unwrap_or_default();
    let code = store.cell("stock.warehouse", warehouse, "code");
    let name = format!("{}/OUT/{number:05}", code.as_text().unwrap_or_default());
    let partner = store.cell("sale.order", order, "partner_shipping_id");
    let picking = store.insert(
        PICKING,
        [
            ("name", Cell::Text(name)),
            ("picking_type_code", Cell::text("outgoing")),
            ("partner_id", partner),
            ("sale_id", Cell::One(order)),
        ],
    );
    for (line, product, quantity) in wanted {
        let id = store.insert(
            MOVE,
            [
                ("picking_id", Cell::One(picking)),
                ("sale_line_id", Cell::One(line)),
                ("product_id", Cell::One(product)),
                ("product_uom_qty", Cell::Number(quantity)),
                ("state", Cell::text("confirmed")),
            ],
        );
        reserve(store, id);
    }
}

/// Reserves for a move what nobody else has reserved.
pub(super) fn reserve(store: &mut Store, id: i64) {
    let product = store.cell(MOVE, id, "product_id").one().unwrap_or_default();
    let wanted = store.cell(MOVE, id, "product_uom_qty").number();
    let free = match store.cell(PRODUCT, product, "is_storable").is_true() {
        false => wanted,
        true => {
            let others = store.pointing(MOVE, "product_id", product).into_iter();
            let others = others.filter(|other| *other != id && is_open(store, *other));
            let reserved: Decimal = others
                .map(|other| store.cell(MOVE, other, "quantity").number())
                .sum();
            (on_hand(store, product).number() - reserved).max(Decimal::ZERO)
        }
    };
    let reserved = free.min(wanted);
    let state = match () {
        () if reserved == wanted => "assigned",
        () if reserved.is_zero() => "confirmed",
        () => "partially_available",
    };
    store.update(
        MOVE,
        id,
        [("quantity", Cell::Number(reserved)), ("state", Cell::text(state))],
    );
}

/// Cancels what of an order's deliveries has not left.
pub(super) fn cancel_deliveries(store: &mut Store, order: i64) {
    for picking in store.pointing(PICKING, "sale_id", order) {
        for id in store.pointing(MOVE, "picking_id", picking) {
            if is_open(store, id) {
                store.update(
                    MOVE,
                    id,
                    [("state", Cell::text("cancel")), ("quantity", Cell::Empty)],
                );
            }
        }
    }
}

/// `button_validate`: the goods leave. A delivery that has left already is no error. What is not sent along is given up
/// where the caller says so (`picking_ids_not_to_backorder`); backorders are not simulated.
pub(super) fn validate(store: &mut Store, ids: &[i64], context: &Value) -> Answered<()> {
    for id in ids {
        store.require(PICKING, *id)?;
        match picking_state(store, *id).as_text() {
            Some("done") => continue,
            Some("assigned") => {}
            state => return Err(unknown(format!("validating a delivery that is {state:?}"))),
        }
        let given_up = context["picking_ids_not_to_backorder"].as_array();
        let given_up = given_up.is_some_and(|ids| ids.contains(&json!(id)));
        for id in store.pointing(MOVE, "picking_id", *id) {
            let wanted = store.cell(MOVE, id, "product_uom_qty").number();
            if store.cell(MOVE, id, "state").as_text() != Some("assigned") {
                return Err(unknown("validating a delivery that is not complete"));
            }
            let sent = store.cell(MOVE, id, "quantity").number();
            if sent > wanted || (sent < wanted && !given_up) {
                return Err(unknown("sending more or less than was ordered"));
            }
            let product = store.cell(MOVE, id, "product_id").one().unwrap_or_default();
            if store.cell(PRODUCT, product, "is_storable").is_true() {
                add_stock(store, product, -sent);
            }
            let cells = [
                ("state", Cell::text("done")),
                ("product_uom_qty", Cell::Number(sent)),
            ];
            store.update(MOVE, id, cells);
        }
    }
    Ok(())
}

/// More, or less, of a product in the warehouse.
pub(super) fn add_stock(store: &mut Store, product: i64, quantity: Decimal) {
    match store.pointing("stock.quant", "product_id", product).first() {
        Some(quant) => {
            let there = store.cell("stock.quant", *quant, "quantity").number();
            store.set("stock.quant", *quant, "quantity", Cell::Number(there + quantity));
        }
        None => {
            let cells = [
                ("product_id", Cell::One(product)),
                ("quantity", Cell::Number(quantity)),
            ];
            store.insert("stock.quant", cells);
        }
    }
}

/// How much of an order's line has left; of a kit, what its parts make. Services are not counted by deliveries.
pub(super) fn delivered(store: &Store, line: i64) -> Decimal {
    let product = store
        .cell("sale.order.line", line, "product_id")
        .one()
        .unwrap_or_default();
    let done = |product: i64| -> Decimal {
        let moves = store.pointing(MOVE, "sale_line_id", line).into_iter();
        let done = moves.filter(|id| {
            let state = store.cell(MOVE, *id, "state");
            state.as_text() == Some("done") && store.cell(MOVE, *id, "product_id") == Cell::One(product)
        });
        done.map(|id| store.cell(MOVE, id, "quantity").number()).sum()
    };
    let parts = parts(store, product).into_iter();
    let kits = parts.filter_map(|(part, per_kit)| done(part).checked_div(per_kit));
    kits.map(|kits| kits.floor())
        .min()
        .unwrap_or_else(|| done(product))
}

pub(super) fn picking_state(store: &Store, picking: i64) -> Cell {
    let states: Vec<Cell> = store
        .pointing(MOVE, "picking_id", picking)
        .into_iter()
        .map(|id| store.cell(MOVE, id, "state"))
        .collect();
    let live: Vec<&str> = states
        .iter()
        .filter_map(Cell::as_text)
        .filter(|state| *state != "cancel")
        .collect();
    let state = match () {
        () if states.is_empty() => "draft",
        () if live.is_empty() => "cancel",
        () if live.iter().all(|state| *state == "done") => "done",
        () if live.contains(&"assigned") || live.contains(&"partially_available") => "assigned",
        () => "confirmed",
    };
    Cell::text(state)
}

//! The lines of an order: what the sales order and the invoice both say.

use domain::{
    failure::{Failure, FailureName},
    merchant::{Merchant, Store},
    money::Money,
    order::{ChargeKind, Order},
};
use odoo::books::Books;
use rust_decimal::Decimal;
use std::collections::HashMap;

/// Digits of a unit price: enough that a hundred thousand pieces still make up their total.
const PRICE_DIGITS: u32 = 10;

/// A line as it is written.
#[derive(Clone, Debug, PartialEq)]
pub struct PlannedLine {
    /// Part of its external id: `line_7`, `charge_3`.
    pub part: String,
    /// `product.product`.
    pub product: i64,
    /// The description on documents.
    pub name: String,
    /// How many.
    pub quantity: Decimal,
    /// Net, for one.
    pub price_unit: Decimal,
    /// `account.tax`; empty means none, never the product's own.
    pub taxes: Vec<i64>,
}

/// `product.product` by `default_code`, or why it cannot be used.
pub type Products = HashMap<String, Result<i64, Failure>>;

/// Every `default_code` an order needs, charges and discounts included; with the description for products that may
/// have to be made.
pub fn skus<'a>(order: &'a Order, merchant: &'a Merchant) -> Vec<(&'a str, &'a str)> {
    let products = &merchant.odoo.products;
    let lines = order
        .lines
        .iter()
        .map(|line| (line.sku.as_str(), line.name.as_str()));
    let charges = order
        .charges
        .iter()
        .map(|charge| (charge_sku(charge.kind, merchant), charge.name.as_str()));
    let discounts = order
        .discounts
        .iter()
        .map(|discount| (products.discount.as_str(), discount.name.as_str()));
    lines.chain(charges).chain(discounts).collect()
}

fn charge_sku(kind: ChargeKind, merchant: &Merchant) -> &str {
    match kind {
        ChargeKind::Shipping => &merchant.odoo.products.shipping,
        ChargeKind::Fee => &merchant.odoo.products.fee,
    }
}

/// The lines of an order, in the shop's order.
///
/// # Errors
/// [`FailureName::Refused`] naming the field of the order that cannot be written.
pub fn plan(
    order: &Order,
    merchant: &Merchant,
    store: &Store,
    books: &Books,
    products: &Products,
) -> Result<Vec<PlannedLine>, Failure> {
    let planner = Planner {
        order,
        store,
        books,
        products,
    };
    let mut planned = Vec::new();
    for (index, line) in order.lines.iter().enumerate() {
        let field = format!("lines[{index}]");
        let cells = Position {
            id: &line.id,
            kind: "line",
            sku: &line.sku,
            name: &line.name,
            taxes: &line.taxes,
        };
        planned.push(planner.line(&field, &cells, line.quantity, line.net_minor)?);
    }
    for (index, charge) in order.charges.iter().enumerate() {
        let sku = charge_sku(charge.kind, merchant);
        let cells = Position {
            id: &charge.id,
            kind: "charge",
            sku,
            name: &charge.name,
            taxes: &charge.taxes,
        };
        planned.push(planner.line(
            &format!("charges[{index}]"),
            &cells,
            Decimal::ONE,
            charge.net_minor,
        )?);
    }
    for (index, discount) in order.discounts.iter().enumerate() {
        let sku = &merchant.odoo.products.discount;
        let cells = Position {
            id: &discount.id,
            kind: "discount",
            sku,
            name: &discount.name,
            taxes: &discount.taxes,
        };
        let net_minor = discount
            .net_minor
            .checked_neg()
            .ok_or_else(|| too_large(&format!("discounts[{index}]")))?;
        planned.push(planner.line(&format!("discounts[{index}]"), &cells, Decimal::ONE, net_minor)?);
    }
    Ok(planned)
}

struct Planner<'a> {
    order: &'a Order,
    store: &'a Store,
    books: &'a Books,
    products: &'a Products,
}

struct Position<'a> {
    id: &'a str,
    kind: &'a str,
    sku: &'a str,
    name: &'a str,
    taxes: &'a [String],
}

impl Planner<'_> {
    fn line(
        &self,
        field: &str,
        at: &Position<'_>,
        quantity: Decimal,
        net_minor: i64,
    ) -> Result<PlannedLine, Failure> {
        let product = match self.products.get(at.sku) {
            Some(Ok(product)) => *product,
            Some(Err(failure)) => return Err(failure.clone().field(format!("{field}.sku"))),
            None => {
                return Err(Failure::new(FailureName::Refused, "the product was not looked up").field(field));
            }
        };
        let mut taxes = Vec::with_capacity(at.taxes.len());
        for code in at.taxes {
            taxes.push(self.books.tax(self.store.tax(code)?)?.id);
        }
        let net: Decimal = Money::new(net_minor, self.order.currency)
            .to_major()
            .parse()
            .map_err(|_| too_large(field))?;
        let price_unit = net.checked_div(quantity).ok_or_else(|| {
            Failure::new(FailureName::Refused, "a quantity of nothing has no price")
                .field(format!("{field}.quantity"))
        })?;
        Ok(PlannedLine {
            part: format!("{}_{}", at.kind, at.id),
            product,
            name: if at.name.is_empty() {
                at.sku.to_owned()
            } else {
                at.name.to_owned()
            },
            quantity,
            price_unit: price_unit.round_dp(PRICE_DIGITS).normalize(),
            taxes,
        })
    }
}

fn too_large(field: &str) -> Failure {
    Failure::new(FailureName::Refused, "the amount is too large").field(format!("{field}.net_minor"))
}

/// Database ids as `load` takes them for a relation to many: `6,7`.
pub fn id_list(ids: &[i64]) -> String {
    ids.iter().map(i64::to_string).collect::<Vec<_>>().join(",")
}

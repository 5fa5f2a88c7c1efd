//! Lines, charges, discounts and taxes of a WooCommerce order, in minor units.

use super::wire;
use crate::json::Text;
use domain::{
    failure::{Failure, FailureName},
    money::{Currency, Money},
    order::{Charge, ChargeKind, Discount, Line, TaxTotal},
};
use rust_decimal::Decimal;
use std::collections::BTreeMap;

/// The amounts of an order.
pub(super) struct Amounts {
    pub lines: Vec<Line>,
    pub charges: Vec<Charge>,
    pub discounts: Vec<Discount>,
    pub taxes: Vec<TaxTotal>,
    pub total_minor: i64,
}

/// Rate id → code, for the taxes on lines.
type Codes<'a> = BTreeMap<&'a str, &'a str>;

/// Reads all amounts of an order.
pub(super) fn read(order: &wire::Order, currency: Currency) -> Result<Amounts, Failure> {
    let codes: Codes<'_> = order
        .tax_lines
        .iter()
        .map(|tax| (tax.rate_id.as_str(), code(tax)))
        .collect();
    let mut amounts = Amounts {
        lines: lines(order, currency, &codes)?,
        charges: Vec::new(),
        discounts: Vec::new(),
        taxes: taxes(order, currency)?,
        total_minor: minor(&order.total, currency, || "total".to_owned())?,
    };
    for (field, kind, extras) in [
        ("shipping_lines", ChargeKind::Shipping, &order.shipping_lines),
        ("fee_lines", ChargeKind::Fee, &order.fee_lines),
    ] {
        for (i, extra) in extras.iter().enumerate() {
            let net_minor = minor(&extra.total, currency, || format!("{field}[{i}].total"))?;
            add_extra(
                &mut amounts,
                kind,
                extra,
                net_minor,
                line_taxes(&extra.taxes, &codes),
            );
        }
    }
    if order.prices_include_tax {
        absorb_rounding(&mut amounts);
    }
    Ok(amounts)
}

/// A positive extra is a charge, a negative one a discount; nothing is written for a free one.
fn add_extra(
    amounts: &mut Amounts,
    kind: ChargeKind,
    extra: &wire::ExtraLine,
    net_minor: i64,
    taxes: Vec<String>,
) {
    let id = extra.id.as_str().to_owned();
    let name = extra
        .method_title
        .some()
        .or(extra.name.some())
        .unwrap_or(match kind {
            ChargeKind::Shipping => "Shipping",
            ChargeKind::Fee => "Fee",
        });
    let name = name.to_owned();
    match net_minor {
        0 => {}
        1.. => amounts.charges.push(Charge {
            id,
            kind,
            name,
            net_minor,
            taxes,
        }),
        _ => amounts.discounts.push(Discount {
            id,
            name,
            net_minor: net_minor.saturating_neg(),
            taxes,
        }),
    }
}

fn lines(order: &wire::Order, currency: Currency, codes: &Codes<'_>) -> Result<Vec<Line>, Failure> {
    let line = |(i, line): (usize, &wire::Line)| {
        let quantity = Decimal::from_str_exact(line.quantity.as_str());
        let quantity = quantity.map_err(|_| {
            refused(
                format!("line_items[{i}].quantity"),
                "the quantity is no decimal number",
            )
        })?;
        Ok(Line {
            id: line.id.as_str().to_owned(),
            sku: line.sku.as_str().to_owned(),
            name: line.name.as_str().to_owned(),
            quantity: quantity.normalize(),
            net_minor: minor(&line.total, currency, || format!("line_items[{i}].total"))?,
            taxes: line_taxes(&line.taxes, codes),
        })
    };
    order.line_items.iter().enumerate().map(line).collect()
}

/// The codes of the taxes on a line. A rate that is not among the order's taxes keeps its id, and the check of the
/// order refuses it by that name.
fn line_taxes(taxes: &[wire::LineTax], codes: &Codes<'_>) -> Vec<String> {
    let borne = taxes.iter().filter(|tax| tax.total.some().is_some());
    borne
        .map(|tax| {
            codes
                .get(tax.id.as_str())
                .map_or(tax.id.as_str(), |code| code)
                .to_owned()
        })
        .collect()
}

fn taxes(order: &wire::Order, currency: Currency) -> Result<Vec<TaxTotal>, Failure> {
    let tax = |(i, tax): (usize, &wire::TaxLine)| {
        let goods = minor(&tax.tax_total, currency, || format!("tax_lines[{i}].tax_total"))?;
        let shipping = match tax.shipping_tax_total.some() {
            Some(_) => minor(&tax.shipping_tax_total, currency, || {
                format!("tax_lines[{i}].shipping_tax_total")
            })?,
            None => 0,
        };
        let too_large = || refused(format!("tax_lines[{i}].tax_total"), "the tax is too large");
        Ok(TaxTotal {
            code: code(tax).to_owned(),
            name: tax.label.some().unwrap_or(code(tax)).to_owned(),
            rate_percent: Decimal::from_str_exact(tax.rate_percent.as_str())
                .ok()
                .map(|percent| percent.normalize()),
            amount_minor: goods.checked_add(shipping).ok_or_else(too_large)?,
        })
    };
    order.tax_lines.iter().enumerate().map(tax).collect()
}

/// The configuration maps the rate's code, or its id in shops whose codes were never set.
fn code(tax: &wire::TaxLine) -> &str {
    tax.rate_code.some().unwrap_or(tax.rate_id.as_str())
}

/// A shop whose prices include tax rounds each line's net amount by itself, and their sum may miss the total by up to
/// half a minor unit a line. What the customer paid and what goes to the tax office are exact, so the largest line
/// takes the difference. Larger differences are left for the check of the order to refuse.
fn absorb_rounding(amounts: &mut Amounts) {
    let nets = amounts
        .lines
        .iter()
        .map(|line| line.net_minor)
        .chain(amounts.charges.iter().map(|c| c.net_minor));
    let discounts = amounts
        .discounts
        .iter()
        .map(|discount| discount.net_minor.saturating_neg());
    let taxes = amounts.taxes.iter().map(|tax| tax.amount_minor);
    let sum = nets
        .chain(discounts)
        .chain(taxes)
        .try_fold(0_i64, i64::checked_add);
    let roundings = amounts.lines.len() + amounts.charges.len() + amounts.discounts.len();
    let Some(difference) = sum.and_then(|sum| amounts.total_minor.checked_sub(sum)) else {
        return;
    };
    let explained = difference.unsigned_abs().saturating_mul(2)
        <= u64::try_from(roundings).unwrap_or(0).saturating_add(1);
    if let Some(largest) = amounts
        .lines
        .iter_mut()
        .max_by_key(|line| line.net_minor)
        .filter(|_| explained)
    {
        largest.net_minor = largest.net_minor.saturating_add(difference);
    }
}

fn minor(text: &Text, currency: Currency, field: impl Fn() -> String) -> Result<i64, Failure> {
    let money = Money::parse(text.as_str(), currency)
        .map_err(|error| refused(field(), format!("the amount {error}")))?;
    Ok(money.minor)
}

fn refused(field: String, what: impl Into<String>) -> Failure {
    Failure::new(FailureName::Refused, what).field(field)
}

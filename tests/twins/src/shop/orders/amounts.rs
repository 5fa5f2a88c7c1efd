//! Lines, charges, discounts and taxes that make up a total, to the minor unit.

use super::goods::{self, Rate};
use domain::{merchant::Store, money::Currency};
use fastrand::Rng;
use rust_decimal::{Decimal, RoundingStrategy, prelude::ToPrimitive};

/// What a coupon takes off the goods.
const COUPON_PERCENT: i64 = 10;
/// What a reduction takes off the order, US cents.
const CREDIT_CENTS: i64 = 300;

/// Goods, shipping, a fee, or a reduction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Sort {
    Goods,
    Shipping,
    Fee,
    Discount,
}

/// One position. Amounts are minor units and positive, those of a discount too.
#[derive(Clone, Debug)]
pub(super) struct Position {
    pub sort: Sort,
    /// Of goods.
    pub sku: String,
    pub name: String,
    /// Of goods.
    pub quantity: i64,
    /// Without tax, after a coupon.
    pub net_minor: i64,
    /// What it was before a coupon.
    pub before_coupon_minor: i64,
    /// By rate: which of [`Amounts::rates`], and how much.
    pub taxes: Vec<(usize, i64)>,
}

/// The amounts of an order.
#[derive(Clone, Debug)]
pub(super) struct Amounts {
    pub rates: Vec<Rate>,
    pub positions: Vec<Position>,
}

impl Position {
    /// With its sign: a discount takes away.
    fn sign(&self) -> i64 {
        if self.sort == Sort::Discount { -1 } else { 1 }
    }
}

impl Amounts {
    /// What the customer pays.
    pub(super) fn total_minor(&self) -> i64 {
        let net: i64 = self.positions.iter().map(|p| p.sign() * p.net_minor).sum();
        let taxes: i64 = (0..self.rates.len())
            .map(|rate| self.tax_minor(rate, |_| true))
            .sum();
        net + taxes
    }

    /// The tax of a rate on the positions of some sorts.
    pub(super) fn tax_minor(&self, rate: usize, wanted: impl Fn(Sort) -> bool) -> i64 {
        let positions = self.positions.iter().filter(|p| wanted(p.sort));
        let taxes = positions.flat_map(|p| p.taxes.iter().map(|(at, minor)| (*at, p.sign() * minor)));
        taxes.filter(|(at, _)| *at == rate).map(|(_, minor)| minor).sum()
    }

    /// The rates somebody bears, by their place among the rates.
    pub(super) fn borne(&self) -> Vec<usize> {
        let bears = |rate: &usize| {
            self.positions
                .iter()
                .any(|p| p.taxes.iter().any(|(at, _)| at == rate))
        };
        (0..self.rates.len()).filter(bears).collect()
    }

    /// The positions of a sort.
    pub(super) fn of(&self, sort: Sort) -> impl Iterator<Item = &Position> {
        self.positions
            .iter()
            .filter(move |position| position.sort == sort)
    }
}

/// Draws what is bought: one to five products, mostly with shipping, some with a coupon, a fee or a reduction.
pub(super) fn draw(rng: &mut Rng, store: &Store, currency: Currency, prices_include_tax: bool) -> Amounts {
    let rates = goods::rates(store, currency);
    let maker = Maker {
        rates: &rates,
        prices_include_tax,
    };
    let coupon_percent = if rng.u8(..4) == 0 { COUPON_PERCENT } else { 0 };
    let mut positions = Vec::new();
    for product in goods::products(rng) {
        let quantity = rng.i64(1..=4);
        let shown = product.price(currency) * quantity;
        let after = shown - shown * coupon_percent / 100;
        positions.push(Position {
            sku: product.sku.clone(),
            name: product.name.clone(),
            quantity,
            ..maker.position(rng, Sort::Goods, shown, after)
        });
    }
    if rng.u8(..4) > 0 {
        let rate = goods::minor(750, currency);
        positions.push(named(
            "Flat rate",
            maker.position(rng, Sort::Shipping, rate, rate),
        ));
    }
    if rng.u8(..6) == 0 {
        let fee = goods::minor(200, currency);
        positions.push(named("Gift wrapping", maker.position(rng, Sort::Fee, fee, fee)));
    }
    if rng.u8(..6) == 0 {
        // Less than the cheapest product after a coupon, and taxed as the first one: nothing becomes negative.
        let credit = goods::minor(CREDIT_CENTS, currency);
        let of = positions
            .first()
            .map(|first| first.taxes.clone())
            .unwrap_or_default();
        let reduction = maker.taxed(
            Sort::Discount,
            credit,
            credit,
            of.iter().map(|(rate, _)| *rate).collect(),
        );
        positions.push(named("Store credit", reduction));
    }
    Amounts { rates, positions }
}

fn named(name: &str, position: Position) -> Position {
    Position {
        name: name.to_owned(),
        ..position
    }
}

struct Maker<'a> {
    rates: &'a [Rate],
    prices_include_tax: bool,
}

impl Maker<'_> {
    fn position(&self, rng: &mut Rng, sort: Sort, before: i64, after: i64) -> Position {
        let all: Vec<usize> = (0..self.rates.len()).collect();
        // Prices that include tax have one rate each; a delivery bears the first rate only.
        let one = sort != Sort::Goods || self.prices_include_tax;
        let borne = match (one, sort) {
            (true, Sort::Goods) => rng.choice(&all).copied().into_iter().collect(),
            (true, _) => all.first().copied().into_iter().collect(),
            (false, _) => all,
        };
        self.taxed(sort, before, after, borne)
    }

    fn taxed(&self, sort: Sort, before: i64, after: i64, borne: Vec<usize>) -> Position {
        let (net_minor, taxes) = self.split(after, &borne);
        Position {
            sort,
            sku: String::new(),
            name: String::new(),
            quantity: 1,
            net_minor,
            before_coupon_minor: self.split(before, &borne).0,
            taxes,
        }
    }

    /// What a price as the shop shows it is without tax, and its taxes.
    fn split(&self, shown: i64, borne: &[usize]) -> (i64, Vec<(usize, i64)>) {
        let percent = |rate: usize| self.rates.get(rate).map_or(Decimal::ZERO, |rate| rate.percent);
        if let (true, [rate]) = (self.prices_include_tax, borne) {
            let net = rounded(
                Decimal::from(shown) * Decimal::ONE_HUNDRED / (Decimal::ONE_HUNDRED + percent(*rate)),
            );
            return (net, vec![(*rate, shown - net)]);
        }
        let tax = |rate: &usize| {
            (
                *rate,
                rounded(Decimal::from(shown) * percent(*rate) / Decimal::ONE_HUNDRED),
            )
        };
        (shown, borne.iter().map(tax).collect())
    }
}

fn rounded(amount: Decimal) -> i64 {
    let whole = amount.round_dp_with_strategy(0, RoundingStrategy::MidpointAwayFromZero);
    whole.to_i64().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reduction_is_less_than_any_product_after_a_coupon() {
        for code in ["USD", "EUR", "JPY", "KWD"] {
            let currency: Currency = code.parse().unwrap();
            let credit = goods::minor(CREDIT_CENTS, currency);
            for product in goods::catalogue() {
                let shown = product.price(currency);
                let after = shown - shown * COUPON_PERCENT / 100;
                assert!(
                    after > credit,
                    "{} costs {after} of {code}, {credit} is taken off",
                    product.sku
                );
            }
        }
    }
}

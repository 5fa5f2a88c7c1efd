//! From what is there and what is accepted to the number the shop is told. Pure.

use domain::stock::{KitPart, kits_to_publish, to_publish};
use odoo::stock::Counted;
use rust_decimal::Decimal;
use std::collections::{BTreeMap, HashMap};

/// Goods that shops have sold and Odoo does not know of yet, by Odoo's product.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted(HashMap<i64, Decimal>);

impl Accepted {
    /// From what was sold by SKU. A kit takes its parts; what is not counted takes nothing.
    pub fn of(sold: &BTreeMap<String, Decimal>, stock: &BTreeMap<String, Counted>) -> Self {
        let mut accepted = Self::default();
        for (sku, quantity) in sold {
            match stock.get(sku) {
                Some(Counted::Goods(goods)) => accepted.add(goods.product, *quantity),
                Some(Counted::Kit(parts)) => {
                    for part in parts {
                        accepted.add(part.goods.product, quantity.saturating_mul(part.per_kit));
                    }
                }
                Some(Counted::Not(_)) | None => {}
            }
        }
        accepted
    }

    fn add(&mut self, product: i64, quantity: Decimal) {
        let sum = self.0.entry(product).or_default();
        *sum = sum.saturating_add(quantity);
    }

    fn get(&self, product: i64) -> Decimal {
        self.0.get(&product).copied().unwrap_or_default()
    }
}

/// What there is and what is taken, as read for one round.
#[derive(Clone, Debug, Default)]
pub(crate) struct Left {
    pub(crate) stock: BTreeMap<String, Counted>,
    pub(crate) accepted: Accepted,
}

impl Left {
    /// The number a shop with this buffer is told; nothing for what is not counted.
    pub(crate) fn to_publish(&self, sku: &str, buffer: u32) -> Option<i64> {
        let counted = self.stock.get(sku)?;
        if let Counted::Not(why) = counted {
            tracing::info!(sku, ?why, "not counted in Odoo");
        }
        number_to_publish(counted, &self.accepted, buffer)
    }
}

/// The number of pieces or kits the shop may offer; nothing for what is not counted.
pub fn number_to_publish(counted: &Counted, accepted: &Accepted, buffer: u32) -> Option<i64> {
    match counted {
        Counted::Goods(goods) => Some(to_publish(goods.reading, accepted.get(goods.product), buffer)),
        Counted::Kit(parts) => {
            let parts: Vec<KitPart> = parts
                .iter()
                .map(|part| KitPart {
                    reading: part.goods.reading,
                    accepted: accepted.get(part.goods.product),
                    per_kit: part.per_kit,
                })
                .collect();
            Some(kits_to_publish(&parts, buffer))
        }
        Counted::Not(_) => None,
    }
}

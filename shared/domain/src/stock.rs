//! How much of a product a shop may offer.

use rust_decimal::{Decimal, prelude::ToPrimitive};

/// Odoo's reading of one product in one warehouse.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reading {
    /// `qty_available`: on hand.
    pub qty_available: Decimal,
    /// `outgoing_qty`: promised to deliveries that are not done. Not `free_qty`, which leaves promised stock in when
    /// reservation is manual.
    pub outgoing_qty: Decimal,
}

/// The number of pieces to publish: on hand, less what is promised, less `accepted` (sold by the shop, not yet in
/// Odoo), less the buffer; whole pieces, never below zero.
pub fn to_publish(reading: Reading, accepted: Decimal, buffer: u32) -> i64 {
    let free = reading
        .qty_available
        .checked_sub(reading.outgoing_qty)
        .and_then(|free| free.checked_sub(accepted))
        .and_then(|free| free.checked_sub(Decimal::from(buffer)));
    free.map_or(0, |free| {
        free.floor().max(Decimal::ZERO).to_i64().unwrap_or(i64::MAX)
    })
}

/// Of a part of a kit: Odoo's reading, what of it is accepted but not yet in Odoo, and how many go into one kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct KitPart {
    /// Odoo's reading of the part.
    pub reading: Reading,
    /// Sold by the shop, alone or in kits, not yet in Odoo.
    pub accepted: Decimal,
    /// How many go into one kit; more than zero.
    pub per_kit: Decimal,
}

/// The number of kits to publish: as many as the scarcest part makes, less the buffer; whole kits, never below zero.
/// Odoo's own number of a kit takes on hand and promised from different parts, and so may promise too much.
pub fn kits_to_publish(parts: &[KitPart], buffer: u32) -> i64 {
    let of_part = |part: &KitPart| {
        let free = part
            .reading
            .qty_available
            .checked_sub(part.reading.outgoing_qty)
            .and_then(|free| free.checked_sub(part.accepted));
        free.and_then(|free| free.checked_div(part.per_kit))
            .map_or(0, |kits| {
                kits.floor().max(Decimal::ZERO).to_i64().unwrap_or(i64::MAX)
            })
    };
    let kits = parts.iter().map(of_part).min().unwrap_or_default();
    kits.saturating_sub(i64::from(buffer)).max(0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn reading(available: &str, outgoing: &str) -> Reading {
        Reading {
            qty_available: available.parse().unwrap(),
            outgoing_qty: outgoing.parse().unwrap(),
        }
    }

    #[test]
    fn what_is_promised_accepted_or_held_back_is_not_offered() {
        assert_eq!(to_publish(reading("10", "0"), Decimal::ZERO, 0), 10);
        assert_eq!(to_publish(reading("10", "3"), Decimal::from(2), 1), 4);
        assert_eq!(to_publish(reading("10.75", "0.5"), Decimal::ZERO, 0), 10);
        assert_eq!(to_publish(reading("1", "3"), Decimal::ZERO, 0), 0);
        assert_eq!(to_publish(reading("-4", "0"), Decimal::ZERO, 0), 0);
    }

    #[test]
    fn the_scarcest_part_makes_the_number_of_kits() {
        let part = |available: &str, outgoing: &str, accepted: i64, per_kit: i64| KitPart {
            reading: reading(available, outgoing),
            accepted: accepted.into(),
            per_kit: per_kit.into(),
        };
        assert_eq!(
            kits_to_publish(&[part("10", "0", 0, 1), part("9", "0", 0, 2)], 0),
            4
        );
        assert_eq!(
            kits_to_publish(&[part("10", "10", 0, 1), part("100", "0", 0, 1)], 0),
            0
        );
        assert_eq!(kits_to_publish(&[part("10", "0", 4, 1)], 1), 5);
        assert_eq!(kits_to_publish(&[part("1", "3", 0, 1)], 0), 0);
        assert_eq!(kits_to_publish(&[], 0), 0);
    }

    proptest! {
        #[test]
        fn never_more_than_is_free(available in -1_000_000i64..1_000_000, outgoing in 0i64..1_000_000,
                                   accepted in 0i64..1_000_000, buffer in 0u32..1_000) {
            let reading = Reading { qty_available: Decimal::new(available, 2), outgoing_qty: Decimal::new(outgoing, 2) };
            let published = Decimal::from(to_publish(reading, Decimal::new(accepted, 2), buffer));
            let free = Decimal::new(available - outgoing - accepted, 2) - Decimal::from(buffer);
            prop_assert!(published >= Decimal::ZERO);
            prop_assert!(published <= free.max(Decimal::ZERO));
            prop_assert!(free - published < Decimal::ONE);
        }
    }
}

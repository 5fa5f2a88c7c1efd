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

//! What a person may make of an order.

#![allow(clippy::unwrap_used, reason = "tests")]

mod common;

use common::{captured, later, order, token};
use domain::{
    failure::FailureName,
    order::{Order, check_edit},
};

fn edited(change: impl FnOnce(&mut Order)) -> Result<(), (FailureName, Option<String>)> {
    check_edit(&order(), &later(0, change)).map_err(|failure| (failure.name, failure.field))
}

#[test]
fn goods_names_and_addresses_may_be_corrected() {
    edited(|o| o.lines[0].sku = "C".to_owned()).unwrap();
    edited(|o| o.billing.country = "CA".to_owned()).unwrap();
    edited(|o| {
        // A cent moved from one tax to the other: the sum stays.
        o.taxes[0].amount_minor -= 1;
        o.taxes[1].amount_minor += 1;
    })
    .unwrap();
}

#[test]
fn what_the_customer_pays_is_not_for_us_to_change() {
    let cheaper = |o: &mut Order| {
        o.lines[0].net_minor -= 100;
        o.total_minor -= 100;
    };
    let conflict = |field: &str| Err((FailureName::Conflict, Some(field.to_owned())));
    assert_eq!(edited(cheaper), conflict("total_minor"));
    assert_eq!(
        edited(|o| o.currency = "EUR".parse().unwrap()),
        conflict("currency")
    );
    assert_eq!(edited(|o| o.lines[0].net_minor -= 100), conflict("total_minor"));
}

#[test]
fn what_names_the_order_and_its_payment_stays_the_shops() {
    let refused = |field: &str| Err((FailureName::Refused, Some(field.to_owned())));
    assert_eq!(edited(|o| o.key = "woo/1002".parse().unwrap()), refused("key"));
    assert_eq!(edited(|o| o.payment = token("PMT_2")), refused("payment"));
    assert_eq!(edited(|o| o.modified_at = o.placed_at), refused("modified_at"));
    assert_eq!(edited(|o| o.schema = 2), refused("schema"));
    assert_eq!(edited(|o| o.lines[0].sku.clear()), refused("lines[0].sku"));
    assert_eq!(edited(|_| {}), Err((FailureName::Refused, None)));
}

#[test]
fn a_correction_is_carried_to_a_newer_version_of_the_shops() {
    let person = later(0, |o| o.lines[0].sku = "C".to_owned());
    let newer = later(60, |o| o.payment = captured("TRN_1"));
    let carried = newer.corrected_by(&person);
    assert_eq!(carried.lines[0].sku, "C");
    assert_eq!(
        (carried.modified_at, carried.payment),
        (newer.modified_at, newer.payment)
    );
}

//! Orders whose last run came to nothing.

use super::*;

#[test]
fn a_declined_order_waits_for_the_customers_next_try() {
    let mut facts = with_state(OrderState::Closed);
    if let Some(item) = facts.item.as_mut() {
        item.our_writes.push(OurWrite {
            version: "woo_1001_1795428000".parse().unwrap(),
            outcome: Outcome::Declined,
            transaction: None,
        });
    }
    let told = outlook(&facts);
    assert_eq!(told.stands, "closed: declined");
    assert!(
        !told.needs_person && says(&told.next, "another run begins"),
        "{told:?}"
    );
    facts.payments = Told::Said(vec![payment("PREAUTHORIZED")]);
    let told = outlook(&facts);
    assert!(
        told.needs_person && says(&told.missing, "TRN_1 still reserves 62.23 USD"),
        "{told:?}"
    );
}

#[test]
fn money_that_was_taken_for_nothing_is_a_persons_business() {
    let mut facts = with_state(OrderState::Closed);
    for status in ["CAPTURED", "BATCHED", "FUNDED"] {
        facts.payments = Told::Said(vec![payment(status)]);
        let told = outlook(&facts);
        assert!(told.needs_person, "{told:?}");
        assert!(says(&told.missing, "TRN_1 has taken 62.23 USD"), "{told:?}");
        assert!(says(&told.next, "void or refund it"), "{told:?}");
    }
    facts.payments = Told::Said(vec![payment("REVERSED"), payment("DECLINED")]);
    assert_eq!(outlook(&facts).missing, Vec::<String>::new());
}

#[test]
fn a_refund_gives_back_one_payment_of_its_amount() {
    let refund = |status: &str, amount: &str| Payment {
        kind: "REFUND".into(),
        amount: amount.into(),
        ..payment(status)
    };
    let missing = |payments: Vec<Payment>| {
        let mut facts = with_state(OrderState::Closed);
        facts.payments = Told::Said(payments);
        outlook(&facts).missing.len()
    };
    let sale = || payment("FUNDED");
    assert_eq!(missing(vec![sale(), refund("CAPTURED", "62.23 USD")]), 0);
    assert_eq!(missing(vec![refund("BATCHED", "62.23 USD"), sale(), sale()]), 1);
    assert_eq!(missing(vec![sale(), refund("DECLINED", "62.23 USD")]), 1);
    assert_eq!(missing(vec![sale(), refund("CAPTURED", "10.00 USD")]), 1);
}

#[test]
fn what_is_invoiced_or_what_odoo_was_not_asked_about_is_not_missed() {
    let mut facts = with_state(OrderState::Closed);
    facts.payments = Told::Said(vec![payment("CAPTURED")]);
    facts.documents = Told::Said(vec![invoice("posted, paid")]);
    assert!(!outlook(&facts).needs_person);
    facts.documents = Told::NotReached("away".into());
    assert!(!outlook(&facts).needs_person);
    facts.documents = Told::Said(vec![invoice("posted, not_paid")]);
    assert!(outlook(&facts).needs_person);
}

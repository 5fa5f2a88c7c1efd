//! What an answer about a payment means.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

mod common;

use common::{authorized, captured, order, token};
use domain::{
    failure::FailureName,
    money::Money,
    order::{Order, Payment},
    payment::{AfterAuthorization, Transaction, TransactionState, after_authorization, verify_shop_payment},
};

fn usd(minor: i64) -> Money {
    Money::new(minor, "USD".parse().unwrap())
}

fn transaction(state: TransactionState, amount: Money) -> Transaction {
    Transaction {
        id: "TRN_1".to_owned(),
        state,
        amount,
    }
}

fn paid_by(payment: Payment) -> Order {
    let mut order = order();
    order.payment = payment;
    order
}

#[test]
fn an_authorization_goes_on_only_with_the_whole_amount() {
    use AfterAuthorization::{Ask, Decline, Proceed, ProceedCaptured, ReleaseAndDecline};
    let unknown = TransactionState::Unknown("NEW_WORD".to_owned());
    let cases = [
        (TransactionState::Authorized, 5661, Proceed),
        (TransactionState::Captured, 5661, ProceedCaptured),
        (TransactionState::Authorized, 5000, ReleaseAndDecline),
        (TransactionState::Captured, 5000, ReleaseAndDecline),
        (TransactionState::Declined, 5661, Decline),
        (TransactionState::Reversed, 5661, Decline),
        (TransactionState::Pending, 5661, Ask),
        (unknown, 5661, Ask),
    ];
    for (state, minor, expected) in cases {
        let answer = transaction(state, usd(minor));
        assert_eq!(
            after_authorization(usd(5661), &answer).unwrap(),
            expected,
            "{answer:?}"
        );
    }
    let more = after_authorization(usd(5661), &transaction(TransactionState::Authorized, usd(5662)));
    assert_eq!(more.unwrap_err().name, FailureName::Conflict);
    let euros = Money::new(5661, "EUR".parse().unwrap());
    let other = after_authorization(usd(5661), &transaction(TransactionState::Authorized, euros));
    assert_eq!(other.unwrap_err().name, FailureName::Conflict);
}

#[test]
fn a_payment_of_the_shops_own_pays_only_the_order_it_is_for() {
    let (auth, capt) = (paid_by(authorized("TRN_1")), paid_by(captured("TRN_1")));
    verify_shop_payment(&auth, &transaction(TransactionState::Authorized, usd(5661))).unwrap();
    verify_shop_payment(&auth, &transaction(TransactionState::Captured, usd(5661))).unwrap();
    verify_shop_payment(&capt, &transaction(TransactionState::Captured, usd(5661))).unwrap();
    let euros = Money::new(5661, "EUR".parse().unwrap());
    let unknown = TransactionState::Unknown("NEW_WORD".to_owned());
    let cases = [
        (
            &capt,
            transaction(TransactionState::Captured, usd(5660)),
            FailureName::Conflict,
        ),
        (
            &capt,
            transaction(TransactionState::Captured, euros),
            FailureName::Conflict,
        ),
        (
            &capt,
            transaction(TransactionState::Authorized, usd(5661)),
            FailureName::Conflict,
        ),
        (&capt, transaction(unknown, usd(5661)), FailureName::Conflict),
        (
            &capt,
            transaction(TransactionState::Declined, usd(5661)),
            FailureName::PaymentDeclined,
        ),
        (
            &auth,
            transaction(TransactionState::Reversed, usd(5661)),
            FailureName::PaymentDeclined,
        ),
        (
            &auth,
            transaction(TransactionState::Pending, usd(5661)),
            FailureName::SystemUnavailable,
        ),
    ];
    for (order, found, expected) in cases {
        assert_eq!(
            verify_shop_payment(order, &found).unwrap_err().name,
            expected,
            "{found:?}"
        );
    }
    let other = Transaction {
        id: "TRN_2".to_owned(),
        ..transaction(TransactionState::Captured, usd(5661))
    };
    assert_eq!(
        verify_shop_payment(&capt, &other).unwrap_err().name,
        FailureName::Conflict
    );
    let ours = verify_shop_payment(
        &paid_by(token("PMT_1")),
        &transaction(TransactionState::Captured, usd(5661)),
    );
    assert_eq!(ours.unwrap_err().name, FailureName::Conflict);
}

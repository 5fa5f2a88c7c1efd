//! Where the payment of a WooCommerce order stands. The order's status says what the shop believes; which payment
//! method is ours, and in which meta the checkout leaves its token, is configuration.

use super::wire;
use domain::{
    failure::{Failure, FailureName},
    merchant::{Store, TransactionMeans, WooCommerce},
    order::{Payment, is_reference},
};

/// What a status means for us. Plugins add their own; those come after payment (`packed`, `shipped`) as a rule, and
/// count as paid when the order has a transaction.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Standing {
    Draft,
    Unpaid,
    Paid,
    Closed,
    Own,
}

fn standing(status: &str) -> Standing {
    match status.strip_prefix("wc-").unwrap_or(status) {
        "checkout-draft" | "auto-draft" => Standing::Draft,
        "pending" | "on-hold" => Standing::Unpaid,
        "processing" | "completed" => Standing::Paid,
        "cancelled" | "failed" | "refunded" | "trash" => Standing::Closed,
        _ => Standing::Own,
    }
}

/// Whether an order in that status waits for a payment. A failed one can be paid again.
pub(super) fn awaits_payment(status: &str) -> bool {
    matches!(standing(status), Standing::Draft | Standing::Unpaid) || matches!(status, "failed" | "wc-failed")
}

/// Whether an order in that status counts as paid, when it has a transaction.
pub(super) fn counts_as_paid(status: &str) -> bool {
    matches!(standing(status), Standing::Paid | Standing::Own)
}

/// The payment of an order.
pub(super) fn read(order: &wire::Order, store: &Store, settings: &WooCommerce) -> Result<Payment, Failure> {
    let Some(tender) = store
        .tender_of_method(order.payment_method.as_str())
        .map(str::to_owned)
    else {
        return Ok(not_by_us(order));
    };
    let transaction = order.transaction_id.owned();
    let state = settings
        .payment_state_meta
        .as_deref()
        .and_then(|key| meta(order, key));
    match (standing(order.status.as_str()), transaction) {
        (Standing::Closed, _) => Ok(Payment::Closed),
        // The customer still fills in the checkout: nobody has ordered yet, whatever the page has left already.
        (Standing::Draft, _) => Ok(Payment::Pending),
        (Standing::Unpaid, None) => Ok(match meta(order, &settings.token_meta) {
            Some(token) => Payment::Token { tender, token },
            None => Payment::Pending,
        }),
        // A plugin that only reserves the money leaves the order on hold, with its transaction.
        (Standing::Unpaid, Some(transaction)) => {
            let (means, on_hold) = (settings.transaction_means, order.status.as_str() == "on-hold");
            let says = match state.as_deref() {
                Some("authorized" | "captured") => true,
                Some(_) => on_hold,
                None => on_hold && means == TransactionMeans::Authorized,
            };
            match says {
                true => paid(tender, transaction, state.as_deref(), means),
                // The transaction of an attempt that came to nothing.
                false => Ok(Payment::Pending),
            }
        }
        (Standing::Own, None) => Ok(Payment::Pending),
        (Standing::Paid, None) => Err(no_transaction(order)),
        (Standing::Paid | Standing::Own, Some(transaction)) => {
            paid(tender, transaction, state.as_deref(), settings.transaction_means)
        }
    }
}

/// An order whose payment method is none of ours, or that has none.
fn not_by_us(order: &wire::Order) -> Payment {
    let transaction = order.transaction_id.owned();
    match (standing(order.status.as_str()), &transaction) {
        (Standing::Closed, _) => Payment::Closed,
        (Standing::Draft | Standing::Unpaid, _) | (Standing::Own, None) => Payment::Pending,
        (Standing::Paid, _) | (Standing::Own, Some(_)) => Payment::Elsewhere {
            // Only compared with ours: what cannot be one of ours is not kept.
            transaction: transaction.filter(|text| is_reference(text)),
            method: order.payment_method.some().map(|method| {
                let known = is_reference(method);
                if known { method } else { "other" }.to_owned()
            }),
        },
    }
}

fn paid(
    tender: String,
    transaction: String,
    state: Option<&str>,
    means: TransactionMeans,
) -> Result<Payment, Failure> {
    match (state, means) {
        (Some("authorized"), _) | (None, TransactionMeans::Authorized) => {
            Ok(Payment::Authorized { tender, transaction })
        }
        (Some("captured"), _) | (None, TransactionMeans::Captured) => {
            Ok(Payment::Captured { tender, transaction })
        }
        (Some(_), _) => {
            let what = "the payment plugin left another word than authorized or captured";
            let remedy = "correct the plugin's setting, or payment_state_meta in infra/merchant.toml";
            Err(Failure::new(FailureName::Refused, what)
                .field("meta_data")
                .remedy(remedy))
        }
    }
}

fn no_transaction(order: &wire::Order) -> Failure {
    let what = format!(
        "the order is {} by card, but has no transaction",
        order.status.as_str()
    );
    let remedy = "enter the gateway's transaction id in the order, or correct its status or payment method";
    Failure::new(FailureName::Refused, what)
        .field("transaction_id")
        .remedy(remedy)
}

/// The text under a meta key, the last one when there are several: WooCommerce appends.
pub(super) fn meta(order: &wire::Order, key: &str) -> Option<String> {
    let mut entries = order
        .meta_data
        .iter()
        .rev()
        .filter(|meta| meta.key.as_str() == key);
    let text = entries.find_map(|meta| meta.value.as_str())?.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

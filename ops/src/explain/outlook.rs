//! What is missing, and what will happen next. Pure: a function of the facts.

use domain::decide::OrderState;
use serde::Serialize;

use super::facts::{Document, Facts, Payment};
use super::waiting::{after_the_end, open};

/// What to expect.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Outlook {
    /// How the order stands, in one line.
    pub stands: String,
    /// What has not happened yet, or does not agree.
    pub missing: Vec<String>,
    /// What will happen, or what a person has to do.
    pub next: Vec<String>,
    /// Whether it waits for a person.
    pub needs_person: bool,
}

/// The outlook of an order.
pub fn outlook(facts: &Facts) -> Outlook {
    let mut outlook = match facts.item.as_ref().map(|item| item.state) {
        None => unknown(facts),
        Some(OrderState::Recorded) => recorded(facts),
        Some(OrderState::Open) => open(facts),
        Some(OrderState::Completed) => completed(facts),
        Some(OrderState::Closed) => closed(facts),
    };
    if facts.has_ended() {
        after_the_end(facts, &mut outlook);
    }
    let is_over = facts.has_ended();
    for review in &facts.reviews {
        outlook.needs_person = true;
        let line = format!(
            "a person has to decide: review {} ({}): {}",
            review.id, review.doing, review.why.what
        );
        if !outlook.next.iter().any(|next| next.contains(&review.id)) {
            outlook.next.push(line);
            if is_over && review.redrive["kind"] == "event" {
                outlook.next.push(
                    "the order has come to its end: when this is only the shop's repeat of what was corrected here, drop it"
                        .to_owned(),
                );
            }
            outlook.next.extend(remedy(review));
        }
    }
    outlook
}

pub(super) fn remedy(review: &runtime::stores::Review) -> Vec<String> {
    let what = review
        .why
        .remedy
        .as_deref()
        .map(|remedy| format!("to do: {remedy}"));
    let id = &review.id;
    let then = match review.redrive["kind"].as_str() {
        Some("nothing") => format!("then `odoo-heartland review drop {id} --reason …`"),
        Some("event") => format!(
            "`odoo-heartland review edit {id} --reason …` corrects it here, `odoo-heartland review redrive {id}` lets it in \
             again, `odoo-heartland review drop {id} --reason …` gives it up"
        ),
        _ => format!(
            "then `odoo-heartland review redrive {id}`; to give it up `odoo-heartland review drop {id} --reason …`"
        ),
    };
    what.into_iter().chain([then]).collect()
}

fn unknown(facts: &Facts) -> Outlook {
    let stands = match (facts.reviews.is_empty(), facts.events.is_empty()) {
        (false, _) => "its event could not be used: nothing was begun",
        (true, true) => "nothing is known of this order",
        (true, false) => "an event has come, and was not routed yet",
    };
    let mut outlook = Outlook {
        stands: stands.to_owned(),
        ..Outlook::default()
    };
    if !facts.reviews.is_empty() {
        outlook.missing.push("everything: no run was begun".to_owned());
        return outlook;
    }
    if !facts.events.is_empty() {
        outlook
            .missing
            .push("the event-router has not taken the event up".to_owned());
        outlook.next.push(
            "it is tried again by itself; `odoo-heartland doctor --only queues --only functions`".to_owned(),
        );
        return outlook;
    }
    match facts.shop.said() {
        Some(Some(_)) => {
            outlook
                .missing
                .push("no webhook of it has arrived, although the shop has it".to_owned());
            outlook.next.push(
                "the poller asks the shop every few minutes and finds it; for the webhook see `odoo-heartland doctor --only shops`".to_owned(),
            );
        }
        Some(None) => outlook
            .next
            .push("the shop does not know it either: check the number".to_owned()),
        None => outlook
            .next
            .push("the shop could not be asked: see `odoo-heartland doctor --only shops`".to_owned()),
    }
    outlook
}

fn recorded(facts: &Facts) -> Outlook {
    let payment = facts
        .shop
        .said()
        .and_then(|shop| shop.as_ref()?.payment.as_deref());
    let next = match payment {
        Some("closed") => "the shop has closed it: nothing will happen",
        _ => "when the shop tells that it is paid, a run begins by itself",
    };
    Outlook {
        stands: "known, and nothing was begun for it: it was not paid in a way we handle, or is from before the cut-over date".to_owned(),
        missing: vec!["a payment that we handle".to_owned()],
        next: vec![next.to_owned()],
        needs_person: false,
    }
}

/// What an order goes through, and the effect that proves it.
pub(super) fn milestones(facts: &Facts) -> Vec<String> {
    let steps = [
        ("authorize", "the money is not reserved"),
        ("write-order", "Odoo has no confirmed sales order"),
        ("capture", "the money is not taken"),
        ("write-invoice", "Odoo has no posted and paid invoice"),
        ("notify", "the shop was not told"),
    ];
    if facts.effects.said().is_none() {
        return vec!["the ledger could not be read".to_owned()];
    }
    let own = steps.into_iter().filter(|(kind, _)| !facts.applied(kind));
    // What the shop's own plugin has authorized or captured needs no effect of ours.
    let payment_is_there = facts.applied("capture") || facts.applied("write-order");
    own.filter(|(kind, _)| *kind != "authorize" || !payment_is_there)
        .map(|(_, missing)| missing.to_owned())
        .collect()
}

/// Whether Odoo holds an invoice that is posted and paid.
fn has_paid_invoice(documents: &[Document]) -> bool {
    let mut invoices = documents.iter().filter(|document| document.what == "invoice");
    let paid =
        |state: &str| state.contains("paid") && !state.contains("not_paid") || state.contains("in_payment");
    invoices.any(|invoice| invoice.state.starts_with("posted") && paid(&invoice.state))
}

/// Whether the gateway holds money by it: taken from the customer, or on its way back to them.
fn is_captured(payment: &Payment) -> bool {
    matches!(payment.status.as_str(), "CAPTURED" | "BATCHED" | "FUNDED")
}

fn completed(facts: &Facts) -> Outlook {
    let mut missing = Vec::new();
    if let Some(documents) = facts.documents.said()
        && !has_paid_invoice(documents)
    {
        missing.push("Odoo shows no posted and paid invoice of it".to_owned());
    }
    if let Some(payments) = facts.payments.said() {
        let sales = payments.iter().filter(|payment| payment.kind != "REFUND");
        match sales.filter(|payment| is_captured(payment)).count() {
            0 => missing.push("Heartland shows no captured payment of it".to_owned()),
            1 => {}
            n => missing.push(format!(
                "Heartland shows {n} captured payments of it: one is too many"
            )),
        }
    }
    if facts.effects.said().is_some() && !facts.applied("notify") {
        missing.push("the shop was not told that it is paid".to_owned());
    }
    let next = match (missing.is_empty(), facts.goes_on()) {
        (true, true) => None,
        (true, false) if !facts.reviews.is_empty() => None,
        (true, false) => Some("nothing: the order is done"),
        (false, _) => Some("nothing by itself: compare the systems, and mend what does not agree"),
    };
    Outlook {
        stands: "completed: paid and invoiced".to_owned(),
        needs_person: !missing.is_empty(),
        missing,
        next: next.into_iter().map(str::to_owned).collect(),
    }
}

fn closed(facts: &Facts) -> Outlook {
    let outcome = facts
        .item
        .as_ref()
        .and_then(|item| item.our_writes.last())
        .map_or("ended without payment", |write| write.outcome.as_str());
    let missing = not_given_back(facts);
    let again = "when the customer pays again, the shop tells us and another run begins";
    let mut next = vec![match facts.goes_on() || !facts.reviews.is_empty() {
        true => again.to_owned(),
        false => format!("nothing; {again}"),
    }];
    if !missing.is_empty() {
        let line = "nothing gives the money back by itself: void or refund it in the shop or at Heartland, or write the invoice in Odoo";
        next.insert(0, line.to_owned());
    }
    Outlook {
        stands: format!("closed: {outcome}"),
        needs_person: !missing.is_empty(),
        missing,
        next,
    }
}

/// Money of an order that came to nothing: still reserved, or taken with neither a refund nor an invoice for it. Whether
/// there is an invoice, Odoo has to have said.
fn not_given_back(facts: &Facts) -> Vec<String> {
    let Some(payments) = facts.payments.said() else {
        return Vec::new();
    };
    let is_booked = facts
        .documents
        .said()
        .is_none_or(|documents| has_paid_invoice(documents));
    let (refunds, sales): (Vec<&Payment>, Vec<&Payment>) =
        payments.iter().partition(|payment| payment.kind == "REFUND");
    let mut refunds: Vec<&str> = refunds
        .into_iter()
        .filter(|refund| is_captured(refund))
        .map(|refund| refund.amount.as_str())
        .collect();
    let mut missing = Vec::new();
    for sale in sales {
        if sale.status == "PREAUTHORIZED" {
            missing.push(format!("{} still reserves {}", sale.id, sale.amount));
        } else if is_captured(sale) {
            // A refund gives back one sale.
            match refunds.iter().position(|amount| *amount == sale.amount) {
                Some(refund) => {
                    refunds.swap_remove(refund);
                }
                None if is_booked => {}
                None => missing.push(format!(
                    "{} has taken {}, and there is neither a refund nor a posted and paid invoice",
                    sale.id, sale.amount
                )),
            }
        }
    }
    missing
}

#[cfg(test)]
mod tests;

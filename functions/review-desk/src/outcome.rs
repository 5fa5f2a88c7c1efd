//! What a person's decision about a parked step comes to, in words. Follows `Decide` of `order-to-cash`, and above all
//! where the money goes: a person decides by these words.

use runtime::stores::OrderItem;
use serde_json::Value;

/// Whose the payment is. What the shop's own plugin has reserved or taken is never voided or refunded by a run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Payer {
    /// We reserved it, or will.
    Run,
    /// The shop's plugin did.
    Shop,
    /// It is not known.
    Unknown,
}

impl Payer {
    /// As a run says with the payment it holds; before it holds one, nothing is known.
    pub(crate) fn of_payment(payment: &Value) -> Self {
        match payment["owned"].as_bool() {
            Some(true) => Self::Run,
            Some(false) => Self::Shop,
            None => Self::Unknown,
        }
    }

    /// As the order said when its run was opened.
    pub(crate) fn of_order(item: Option<&OrderItem>) -> Self {
        match item.and_then(|item| item.facts.as_ref()) {
            Some(facts) if facts.is_token() => Self::Run,
            Some(facts) if facts.is_paid() => Self::Shop,
            _ => Self::Unknown,
        }
    }
}

/// What a redrive does.
pub(crate) fn redriven(step: &str) -> &'static str {
    match step {
        "authorize" => {
            "the run does the step again, with the newest or the corrected order: no money is reserved twice"
        }
        "write-order" => "the run does the step again, with the newest or the corrected order",
        "capture" => "the run takes the money of the order that is in Odoo; it is not taken twice",
        "check-delivery" => "the run asks Odoo again whether the goods are out, and waits for them anew",
        "write-invoice" => {
            "the run writes the invoice and books the payment of the order that is in Odoo; nothing is booked twice"
        }
        _ => "the run does the step again",
    }
}

/// What dropping does.
pub(crate) fn dropped(step: &str, delivered: bool, payer: Payer) -> String {
    if step == "write-invoice" {
        return "the money is kept, nothing is voided or refunded, and the order counts as paid and completed, without \
                an invoice"
            .to_owned();
    }
    let money = match payer {
        Payer::Run => "the run voids what is reserved, or refunds what was taken",
        Payer::Shop => {
            "the payment is kept, because the shop's plugin made it (void or refund it in the shop: a review will say \
             so); the run"
        }
        Payer::Unknown => {
            "the run voids what it has reserved, or refunds what it has taken (a payment of the shop's plugin is kept: \
             void or refund it in the shop)"
        }
    };
    let joined = if payer == Payer::Shop { "" } else { "," };
    let told = match step {
        "authorize" | "write-order" => "rejected",
        "capture" if delivered => "not paid, although the goods have left",
        _ => "cancelled",
    };
    format!("{money}{joined} cancels the order in Odoo and tells the shop that it is {told}")
}

/// Whether money may have been taken when this step stops, or is not ours to let go: then whoever is asked is told what
/// dropping does, whatever else there is to say.
pub(crate) fn is_about_money(step: &str, payer: Payer) -> bool {
    matches!(step, "capture" | "write-invoice") || payer == Payer::Shop
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeSet;

    const STEPS: [&str; 5] = [
        "authorize",
        "write-order",
        "capture",
        "check-delivery",
        "write-invoice",
    ];

    /// The steps `Decide` sends back into the run.
    #[test]
    fn every_step_that_can_be_parked_has_its_own_words() {
        let machine = include_str!("../../../statemachines/order-to-cash.asl.json");
        let (_, decide) = machine.split_once("\"Decide\": {").unwrap();
        let (decide, _) = decide.split_once("\"Default\":").unwrap();
        let again = "decision = 'redrive' and $states.input.failed.step = '";
        let parked: Vec<&str> = decide
            .split(again)
            .skip(1)
            .filter_map(|rest| rest.split('\'').next())
            .collect();
        assert_eq!(parked, STEPS);
        let words: BTreeSet<_> = STEPS.map(redriven).into();
        assert_eq!(words.len(), STEPS.len());
        assert!(!words.contains(redriven("a new step")));
    }

    #[test]
    fn captured_money_is_never_said_to_be_let_go() {
        for payer in [Payer::Run, Payer::Shop, Payer::Unknown] {
            let told = dropped("write-invoice", false, payer);
            assert!(
                told.contains("the money is kept") && told.contains("without an invoice"),
                "{told}"
            );
        }
        for step in STEPS {
            assert!(dropped(step, false, Payer::Shop).contains("is kept"), "{step}");
            assert_eq!(
                dropped(step, false, Payer::Run).contains("voids"),
                step != "write-invoice",
                "{step}"
            );
        }
    }

    #[test]
    fn the_shop_is_told_what_the_run_ends_with() {
        for (step, delivered, told) in [
            ("authorize", false, "that it is rejected"),
            ("write-order", false, "that it is rejected"),
            ("capture", false, "that it is cancelled"),
            ("capture", true, "the goods have left"),
            ("check-delivery", false, "that it is cancelled"),
        ] {
            let said = dropped(step, delivered, Payer::Run);
            assert!(said.contains(told), "{step}: {said}");
        }
    }

    #[test]
    fn whose_payment_it_is_says_the_run() {
        for (payment, payer) in [
            (json!({"owned": true}), Payer::Run),
            (json!({"owned": false}), Payer::Shop),
            (json!(null), Payer::Unknown),
            (json!("nonsense"), Payer::Unknown),
        ] {
            assert_eq!(Payer::of_payment(&payment), payer, "{payment}");
        }
    }
}

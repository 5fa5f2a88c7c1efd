//! The words of the state machine and of effects, plainly.

use domain::ids::StoreId;

/// What a state of `order-to-cash` does; nothing for those that only choose.
pub fn step(state: &str) -> Option<&'static str> {
    Some(match state {
        "Authorize" => "reserving the money at Heartland",
        "WriteOrder" => "writing the order to Odoo",
        "Capture" => "taking the money",
        "WaitForDelivery" => "waiting for the delivery",
        "CheckDelivery" => "asking Odoo whether it is delivered",
        "WriteInvoice" => "writing invoice and payment to Odoo",
        "PushStock" | "PushStockAgain" => "telling the shops of the warehouse what is left in stock",
        "TellShop" | "TellShopFirst" => "telling the shop how it went",
        "TellPaid" => "telling the shop that it is paid",
        "Park" => "waiting for a person to decide",
        "Void" => "letting the money go",
        "CancelOrder" => "cancelling the order in Odoo",
        "Report" => "opening a review",
        "Close" => "closing the order",
        _ => return None,
    })
}

/// Whether a state waits for a system, as breakers name it. What is left in stock is asked of Odoo and told to the shops
/// of the warehouse; `PushStock` does not wait for them, it leaves it to `PushStockAgain`.
pub fn waits_for(state: &str, store: &str, warehouse: &[StoreId], system: &str) -> bool {
    let shop = system.strip_prefix("shop-");
    match state {
        "Authorize" | "Capture" | "Void" => system == crate::systems::GATEWAY,
        "WriteOrder" | "WriteInvoice" | "CheckDelivery" | "CancelOrder" => system == crate::systems::ODOO,
        "PushStockAgain" => {
            system == crate::systems::ODOO
                || shop.is_some_and(|shop| warehouse.iter().any(|id| id.as_str() == shop))
        }
        "TellShop" | "TellShopFirst" | "TellPaid" => shop == Some(store),
        _ => false,
    }
}

/// A system, for people.
pub fn system_name(system: &str) -> String {
    match system {
        crate::systems::GATEWAY => "Heartland".to_owned(),
        crate::systems::ODOO => "Odoo".to_owned(),
        other => match other.strip_prefix("shop-") {
            Some(store) => format!("the shop {store}"),
            None => other.to_owned(),
        },
    }
}

/// How long the state machine waits at most before it tries again what has failed so.
pub fn longest_interval(name: &str) -> &'static str {
    match name {
        "InProgress" => "5 minutes",
        "SystemUnavailable" => "15 minutes",
        _ => "an hour",
    }
}

/// A failure's name, for people.
pub fn failure(name: &str) -> &str {
    match name {
        "SystemUnavailable" => "not reached, nothing was done",
        "OutcomeUnknown" => "no answer, whether it was done is not known yet",
        "InProgress" => "somebody else is at it",
        "PaymentDeclined" => "the card was declined",
        "PaymentTokenExpired" => "the payment token has expired",
        "Refused" => "refused",
        "Conflict" => "in conflict",
        "Misconfigured" => "our credentials or rights are not accepted",
        "Cancelled" => "closed by a compensation",
        "DeliveryPending" => "not delivered yet",
        "Undeliverable" => "the message came to nobody",
        "States.Timeout" => "nobody answered in time",
        other => other,
    }
}

//! Which order is meant: by its key, a run, an event, a payment or a document.

use anyhow::Result;
use domain::ids::{OrderKey, StoreId};
use odoo::{Call, value};
use runtime::stores::PaymentsUsed;
use serde_json::{Value, json};

use crate::exit::Stop;
use crate::stack::Stack;
use crate::systems::Systems;

/// The order that is meant.
///
/// # Errors
/// [`Stop`] when it is nobody's name.
pub async fn find(stack: &Stack, systems: &Systems, text: &str) -> Result<OrderKey> {
    let text = text.trim();
    if let Ok(key) = text.parse::<OrderKey>()
        && systems.merchant.stores.contains_key(&key.store)
    {
        return Ok(key);
    }
    let name = text.rsplit(':').next().unwrap_or(text);
    if let Some(key) = by_name(systems, name) {
        return Ok(key);
    }
    if let Some(key) = by_payload(stack, systems, name).await? {
        return Ok(key);
    }
    let used = PaymentsUsed::new(stack.items()?, stack.clock());
    if let Some(key) = used.owner(name).await? {
        return Ok(key);
    }
    let mut not_asked = Vec::new();
    match by_transaction(systems, name).await {
        Ok(Some(key)) => return Ok(key),
        Ok(None) => {}
        Err(error) => not_asked.push(format!("Heartland ({error:#})")),
    }
    match by_document(systems, text).await {
        Ok(Some(key)) => return Ok(key),
        Ok(None) => {}
        Err(error) => not_asked.push(format!("Odoo ({error:#})")),
    }
    let stop = Stop::usage(format!("no order goes by the name {text:?}"));
    Err(match not_asked.is_empty() {
        true => stop.remedy("give store/order (woo/1001), a run's name, an event id, a Heartland transaction or an Odoo document number"),
        false => Stop::unreachable(format!("{}; not asked: {}", stop.what, not_asked.join(", "))),
    }
    .into())
}

/// A run (`woo_1001-1`, `woo_1001-1-r2`), an event (`woo_1001_1795446000`), one of our names in Odoo (`woo_1001_g1`):
/// all begin with the order's slug.
fn by_name(systems: &Systems, name: &str) -> Option<OrderKey> {
    let (store, rest) = name.split_once('_')?;
    let store: StoreId = store.parse().ok()?;
    systems.merchant.stores.get(&store)?;
    let id = order_id(rest)?;
    format!("{store}/{id}").parse().ok()
}

/// What comes after the store: the order's id, and then nothing, `-1`, `-1-r2`, `_1795446000` or `_g1…`.
fn order_id(rest: &str) -> Option<&str> {
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    if let Some((before, after)) = rest.rsplit_once("-r")
        && digits(after)
    {
        return order_id(before);
    }
    if let Some((id, generation)) = rest.rsplit_once('-')
        && digits(generation)
        && !id.is_empty()
    {
        return Some(id);
    }
    if let Some((id, part)) = rest.rsplit_once("_g")
        && part.split('_').next().is_some_and(digits)
        && !id.is_empty()
    {
        return Some(id);
    }
    match rest.rsplit_once('_') {
        Some((id, seconds)) => {
            (digits(seconds) && seconds.len() >= 9 && !id.is_empty() && id != "raw").then_some(id)
        }
        None => (!rest.is_empty()).then_some(rest),
    }
}

/// An event whose name does not tell its order: one that could not be read, or was corrected by hand.
async fn by_payload(stack: &Stack, systems: &Systems, event: &str) -> Result<Option<OrderKey>> {
    let Some(payload) = stack.payloads()?.payload(event).await? else {
        return Ok(None);
    };
    let Some(store) = systems.merchant.stores.get(&payload.store) else {
        return Ok(None);
    };
    let facts = shop::scheme(store).facts(&payload.body);
    Ok(facts.map(|facts| OrderKey {
        store: payload.store,
        id: facts.order,
    }))
}

/// The gateway knows a payment under our reference; the plain form tells store and order.
async fn by_transaction(systems: &Systems, id: &str) -> Result<Option<OrderKey>> {
    use heartland::gp_api::PaymentGateway;
    let Ok(id) = id.parse() else { return Ok(None) };
    if !is_transaction(&id) {
        return Ok(None);
    }
    let (gateway, _) = systems.gateway().await?;
    let reference = gateway.get(&id).await?.and_then(|found| found.reference);
    Ok(reference.and_then(|reference| {
        let mut parts = reference.split('-');
        let (store, order) = (parts.next()?, parts.next()?);
        format!("{store}/{order}").parse().ok()
    }))
}

fn is_transaction(id: &heartland::gp_api::TransactionId) -> bool {
    id.as_str().starts_with("TRN_")
}

/// A document's number, or a transaction that a payment carries: its own name of ours tells the order.
async fn by_document(systems: &Systems, number: &str) -> Result<Option<OrderKey>> {
    let odoo = systems.odoo().await?;
    for model in ["sale.order", "account.move"] {
        let call = Call::search_read(model, json!([["name", "=", number]]), &[odoo_setup::MARK]);
        let rows = odoo.call(&call).await?;
        let name = value::records(&rows)
            .iter()
            .find_map(|row| value::text(&row[odoo_setup::MARK]));
        if let Some(key) = name.and_then(|name| by_name(systems, name)) {
            return Ok(Some(key));
        }
    }
    let domain = json!(["|", ["name", "=", number], ["memo", "=", number]]);
    let call = Call::search_read("account.payment", domain, &["reconciled_invoice_ids"]);
    let payments = odoo.call(&call).await?;
    let invoices: Vec<i64> = value::records(&payments)
        .iter()
        .flat_map(|row| value::records(&row["reconciled_invoice_ids"]))
        .filter_map(Value::as_i64)
        .collect();
    if invoices.is_empty() {
        return Ok(None);
    }
    let call = Call::search_read(
        "account.move",
        json!([["id", "in", invoices]]),
        &[odoo_setup::MARK],
    );
    let rows = odoo.call(&call).await?;
    let name = value::records(&rows)
        .iter()
        .find_map(|row| value::text(&row[odoo_setup::MARK]));
    Ok(name.and_then(|name| by_name(systems, name)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_read_from_every_name_that_begins_with_it() {
        for (name, id) in [
            ("1001-1", Some("1001")),
            ("1001-12-r3", Some("1001")),
            ("A-7-2", Some("A-7")),
            ("1001_1795446000", Some("1001")),
            ("1001_g1", Some("1001")),
            ("1001_g2_invoice", Some("1001")),
            ("raw_0123456789ab", None),
            ("1001", Some("1001")),
        ] {
            assert_eq!(order_id(name), id, "{name}");
        }
    }
}

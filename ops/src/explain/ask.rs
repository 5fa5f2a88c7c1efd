//! Asking the other systems what they say about an order now.

use anyhow::{Context as _, Result};
use domain::ids::OrderKey;
use domain::merchant::Store;
use heartland::gp_api::{PaymentGateway, Reference, Transaction};
use odoo::documents::{Invoice, SaleOrder, read_sale_orders};
use odoo::{Call, Context, ExternalId, value};
use runtime::stores::OrderItem;
use serde_json::{Value, json};

use super::facts::{Document, Payment, Run, ShopOrder};
use super::run_history::{Event, steps};
use crate::aws::{is_absent, stopped};
use crate::stack::Stack;
use crate::systems::Systems;

/// As many generations of an order are looked for in Odoo.
const GENERATIONS_MAX: u32 = 20;

/// The last run of an order.
pub(super) async fn run(stack: &Stack, item: Option<&OrderItem>) -> Result<Option<Run>> {
    let Some(item) = item.filter(|item| item.generation > 0) else {
        return Ok(None);
    };
    run_named(stack, &item.execution()).await
}

async fn run_named(stack: &Stack, name: &str) -> Result<Option<Run>> {
    let client = stack.step_functions();
    let arn = stack.execution_arn(name)?;
    let described = match client.describe_execution().execution_arn(&arn).send().await {
        Ok(described) => described,
        Err(error) if is_absent(&error) => return Ok(None),
        Err(error) => return Err(stopped(&format!("the run {name}"), &error).into()),
    };
    let pages = client
        .get_execution_history()
        .execution_arn(&arn)
        .max_results(1000)
        .include_execution_data(true)
        .into_paginator();
    let history = pages.items().send().collect::<Result<Vec<_>, _>>().await;
    let history = history.map_err(|error| stopped(&format!("the history of {name}"), &error))?;
    let events: Vec<Event> = history.iter().map(Event::from).collect();
    Ok(Some(Run {
        name: name.to_owned(),
        status: described.status().as_str().to_owned(),
        started_at_ms: described.start_date().to_millis().unwrap_or_default(),
        ended_at_ms: described.stop_date().and_then(|at| at.to_millis().ok()),
        error: described
            .error()
            .filter(|error| !error.is_empty())
            .map(str::to_owned),
        steps: steps(&events),
    }))
}

/// What the gateway says of an order's payments: those under our references, and one of the shop's own plugin.
pub(super) async fn payments(
    systems: &Systems,
    order: &OrderKey,
    generation: u32,
    transaction: Option<&str>,
) -> Result<Vec<Payment>> {
    if generation == 0 {
        return Ok(Vec::new());
    }
    let (gateway, _) = systems.gateway().await?;
    let mut found = gateway
        .find_by_reference(&Reference::for_order(order, generation))
        .await?;
    let known = |found: &[Transaction], id: &str| found.iter().any(|t| t.id.as_str() == id);
    if let Some(id) = transaction.filter(|id| !known(&found, id))
        && let Ok(id) = id.parse()
    {
        found.extend(gateway.get(&id).await?);
    }
    Ok(found.iter().map(payment).collect())
}

fn payment(said: &Transaction) -> Payment {
    let brand = said.brand.as_deref().unwrap_or("card");
    Payment {
        id: said.id.to_string(),
        kind: said.kind.as_ref().map(ToString::to_string).unwrap_or_default(),
        status: said.status.to_string(),
        amount: said.amount.map(|amount| amount.to_string()).unwrap_or_default(),
        card: match &said.last4 {
            Some(last4) => format!("{brand} …{last4}"),
            None => brand.to_owned(),
        },
        created: said.created.map(|at| at.to_string()),
    }
}

/// What Odoo holds of an order.
pub(super) async fn documents(systems: &Systems, order: &OrderKey, generation: u32) -> Result<Vec<Document>> {
    if generation == 0 {
        return Ok(Vec::new());
    }
    let odoo = systems.odoo().await?;
    let url = systems.odoo_settings().await?.url;
    let link = |model: &str, id: i64| Some(format!("{}/odoo/{model}/{id}", url.trim_end_matches('/')));
    let merchant = systems.merchant;
    let zone = merchant.time_zone.iana_name().unwrap_or("UTC");
    let context = Context::new(&merchant.odoo.language, zone, None);
    let first = generation.saturating_sub(GENERATIONS_MAX).max(1);
    let names: Vec<ExternalId> = (first..=generation)
        .map(|g| ExternalId::order(order, g))
        .collect();
    let orders = read_sale_orders(&*odoo, &context, &names.iter().collect::<Vec<_>>()).await?;
    let mut documents = Vec::new();
    for order in &orders {
        documents.push(sale(order, link("sale.order", order.id)));
        documents.extend(
            order
                .pickings
                .iter()
                .filter(|picking| picking.outgoing)
                .map(|picking| Document {
                    what: "delivery".to_owned(),
                    number: String::new(),
                    state: picking.state.clone(),
                    amount: None,
                    link: None,
                }),
        );
        documents.extend(
            order
                .invoices
                .iter()
                .map(|found| invoice(found, link("account.move", found.id))),
        );
    }
    let invoices: Vec<i64> = orders
        .iter()
        .flat_map(|order| order.invoices.iter().map(|i| i.id))
        .collect();
    if !invoices.is_empty() {
        let domain = json!([["reconciled_invoice_ids", "in", invoices]]);
        let fields = ["name", "state", "amount", "currency_id"];
        let found = odoo
            .call(&Call::search_read("account.payment", domain, &fields))
            .await?;
        documents.extend(value::records(&found).iter().map(|row| booked(row, &link)));
    }
    Ok(documents)
}

fn sale(order: &SaleOrder, link: Option<String>) -> Document {
    Document {
        what: "sales order".to_owned(),
        number: order.name.clone(),
        state: order.state.clone(),
        amount: Some(format!("{} without tax", order.untaxed)),
        link,
    }
}

fn invoice(invoice: &Invoice, link: Option<String>) -> Document {
    Document {
        what: "invoice".to_owned(),
        number: invoice.name.clone().unwrap_or_default(),
        state: format!("{}, {}", invoice.state, invoice.payment_state),
        amount: Some(invoice.total.to_string()),
        link,
    }
}

fn booked(row: &Value, link: &impl Fn(&str, i64) -> Option<String>) -> Document {
    let currency = value::text(&row["currency_id"][1]).unwrap_or_default();
    Document {
        what: "payment".to_owned(),
        number: value::text(&row["name"]).unwrap_or_default().to_owned(),
        state: value::text(&row["state"]).unwrap_or_default().to_owned(),
        amount: value::decimal(&row["amount"])
            .ok()
            .map(|amount| format!("{amount} {currency}")),
        link: value::id(row).and_then(|id| link("account.payment", id)),
    }
}

/// What the shop says of an order; nothing when it does not know it.
pub(super) async fn shop_order(
    systems: &Systems,
    store: &Store,
    order: &OrderKey,
) -> Result<Option<ShopOrder>> {
    use domain::failure::FailureName;
    let shop = systems.shop(store).await?;
    let body = match shop.order(&order.id).await {
        Ok(body) => body,
        Err(failure) if failure.name == FailureName::Refused => return Ok(None),
        Err(failure) => return Err(failure.into()),
    };
    let value: Value = serde_json::from_slice(&body).context("the shop's answer is no JSON")?;
    let scheme = shop::scheme(store);
    let payment = scheme
        .parse(&body, store)
        .ok()
        .map(|order| payment_word(&order.payment));
    let told = value["meta_data"].as_array().into_iter().flatten();
    let told = told
        .filter(|meta| meta["key"] == "_heartland_outcome")
        .find_map(|meta| meta["value"].as_str());
    Ok(Some(ShopOrder {
        status: value["status"].as_str().map(str::to_owned),
        payment,
        told: told.map(str::to_owned),
        modified_at: scheme.facts(&body).map(|facts| facts.modified_at.to_string()),
    }))
}

/// The word of a payment's state, without what it holds: a token can be charged.
fn payment_word(payment: &domain::order::Payment) -> String {
    let value = serde_json::to_value(payment).unwrap_or_default();
    value["state"].as_str().unwrap_or("unknown").to_owned()
}

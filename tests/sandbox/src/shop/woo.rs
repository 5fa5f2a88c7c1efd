//! The WooCommerce shop: the part of the REST API, version 3, that a connector uses.

use super::{
    api::error,
    deliveries,
    server::{CONSUMER_KEY, CONSUMER_SECRET, Shared},
    state::{Kind, Product},
};
use axum::{
    Json, Router,
    extract::{Path, Query, Request, State},
    http::{StatusCode, header::AUTHORIZATION},
    middleware::{Next, from_fn},
    response::{IntoResponse, Response},
    routing::{get, post, put},
};
use base64::{Engine, prelude::BASE64_STANDARD};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

const STATUSES: [&str; 7] = [
    "pending",
    "processing",
    "on-hold",
    "completed",
    "cancelled",
    "refunded",
    "failed",
];

type Shop = State<Arc<Shared>>;

pub(super) fn routes() -> Router<Arc<Shared>> {
    Router::new()
        .route("/orders", get(orders))
        .route("/orders/{id}", get(order).put(update_order))
        .route("/orders/{id}/notes", post(add_note))
        .route("/products", get(products))
        .route("/products/{id}", put(update_product))
        .route("/products/{parent}/variations/{id}", put(update_variation))
        .route("/webhooks", get(webhooks).post(create_webhook))
        .route("/webhooks/{id}", put(update_webhook))
        .layer(from_fn(authorized))
}

#[derive(Deserialize)]
struct Keys {
    consumer_key: Option<String>,
    consumer_secret: Option<String>,
}

async fn authorized(Query(keys): Query<Keys>, request: Request, next: Next) -> Response {
    let basic = format!(
        "Basic {}",
        BASE64_STANDARD.encode(format!("{CONSUMER_KEY}:{CONSUMER_SECRET}"))
    );
    let by_header = request
        .headers()
        .get(AUTHORIZATION)
        .is_some_and(|value| value.as_bytes() == basic.as_bytes());
    let by_query = keys.consumer_key.as_deref() == Some(CONSUMER_KEY)
        && keys.consumer_secret.as_deref() == Some(CONSUMER_SECRET);
    if by_header || by_query {
        return next.run(request).await;
    }
    let code = "woocommerce_rest_authentication_error";
    error(StatusCode::UNAUTHORIZED, code, "Consumer key is invalid.")
}

/// A date as the API writes it: no zone, whatever zone it is in.
pub(super) fn gmt(at: Timestamp) -> String {
    at.strftime("%Y-%m-%dT%H:%M:%S").to_string()
}

/// Marks an order as changed; the simulated site lives in UTC.
pub(super) fn touch(order: &mut Value, at: Timestamp) {
    order["date_modified"] = json!(gmt(at));
    order["date_modified_gmt"] = json!(gmt(at));
}

#[derive(Deserialize)]
struct Listing {
    modified_after: Option<String>,
    per_page: Option<usize>,
    page: Option<usize>,
    order: Option<String>,
}

async fn orders(State(shared): Shop, Query(listing): Query<Listing>) -> Response {
    let after = listing.modified_after.unwrap_or_default();
    let mut found: Vec<Value> = shared.state().woo.orders.values().cloned().collect();
    let modified = |order: &Value| order["date_modified_gmt"].as_str().unwrap_or_default().to_owned();
    found.retain(|order| modified(order) > after);
    found.sort_by_key(|order| (modified(order), order["id"].as_u64()));
    if listing.order.as_deref() != Some("asc") {
        found.reverse();
    }
    let size = listing.per_page.unwrap_or(10).clamp(1, 100);
    let page = listing.page.unwrap_or(1).max(1);
    let total = found.len();
    let shown: Vec<Value> = found.into_iter().skip((page - 1) * size).take(size).collect();
    let headers = [
        ("x-wp-total", total.to_string()),
        ("x-wp-totalpages", total.div_ceil(size).to_string()),
    ];
    (headers, Json(shown)).into_response()
}

fn no_order() -> Response {
    error(
        StatusCode::NOT_FOUND,
        "woocommerce_rest_shop_order_invalid_id",
        "Invalid ID.",
    )
}

async fn order(State(shared): Shop, Path(id): Path<String>) -> Response {
    let order = shared.state().woo.orders.get(&id).cloned();
    order.map_or_else(no_order, |order| Json(order).into_response())
}

async fn update_order(State(shared): Shop, Path(id): Path<String>, Json(change): Json<Value>) -> Response {
    if change
        .get("status")
        .is_some_and(|status| !STATUSES.iter().any(|known| status == known))
    {
        return error(
            StatusCode::BAD_REQUEST,
            "rest_invalid_param",
            "Invalid parameter(s): status",
        );
    }
    let changed = {
        let mut state = shared.state();
        let at = state.tick(Kind::Woo, &id);
        let Some(order) = state.woo.orders.get_mut(&id) else {
            return no_order();
        };
        for field in ["status", "transaction_id", "customer_note"] {
            if let Some(value) = change.get(field) {
                order[field] = value.clone();
            }
        }
        if change["status"] == "processing" {
            order["date_paid"] = json!(gmt(at));
            order["date_paid_gmt"] = json!(gmt(at));
        }
        merge_meta(order, change["meta_data"].as_array());
        touch(order, at);
        order.clone()
    };
    deliveries::announce(&shared, Kind::Woo, &id);
    Json(changed).into_response()
}

fn merge_meta(order: &mut Value, entries: Option<&Vec<Value>>) {
    let (Some(meta), Some(entries)) = (order["meta_data"].as_array_mut(), entries) else {
        return;
    };
    for entry in entries {
        match meta.iter_mut().find(|known| known["key"] == entry["key"]) {
            Some(known) => known["value"] = entry["value"].clone(),
            None => {
                let id = 90_000 + meta.len();
                meta.push(json!({ "id": id, "key": entry["key"], "value": entry["value"] }));
            }
        }
    }
}

async fn add_note(State(shared): Shop, Path(id): Path<String>, Json(note): Json<Value>) -> Response {
    let mut state = shared.state();
    if !state.woo.orders.contains_key(&id) {
        return no_order();
    }
    let text = note["note"].as_str().unwrap_or_default().to_owned();
    state.woo.notes.push((id, text.clone()));
    let answer =
        json!({ "id": state.woo.notes.len(), "author": "system", "note": text, "customer_note": false });
    (StatusCode::CREATED, Json(answer)).into_response()
}

fn shown(product: &Product) -> Value {
    json!({
        "id": product.id, "parent_id": product.parent, "sku": product.sku, "status": "publish",
        "type": if product.parent == 0 { "simple" } else { "variation" },
        "manage_stock": product.managed, "stock_quantity": product.managed.then_some(product.quantity),
    })
}

async fn products(State(shared): Shop, Query(query): Query<BTreeMap<String, String>>) -> Json<Vec<Value>> {
    let state = shared.state();
    let wanted = |product: &&Product| query.get("sku").is_none_or(|sku| product.sku == *sku);
    Json(state.woo.products.iter().filter(wanted).map(shown).collect())
}

async fn update_product(State(shared): Shop, Path(id): Path<u64>, Json(change): Json<Value>) -> Response {
    set_quantity(&shared, 0, id, &change)
}

async fn update_variation(
    State(shared): Shop,
    Path((parent, id)): Path<(u64, u64)>,
    Json(change): Json<Value>,
) -> Response {
    set_quantity(&shared, parent, id, &change)
}

fn set_quantity(shared: &Shared, parent: u64, id: u64, change: &Value) -> Response {
    let mut state = shared.state();
    let mut products = state.woo.products.iter_mut();
    let Some(product) = products.find(|product| product.id == id && product.parent == parent) else {
        return error(
            StatusCode::NOT_FOUND,
            "woocommerce_rest_product_invalid_id",
            "Invalid ID.",
        );
    };
    if let Some(quantity) = change["stock_quantity"].as_i64() {
        product.quantity = quantity;
    }
    Json(shown(product)).into_response()
}

/// Both webhooks of the simulated shop go to one address and are switched on and off together.
const HOOKS: [(u64, &str); 2] = [(4, "order.created"), (5, "order.updated")];

fn shown_hook(state: &super::state::State, id: u64, topic: &str) -> Value {
    let status = if state.woo.hook_active {
        "active"
    } else {
        "disabled"
    };
    json!({ "id": id, "name": topic, "status": status, "topic": topic, "resource": "order",
        "delivery_url": state.woo.hook_url })
}

async fn webhooks(State(shared): Shop) -> Json<Vec<Value>> {
    let state = shared.state();
    let registered = HOOKS.iter().filter(|_| state.woo.hook_url.is_some());
    Json(
        registered
            .map(|(id, topic)| shown_hook(&state, *id, topic))
            .collect(),
    )
}

async fn create_webhook(State(shared): Shop, Json(hook): Json<Value>) -> Response {
    match HOOKS.iter().find(|(_, topic)| hook["topic"] == *topic) {
        Some((id, topic)) => set_webhook(&shared, *id, topic, &hook),
        None => error(
            StatusCode::BAD_REQUEST,
            "woocommerce_rest_webhook_topic_missing",
            "Webhook topic is required.",
        ),
    }
}

async fn update_webhook(State(shared): Shop, Path(id): Path<u64>, Json(hook): Json<Value>) -> Response {
    match HOOKS.iter().find(|(known, _)| *known == id) {
        Some((id, topic)) => set_webhook(&shared, *id, topic, &hook),
        None => error(
            StatusCode::NOT_FOUND,
            "woocommerce_rest_shop_webhook_invalid_id",
            "Invalid ID.",
        ),
    }
}

fn set_webhook(shared: &Shared, id: u64, topic: &str, hook: &Value) -> Response {
    let mut state = shared.state();
    if let Some(url) = hook["delivery_url"].as_str() {
        state.woo.hook_url = Some(url.to_owned());
    }
    if let Some(status) = hook["status"].as_str() {
        (state.woo.hook_active, state.woo.hook_failures) = (status == "active", 0);
    }
    Json(shown_hook(&state, id, topic)).into_response()
}

//! Confirms sales orders, puts their dates back, reads them back.

use domain::failure::Failure;
use odoo::{
    Call, Context, Kind, Odoo,
    documents::{SaleOrder, sale_specification},
    isolate::isolate,
    value::records,
};
use serde_json::{Value, json};
use std::collections::HashMap;

/// Confirms orders; for each that was refused, why. Whether it worked is judged by reading back: with a promotion
/// `action_confirm` answers an action although it has confirmed, and for an order that another writer has just
/// confirmed it is refused.
pub async fn confirm(odoo: &dyn Odoo, context: &Context, ids: Vec<i64>) -> HashMap<i64, Failure> {
    let act = |group: Vec<i64>| async move {
        let call = Call::effect("sale.order", "action_confirm")
            .ids(group.clone())
            .context(context);
        odoo.call(&call)
            .await
            .map(|_| group)
            .map_err(|error| error.failure(Kind::Effect))
    };
    let done = isolate(ids, act).await;
    done.into_iter()
        .filter_map(|(id, result)| result.err().map(|failure| (id, failure)))
        .collect()
}

/// Puts back the dates that confirming has overwritten, and reads the orders back in the same call. Orders without
/// a date are only read.
pub async fn restore_dates(
    odoo: &dyn Odoo,
    context: &Context,
    orders: Vec<(i64, Option<String>)>,
) -> Vec<(i64, Result<SaleOrder, Failure>)> {
    let act = |group: Vec<(i64, Option<String>)>| async move {
        let values = |date: &Option<String>| {
            date.as_ref()
                .map_or_else(|| json!({}), |date| json!({"date_order": date}))
        };
        let values: Vec<Value> = group.iter().map(|(_, date)| values(date)).collect();
        let call = Call::effect("sale.order", "web_save_multi")
            .ids(group.iter().map(|(id, _)| *id))
            .arg("vals_list", values)
            .arg("specification", sale_specification())
            .context(context);
        let answer = odoo
            .call(&call)
            .await
            .map_err(|error| error.failure(Kind::Effect))?;
        let read: Result<Vec<_>, _> = records(&answer).iter().map(SaleOrder::read).collect();
        read.map_err(|error| error.failure(Kind::Read))
    };
    if orders.is_empty() {
        return Vec::new();
    }
    isolate(orders, act)
        .await
        .into_iter()
        .map(|((id, _), result)| (id, result))
        .collect()
}

//! What an administrator may do in Odoo and its API has no call for: a server action that is made, run and removed.

use domain::failure::Failure;
use odoo::{Call, Odoo, value};
use serde_json::{Value, json};

use crate::ensure::exactly_one;
use crate::reader::named;
use crate::{effect_failure, refused};

/// Runs Python on Odoo's side once. `code` leaves its answer in `action`.
pub(crate) async fn run(odoo: &dyn Odoo, key: &str, code: &str) -> Result<Value, Failure> {
    let model = exactly_one(
        odoo,
        key,
        "model res.users",
        "ir.model",
        named("model", "res.users"),
        None,
    )
    .await?;
    let values = json!([{
        "name": "Heartland set-up", "model_id": model, "state": "code", "code": code,
    }]);
    let create = Call::effect("ir.actions.server", "create").arg("vals_list", values);
    let made = odoo.call(&create).await.map_err(|error| effect_failure(&error))?;
    let Some(id) = value::id(&made) else {
        return Err(refused(key, "Odoo made no server action"));
    };
    let answer = odoo
        .call(&Call::effect("ir.actions.server", "run").ids([id]))
        .await;
    let removed = odoo
        .call(&Call::effect("ir.actions.server", "unlink").ids([id]))
        .await;
    let answer = answer.map_err(|error| effect_failure(&error))?;
    removed.map_err(|error| effect_failure(&error))?;
    Ok(answer)
}

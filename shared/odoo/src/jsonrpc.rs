//! The dialect of Odoo up to 19: `/jsonrpc`, service `object`, method `execute_kw`. Faults arrive with status 200.

use crate::{call::Call, error::OdooError, settings::Settings};
use secrecy::ExposeSecret;
use serde_json::{Value, json};

/// Asks for the bot's user id. The API key stands where a password stood.
pub(crate) fn authenticate(settings: &Settings) -> Result<Value, OdooError> {
    let missing = || OdooError::Misconfigured("JSON-RPC needs the bot's login".into());
    let login = settings.login.as_deref().ok_or_else(missing)?;
    Ok(envelope(
        "common",
        "authenticate",
        json!([settings.database, login, settings.api_key.expose_secret(), {}]),
    ))
}

/// A call: record ids go first and by position, everything else by name.
pub(crate) fn execute(settings: &Settings, uid: i64, call: &Call) -> Value {
    let positional: Vec<Value> = call.ids.iter().map(|ids| json!(ids)).collect();
    let mut named = call.args.clone();
    if let Some(context) = &call.context {
        named.insert("context".into(), context.to_value());
    }
    let key = settings.api_key.expose_secret();
    let args = json!([
        settings.database,
        uid,
        key,
        call.model,
        call.method,
        positional,
        named
    ]);
    envelope("object", "execute_kw", args)
}

fn envelope(service: &str, method: &str, args: Value) -> Value {
    let params = json!({"service": service, "method": method, "args": args});
    json!({"jsonrpc": "2.0", "method": "call", "id": 1, "params": params})
}

/// The result in an answer, or what it means. A method that returns nothing has no `result`.
pub(crate) fn answer(status: u16, body: &[u8]) -> Result<Value, OdooError> {
    let Ok(mut parsed) = serde_json::from_slice::<Value>(body) else {
        return Err(if status == 200 {
            OdooError::Malformed("200 without JSON".into())
        } else {
            OdooError::from_page(status)
        });
    };
    if let Some(error) = parsed.get("error") {
        let named = error.get("data").and_then(OdooError::from_body);
        return Err(named.unwrap_or_else(|| OdooError::Malformed("a fault without a name".into())));
    }
    if status != 200 || parsed.get("jsonrpc").is_none() {
        return Err(OdooError::from_page(status));
    }
    Ok(parsed.get_mut("result").map_or(Value::Null, Value::take))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn faults_hide_in_200() {
        let fault = br#"{"jsonrpc": "2.0", "id": 1, "error": {"code": 0, "message": "Odoo Server Error",
            "data": {"name": "odoo.exceptions.AccessDenied", "message": "Access Denied"}}}"#;
        assert!(matches!(answer(200, fault), Err(OdooError::Misconfigured(_))));
        assert_eq!(answer(200, br#"{"jsonrpc": "2.0", "id": 1}"#), Ok(Value::Null));
        assert!(matches!(answer(502, b"<html>"), Err(OdooError::NoAnswer(_))));
    }

    #[test]
    fn ids_by_position_the_rest_by_name() {
        let settings: Settings = serde_json::from_value(
            json!({"url": "http://x", "database": "d", "api_key": "k", "login": "bot", "dialect": "jsonrpc"}),
        )
        .unwrap();
        let call = Call::effect("sale.order", "action_confirm").ids([3]);
        let args = &execute(&settings, 5, &call)["params"]["args"];
        assert_eq!(
            *args,
            json!(["d", 5, "k", "sale.order", "action_confirm", [[3]], {}])
        );
    }
}

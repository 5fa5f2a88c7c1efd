//! The dialect of Odoo 19 and later: `POST /json/2/{model}/{method}`, arguments by name, the bare result.

use crate::{call::Call, error::OdooError};
use serde_json::{Map, Value, json};

/// Path and body of a call.
pub(crate) fn request(call: &Call) -> (String, Value) {
    let mut body: Map<String, Value> = call.args.clone();
    if let Some(ids) = &call.ids {
        body.insert("ids".into(), json!(ids));
    }
    if let Some(context) = &call.context {
        body.insert("context".into(), context.to_value());
    }
    (
        format!("/json/2/{}/{}", call.model, call.method),
        Value::Object(body),
    )
}

/// The result in an answer, or what it means.
pub(crate) fn answer(status: u16, body: &[u8]) -> Result<Value, OdooError> {
    let parsed = serde_json::from_slice::<Value>(body);
    match (status, parsed) {
        (200, Ok(result)) => Ok(result),
        (200, Err(_)) => Err(OdooError::Malformed("200 without JSON".into())),
        (_, Ok(error)) => Err(OdooError::from_body(&error).unwrap_or_else(|| OdooError::from_page(status))),
        (_, Err(_)) => Err(OdooError::from_page(status)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::context::Context;

    #[test]
    fn a_call_becomes_a_path_and_named_arguments() {
        let call = Call::effect("account.move", "js_assign_outstanding_line")
            .ids([7])
            .arg("line_id", 9)
            .context(&Context::new("en_US", "UTC", Some(1)));
        let (path, body) = request(&call);
        assert_eq!(path, "/json/2/account.move/js_assign_outstanding_line");
        assert_eq!(body["ids"], json!([7]));
        assert_eq!(body["line_id"], 9);
        assert_eq!(body["context"]["allowed_company_ids"], json!([1]));
    }

    #[test]
    fn answers() {
        assert_eq!(answer(200, b"null"), Ok(Value::Null));
        let refused = br#"{"name": "odoo.exceptions.UserError", "message": "no"}"#;
        assert!(matches!(answer(422, refused), Err(OdooError::Rejected { .. })));
        assert!(matches!(
            answer(404, b"<!doctype html>"),
            Err(OdooError::Misconfigured(_))
        ));
        assert!(matches!(answer(200, b"<html>"), Err(OdooError::Malformed(_))));
    }
}

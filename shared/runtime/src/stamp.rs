//! Who wrote an item: stamped onto each, so that the audit trail can tell, and can tell a change by hand from one of
//! ours.

use crate::{
    metrics,
    unique::unique,
    work::{self, Id},
};
use aws_sdk_dynamodb::types::AttributeValue;
use effects::{Clock, SystemClock};
use serde_json::Value;
use std::collections::HashMap;

/// Names the write: nobody else's has this name.
pub(crate) const WRITE: &str = "write";
/// Who writes when no function does.
const TOOL: &str = "operators-tool";

/// The attributes `by` (which function), `at_ms`, `write`, and `request` and `trace` of what is being worked on.
pub(crate) fn stamp() -> HashMap<String, AttributeValue> {
    let by = Some(metrics::function())
        .filter(|name| !name.is_empty())
        .unwrap_or(TOOL);
    let text = |value: &str| AttributeValue::S(value.to_owned());
    let mut stamp = HashMap::from([
        ("by".to_owned(), text(by)),
        (
            "at_ms".to_owned(),
            AttributeValue::N(SystemClock.now().0.to_string()),
        ),
        (WRITE.to_owned(), text(&unique())),
    ]);
    let ids = work::ids();
    for id in [Id::Request, Id::Trace] {
        if let Some(Value::String(id_there)) = ids.get(id.as_str()) {
            stamp.insert(id.as_str().to_owned(), text(id_there));
        }
    }
    stamp
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{invocation::Invocation, work::Work};
    use effects::UnixMillis;
    use serde_json::json;

    #[tokio::test]
    async fn a_write_is_named_with_the_invocation_it_belongs_to() {
        let text = |stamp: &HashMap<String, AttributeValue>, name: &str| {
            stamp.get(name).and_then(|value| value.as_s().ok()).cloned()
        };
        let outside = stamp();
        assert_eq!(text(&outside, "request"), None);
        let invocation = Invocation::new("r-1", UnixMillis(1_800_000_000_000));
        let work = Work::of_invocation(&invocation, &json!({}));
        let inside = work.scope(async { stamp() }).await;
        assert_eq!(text(&inside, "request").as_deref(), Some("r-1"));
        assert!(text(&inside, "trace").is_some());
        assert_ne!(text(&inside, WRITE), text(&outside, WRITE));
    }
}

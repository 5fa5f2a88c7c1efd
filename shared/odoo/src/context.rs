//! The context sent with every call: without it Odoo falls back to the bot's own language, zone and company.

use serde::Serialize;
use serde_json::{Map, Value, json};

/// Odoo's context dictionary.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct Context(Map<String, Value>);

impl Context {
    /// The context of documents: labels in `language`, default dates in `time_zone`, one company, and nobody
    /// is subscribed to or notified of what a machine writes.
    pub fn new(language: &str, time_zone: &str, company: Option<i64>) -> Self {
        let mut map = Map::new();
        map.insert("lang".into(), json!(language));
        map.insert("tz".into(), json!(time_zone));
        map.insert("mail_create_nosubscribe".into(), json!(true));
        map.insert("mail_auto_subscribe_no_notify".into(), json!(true));
        if let Some(company) = company {
            map.insert("allowed_company_ids".into(), json!([company]));
        }
        Self(map)
    }

    /// The same with one more key.
    #[must_use]
    pub fn with(&self, key: &str, value: impl Into<Value>) -> Self {
        let mut map = self.0.clone();
        map.insert(key.to_owned(), value.into());
        Self(map)
    }

    /// The same, and Odoo writes no log of changes into the record's chatter: who wrote what and when is in our audit
    /// trail, and the log takes Odoo its time. Never for `account.move`: there it is the audit trail of the books.
    #[must_use]
    pub fn without_log(&self) -> Self {
        self.with("tracking_disable", true)
    }

    /// The same, archived records included.
    #[must_use]
    pub fn with_archived(&self) -> Self {
        self.with("active_test", false)
    }

    /// The context as JSON.
    pub fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }
}

//! One call of one method, as every dialect understands it.

use crate::context::Context;
use serde_json::{Map, Value, json};

/// Whether a call changes anything: decides what an answer that never came means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Reads only. Safe to repeat.
    Read,
    /// Changes something. Without an answer its outcome is unknown: Odoo commits although the client has gone.
    Effect,
}

/// A method of a model with its arguments.
#[derive(Clone, Debug, PartialEq)]
pub struct Call {
    /// The model: `sale.order`.
    pub model: &'static str,
    /// The method: `action_confirm`.
    pub method: &'static str,
    /// Whether the call changes anything.
    pub kind: Kind,
    /// The records it works on; methods of the model as such have none.
    pub ids: Option<Vec<i64>>,
    /// Arguments by name.
    pub args: Map<String, Value>,
    /// Language, time zone, company and flags.
    pub context: Option<Context>,
}

impl Call {
    /// A call that only reads.
    pub fn read(model: &'static str, method: &'static str) -> Self {
        Self {
            model,
            method,
            kind: Kind::Read,
            ids: None,
            args: Map::new(),
            context: None,
        }
    }

    /// A call that changes something.
    pub fn effect(model: &'static str, method: &'static str) -> Self {
        Self {
            kind: Kind::Effect,
            ..Self::read(model, method)
        }
    }

    /// `search_read`: always with fields, because reading all of them is refused to everybody but administrators.
    pub fn search_read(model: &'static str, domain: Value, fields: &[&str]) -> Self {
        Self::read(model, "search_read")
            .arg("domain", domain)
            .arg("fields", json!(fields))
    }

    /// `web_search_read`: records with what hangs on them, in one call. The specification names fields, and for
    /// relations `{"fields": {…}}` of the related records.
    pub fn web_search_read(model: &'static str, domain: Value, specification: Value) -> Self {
        Self::read(model, "web_search_read")
            .arg("domain", domain)
            .arg("specification", specification)
    }

    /// The records the method works on.
    #[must_use]
    pub fn ids(mut self, ids: impl IntoIterator<Item = i64>) -> Self {
        self.ids = Some(ids.into_iter().collect());
        self
    }

    /// A named argument.
    #[must_use]
    pub fn arg(mut self, name: &str, value: impl Into<Value>) -> Self {
        self.args.insert(name.to_owned(), value.into());
        self
    }

    /// The context.
    #[must_use]
    pub fn context(mut self, context: &Context) -> Self {
        self.context = Some(context.clone());
        self
    }

    /// `sale.order/action_confirm`: for messages and measurements.
    pub fn name(&self) -> String {
        format!("{}/{}", self.model, self.method)
    }
}

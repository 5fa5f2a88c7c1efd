//! The list as it is shown.

use effects::UnixMillis;
use serde::Serialize;

use super::standing::Standing;
use crate::explain::step_words;
use crate::output::{Show, count, table};
use crate::time::relative;

/// One order.
#[derive(Clone, Debug, Serialize)]
pub struct Row {
    /// Its key, `store/id`.
    pub order: String,
    /// How it stands.
    pub state: Standing,
    /// What its run does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step: Option<String>,
    /// Why it is not known what its run does.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub step_unknown: Option<String>,
    /// When its run was opened, Unix milliseconds.
    pub opened_at_ms: i64,
    /// Its run.
    pub run: String,
    /// The review that waits for a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub review: Option<String>,
}

/// What was found, in the order in which it is shown.
#[derive(Debug, Default, Serialize)]
pub struct Answer {
    /// The orders.
    pub orders: Vec<Row>,
    /// Whether there are more.
    pub more: bool,
    /// So many more are under review, and in no list of orders.
    pub more_under_review: usize,
}

impl Answer {
    /// At most `limit` of them.
    pub fn cut(mut self, limit: usize) -> Self {
        self.more |= self.orders.len() > limit;
        self.orders.truncate(limit);
        self
    }

    /// Why a step is not known, once.
    pub fn unknown(&self) -> Option<String> {
        let mut whys = self.orders.iter().filter_map(|row| row.step_unknown.as_deref());
        let first = whys.next()?;
        let orders = count(1 + whys.count(), "order");
        Some(format!("what the runs of {orders} do is not known: {first}"))
    }
}

impl Show for Answer {
    fn people(&self, now: UnixMillis) -> String {
        let under_review = match self.more_under_review {
            0 => String::new(),
            n => format!("\n{n} more under review: odoo-heartland review list"),
        };
        if self.orders.is_empty() {
            return format!("no orders{under_review}");
        }
        let rows = self.orders.iter().map(|row| {
            let step = match (&row.step, &row.step_unknown) {
                (_, Some(_)) => "(not known)",
                (Some(step), None) => step_words(step).unwrap_or_default(),
                (None, None) => "",
            };
            [
                row.order.clone(),
                row.state.word(),
                relative(UnixMillis(row.opened_at_ms), now),
                step.to_owned(),
                row.review.clone().unwrap_or_default(),
            ]
        });
        let listed = table(["order", "state", "opened", "doing", "review"], rows);
        let more = if self.more {
            ", and more: raise --limit"
        } else {
            ""
        };
        format!(
            "{listed}\n{}{more}{under_review}",
            count(self.orders.len(), "order")
        )
    }
}

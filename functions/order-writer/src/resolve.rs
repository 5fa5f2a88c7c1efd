//! What became of an order somebody may have written: asked when it is to be closed.

use crate::{Writer, Written};
use async_trait::async_trait;
use effects::{Past, Remote, RequestId, Resolution, Sent};
use runtime::message::Run;
use serde_json::json;

/// Looks for the sales order of a run.
pub struct Resolver<'a> {
    writer: &'a Writer<'a>,
    run: &'a Run,
}

impl Written {
    /// Looks for the sales order of a run.
    pub fn resolver<'a>(writer: &'a Writer<'a>, run: &'a Run) -> Resolver<'a> {
        Resolver { writer, run }
    }
}

#[async_trait]
impl Remote for Resolver<'_> {
    async fn resolve(&self, _: &Past) -> Resolution {
        match self.writer.sale_order(&self.run.order, self.run.generation).await {
            Ok(Some(order)) => {
                Resolution::Applied(json!({"sale_order": {"id": order.id, "name": order.name}}))
            }
            Ok(None) => Resolution::NotFound,
            Err(failure) => Resolution::StillUnknown(failure.what),
        }
    }

    async fn send(&self, _: &RequestId) -> Sent {
        Sent::NotSent("an order is never written by closing it".into())
    }
}

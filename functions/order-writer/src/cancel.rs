//! Takes an order back: the draft invoice and the deliveries are cancelled with the sales order. Can be repeated.

use crate::Writer;
use domain::{
    failure::{Failure, FailureName},
    ids::OrderKey,
};
use odoo::{
    Call, Context, ExternalId, Kind,
    documents::{SaleOrder, read_sale_orders},
};
use serde::{Deserialize, Serialize};

/// What came of cancelling. As JSON `{"state": "cancelled"}`.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Cancelled {
    /// It is cancelled.
    Cancelled,
    /// There is none.
    Absent,
}

impl Writer<'_> {
    /// Cancels the sales order of a run, whatever became of it.
    ///
    /// # Errors
    /// [`FailureName::Conflict`] when its goods have left or its invoice is posted: a person has to undo that.
    pub async fn cancel(&self, key: &OrderKey, generation: u32) -> Result<Cancelled, Failure> {
        let Some((context, order)) = self.find(key, generation).await? else {
            return Ok(Cancelled::Absent);
        };
        if order.state == "cancel" {
            return Ok(Cancelled::Cancelled);
        }
        check(&order)?;
        if order.locked {
            self.press("action_unlock", order.id, &context).await?;
        }
        // Another writer may have been faster: judged by reading back.
        let refused = self.press("action_cancel", order.id, &context).await.err();
        match self.find(key, generation).await? {
            Some((_, order)) if order.state == "cancel" => Ok(Cancelled::Cancelled),
            Some((_, order)) => {
                Err(refused.unwrap_or_else(|| conflict(&order, "is still open", "cancel it")))
            }
            None => Ok(Cancelled::Absent),
        }
    }

    /// The sales order of a run, if there is one.
    ///
    /// # Errors
    /// As the calls fail.
    pub async fn sale_order(&self, key: &OrderKey, generation: u32) -> Result<Option<SaleOrder>, Failure> {
        Ok(self.find(key, generation).await?.map(|(_, order)| order))
    }

    async fn find(&self, key: &OrderKey, generation: u32) -> Result<Option<(Context, SaleOrder)>, Failure> {
        let company = &self.merchant.store(&key.store)?.company;
        let context = self.books.get(self.odoo, self.merchant, company).await?.context();
        let found = read_sale_orders(self.odoo, &context, &[&ExternalId::order(key, generation)]).await?;
        Ok(found.into_iter().next().map(|order| (context, order)))
    }

    async fn press(&self, button: &'static str, order: i64, context: &Context) -> Result<(), Failure> {
        let call = Call::effect("sale.order", button).ids([order]).context(context);
        self.odoo
            .call(&call)
            .await
            .map(|_| ())
            .map_err(|error| error.failure(Kind::Effect))
    }
}

fn check(order: &SaleOrder) -> Result<(), Failure> {
    if order
        .pickings
        .iter()
        .any(|picking| picking.outgoing && picking.state == "done")
    {
        return Err(conflict(
            order,
            "has been delivered",
            "take the goods back and cancel it",
        ));
    }
    if order.invoices.iter().any(|invoice| invoice.is_posted()) {
        return Err(conflict(
            order,
            "has been invoiced",
            "reverse the invoice and cancel it",
        ));
    }
    Ok(())
}

fn conflict(order: &SaleOrder, what: &str, remedy: &str) -> Failure {
    Failure::new(
        FailureName::Conflict,
        format!("the sales order {} {what}", order.name),
    )
    .field("sale_order.state")
    .remedy(format!("{remedy} in Odoo, then redrive"))
}

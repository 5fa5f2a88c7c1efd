//! What an earlier run of the same order has left in Odoo: its goods would be sent twice.

use super::Company;
use crate::work::{Results, Task};
use domain::{
    failure::{Failure, FailureName},
    merchant::Store,
};
use odoo::{
    ExternalId,
    books::Books,
    documents::{SaleOrder, read_sale_orders},
};

impl<'a> Company<'a> {
    /// Ends the orders whose earlier runs have a sales order that is still alive: it was delivered or invoiced before
    /// it could be cancelled, and a person was told. One call, for orders that were run before.
    pub(super) async fn check_earlier(
        &self,
        books: &Books,
        tasks: Vec<Task<'a, &'a Store>>,
        results: &mut Results,
    ) -> Vec<Task<'a, &'a Store>> {
        let names: Vec<ExternalId> = tasks.iter().flat_map(earlier).collect();
        if names.is_empty() {
            return tasks;
        }
        let wanted: Vec<&ExternalId> = names.iter().collect();
        let there = match read_sale_orders(self.odoo(), &books.context(), &wanted).await {
            Ok(there) => there,
            Err(failure) => {
                results.end_all(tasks, &failure);
                return Vec::new();
            }
        };
        let verdicts = tasks.iter().map(|task| match alive(&there, task) {
            Some(order) => Err(conflict(order)),
            None => Ok(()),
        });
        let verdicts: Vec<Result<(), Failure>> = verdicts.collect();
        results.keep(tasks, verdicts, |store, ()| store)
    }
}

/// What the sales orders of earlier runs are called.
fn earlier(task: &Task<'_, &Store>) -> Vec<ExternalId> {
    let key = &task.input.order.key;
    let runs = 1..task.input.generation;
    runs.map(|run| ExternalId::order(key, run)).collect()
}

fn alive<'o>(there: &'o [SaleOrder], task: &Task<'_, &Store>) -> Option<&'o SaleOrder> {
    let names = earlier(task);
    there.iter().find(|order| {
        let is_earlier = |name: &ExternalId| order.heartland_id.as_deref() == Some(name.name());
        order.state != "cancel" && names.iter().any(is_earlier)
    })
}

fn conflict(order: &SaleOrder) -> Failure {
    let what = format!("the sales order {} of an earlier run is still alive", order.name);
    let remedy = "if its goods are to stay with the customer, drop this run and invoice that order by hand; if not, take \
                  them back and cancel it in Odoo, then redrive";
    Failure::new(FailureName::Conflict, what)
        .field("sale_order.state")
        .remedy(remedy)
}

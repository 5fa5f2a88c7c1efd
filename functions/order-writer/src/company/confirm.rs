//! The shop's tax, the confirmation, the date put back, the last comparison.

use super::{Company, Drafted};
use crate::{
    plan::sale,
    steps::{
        finish,
        taxes::{DraftToFix, force},
    },
    work::{Results, Task},
};
use domain::failure::{Failure, FailureName};
use odoo::books::Books;
use std::collections::HashMap;

impl<'a> Company<'a> {
    /// Ends each order with what it has come to.
    pub(super) async fn finish(
        &self,
        books: &Books,
        tasks: Vec<Task<'a, Drafted<'a>>>,
        results: &mut Results,
    ) {
        let (odoo, context) = (self.odoo(), books.context());
        let fixes: Vec<_> = tasks.iter().map(draft_to_fix).collect();
        let forced = force(odoo, &context, &fixes).await;
        let tasks = results.keep(tasks, forced, |drafted, ()| drafted);
        let context = context.without_log();
        let open = tasks.iter().filter(|task| task.state.order.is_quotation());
        let open: Vec<i64> = open.map(|task| task.state.order.id).collect();
        let refused = match open.is_empty() {
            true => HashMap::new(),
            false => finish::confirm(odoo, &context, open.clone()).await,
        };
        let dates = tasks.iter().map(|task| {
            let id = task.state.order.id;
            (
                id,
                open.contains(&id).then(|| sale::date_order(&task.input.order)),
            )
        });
        let read = finish::restore_dates(odoo, &context, dates.collect()).await;
        for task in tasks {
            let id = task.state.order.id;
            let outcome = match read.iter().find(|(order, _)| *order == id) {
                Some((_, Ok(order))) => match refused.get(&id) {
                    Some(failure) if !order.is_confirmed() => Err(failure.clone()),
                    _ => self
                        .expected(&task, &task.state.planned.taxes)
                        .after_confirm(order),
                },
                Some((_, Err(failure))) => Err(failure.clone()),
                None => Err(Failure::new(
                    FailureName::OutcomeUnknown,
                    "the sales order was not read back",
                )),
            };
            results.end(task.place, outcome);
        }
    }
}

fn draft_to_fix<'t>(task: &'t Task<'_, Drafted<'_>>) -> DraftToFix<'t> {
    let (name, drafted) = (&task.names.invoice, &task.state);
    // Fixes come from this very invoice: without it there are none.
    let id = drafted.order.invoice(name).map_or(0, |invoice| invoice.id);
    DraftToFix {
        id,
        name,
        fixes: &drafted.fixes,
    }
}

//! Sales orders and draft invoices: loaded, read back in one call, judged.

use super::{Company, Drafted, Ready, find};
use crate::{
    plan::{invoice, sale},
    work::{Results, Task},
};
use domain::failure::{Failure, FailureName};
use odoo::{Context, Mode, Record, books::Books, documents::read_sale_orders, load_each};

impl<'a> Company<'a> {
    /// Sales orders and draft invoices, read back and judged.
    pub(super) async fn draft(
        &self,
        books: &Books,
        tasks: Vec<Task<'a, Ready<'a>>>,
        results: &mut Results,
    ) -> Vec<Task<'a, Drafted<'a>>> {
        let merchant = self.writer.merchant;
        let sale = |task: &Task<'a, Ready<'a>>| {
            let Ready { planned, parties } = &task.state;
            sale::record(
                &task.input.order,
                &task.names,
                parties,
                &planned.lines,
                merchant,
                planned.store,
                books,
            )
        };
        // A confirmed order stays as it is, whatever has been corrected since.
        let (emptied, first): (Vec<_>, Vec<_>) =
            tasks.into_iter().partition(|task| task.state.planned.emptied);
        let quiet = books.context().without_log();
        let mut tasks = self
            .load(&quiet, "sale.order", first, Mode::CreateOnce, results, sale)
            .await;
        tasks.extend(
            self.load(&quiet, "sale.order", emptied, Mode::Update, results, sale)
                .await,
        );
        let invoice = |task: &Task<'a, Ready<'a>>| {
            let (Ready { planned, parties }, input) = (&task.state, task.input);
            let transaction = &input.transaction;
            invoice::record(
                &input.order,
                &task.names,
                parties,
                &planned.lines,
                transaction,
                merchant,
                books,
            )
        };
        let tasks = self
            .load(
                &books.context(),
                "account.move",
                tasks,
                Mode::CreateOnce,
                results,
                invoice,
            )
            .await;
        if tasks.is_empty() {
            return Vec::new();
        }
        let names: Vec<_> = tasks.iter().map(|task| &task.names.order).collect();
        let there = match read_sale_orders(self.odoo(), &books.context(), &names).await {
            Ok(there) => there,
            Err(failure) => {
                results.end_all(tasks, &failure);
                return Vec::new();
            }
        };
        let judged = tasks.iter().map(|task| {
            let order = find(&there, task);
            let fixes = self
                .expected(task, &task.state.planned.taxes)
                .before_confirm(order)?;
            let unread = || Failure::new(FailureName::OutcomeUnknown, "the sales order cannot be read back");
            Ok((order.cloned().ok_or_else(unread)?, fixes))
        });
        let judged: Vec<_> = judged.collect();
        let drafted = |Ready { planned, .. }: Ready<'a>, (order, fixes)| Drafted {
            planned,
            order,
            fixes,
        };
        results.keep(tasks, judged, drafted)
    }

    async fn load(
        &self,
        context: &Context,
        model: &'static str,
        tasks: Vec<Task<'a, Ready<'a>>>,
        mode: Mode,
        results: &mut Results,
        record: impl Fn(&Task<'a, Ready<'a>>) -> Result<Record, Failure>,
    ) -> Vec<Task<'a, Ready<'a>>> {
        let records: Vec<_> = tasks.iter().map(record).collect();
        let tasks = results.keep(tasks, records, |ready, record| (ready, record));
        let records = tasks.iter().map(|task| task.state.1.clone()).collect();
        let loaded = load_each(self.odoo(), model, records, mode, context).await;
        results.keep(tasks, loaded, |(ready, _), _| ready)
    }
}

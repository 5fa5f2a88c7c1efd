//! The orders of one company, step by step: one context, one set of books, one or two calls per step.

mod confirm;
mod drafts;
mod earlier;

use crate::{
    Writer,
    check::Expected,
    plan::{
        customer::{self, CustomerPlan, Parties, names_to_find},
        lines, sale,
        taxes::{self, Fix, WantedTaxes},
    },
    steps::{contacts, finish, products, rewrite},
    work::{Results, Task},
};
use domain::{
    address,
    failure::{Failure, FailureName},
    merchant::Store,
};
use odoo::{
    ExternalId, Odoo,
    books::Books,
    documents::{SaleOrder, read_sale_orders},
};
use std::{collections::BTreeMap, sync::Arc};

/// The orders of one company.
pub(crate) struct Company<'a> {
    pub(crate) writer: &'a Writer<'a>,
    pub(crate) name: &'a str,
}

/// An order that is still to be written.
struct Open<'a> {
    store: &'a Store,
    /// Whether its quotation was emptied, to be written anew.
    emptied: bool,
}

/// An order as it will be written.
struct Planned<'a> {
    store: &'a Store,
    emptied: bool,
    lines: Vec<lines::PlannedLine>,
    taxes: WantedTaxes,
    customer: CustomerPlan,
}

/// An order whose contacts are there.
struct Ready<'a> {
    planned: Planned<'a>,
    parties: Parties,
}

/// An order whose drafts are right but for these tax lines.
struct Drafted<'a> {
    planned: Planned<'a>,
    order: SaleOrder,
    fixes: Vec<Fix>,
}

type Plans<'a> = Vec<Result<Planned<'a>, Failure>>;

impl<'a> Company<'a> {
    fn odoo(&self) -> &'a dyn Odoo {
        self.writer.odoo
    }

    /// Writes the orders, and ends each with its result.
    pub(crate) async fn write(&self, tasks: Vec<Task<'a, &'a Store>>, results: &mut Results) {
        let (odoo, merchant) = (self.odoo(), self.writer.merchant);
        let books = match self.writer.books.get(odoo, merchant, self.name).await {
            Ok(books) => books,
            Err(failure) => return results.end_all(tasks, &failure),
        };
        let tasks = self.check_earlier(&books, tasks, results).await;
        let tasks = self.look_first(&books, tasks, results).await;
        if tasks.is_empty() {
            return;
        }
        let (books, plans) = match self.plan(books, &tasks).await {
            Ok(planned) => planned,
            Err(failure) => return results.end_all(tasks, &failure),
        };
        let tasks = results.keep(tasks, plans, |_, planned| planned);
        let plans: Vec<&CustomerPlan> = tasks.iter().map(|task| &task.state.customer).collect();
        let parties = contacts::load(odoo, &books.context().without_log(), &plans).await;
        let tasks = results.keep(tasks, parties, |planned, parties| Ready { planned, parties });
        let tasks = self.draft(&books, tasks, results).await;
        self.finish(&books, tasks, results).await;
    }

    /// Looks at what earlier attempts have left. An order they have finished ends here: a product archived since
    /// then is no reason to fail. Drafts made from content that was corrected since are emptied.
    async fn look_first(
        &self,
        books: &Books,
        tasks: Vec<Task<'a, &'a Store>>,
        results: &mut Results,
    ) -> Vec<Task<'a, Open<'a>>> {
        let open = |task: Task<'a, &'a Store>, emptied| Task {
            place: task.place,
            input: task.input,
            names: task.names,
            state: Open {
                store: task.state,
                emptied,
            },
        };
        let tried: Vec<_> = tasks
            .iter()
            .filter(|task| !task.input.fresh)
            .map(|task| &task.names.order)
            .collect();
        if tried.is_empty() {
            return tasks.into_iter().map(|task| open(task, false)).collect();
        }
        let there = match read_sale_orders(self.odoo(), &books.context(), &tried).await {
            Ok(there) => there,
            Err(failure) => {
                results.end_all(tasks, &failure);
                return Vec::new();
            }
        };
        let mut left = Vec::with_capacity(tasks.len());
        let mut misdated = Vec::new();
        for task in tasks {
            let order = find(&there, &task);
            let written = order.and_then(|order| Some((order, self.written(books, &task, order)?)));
            match written {
                Some((order, written)) => {
                    let date = sale::date_order(&task.input.order);
                    if order.date_order.as_ref() != Some(&date) {
                        misdated.push((task.place, order.id, date));
                    }
                    results.end(task.place, Ok(written));
                }
                None => match self.empty(books, &task, order).await {
                    Ok(emptied) => left.push(open(task, emptied)),
                    Err(failure) => results.end(task.place, Err(failure)),
                },
            }
        }
        self.date(books, misdated, results).await;
        left
    }

    /// Puts back the dates of orders whose writer was gone between confirming and that.
    async fn date(&self, books: &Books, misdated: Vec<(usize, i64, String)>, results: &mut Results) {
        let dates = misdated.iter().map(|(_, id, date)| (*id, Some(date.clone())));
        let context = books.context().without_log();
        let dated = finish::restore_dates(self.odoo(), &context, dates.collect()).await;
        for (place, id, _) in misdated {
            if let Some((_, Err(failure))) = dated.iter().find(|(dated, _)| *dated == id) {
                results.end(place, Err(failure.clone()));
            }
        }
    }

    fn written(
        &self,
        books: &Books,
        task: &Task<'a, &'a Store>,
        order: &SaleOrder,
    ) -> Option<crate::Written> {
        let taxes = taxes::wanted(&task.input.order, task.state, books).ok()?;
        self.expected(task, &taxes).after_confirm(order).ok()
    }

    /// Empties a quotation that is to be written anew, and says whether it was one.
    async fn empty(
        &self,
        books: &Books,
        task: &Task<'a, &'a Store>,
        order: Option<&SaleOrder>,
    ) -> Result<bool, Failure> {
        match order {
            Some(order) if task.input.redrive && order.is_quotation() => {
                let cleared = rewrite::clear(self.odoo(), &books.context(), order).await;
                cleared.map(|()| true)
            }
            _ => Ok(false),
        }
    }

    fn expected<'t, S>(&'t self, task: &'t Task<'a, S>, taxes: &'t WantedTaxes) -> Expected<'t> {
        Expected::new(&task.input.order, &task.names, self.writer.merchant, taxes)
    }

    /// Looks contacts and products up, and plans. What the books lack is looked for once more in fresh ones.
    async fn plan(
        &self,
        books: Arc<Books>,
        tasks: &[Task<'a, Open<'a>>],
    ) -> Result<(Arc<Books>, Plans<'a>), Failure> {
        let (odoo, merchant) = (self.odoo(), self.writer.merchant);
        let country = &merchant.customer_country;
        let names = tasks
            .iter()
            .flat_map(|task| names_to_find(&task.input.order, &task.names, country));
        let names: Vec<ExternalId> = names.collect();
        let names: Vec<&str> = names.iter().map(ExternalId::name).collect();
        let emails = tasks
            .iter()
            .filter_map(|task| task.input.order.customer.email.as_deref());
        let emails: Vec<String> = emails.filter_map(address::email).collect();
        let skus: BTreeMap<_, _> = tasks
            .iter()
            .flat_map(|task| lines::skus(&task.input.order, merchant))
            .collect();
        let policy = merchant.odoo.missing_product;
        let (found, products) = tokio::try_join!(
            contacts::find(odoo, &books, &names, &emails),
            products::look_up(odoo, &books, self.writer.products, policy, &skus),
        )?;
        let plan_all = |books: &Books| -> Plans<'a> {
            let plan = |task: &Task<'a, Open<'a>>| {
                let (order, store) = (&task.input.order, task.state.store);
                Ok(Planned {
                    store,
                    emptied: task.state.emptied,
                    lines: lines::plan(order, merchant, store, books, &products)?,
                    taxes: taxes::wanted(order, store, books)?,
                    customer: customer::plan(order, &task.names, &found, country, books)?,
                })
            };
            tasks.iter().map(plan).collect()
        };
        let plans = plan_all(&books);
        let lacking =
            |plan: &Result<_, Failure>| plan.as_ref().is_err_and(|f| f.name == FailureName::Refused);
        if !plans.iter().any(lacking) {
            return Ok((books, plans));
        }
        let books = self.writer.books.fresh(odoo, merchant, self.name).await?;
        let plans = plan_all(&books);
        Ok((books, plans))
    }
}

fn find<'o, S>(orders: &'o [SaleOrder], task: &Task<'_, S>) -> Option<&'o SaleOrder> {
    orders
        .iter()
        .find(|order| order.heartland_id.as_deref() == Some(task.names.order.name()))
}

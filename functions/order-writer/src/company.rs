//! The orders of one company, step by step: one context, one set of books, one or two calls per step.

use crate::{
    Writer,
    check::Expected,
    plan::{
        customer::{self, CustomerPlan, Parties, names_to_find},
        invoice, lines, sale,
        taxes::{self, Fix, WantedTaxes},
    },
    steps::{
        contacts, finish, products, rewrite,
        taxes::{DraftToFix, force},
    },
    work::{Results, Task},
};
use domain::{
    address,
    failure::{Failure, FailureName},
    merchant::Store,
};
use odoo::{
    ExternalId, Mode, Odoo, Record,
    books::Books,
    documents::{SaleOrder, read_sale_orders},
    load_each,
};
use std::{
    collections::{BTreeMap, HashMap},
    sync::Arc,
};

/// The orders of one company.
pub(crate) struct Company<'a> {
    pub(crate) writer: &'a Writer<'a>,
    pub(crate) name: &'a str,
}

/// An order as it will be written.
struct Planned<'a> {
    store: &'a Store,
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
        let parties = contacts::load(odoo, &books.context(), &plans).await;
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
    ) -> Vec<Task<'a, &'a Store>> {
        let tried: Vec<_> = tasks
            .iter()
            .filter(|task| !task.input.fresh)
            .map(|task| &task.names.order)
            .collect();
        if tried.is_empty() {
            return tasks;
        }
        let there = match read_sale_orders(self.odoo(), &books.context(), &tried).await {
            Ok(there) => there,
            Err(failure) => {
                results.end_all(tasks, &failure);
                return Vec::new();
            }
        };
        let mut open = Vec::with_capacity(tasks.len());
        for task in tasks {
            let order = find(&there, &task);
            match order.and_then(|order| self.written(books, &task, order)) {
                Some(written) => results.end(task.place, Ok(written)),
                None => match self.empty(books, &task, order).await {
                    Ok(()) => open.push(task),
                    Err(failure) => results.end(task.place, Err(failure)),
                },
            }
        }
        open
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

    async fn empty(
        &self,
        books: &Books,
        task: &Task<'a, &'a Store>,
        order: Option<&SaleOrder>,
    ) -> Result<(), Failure> {
        match order {
            Some(order) if task.input.redrive && order.is_quotation() => {
                rewrite::clear(self.odoo(), &books.context(), order).await
            }
            _ => Ok(()),
        }
    }

    fn expected<'t, S>(&'t self, task: &'t Task<'a, S>, taxes: &'t WantedTaxes) -> Expected<'t> {
        Expected::new(task.input, &task.names, self.writer.merchant, taxes)
    }

    /// Looks contacts and products up, and plans. What the books lack is looked for once more in fresh ones.
    async fn plan(
        &self,
        books: Arc<Books>,
        tasks: &[Task<'a, &'a Store>],
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
            let plan = |task: &Task<'a, &'a Store>| {
                let (order, store) = (&task.input.order, task.state);
                Ok(Planned {
                    store,
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

    /// Sales orders and draft invoices, read back and judged.
    async fn draft(
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
        let (corrected, first): (Vec<_>, Vec<_>) = tasks
            .into_iter()
            .partition(|task| task.input.redrive && !task.input.fresh);
        let mut tasks = self
            .load(books, "sale.order", first, Mode::CreateOnce, results, sale)
            .await;
        tasks.extend(
            self.load(books, "sale.order", corrected, Mode::Update, results, sale)
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
            .load(books, "account.move", tasks, Mode::CreateOnce, results, invoice)
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
        books: &Books,
        model: &'static str,
        tasks: Vec<Task<'a, Ready<'a>>>,
        mode: Mode,
        results: &mut Results,
        record: impl Fn(&Task<'a, Ready<'a>>) -> Result<Record, Failure>,
    ) -> Vec<Task<'a, Ready<'a>>> {
        let records: Vec<_> = tasks.iter().map(record).collect();
        let tasks = results.keep(tasks, records, |ready, record| (ready, record));
        let records = tasks.iter().map(|task| task.state.1.clone()).collect();
        let loaded = load_each(self.odoo(), model, records, mode, &books.context()).await;
        results.keep(tasks, loaded, |(ready, _), _| ready)
    }

    /// The shop's tax, the confirmation, the date put back, the last comparison.
    async fn finish(&self, books: &Books, tasks: Vec<Task<'a, Drafted<'a>>>, results: &mut Results) {
        let (odoo, context) = (self.odoo(), books.context());
        let fixes: Vec<_> = tasks.iter().map(draft_to_fix).collect();
        let forced = force(odoo, &context, &fixes).await;
        let tasks = results.keep(tasks, forced, |drafted, ()| drafted);
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

fn find<'o, S>(orders: &'o [SaleOrder], task: &Task<'_, S>) -> Option<&'o SaleOrder> {
    orders
        .iter()
        .find(|order| order.heartland_id.as_deref() == Some(task.names.order.name()))
}

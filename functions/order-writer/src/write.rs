//! Writes a batch of orders: contacts, sales orders, draft invoices with the shop's tax; compared, then confirmed.
//!
//! Every step can be repeated: `load` creates once, buttons are judged by reading back. A crash anywhere, the same
//! message twice or two writers at a time come to the same documents.

use crate::{
    check::{Expected, Verdict},
    names::Names,
    plan::{
        customer::{self, CustomerPlan, Parties, names_to_find},
        invoice, lines, sale,
        taxes::{self, Fix, WantedTaxes},
    },
    steps::{
        contacts, finish,
        products::{self, ProductCache},
        rewrite,
        taxes::force,
    },
    work::{OrderToWrite, Outcome, Results, Task},
};
use domain::{
    address,
    failure::{Failure, FailureName},
    merchant::{Merchant, Store},
    order,
};
use odoo::{
    Mode, Odoo, Record,
    books::{Books, BooksCache},
    documents::{SaleOrder, read_sale_orders},
    load_each,
};
use std::{collections::BTreeMap, sync::Arc};

/// Writes orders into one Odoo.
pub struct Writer<'a> {
    /// The Odoo.
    pub odoo: &'a dyn Odoo,
    /// The configuration.
    pub merchant: &'a Merchant,
    /// Ids by name.
    pub books: &'a BooksCache,
    /// Products found lately.
    pub products: &'a ProductCache,
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

impl Writer<'_> {
    /// Writes a batch; one outcome per order, in order. A bad order harms no other.
    pub async fn write(&self, inputs: &[OrderToWrite]) -> Vec<Outcome> {
        let mut results = Results::new(inputs.len());
        let mut companies: BTreeMap<&str, Vec<Task<'_, &Store>>> = BTreeMap::new();
        for (place, input) in inputs.iter().enumerate() {
            let checked =
                order::check(&input.order).and_then(|()| self.merchant.store(&input.order.key.store));
            match checked {
                Ok(store) => {
                    let names = Names::new(&input.order, input.generation);
                    let task = Task {
                        place,
                        input,
                        names,
                        state: store,
                    };
                    companies.entry(&store.company).or_default().push(task);
                }
                Err(failure) => results.end(place, Err(failure)),
            }
        }
        for (company, tasks) in companies {
            let company = Company {
                writer: self,
                name: company,
            };
            company.write(tasks, &mut results).await;
        }
        results.finish()
    }
}

/// The orders of one company: one context, one set of books.
struct Company<'a> {
    writer: &'a Writer<'a>,
    name: &'a str,
}

impl<'a> Company<'a> {
    fn odoo(&self) -> &'a dyn Odoo {
        self.writer.odoo
    }

    async fn write(&self, tasks: Vec<Task<'a, &'a Store>>, results: &mut Results) {
        let (odoo, merchant) = (self.odoo(), self.writer.merchant);
        let books = match self.writer.books.get(odoo, merchant, self.name).await {
            Ok(books) => books,
            Err(failure) => return results.end_all(tasks, &failure),
        };
        let tasks = self.end_written(&books, tasks, results).await;
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

    /// Ends the orders that an earlier attempt has finished: a product archived since then is no reason to fail.
    async fn end_written(
        &self,
        books: &Books,
        tasks: Vec<Task<'a, &'a Store>>,
        results: &mut Results,
    ) -> Vec<Task<'a, &'a Store>> {
        let names: Vec<_> = tasks
            .iter()
            .filter(|task| !task.input.fresh)
            .map(|task| &task.names.order)
            .collect();
        if names.is_empty() {
            return tasks;
        }
        let there = match read_sale_orders(self.odoo(), &books.context(), &names).await {
            Ok(there) => there,
            Err(failure) => {
                results.end_all(tasks, &failure);
                return Vec::new();
            }
        };
        let written = |task: &Task<'_, &Store>| {
            let order = find(&there, task)?;
            let taxes = taxes::wanted(&task.input.order, task.state, books).ok()?;
            self.expected(task, &taxes).after_confirm(order).ok()
        };
        let (done, open): (Vec<_>, Vec<_>) = tasks
            .into_iter()
            .map(|task| (written(&task), task))
            .partition(|(written, _)| written.is_some());
        for (written, task) in done {
            written
                .into_iter()
                .for_each(|written| results.end(task.place, Ok(written)));
        }
        open.into_iter().map(|(_, task)| task).collect()
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
        let names: Vec<_> = tasks
            .iter()
            .flat_map(|task| names_to_find(&task.input.order, &task.names, country))
            .collect();
        let names: Vec<&str> = names.iter().map(odoo::ExternalId::name).collect();
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
        let tasks = self.load_drafts(books, tasks, Mode::CreateOnce, results).await;
        let (right, wrong) = self.judge(books, tasks, results).await;
        if wrong.is_empty() {
            return right;
        }
        let mut cleared = Vec::with_capacity(wrong.len());
        for (task, order, _) in wrong {
            let result = rewrite::clear(self.odoo(), &books.context(), &order).await;
            cleared.extend(results.keep(vec![task], [result], |ready, ()| ready));
        }
        let tasks = self.load_drafts(books, cleared, Mode::Update, results).await;
        let (again, wrong) = self.judge(books, tasks, results).await;
        wrong
            .into_iter()
            .for_each(|(task, _, failure)| results.end(task.place, Err(failure)));
        right.into_iter().chain(again).collect()
    }

    async fn load_drafts(
        &self,
        books: &Books,
        tasks: Vec<Task<'a, Ready<'a>>>,
        mode: Mode,
        results: &mut Results,
    ) -> Vec<Task<'a, Ready<'a>>> {
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
        let tasks = self.load(books, "sale.order", tasks, mode, results, sale).await;
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
        self.load(books, "account.move", tasks, Mode::CreateOnce, results, invoice)
            .await
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

    /// Reads all drafts back in one call: those that are right, and those to be written anew.
    #[allow(clippy::type_complexity, reason = "two lists and nothing else")]
    async fn judge(
        &self,
        books: &Books,
        tasks: Vec<Task<'a, Ready<'a>>>,
        results: &mut Results,
    ) -> (
        Vec<Task<'a, Drafted<'a>>>,
        Vec<(Task<'a, Ready<'a>>, SaleOrder, Failure)>,
    ) {
        let (mut right, mut wrong) = (Vec::new(), Vec::new());
        let names: Vec<_> = tasks.iter().map(|task| &task.names.order).collect();
        let there = match read_sale_orders(self.odoo(), &books.context(), &names).await {
            Ok(there) => there,
            Err(failure) => {
                results.end_all(tasks, &failure);
                return (right, wrong);
            }
        };
        for task in tasks {
            let order = find(&there, &task);
            let verdict = self
                .expected(&task, &task.state.planned.taxes)
                .before_confirm(order);
            match (verdict, order.cloned()) {
                (Verdict::Fix(fixes), Some(order)) => {
                    right.extend(results.keep(vec![task], [Ok(())], |ready, ()| Drafted {
                        planned: ready.planned,
                        order: order.clone(),
                        fixes: fixes.clone(),
                    }));
                }
                (Verdict::Rewrite(failure), Some(order)) => wrong.push((task, order, failure)),
                (Verdict::Rewrite(failure) | Verdict::Stop(failure), _) => {
                    results.end(task.place, Err(failure))
                }
                (Verdict::Fix(_), None) => {}
            }
        }
        (right, wrong)
    }

    /// The shop's tax, the confirmation, the date put back, the last comparison.
    async fn finish(&self, books: &Books, tasks: Vec<Task<'a, Drafted<'a>>>, results: &mut Results) {
        let (odoo, context) = (self.odoo(), books.context());
        let fixes: Vec<_> = tasks
            .iter()
            .map(|task| (&task.names.invoice, task.state.fixes.as_slice()))
            .collect();
        let forced = force(odoo, &context, &fixes).await;
        let tasks = results.keep(tasks, forced, |drafted, ()| drafted);
        let open = tasks.iter().filter(|task| task.state.order.is_quotation());
        let open: Vec<i64> = open.map(|task| task.state.order.id).collect();
        let refused = match open.is_empty() {
            true => Default::default(),
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

type Plans<'a> = Vec<Result<Planned<'a>, Failure>>;

fn find<'o, S>(orders: &'o [SaleOrder], task: &Task<'_, S>) -> Option<&'o SaleOrder> {
    orders
        .iter()
        .find(|order| order.heartland_id.as_deref() == Some(task.names.order.name()))
}

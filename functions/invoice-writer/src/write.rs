//! Writes a batch of invoices: the payments first, so that captured money is in the books whatever becomes of an
//! invoice; then the invoices, posted and reconciled.

use crate::{
    check,
    outcomes::Outcomes,
    payment::{self, INVOICES, PAYMENT, Payment},
    steps::{self, Pair},
    work::{InvoiceToWrite, Outcome},
};
use domain::{
    failure::{Failure, FailureName},
    merchant::{Merchant, Store},
};
use jiff::Timestamp;
use odoo::{
    Context, Mode, Odoo, Record,
    books::{Books, BooksCache},
    documents::Invoice,
    load_each,
};
use std::collections::BTreeMap;

/// Writes invoices into one Odoo.
pub struct Writer<'a> {
    /// The Odoo.
    pub odoo: &'a dyn Odoo,
    /// The configuration.
    pub merchant: &'a Merchant,
    /// Ids by name.
    pub books: &'a BooksCache,
    /// The moment payments are dated on.
    pub now: Timestamp,
}

/// An invoice on its way.
pub(crate) struct Task<'a> {
    pub(crate) place: usize,
    input: &'a InvoiceToWrite,
    store: &'a Store,
}

/// A task whose payment is there.
struct Paid<'a> {
    task: Task<'a>,
    payment: Payment,
}

impl Writer<'_> {
    /// Writes a batch; one outcome per invoice, in order. A bad invoice harms no other.
    pub async fn write(&self, inputs: &[InvoiceToWrite]) -> Vec<Outcome> {
        let mut outcomes = Outcomes::new(inputs.len());
        let mut companies: BTreeMap<&str, Vec<Task<'_>>> = BTreeMap::new();
        for (place, input) in inputs.iter().enumerate() {
            match self.merchant.store(&input.order.key.store) {
                Ok(store) => {
                    let task = Task { place, input, store };
                    companies.entry(&store.company).or_default().push(task);
                }
                Err(failure) => outcomes.end(place, Err(failure)),
            }
        }
        for (company, tasks) in companies {
            self.write_company(company, tasks, &mut outcomes).await;
        }
        outcomes.finish()
    }

    async fn write_company<'a>(&self, company: &str, tasks: Vec<Task<'a>>, outcomes: &mut Outcomes) {
        let books = match self.books.get(self.odoo, self.merchant, company).await {
            Ok(books) => books,
            Err(failure) => return outcomes.end_all(tasks, &failure),
        };
        let context = books.context();
        let paid = self.pay(company, &books, tasks, outcomes).await;
        let posted = self.post(&context, paid, outcomes).await;
        self.settle(&context, posted, outcomes).await;
    }

    /// Books the payments. One that is posted already stays as it is.
    async fn pay<'a>(
        &self,
        company: &str,
        books: &Books,
        tasks: Vec<Task<'a>>,
        outcomes: &mut Outcomes,
    ) -> Vec<Paid<'a>> {
        let (odoo, context) = (self.odoo, books.context());
        let (tasks, records) = self.plan_payments(company, books, tasks, outcomes).await;
        let loaded = load(odoo, &context, records).await;
        let mut ids = Vec::with_capacity(tasks.len());
        let mut alive = Vec::with_capacity(tasks.len());
        for (task, loaded) in tasks.into_iter().zip(loaded) {
            match loaded {
                Ok(id) => {
                    ids.push(id);
                    alive.push(task);
                }
                Err(failure) => outcomes.end(task.place, Err(failure)),
            }
        }
        if ids.is_empty() {
            return Vec::new();
        }
        let mut booked = steps::book(odoo, &context, ids.clone()).await;
        let mut paid = Vec::with_capacity(alive.len());
        for (task, id) in alive.into_iter().zip(ids) {
            let lost = || {
                Err(Failure::new(
                    FailureName::OutcomeUnknown,
                    "the payment was not read back",
                ))
            };
            let payment = booked.remove(&id).unwrap_or_else(lost);
            match payment.and_then(|payment| check::booked(&payment).map(|()| payment)) {
                Ok(payment) => paid.push(Paid { task, payment }),
                Err(failure) => outcomes.end(task.place, Err(failure)),
            }
        }
        paid
    }

    /// The payments' records. What the books lack is looked for once more in fresh ones.
    async fn plan_payments<'a>(
        &self,
        company: &str,
        books: &Books,
        tasks: Vec<Task<'a>>,
        outcomes: &mut Outcomes,
    ) -> (Vec<Task<'a>>, Vec<Record>) {
        let date = self.now.to_zoned_datetime(self.merchant.time_zone.clone()).date();
        let plan = |books: &Books| -> Vec<_> {
            tasks
                .iter()
                .map(|task| payment::record(task.input, date, task.store, books))
                .collect()
        };
        let mut plans = plan(books);
        if plans.iter().any(Result::is_err)
            && let Ok(books) = self.books.fresh(self.odoo, self.merchant, company).await
        {
            plans = plan(&books);
        }
        let (mut alive, mut records) = (Vec::new(), Vec::new());
        for (task, plan) in tasks.into_iter().zip(plans) {
            match plan {
                Ok(record) => {
                    alive.push(task);
                    records.push(record);
                }
                Err(failure) => outcomes.end(task.place, Err(failure)),
            }
        }
        (alive, records)
    }

    /// Posts the drafts that are still what was compared before the capture.
    async fn post<'a>(
        &self,
        context: &Context,
        paid: Vec<Paid<'a>>,
        outcomes: &mut Outcomes,
    ) -> Vec<Paid<'a>> {
        let mut right = Vec::with_capacity(paid.len());
        let mut drafts = Vec::new();
        for paid in paid {
            let Some(invoice) = invoice(&paid) else {
                outcomes.end(paid.task.place, Err(gone(&paid.task)));
                continue;
            };
            match check::before_post(paid.task.input, invoice, self.merchant) {
                Ok(()) => {
                    drafts.extend(invoice.is_draft().then_some(invoice.id));
                    right.push(paid);
                }
                Err(failure) => outcomes.end(paid.task.place, Err(failure)),
            }
        }
        let mut refused = steps::post(self.odoo, context, "account.move", drafts).await;
        if !refused.is_empty() {
            // Another writer may have been faster: then there is nothing to refuse.
            let mut ids: Vec<i64> = refused.keys().copied().collect();
            ids.sort_unstable();
            if let Ok(read) = steps::read_invoices(self.odoo, context, ids).await {
                refused.retain(|id, _| {
                    !read
                        .iter()
                        .any(|invoice| invoice.id == *id && invoice.is_posted())
                });
            }
        }
        outcomes.refused.extend(refused);
        right
    }

    /// Reconciles all at once; what that leaves open, one by one. The invoices that are settled, as read back.
    async fn reconcile(&self, context: &Context, paid: &[Paid<'_>], outcomes: &mut Outcomes) -> Vec<Invoice> {
        let pairs: Vec<Pair> = paid.iter().filter_map(|paid| pair(paid, outcomes)).collect();
        let mut settled = match steps::reconcile_all(self.odoo, context, &pairs).await {
            Ok(read) => read,
            // One of them is: alone, the others are not.
            Err(failure) if failure.name == FailureName::Refused => Vec::new(),
            Err(failure) => {
                let failed = pairs.iter().map(|pair| (pair.invoice, failure.clone()));
                outcomes.refused.extend(failed);
                return Vec::new();
            }
        };
        // What the first call has left untouched. Where it has settled a part, a person has used the payment meanwhile.
        let touched = |invoice: &Invoice| invoice.residual != invoice.total;
        let touched: Vec<i64> = settled
            .iter()
            .filter(|invoice| touched(invoice))
            .map(|invoice| invoice.id)
            .collect();
        settled.retain(Invoice::is_settled);
        for pair in pairs {
            if touched.contains(&pair.invoice) {
                continue;
            }
            if let Err(failure) = steps::reconcile(self.odoo, context, pair.invoice, pair.payment).await {
                outcomes.refused.insert(pair.invoice, failure);
            }
        }
        settled
    }

    /// Reconciles, reads back, judges.
    async fn settle(&self, context: &Context, paid: Vec<Paid<'_>>, outcomes: &mut Outcomes) {
        if paid.is_empty() {
            return;
        }
        let mut read = self.reconcile(context, &paid, outcomes).await;
        let drafts = paid.iter().map(|paid| paid.task.input.draft);
        let unread: Vec<i64> = drafts
            .filter(|id| !read.iter().any(|invoice| invoice.id == *id))
            .collect();
        if !unread.is_empty() {
            match steps::read_invoices(self.odoo, context, unread).await {
                Ok(rest) => read.extend(rest),
                Err(failure) => {
                    return outcomes.end_all(paid.into_iter().map(|paid| paid.task).collect(), &failure);
                }
            }
        }
        for Paid { task, payment } in paid {
            let found = read.iter().find(|invoice| invoice.id == task.input.draft);
            let done = match found {
                Some(invoice) => check::done(task.input, invoice, &payment, self.merchant),
                None => Err(gone(&task)),
            };
            let refused = outcomes.refused.remove(&task.input.draft);
            let outcome = done.map_err(|failure| refused.map_or(failure, check::not_posted));
            outcomes.end(task.place, outcome);
        }
    }
}

/// What is to be reconciled: an open payment, and an invoice that was not refused.
fn pair(paid: &Paid<'_>, outcomes: &Outcomes) -> Option<Pair> {
    let receivable = paid
        .payment
        .receivable
        .filter(|receivable| !receivable.reconciled)?;
    let invoice = invoice(paid)?;
    (!outcomes.refused.contains_key(&invoice.id)).then(|| Pair {
        invoice: invoice.id,
        receivables: invoice.receivables.clone(),
        payment: receivable.line,
    })
}

fn invoice<'p>(paid: &'p Paid<'_>) -> Option<&'p Invoice> {
    paid.payment
        .invoices
        .iter()
        .find(|invoice| invoice.id == paid.task.input.draft)
}

/// Loads payments, each once. One whose invoice somebody has deleted is loaded without it: the money was taken.
async fn load(odoo: &dyn Odoo, context: &Context, records: Vec<Record>) -> Vec<Result<i64, Failure>> {
    let alone: Vec<Record> = records.iter().map(|record| record.without(INVOICES)).collect();
    let mut loaded = load_each(odoo, PAYMENT, records, Mode::CreateOnce, context).await;
    let field = Some(format!("{PAYMENT}.invoice_ids"));
    let orphans: Vec<usize> = (0..loaded.len())
        .filter(|place| {
            loaded[*place]
                .as_ref()
                .is_err_and(|failure| failure.field == field)
        })
        .collect();
    if !orphans.is_empty() {
        let records = orphans.iter().map(|place| alone[*place].clone()).collect();
        let again = load_each(odoo, PAYMENT, records, Mode::CreateOnce, context).await;
        for (place, again) in orphans.into_iter().zip(again) {
            loaded[place] = again;
        }
    }
    loaded
}

fn gone(task: &Task<'_>) -> Failure {
    let what = format!(
        "the draft invoice {} is not there any more; {}",
        task.input.draft,
        check::CREDIT
    );
    Failure::new(FailureName::Conflict, what)
        .field("invoice")
        .remedy("invoice the sales order in Odoo and reconcile it with the credit, then drop this")
}

//! The calls of writing a batch of invoices.

use crate::payment::{Payment, specification};
use domain::failure::{Failure, FailureName};
use odoo::{
    Call, Context, Kind, Odoo,
    documents::{Invoice, invoice_specification},
    isolate::isolate,
    value::records,
};
use serde_json::{Value, json};
use std::collections::HashMap;

/// The command that adds a record to a relation.
const LINK: i64 = 4;

/// Presses `action_post` on records of a model; for each that was refused, why. Whether it worked is judged by
/// reading back.
pub async fn post(
    odoo: &dyn Odoo,
    context: &Context,
    model: &'static str,
    ids: Vec<i64>,
) -> HashMap<i64, Failure> {
    if ids.is_empty() {
        return HashMap::new();
    }
    let act = |group: Vec<i64>| async move {
        let call = Call::effect(model, "action_post")
            .ids(group.clone())
            .context(context);
        odoo.call(&call)
            .await
            .map(|_| group)
            .map_err(|error| error.failure(Kind::Effect))
    };
    let done = isolate(ids, act).await;
    done.into_iter()
        .filter_map(|(id, result)| result.err().map(|failure| (id, failure)))
        .collect()
}

/// Posts payments and reads them back with the invoices they name. By the button and not by writing the state: what it
/// does to a payment that is paid by now is nothing, also when the call arrives long after its caller has given up.
pub async fn book(
    odoo: &dyn Odoo,
    context: &Context,
    ids: Vec<i64>,
) -> HashMap<i64, Result<Payment, Failure>> {
    let mut refused = post(odoo, context, "account.payment", ids.clone()).await;
    let call = Call::read("account.payment", "web_read")
        .ids(ids.clone())
        .arg("specification", specification());
    let read = match odoo.call(&call.context(context)).await {
        Ok(read) => payments(&read),
        Err(error) => Err(error.failure(Kind::Read)),
    };
    let mut result = |id: i64| match &read {
        Ok(read) => match read.iter().find(|payment| payment.id == id) {
            Some(payment) if payment.is_booked() => Ok(payment.clone()),
            Some(payment) => refused.remove(&id).map_or_else(|| Ok(payment.clone()), Err),
            None => Err(Failure::new(
                FailureName::OutcomeUnknown,
                "the payment cannot be read back",
            )),
        },
        Err(failure) => Err(failure.clone()),
    };
    ids.into_iter().map(|id| (id, result(id))).collect()
}

fn payments(answer: &Value) -> Result<Vec<Payment>, Failure> {
    let read: Result<_, _> = records(answer).iter().map(Payment::read).collect();
    read.map_err(|error| error.failure(Kind::Read))
}

/// Reads invoices by id.
///
/// # Errors
/// As the call fails.
pub async fn read_invoices(
    odoo: &dyn Odoo,
    context: &Context,
    ids: Vec<i64>,
) -> Result<Vec<Invoice>, Failure> {
    let call = Call::web_search_read(
        "account.move",
        json!([["id", "in", ids]]),
        invoice_specification(),
    );
    let answer = odoo
        .call(&call.context(context))
        .await
        .map_err(|error| error.failure(Kind::Read))?;
    let found: Result<_, _> = records(&answer["records"]).iter().map(Invoice::read).collect();
    found.map_err(|error| error.failure(Kind::Read))
}

/// An invoice, and the line of the payment that settles it.
#[derive(Clone, Debug)]
pub struct Pair {
    /// `account.move`.
    pub invoice: i64,
    /// Its lines on the receivable.
    pub receivables: Vec<i64>,
    /// The payment's line there.
    pub payment: i64,
}

/// Reconciles each invoice with its payment, all in one call, and reads the invoices back in the same. Writing the field
/// matches each line with its own, while `account.move.line/reconcile` of all of them would match by date and amount,
/// whosever they are.
///
/// # Errors
/// As the call fails: nothing is reconciled then.
pub async fn reconcile_all(
    odoo: &dyn Odoo,
    context: &Context,
    pairs: &[Pair],
) -> Result<Vec<Invoice>, Failure> {
    let lines = pairs.iter().flat_map(|pair| {
        let own = pair.receivables.iter();
        own.map(|line| (*line, json!({"reconciled_lines_ids": [[LINK, pair.payment]]})))
    });
    let (ids, values): (Vec<i64>, Vec<Value>) = lines.unzip();
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let call = Call::effect("account.move.line", "web_save_multi")
        .ids(ids)
        .arg("vals_list", values)
        .arg(
            "specification",
            json!({"move_id": {"fields": invoice_specification()}}),
        );
    let answer = odoo
        .call(&call.context(context))
        .await
        .map_err(|error| error.failure(Kind::Effect))?;
    let invoices = records(&answer)
        .iter()
        .map(|line| Invoice::read(&line["move_id"]));
    let read: Result<_, _> = invoices.collect();
    read.map_err(|error| error.failure(Kind::Read))
}

/// Reconciles an invoice with a payment's line, alone. Refused when it is done already: judged by reading back.
///
/// # Errors
/// As the call fails.
pub async fn reconcile(odoo: &dyn Odoo, context: &Context, invoice: i64, line: i64) -> Result<(), Failure> {
    let call = Call::effect("account.move", "js_assign_outstanding_line")
        .ids([invoice])
        .arg("line_id", line);
    let call = call.context(context);
    odoo.call(&call)
        .await
        .map(|_| ())
        .map_err(|error| error.failure(Kind::Effect))
}

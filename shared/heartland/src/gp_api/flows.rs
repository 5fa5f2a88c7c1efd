//! The calls: what each one sends and what it wants to see afterwards.

use super::{
    amount::to_wire,
    answer::{self, Answer},
    client::GpApi,
    expectation::Expectation,
    failures::{Effect, no_answer},
    gateway::{Authorize, PaymentGateway},
    ids::{IdempotencyKey, Reference, TransactionId},
    transaction::Transaction,
    transport::Request,
    wire::{CreateRequest, FollowUpRequest, PaymentMethod},
};
use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    money::Money,
};
use reqwest::Method;
use secrecy::ExposeSecret;
use serde::Serialize;

/// Rows asked for per page.
const PAGE_SIZE: usize = 100;
/// More pages than any reference has: a gateway that ignores the filter must not be read to its end.
const PAGES_MAX: usize = 10;

#[async_trait]
impl PaymentGateway for GpApi {
    async fn authorize(&self, key: &IdempotencyKey, authorize: &Authorize) -> Result<Transaction, Failure> {
        check_positive(authorize.amount)?;
        let body = CreateRequest {
            account_name: authorize
                .account
                .as_deref()
                .unwrap_or(&self.settings.account_name),
            channel: "CNP",
            country: &self.settings.country,
            kind: "SALE",
            capture_mode: "LATER",
            amount: to_wire(authorize.amount),
            currency: authorize.amount.currency.code(),
            reference: authorize.reference.as_str(),
            payment_method: PaymentMethod {
                entry_mode: "ECOM",
                id: authorize.token.expose(),
                name: authorize.holder.as_ref().map(ExposeSecret::expose_secret),
            },
        };
        let request = effect("/transactions".to_owned(), &body, key)?;
        self.bring_about(&request, &Expectation::Authorized(authorize))
            .await
    }

    async fn capture(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure> {
        check_positive(amount)?;
        let request = follow_up(id, "capture", Some(amount), key)?;
        self.bring_about(&request, &Expectation::Captured(id, amount))
            .await
    }

    async fn reverse(&self, key: &IdempotencyKey, id: &TransactionId) -> Result<Transaction, Failure> {
        let request = follow_up(id, "reversal", None, key)?;
        self.bring_about(&request, &Expectation::Reversed(id)).await
    }

    async fn refund(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure> {
        check_positive(amount)?;
        let request = follow_up(id, "refund", Some(amount), key)?;
        self.bring_about(&request, &Expectation::Refunded(id, amount))
            .await
    }

    async fn get(&self, id: &TransactionId) -> Result<Option<Transaction>, Failure> {
        let reply = self
            .call(&read(format!("/transactions/{id}"), Vec::new()))
            .await?;
        match answer::read(Effect::Reads, &reply) {
            Answer::Transaction(transaction) if transaction.id == *id => Ok(Some(*transaction)),
            Answer::Transaction(_) => Err(no_answer(Effect::Reads, "it is about another transaction")),
            Answer::Absent(_) => Ok(None),
            Answer::Duplicate(_) => Err(no_answer(Effect::Reads, "a read was called a duplicate")),
            Answer::Failed(failure) => Err(failure),
        }
    }

    async fn find_by_reference(&self, reference: &Reference) -> Result<Vec<Transaction>, Failure> {
        let mut found = Vec::new();
        let mut rows = 0;
        for page in 1..=PAGES_MAX {
            let query = vec![
                ("page", page.to_string()),
                ("page_size", PAGE_SIZE.to_string()),
                ("reference", reference.to_string()),
            ];
            let reply = self.call(&read("/transactions".to_owned(), query)).await?;
            let page = answer::read_page(&reply)?;
            rows += page.rows;
            // the filter is the gateway's; that the reference is ours is checked here
            found.extend(
                page.transactions
                    .into_iter()
                    .filter(|t| t.reference.as_deref() == Some(reference.as_str())),
            );
            if page.rows == 0 || rows >= page.total {
                return Ok(found);
            }
        }
        Err(no_answer(Effect::Reads, "the list of one reference does not end"))
    }
}

impl GpApi {
    /// Sends an effect and judges its end. A repeated key ends as the first call did: the gateway names the
    /// transaction, and what became of it is read.
    async fn bring_about(&self, request: &Request, wanted: &Expectation<'_>) -> Result<Transaction, Failure> {
        let reply = self.call(request).await?;
        match answer::read(Effect::Changes, &reply) {
            Answer::Transaction(transaction) => wanted.judge(*transaction),
            Answer::Absent(failure) | Answer::Failed(failure) => Err(failure),
            Answer::Duplicate(first) => match self.get(&first).await {
                Ok(Some(transaction)) => wanted.judge(without_action(transaction)),
                Ok(None) => Err(no_answer(
                    Effect::Changes,
                    &format!("the gateway does not know its own {first}"),
                )),
                Err(failure) => {
                    let what = format!(
                        "it did this before as {first}, which cannot be read now: {}",
                        failure.what
                    );
                    Err(no_answer(Effect::Changes, &what))
                }
            },
        }
    }
}

/// A transaction that was looked up tells by its status what became of it; its last action may be another one.
fn without_action(transaction: Transaction) -> Transaction {
    Transaction {
        action_result: None,
        ..transaction
    }
}

fn check_positive(amount: Money) -> Result<(), Failure> {
    if amount.minor > 0 {
        return Ok(());
    }
    Err(Failure::new(FailureName::Refused, format!("{amount} is not an amount to pay")).field("amount"))
}

fn follow_up(
    id: &TransactionId,
    action: &str,
    amount: Option<Money>,
    key: &IdempotencyKey,
) -> Result<Request, Failure> {
    let body = FollowUpRequest {
        amount: amount.map(to_wire),
    };
    effect(format!("/transactions/{id}/{action}"), &body, key)
}

fn effect(path: String, body: &impl Serialize, key: &IdempotencyKey) -> Result<Request, Failure> {
    let unwritable = |_| Failure::new(FailureName::Refused, "the request cannot be written as JSON");
    let body = serde_json::to_vec(body).map_err(unwritable)?;
    let (effect, method) = (Effect::Changes, Method::POST);
    Ok(Request {
        effect,
        method,
        path,
        query: Vec::new(),
        body: Some(body),
        key: Some(key.clone()),
    })
}

fn read(path: String, query: Vec<(&'static str, String)>) -> Request {
    Request {
        effect: Effect::Reads,
        method: Method::GET,
        path,
        query,
        body: None,
        key: None,
    }
}

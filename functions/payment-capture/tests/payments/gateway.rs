//! A gateway in memory: keeps transactions, recognises repeated keys, loses answers when told to, and records every
//! effect that reached it.

use async_trait::async_trait;
use domain::{
    failure::{Failure, FailureName},
    money::Money,
};
use heartland::gp_api::{
    Authorize, IdempotencyKey, Kind, PaymentGateway, Reference, Status, Transaction, TransactionId,
};
use std::{
    collections::{BTreeMap, VecDeque},
    sync::{Mutex, MutexGuard},
};

/// How the next effect goes wrong.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Fault {
    /// Nothing arrives.
    NotReached,
    /// It is done, and the answer is lost.
    AnswerLost,
    /// It is lost on the way, and nobody can tell.
    RequestLost,
    Declined,
    TokenExpired,
    Refused,
    WrongCredentials,
    /// Approved for this many minor units.
    Partial(i64),
}

#[derive(Default)]
pub struct State {
    pub transactions: BTreeMap<String, Transaction>,
    keys: BTreeMap<String, TransactionId>,
    /// `authorize 1999 USD`, `capture TRN_1 1999 USD`, …: what changed something.
    pub effects: Vec<String>,
    pub keys_seen: Vec<String>,
    pub faults: VecDeque<Fault>,
    pub reads: usize,
    pub reads_fail: bool,
    /// What happens while a search goes on.
    pub while_searching: Option<Box<dyn Fn() + Send>>,
}

#[derive(Default)]
pub struct MemoryGateway {
    state: Mutex<State>,
}

impl MemoryGateway {
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    pub fn effects(&self) -> Vec<String> {
        self.state().effects.clone()
    }

    pub fn fault(&self, fault: Fault) {
        self.state().faults.push_back(fault);
    }

    pub fn set_status(&self, id: &str, status: Status) {
        self.state().transactions.get_mut(id).unwrap().status = status;
    }

    /// What a search finds it by.
    pub fn set_reference(&self, id: &str, reference: Option<&str>) {
        self.state().transactions.get_mut(id).unwrap().reference = reference.map(str::to_owned);
    }

    /// A transaction somebody else has made.
    pub fn add(&self, id: &str, status: Status, amount: Money, reference: Option<&str>) {
        let transaction = transaction(id, status, amount, reference.map(str::to_owned));
        self.state().transactions.insert(id.to_owned(), transaction);
    }

    /// A person gives some of a sale back in the gateway's portal.
    pub fn refunded_by_hand(&self, sale: &str, amount: Money) -> String {
        let mut state = self.state();
        let refund = format!("{sale}_R{}", state.transactions.len());
        let reference = state.transactions[sale].reference.clone();
        let made = Transaction {
            kind: Some(Kind::Refund),
            parent: Some(sale.parse().unwrap()),
            ..transaction(&refund, Status::Captured, amount, reference)
        };
        state.transactions.insert(refund.clone(), made);
        refund
    }
}

fn transaction(id: &str, status: Status, amount: Money, reference: Option<String>) -> Transaction {
    Transaction {
        id: id.parse().unwrap(),
        status,
        kind: Some(Kind::Sale),
        amount: Some(amount),
        currency: Some(amount.currency),
        reference,
        parent: None,
        brand: Some("VISA".into()),
        last4: Some("5262".into()),
        auth_code: None,
        issuer_result: Some("00".into()),
        action_result: Some("SUCCESS".into()),
        created: None,
        batch: None,
    }
}

fn unavailable() -> Failure {
    Failure::new(
        FailureName::SystemUnavailable,
        "the payment gateway cannot be reached",
    )
}

impl State {
    fn repeat(&self, key: &IdempotencyKey) -> Option<Transaction> {
        self.keys
            .get(key.as_str())
            .map(|id| self.transactions[id.as_str()].clone())
    }

    fn effect(
        &mut self,
        key: &IdempotencyKey,
        what: String,
        id: Option<&TransactionId>,
        act: impl FnOnce(&mut Self) -> Result<Transaction, Failure>,
    ) -> Result<Transaction, Failure> {
        let unknown = || Failure::new(FailureName::OutcomeUnknown, "the connection was lost");
        let fault = self.faults.pop_front();
        match fault {
            Some(Fault::NotReached) => return Err(unavailable()),
            Some(Fault::RequestLost) => return Err(unknown()),
            Some(Fault::WrongCredentials) => return Err(Failure::new(FailureName::Misconfigured, "401")),
            Some(Fault::Declined) => {
                return Err(Failure::new(FailureName::PaymentDeclined, "the issuer said 101"));
            }
            Some(Fault::Refused) => return Err(Failure::new(FailureName::Refused, "40290")),
            Some(Fault::TokenExpired) => return Err(Failure::new(FailureName::PaymentTokenExpired, "40116")),
            _ => {}
        }
        self.keys_seen.push(key.to_string());
        if let Some(first) = self.repeat(key) {
            return Ok(first);
        }
        if let Some(id) = id
            && !self.transactions.contains_key(id.as_str())
        {
            return Err(Failure::new(FailureName::Refused, "40008"));
        }
        let mut done = act(self)?;
        if let Some(Fault::Partial(minor)) = fault {
            done.amount = done.amount.map(|amount| Money::new(minor, amount.currency));
        }
        self.effects.push(what);
        self.keys.insert(key.to_string(), done.id.clone());
        self.transactions.insert(done.id.to_string(), done.clone());
        if fault == Some(Fault::AnswerLost) {
            Err(unknown())
        } else {
            Ok(done)
        }
    }

    fn moved(&self, id: &TransactionId, from: &[Status], to: Status) -> Result<Transaction, Failure> {
        let mut transaction = self.transactions[id.as_str()].clone();
        if !from.contains(&transaction.status) {
            return Err(Failure::new(
                FailureName::Refused,
                format!("40290: {id} is {}", transaction.status),
            ));
        }
        transaction.status = to;
        Ok(transaction)
    }
}

#[async_trait]
impl PaymentGateway for MemoryGateway {
    async fn authorize(&self, key: &IdempotencyKey, ask: &Authorize) -> Result<Transaction, Failure> {
        tokio::task::yield_now().await;
        self.state()
            .effect(key, format!("authorize {}", ask.amount), None, |state| {
                let id = format!("TRN_{}", state.transactions.len() + 1);
                Ok(transaction(
                    &id,
                    Status::Preauthorized,
                    ask.amount,
                    Some(ask.reference.to_string()),
                ))
            })
    }

    async fn capture(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure> {
        tokio::task::yield_now().await;
        let moved = |state: &mut State| state.moved(id, &[Status::Preauthorized], Status::Captured);
        self.state()
            .effect(key, format!("capture {id} {amount}"), Some(id), moved)
    }

    async fn reverse(&self, key: &IdempotencyKey, id: &TransactionId) -> Result<Transaction, Failure> {
        let from = [Status::Preauthorized, Status::Captured];
        let moved = |state: &mut State| state.moved(id, &from, Status::Reversed);
        self.state().effect(key, format!("reverse {id}"), Some(id), moved)
    }

    async fn refund(
        &self,
        key: &IdempotencyKey,
        id: &TransactionId,
        amount: Money,
    ) -> Result<Transaction, Failure> {
        self.state()
            .effect(key, format!("refund {id} {amount}"), Some(id), |state| {
                let sale = &state.transactions[id.as_str()];
                let refund = format!("{id}_R");
                Ok(Transaction {
                    kind: Some(Kind::Refund),
                    parent: Some(id.clone()),
                    ..transaction(&refund, Status::Captured, amount, sale.reference.clone())
                })
            })
    }

    async fn get(&self, id: &TransactionId) -> Result<Option<Transaction>, Failure> {
        let mut state = self.state();
        state.reads += 1;
        if state.reads_fail {
            return Err(unavailable());
        }
        Ok(state.transactions.get(id.as_str()).cloned())
    }

    async fn find_by_reference(&self, reference: &Reference) -> Result<Vec<Transaction>, Failure> {
        let mut state = self.state();
        state.reads += 1;
        if state.reads_fail {
            return Err(unavailable());
        }
        if let Some(happens) = &state.while_searching {
            happens();
        }
        let ours = |t: &&Transaction| t.reference.as_deref() == Some(reference.as_str());
        Ok(state.transactions.values().filter(ours).cloned().collect())
    }
}

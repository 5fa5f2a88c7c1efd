//! Settlement: what was captured goes into a batch, the batch into deposits, one per currency. Disputes.

use super::{
    errors::ApiError,
    payment::State,
    world::{World, rfc3339},
};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Fees, in hundredths of a percent of sales.
const FEE_BASIS_POINTS: i64 = 250;

/// Money paid out to the merchant's bank. All amounts in minor units.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Deposit {
    pub id: String,
    pub created_ms: i64,
    pub currency: String,
    pub batch: String,
    pub sales_count: i64,
    pub sales: i64,
    pub refunds_count: i64,
    pub refunds: i64,
    pub chargebacks_count: i64,
    pub chargebacks: i64,
    pub fees: i64,
}

impl Deposit {
    /// What arrives: sales less refunds, chargebacks and fees.
    pub fn amount(&self) -> i64 {
        self.sales - self.refunds - self.chargebacks - self.fees
    }

    /// A row of `GET /settlement/deposits`.
    pub fn render(&self) -> Value {
        let sum = |count: i64, amount: i64| json!({"count": count, "amount": amount.to_string()});
        json!({"id": self.id, "time_created": rfc3339(self.created_ms), "status": "FUNDED", "funding_type": "CREDIT",
            "amount": self.amount().to_string(), "currency": self.currency, "batch_id": self.batch,
            "system": {"mid": "101023947262", "hierarchy": "055-70-024-011-019", "name": "Simulator", "dba": "Simulator"},
            "sales": sum(self.sales_count, self.sales), "refunds": sum(self.refunds_count, self.refunds),
            "discounts": sum(0, 0), "tax": sum(0, 0),
            "disputes": {"chargebacks": sum(self.chargebacks_count, self.chargebacks), "reversals": sum(0, 0)},
            "fees": {"amount": self.fees.to_string()},
            "bank_transfer": {"masked_account_number_last4": "XXXXXX9999", "bank": {"code": "XXXXX0001"}}})
    }
}

/// A customer's bank wants its money back.
#[derive(Clone, Debug)]
pub(super) struct Dispute {
    pub id: String,
    pub created_ms: i64,
    pub transaction: String,
    pub amount: i64,
    pub currency: String,
    pub status: &'static str,
    pub stage: &'static str,
    /// The deposit that paid for it.
    pub deposit: Option<String>,
}

/// Closes the batch: everything captured is in it from now on and can no longer be reversed.
pub(super) fn close_batch(world: &mut World) {
    let batch = world.open_batch();
    for payment in world.payments.iter_mut().filter(|p| p.state == State::Captured) {
        payment.state = State::Batched;
        payment.batch.clone_from(&batch);
    }
    world.close_batch();
}

/// Closes the batch and funds everything captured by one deposit per currency.
pub(super) fn settle(world: &mut World) -> Vec<Deposit> {
    let (now, batch) = (world.now_ms(), world.open_batch());
    close_batch(world);
    let mut deposits: BTreeMap<String, Deposit> = BTreeMap::new();
    for at in 0..world.payments.len() {
        if world.payments[at].state != State::Batched {
            continue;
        }
        let currency = world.payments[at].currency.clone();
        let id = world.new_id("DEP");
        let deposit = deposits
            .entry(currency.clone())
            .or_insert_with(|| empty(id, now, &currency, &batch));
        let payment = &mut world.payments[at];
        payment.state = State::Funded;
        payment.deposit = Some(deposit.id.clone());
        let (count, sum) = match payment.is_refund {
            false => (&mut deposit.sales_count, &mut deposit.sales),
            true => (&mut deposit.refunds_count, &mut deposit.refunds),
        };
        *count += 1;
        *sum += payment.captured;
    }
    for dispute in world.disputes.iter_mut().filter(|d| d.deposit.is_none()) {
        if let Some(deposit) = deposits.get_mut(&dispute.currency) {
            deposit.chargebacks_count += 1;
            deposit.chargebacks += dispute.amount;
            dispute.deposit = Some(deposit.id.clone());
        }
    }
    let made: Vec<Deposit> = deposits
        .into_values()
        .map(|deposit| Deposit {
            fees: deposit.sales * FEE_BASIS_POINTS / 10_000,
            ..deposit
        })
        .collect();
    world.deposits.extend(made.iter().cloned());
    made
}

fn empty(id: String, created_ms: i64, currency: &str, batch: &str) -> Deposit {
    Deposit {
        id,
        created_ms,
        currency: currency.to_owned(),
        batch: batch.to_owned(),
        sales_count: 0,
        sales: 0,
        refunds_count: 0,
        refunds: 0,
        chargebacks_count: 0,
        chargebacks: 0,
        fees: 0,
    }
}

/// Opens a dispute about all of a captured sale.
pub(super) fn dispute(world: &mut World, transaction: &str) -> Result<String, ApiError> {
    let payment = world
        .payment(transaction)
        .ok_or_else(|| ApiError::no_transaction(transaction))?;
    if payment.is_refund || !payment.state.is_captured() {
        return Err(ApiError::wrong_state("Only a captured sale can be disputed"));
    }
    let (amount, currency) = (payment.captured, payment.currency.clone());
    let id = world.new_id("DIS");
    world.disputes.push(Dispute {
        id: id.clone(),
        created_ms: world.now_ms(),
        transaction: transaction.to_owned(),
        amount,
        currency,
        status: "WITH_MERCHANT",
        stage: "CHARGEBACK",
        deposit: None,
    });
    Ok(id)
}

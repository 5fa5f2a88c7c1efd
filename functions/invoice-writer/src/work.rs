//! What an invoice is written from, and what comes of it.

use domain::{failure::Failure, money::Money, order::Order};
use serde::{Deserialize, Serialize};

/// A captured payment whose draft invoice waits.
#[derive(Clone, Debug)]
pub struct InvoiceToWrite {
    /// The order.
    pub order: Order,
    /// Which run of it.
    pub generation: u32,
    /// The draft, by its database id.
    pub draft: i64,
    /// `res.partner` whose receivable it is.
    pub customer: i64,
    /// The money.
    pub payment: CapturedPayment,
}

/// Money that was taken.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CapturedPayment {
    /// The gateway's transaction.
    pub transaction: String,
    /// How much.
    pub amount: Money,
    /// The card's brand as the gateway spells it.
    pub brand: String,
    /// Which tender of the store took it.
    pub tender: String,
}

/// What came of it. As JSON the output of `write-invoice`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Invoiced {
    /// The posted invoice.
    pub invoice: NamedRecord,
    /// The posted payment.
    pub payment: NamedRecord,
}

/// A record with the number people know.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct NamedRecord {
    /// Database id.
    pub id: i64,
    /// `INV/2026/00042`.
    pub name: String,
}

/// The result of one invoice.
pub type Outcome = Result<Invoiced, Failure>;

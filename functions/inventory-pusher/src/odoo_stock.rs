//! Where stock is read.

use async_trait::async_trait;
use domain::{
    failure::Failure,
    merchant::{Merchant, Store},
};
use odoo::{
    books::BooksCache,
    stock::{Counted, StockReader},
};
use odoo_work::{Connection, LiveOdoo};
use runtime::{
    Invocation,
    metrics::{self, Metric},
};
use std::collections::{BTreeMap, BTreeSet};

/// Where stock is read.
#[async_trait]
pub trait StockSource: Send + Sync {
    /// The stock of some SKUs in a store's warehouse. Every SKU is in the answer.
    ///
    /// # Errors
    /// [`domain::failure::FailureName::SystemUnavailable`], `Misconfigured`, `Refused` when there is no such warehouse.
    async fn read(
        &self,
        store: &Store,
        skus: &BTreeSet<String>,
        invocation: &Invocation,
    ) -> Result<BTreeMap<String, Counted>, Failure>;
}

/// Odoo.
pub struct OdooStock {
    merchant: &'static Merchant,
    odoo: LiveOdoo,
    books: BooksCache,
    reader: StockReader,
}

impl OdooStock {
    /// The stock in this Odoo.
    pub fn new(merchant: &'static Merchant, odoo: LiveOdoo) -> Self {
        Self {
            merchant,
            odoo,
            books: BooksCache::default(),
            reader: StockReader::default(),
        }
    }
}

#[async_trait]
impl StockSource for OdooStock {
    async fn read(
        &self,
        store: &Store,
        skus: &BTreeSet<String>,
        invocation: &Invocation,
    ) -> Result<BTreeMap<String, Counted>, Failure> {
        let before = self.odoo.round_trips();
        let odoo = self.odoo.within(invocation);
        let books = self
            .books
            .get(odoo.as_ref(), self.merchant, &store.company)
            .await?;
        let warehouse = books.warehouse(&store.warehouse)?;
        let counted = self
            .reader
            .read(odoo.as_ref(), &books.context(), warehouse, skus)
            .await?;
        // After a rotation of the key the connection is another one, and counts from its start.
        let odoo_round_trips = self.odoo.round_trips().saturating_sub(before);
        metrics::emit(Metric::OdooCalls, odoo_round_trips, &[]);
        tracing::info!(skus = skus.len(), odoo_round_trips, "stock read");
        Ok(counted)
    }
}

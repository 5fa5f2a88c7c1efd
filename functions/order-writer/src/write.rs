//! Writes a batch of orders: contacts, sales orders, draft invoices with the shop's tax; compared, then confirmed.
//!
//! Every step can be repeated: `load` creates once, buttons are judged by reading back. A crash anywhere, the same
//! message twice or two writers at a time come to the same documents.

use crate::{
    company::Company,
    names::Names,
    steps::products::ProductCache,
    work::{OrderToWrite, Outcome, Results, Task},
};
use domain::{
    merchant::{Merchant, Store},
    order,
};
use odoo::{Odoo, books::BooksCache};
use std::collections::BTreeMap;

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
            Company {
                writer: self,
                name: company,
            }
            .write(tasks, &mut results)
            .await;
        }
        results.finish()
    }
}

//! Whether the goods of orders have left: what a capture on delivery waits for.

use crate::Writer;
use domain::{
    failure::{Failure, FailureName},
    ids::OrderKey,
};
use odoo::{
    ExternalId,
    documents::{SaleOrder, read_sale_orders},
};
use std::collections::BTreeMap;

impl Writer<'_> {
    /// Looks at the deliveries of runs, in one call per company. One result per run, in order.
    ///
    /// A result's errors: [`FailureName::DeliveryPending`] while goods are still here, [`FailureName::Conflict`] when
    /// the order is cancelled or gone.
    pub async fn deliveries(&self, runs: &[(OrderKey, u32)]) -> Vec<Result<(), Failure>> {
        let mut companies: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut results = vec![Err(Failure::new(FailureName::DeliveryPending, "not looked at")); runs.len()];
        for (place, (key, _)) in runs.iter().enumerate() {
            match self.merchant.store(&key.store) {
                Ok(store) => companies.entry(&store.company).or_default().push(place),
                Err(failure) => results[place] = Err(failure),
            }
        }
        for (company, places) in companies {
            let names: Vec<_> = places
                .iter()
                .map(|place| ExternalId::order(&runs[*place].0, runs[*place].1))
                .collect();
            let found = self.read(company, &names).await;
            for (place, name) in places.into_iter().zip(&names) {
                results[place] = match &found {
                    Ok(found) => judge(
                        found
                            .iter()
                            .find(|order| order.heartland_id.as_deref() == Some(name.name())),
                    ),
                    Err(failure) => Err(failure.clone()),
                };
            }
        }
        results
    }

    async fn read(&self, company: &str, names: &[ExternalId]) -> Result<Vec<SaleOrder>, Failure> {
        let context = self.books.get(self.odoo, self.merchant, company).await?.context();
        read_sale_orders(self.odoo, &context, &names.iter().collect::<Vec<_>>()).await
    }
}

fn judge(order: Option<&SaleOrder>) -> Result<(), Failure> {
    let conflict = |what: String| {
        let failure = Failure::new(FailureName::Conflict, what).field("sale_order.state");
        Err(failure.remedy("look at the order in Odoo, then redrive or drop it"))
    };
    match order {
        None => conflict("the sales order is not there any more".into()),
        Some(order) if !order.is_confirmed() => {
            conflict(format!("the sales order {} is {:?}", order.name, order.state))
        }
        Some(order) if order.is_delivered() => Ok(()),
        Some(_) => Err(Failure::new(
            FailureName::DeliveryPending,
            "the goods have not left",
        )),
    }
}

//! Whether the goods of orders have left, and whether their money may be taken for it: what a capture on delivery waits
//! for.

use crate::{Names, Writer, check::Expected, plan::taxes};
use domain::{
    failure::{Failure, FailureName},
    order::Order,
};
use odoo::{
    ExternalId,
    books::Books,
    documents::{Delivery, SaleOrder, read_sale_orders},
};
use std::{collections::BTreeMap, sync::Arc};

impl Writer<'_> {
    /// Looks at the deliveries of orders' runs, in one call per company. One result per run, in order.
    ///
    /// A result's errors: [`FailureName::DeliveryPending`] while goods are still to leave; [`FailureName::Conflict`]
    /// when the order is cancelled or gone, less has left than was ordered, or the draft invoice is not what the order
    /// says any more; [`FailureName::Refused`] when its period is closed: what is captured could not be invoiced.
    pub async fn deliveries(&self, runs: &[(Order, u32)]) -> Vec<Result<(), Failure>> {
        let mut companies: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        let mut results = vec![Err(Failure::new(FailureName::DeliveryPending, "not looked at")); runs.len()];
        for (place, (order, _)) in runs.iter().enumerate() {
            match self.merchant.store(&order.key.store) {
                Ok(store) => companies.entry(&store.company).or_default().push(place),
                Err(failure) => results[place] = Err(failure),
            }
        }
        for (company, places) in companies {
            let names: Vec<_> = places
                .iter()
                .map(|place| Names::new(&runs[*place].0, runs[*place].1))
                .collect();
            let read = self.read(company, &names).await;
            for (place, names) in places.into_iter().zip(&names) {
                results[place] = match &read {
                    Ok((books, found)) => {
                        let name = Some(names.order.name());
                        let there = found.iter().find(|order| order.heartland_id.as_deref() == name);
                        self.judge(&runs[place].0, names, there, books)
                    }
                    Err(failure) => Err(failure.clone()),
                };
            }
        }
        results
    }

    async fn read(&self, company: &str, names: &[Names]) -> Result<(Arc<Books>, Vec<SaleOrder>), Failure> {
        let books = self.books.get(self.odoo, self.merchant, company).await?;
        let names: Vec<&ExternalId> = names.iter().map(|names| &names.order).collect();
        let found = read_sale_orders(self.odoo, &books.context(), &names).await?;
        Ok((books, found))
    }

    fn judge(
        &self,
        order: &Order,
        names: &Names,
        there: Option<&SaleOrder>,
        books: &Books,
    ) -> Result<(), Failure> {
        let Some(there) = there else {
            return Err(conflict(
                "the sales order is not there any more",
                "sale_order.state",
                LOOK,
            ));
        };
        if !there.is_confirmed() {
            let what = format!("the sales order {} is {:?}", there.name, there.state);
            return Err(conflict(what, "sale_order.state", LOOK));
        }
        match there.delivery() {
            Delivery::Open => {
                return Err(Failure::new(
                    FailureName::DeliveryPending,
                    "the goods have not left",
                ));
            }
            Delivery::Short(line) => {
                let (name, ordered, delivered) = (&there.name, line.ordered, line.delivered);
                let what = format!(
                    "of a line of {name} {} of {} have left, and nothing more is to leave",
                    delivered.normalize(),
                    ordered.normalize()
                );
                return Err(conflict(what, "sale_order.qty_delivered", DELIVER));
            }
            Delivery::Complete => {}
        }
        if there.invoice(&names.invoice).is_none() {
            let what = format!("the sales order {} has lost its draft invoice", there.name);
            return Err(conflict(what, "invoice", COLLECT));
        }
        let taxes = taxes::wanted(order, self.merchant.store(&order.key.store)?, books)?;
        let expected = Expected::new(order, names, self.merchant, &taxes);
        match expected.after_confirm(there) {
            Err(failure) if failure.name == FailureName::Conflict => Err(failure.remedy(SET_BACK)),
            judged => judged.map(|_| ()),
        }
    }
}

const LOOK: &str = "look at the order in Odoo, then redrive or drop it";
const DELIVER: &str =
    "deliver the rest in Odoo, then redrive; or drop it, and take the money for what has left by hand";
const COLLECT: &str =
    "take the money and invoice the order by hand, then drop it: the run lets go of what is reserved";
const SET_BACK: &str = "set sales order and draft invoice back to what the order says, in Odoo, then redrive";

fn conflict(what: impl Into<String>, field: &str, remedy: &str) -> Failure {
    Failure::new(FailureName::Conflict, what)
        .field(field)
        .remedy(remedy)
}

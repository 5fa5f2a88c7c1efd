//! Whether the money is still wanted, looked up right before it is reserved or taken: a run goes on with the version it
//! was opened with, and the shop may have cancelled the order, or been paid in another way, since.

use crate::{effect::not_sent, handler::Payments};
use domain::{decide::check_still_wanted, failure::Failure, order::Payment};
use effects::Sent;
use runtime::{LastFailure, message::Run, stores::OrderItems};
use serde_json::json;

/// What is asked before money is moved.
pub(crate) struct Wanted<'a> {
    orders: &'a OrderItems,
    run: &'a Run,
    /// The payment of the shop's own plugin; nothing when the payment is ours.
    plugins: Option<&'a Payment>,
}

impl Payments {
    pub(crate) fn wanted<'a>(&'a self, run: &'a Run, plugins: Option<&'a Payment>) -> Wanted<'a> {
        Wanted {
            orders: &self.orders,
            run,
            plugins,
        }
    }
}

impl Wanted<'_> {
    /// How the attempt ends when the money is not to be moved; nothing when it is.
    pub(crate) async fn refuses(&self, last: &LastFailure) -> Option<Sent> {
        match self.check().await {
            Ok(Ok(())) => None,
            Ok(Err(conflict)) => Some(Sent::Refused(json!(conflict))),
            Err(failure) => Some(last.sent(not_sent(failure))),
        }
    }

    async fn check(&self) -> Result<Result<(), Failure>, Failure> {
        let there = self.orders.load(&self.run.order).await?.map(|there| there.value);
        let ours = there.filter(|item| item.is_run_by(self.run));
        let newest = ours.and_then(|item| item.newest_facts);
        Ok(newest.map_or(Ok(()), |newest| check_still_wanted(&newest, self.plugins)))
    }
}

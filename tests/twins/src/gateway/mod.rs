//! The gateway in memory: what Heartland's GP-API does with money, by what is known of it, without a network.
//!
//! [`GatewayTwin`] implements [`PaymentGateway`]. A call is one step: it is done, or refused, before it returns. Whoever
//! wants an answer to be lost drops it; whoever wants a request to be under way for a while takes the two halves
//! [`GatewayTwin::arrive`] and [`GatewayTwin::finish`] instead.

mod card;
mod judge;
mod keys;
mod payment;
mod port;
mod request;
mod state;
mod switches;
#[cfg(test)]
mod tests;

pub use card::{Card, Conduct};
pub use payment::{MadeBy, Payment};
pub use port::{Arrival, Underway};
pub use request::{End, Received, Request};
pub use switches::{Switches, WhileRunning};

use domain::money::Money;
use effects::{Clock, UnixMillis};
use heartland::gp_api::{Status, TransactionId};
use state::{Sale, State};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The gateway.
pub struct GatewayTwin {
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

impl GatewayTwin {
    /// A gateway nobody has paid at yet. Its clock need not be ours.
    pub fn new(clock: Arc<dyn Clock>, switches: Switches) -> Self {
        let state = State {
            switches,
            ..State::default()
        };
        Self {
            clock,
            state: Mutex::new(state),
        }
    }

    /// The memory, settled up to now.
    fn state(&self) -> MutexGuard<'_, State> {
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.settle_until(self.now());
        state
    }

    fn now(&self) -> UnixMillis {
        self.clock.now()
    }

    /// Makes a token of a card, as the shop's checkout does.
    pub fn tokenize(&self, card: Card) -> String {
        let mut state = self.state();
        let token = format!("PMT_c{}", state.cards.len() + 1);
        state.cards.insert(token.clone(), card);
        token
    }

    /// Reserves money as the shop's own plugin does, or takes it.
    pub fn pay_by_plugin(
        &self,
        amount: Money,
        reference: &str,
        card: &Card,
        captured: bool,
    ) -> TransactionId {
        let (mut state, now) = (self.state(), self.now());
        let sale = Sale {
            amount,
            reference,
            account: None,
            made_by: MadeBy::Plugin,
        };
        let id = state.make_sale(&sale, card, amount, "00", now).id;
        if captured {
            // Just authorized for as much: it cannot be refused.
            let _ = state.capture(&id, amount, now);
        }
        id
    }

    /// Takes reserved money as the shop's own plugin, or somebody in the portal, does. False: it cannot be taken.
    pub fn capture_elsewhere(&self, id: &TransactionId) -> bool {
        let (mut state, now) = (self.state(), self.now());
        let amount = state.payment(id).map(|payment| payment.approved);
        amount.is_some_and(|amount| state.capture(id, amount, now).is_ok())
    }

    /// Reverses a transaction as somebody in the portal does. False: it cannot be reversed.
    pub fn reverse_elsewhere(&self, id: &TransactionId) -> bool {
        let now = self.now();
        self.state()
            .carry_out(&Request::Reverse { id: id.clone() }, now)
            .is_ok()
    }

    /// Ends every token that was made.
    pub fn end_tokens(&self) {
        let now = self.now();
        let mut state = self.state();
        state.cards.values_mut().for_each(|card| card.ends_at = Some(now));
    }

    /// Closes the batch ahead of its time.
    pub fn close_batch(&self) {
        let now = self.now();
        let mut state = self.state();
        let open = state
            .payments
            .iter_mut()
            .filter(|payment| payment.status == Status::Captured);
        open.for_each(|payment| payment.batched_at = Some(now));
        state.settle_until(now);
    }

    /// Every transaction, in the order they were made.
    pub fn payments(&self) -> Vec<Payment> {
        self.state().payments.clone()
    }

    /// A transaction.
    pub fn payment(&self, id: &TransactionId) -> Option<Payment> {
        self.state().payment(id).cloned()
    }

    /// Every request that changes money and reached the gateway, in the order they arrived.
    pub fn received(&self) -> Vec<Received> {
        self.state().received.clone()
    }

    /// How many look-ups reached the gateway.
    pub fn reads(&self) -> u64 {
        self.state().reads
    }

    /// The switches from now on.
    pub fn set_switches(&self, switches: Switches) {
        self.state().switches = switches;
    }
}

//! Who looks at a world whether everything holds: after every effect at somebody else's, now and then, and at the end.

use crate::{
    fault::Port,
    invariants::{Checks, Facts, Violation},
    world::World,
};
use runtime::stores::OrderItem;
use std::{
    collections::BTreeMap,
    sync::{MutexGuard, PoisonError},
};

/// Who looks whether everything holds, and what did not.
#[derive(Default)]
pub struct Eyes {
    checks: Checks,
    violations: Vec<Violation>,
}

impl World {
    fn eyes(&self) -> MutexGuard<'_, Eyes> {
        self.eyes.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Looks whether everything holds: after an effect behind a port, or at everything.
    pub fn look(&self, at: Option<Port>) {
        let mut eyes = self.eyes();
        // The first moment that does not hold is the one to be told.
        if eyes.violations.is_empty() {
            let violations = eyes.checks.during(self, at);
            self.say_broken(&violations);
            eyes.violations = violations;
        }
    }

    /// Looks once more at the end.
    pub fn look_at_the_end(&self) {
        let mut eyes = self.eyes();
        let violations = eyes.checks.at_the_end(self);
        self.say_broken(&violations);
        eyes.violations.extend(violations);
    }

    fn say_broken(&self, violations: &[Violation]) {
        for violation in violations {
            self.say_of(format_args!("invariant"), format_args!("broken: {violation}"));
        }
    }

    /// What did not hold so far.
    pub fn violations(&self) -> Vec<Violation> {
        self.eyes().violations.clone()
    }

    /// Reads the facts as they were last looked at.
    pub fn read<T>(&self, read: impl FnOnce(&Facts) -> T) -> T {
        read(self.eyes().checks.facts())
    }

    /// Adds to the facts what only the world's run knows.
    pub fn note(&self, note: impl FnOnce(&mut Facts)) {
        note(self.eyes().checks.facts_mut());
    }

    /// How each order stands, with us and in its shop.
    pub fn ends(&self) -> BTreeMap<String, String> {
        let end = |item: &OrderItem| {
            let shop = self.shops.get(&item.order.store);
            let status = shop.and_then(|shop| shop.status(item.order.id.as_str()));
            let says = format!("{:?}, the shop says {status:?}", item.state);
            (item.order.to_string(), says)
        };
        self.read(|facts| facts.table.orders.values().map(end).collect())
    }
}

//! Odoo.

use crate::{
    fault::{Kind as Fault, Port, Trouble},
    gate::{Gate, Passage},
    time::whole_millis,
};
use async_trait::async_trait;
use odoo::{Call, Kind, Odoo, OdooError};
use serde_json::Value;
use std::sync::Arc;
use twins::odoo::{Collision, collided};

/// What transactions collide by.
const COLLISIONS: [Collision; 3] = [Collision::Serialization, Collision::Deadlock, Collision::Lock];

/// Odoo through the gate.
pub struct OdooPort {
    /// The gate.
    pub gate: Gate,
    /// The Odoo.
    pub twin: Arc<dyn Odoo>,
}

#[async_trait]
impl Odoo for OdooPort {
    async fn call(&self, call: &Call) -> Result<Value, OdooError> {
        let (twin, sent) = (self.twin.clone(), call.clone());
        let world = self.gate.world.clone();
        let effect = async move {
            // The client has repeated it by then: so many collisions in a row are rare, and nothing was done.
            let rate = world.plan().rate(Fault::Collision, world.clock.passed_ms());
            if sent.kind == Kind::Effect && world.chance.hits(rate) {
                world.count(Some(Fault::Collision));
                let collision = *world.chance.one_of(&COLLISIONS);
                return collided(&sent, collision);
            }
            twin.call(&sent).await
        };
        let passage = Passage {
            port: Port::Odoo,
            operation: call.method,
            subject: call.model.to_owned(),
            changes: call.kind == Kind::Effect,
            patience_ms: whole_millis(odoo::ANSWER_TIMEOUT),
        };
        let failed = |trouble| match trouble {
            Trouble::NotSent => OdooError::NotSent("connection refused".to_owned()),
            Trouble::NoAnswer => OdooError::NoAnswer("connection reset".to_owned()),
        };
        self.gate.call(passage, effect, failed).await
    }
}

//! The merchant's people: they mend what a review tells them of and redrive it, or drop it; they send goods off; now
//! and then somebody stops a run.

use crate::{
    chance::Chance,
    fault::Kind,
    function::Function,
    time::{DAY_MS, HOUR_MS, pass},
    world::World,
};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};
use twins::{odoo::Product, shop::orders::catalogue};

/// What becomes of what a person should decide.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// A run that is parked is redriven.
    Redriven,
    /// A run that is parked is given up.
    Dropped,
    /// Nobody has decided on a run that is parked, and its time was up.
    Lapsed,
    /// Anything else is let in or started again.
    OtherRedriven,
    /// Anything else is given up.
    OtherDropped,
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Redriven => "parked runs redriven",
            Self::Dropped => "parked runs dropped",
            Self::Lapsed => "parked runs lapsed",
            Self::OtherRedriven => "other reviews redriven",
            Self::OtherDropped => "other reviews dropped",
        })
    }
}

/// How often what was decided.
#[derive(Default)]
pub struct Tally(Mutex<BTreeMap<Decision, u64>>);

impl Tally {
    /// Counts one.
    pub fn count(&self, decision: Decision) {
        *self.tally().entry(decision).or_default() += 1;
    }

    /// All of them so far.
    pub fn all(&self) -> BTreeMap<Decision, u64> {
        self.tally().clone()
    }

    fn tally(&self) -> MutexGuard<'_, BTreeMap<Decision, u64>> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// How people are.
#[derive(Clone, Copy, Debug)]
pub struct Habits {
    /// How long until they look again, milliseconds.
    pub every_ms: i64,
    /// How often they redrive what can be redriven, of ten thousand; else they drop it.
    pub redrive: u32,
    /// How often they leave a review for another time, of ten thousand.
    pub later: u32,
}

impl Habits {
    /// Somebody who mends everything within the hour.
    pub const DILIGENT: Self = Self {
        every_ms: HOUR_MS / 2,
        redrive: 10_000,
        later: 0,
    };
    /// Somebody who gives everything up.
    pub const DISCOURAGED: Self = Self {
        redrive: 0,
        ..Self::DILIGENT
    };
    /// Somebody who mends everything, when all that was told of it has arrived.
    pub const SLOW: Self = Self {
        every_ms: 2 * HOUR_MS,
        ..Self::DILIGENT
    };
    /// Somebody who is away for longer than a run waits.
    pub const AWAY: Self = Self {
        every_ms: 6 * DAY_MS,
        ..Self::DILIGENT
    };

    /// How people are once nothing goes wrong any more: most of them mend what there is.
    pub fn in_calm(chance: &Chance) -> Self {
        match chance.between(0, 7) {
            0 => Self::AWAY,
            1 => Self::DISCOURAGED,
            2 => Self {
                redrive: 5_000,
                ..Self::DILIGENT
            },
            _ => Self::DILIGENT,
        }
    }
}

/// Looks at the reviews again and again.
pub async fn look_after(world: Arc<World>, habits: Habits) {
    loop {
        pass(habits.every_ms).await;
        empty_last_resort(&world).await;
        let Ok(said) = world
            .invoke(Function::ReviewDesk, json!({"action": "list"}))
            .await
        else {
            continue;
        };
        for review in said["reviews"].as_array().into_iter().flatten() {
            if world.chance.hits(habits.later) {
                continue;
            }
            decide(&world, habits, review).await;
        }
    }
}

/// What the review desk could not take has an alarm: somebody looks into the queue and hands it over by hand.
async fn empty_last_resort(world: &Arc<World>) {
    let queue = world.queues.last_resort();
    for message in queue.receive(10) {
        let said: Value = serde_json::from_str(&message.body).unwrap_or_default();
        world.say_of(format_args!("people"), format_args!("hand over {}", message.id));
        if world
            .invoke(Function::ReviewDesk, said["requestPayload"].clone())
            .await
            .is_ok()
        {
            queue.delete(&message.receipt);
        }
    }
}

async fn decide(world: &Arc<World>, habits: Habits, review: &Value) {
    let id = review["id"].as_str().unwrap_or_default();
    let can_be_redriven = review["redrive"]["kind"] != "nothing";
    // What was redriven often enough and comes back every time is given up in the end.
    let tired = review["times"].as_u64().unwrap_or(0) > 6;
    let redrive = can_be_redriven && !tired && world.chance.hits(habits.redrive);
    let what = if redrive { "redrives" } else { "drops" };
    world.say_of(
        format_args!("people"),
        format_args!("{what} {} {}: {}", id, review["about"], review["why"]["what"]),
    );
    let request = match redrive {
        true => {
            mend(world);
            json!({"action": "redrive", "review": id})
        }
        false => json!({"action": "drop", "review": id, "reason": "looked at in all three systems"}),
    };
    if world.invoke(Function::ReviewDesk, request).await.is_ok() {
        world
            .decisions
            .count(match (review["redrive"]["kind"] == "parked", redrive) {
                (true, true) => Decision::Redriven,
                (true, false) => Decision::Dropped,
                (false, true) => Decision::OtherRedriven,
                (false, false) => Decision::OtherDropped,
            });
    }
}

/// Whatever may be wrong with the set-up is put right.
fn mend(world: &World) {
    if world.mended() {
        return;
    }
    world.odoo.add_product(&Product {
        sku: "HL-NOT-IN-ODOO".to_owned(),
        name: "Now in Odoo".to_owned(),
        stored: true,
        on_hand: 100,
    });
    for product in catalogue() {
        // Of those the catalogue names all are there.
        drop(world.odoo.archive_product(&product.sku, false));
    }
    world.close_books(false);
}

/// Sends goods off when an order is there.
pub async fn deliver(world: Arc<World>, every_ms: i64) {
    loop {
        pass(every_ms).await;
        let ready = world.odoo.sale_orders().into_iter().filter(|sale| {
            sale.state == "sale"
                && sale
                    .deliveries
                    .iter()
                    .any(|state| !matches!(state.as_str(), "done" | "cancel"))
        });
        for sale in ready {
            let done = world.odoo.deliver(sale.id).is_ok();
            world.say_of(
                format_args!("warehouse"),
                format_args!("{} delivered: {done}", sale.name),
            );
        }
    }
}

/// The shop's staff switch a webhook on again that the shop has switched off.
pub async fn switch_on(world: Arc<World>) {
    loop {
        pass(6 * HOUR_MS).await;
        world
            .shops
            .values()
            .filter(|shop| !shop.hook_is_on())
            .for_each(|shop| shop.switch_on());
    }
}

/// Stops runs, rarely.
pub async fn meddle(world: Arc<World>) {
    loop {
        pass(HOUR_MS).await;
        for name in world.engine.running() {
            if world.strikes(Kind::Stopped) {
                world.say_of(format_args!("people"), format_args!("stop the run {name}"));
                world.stop_run(&name);
            }
        }
    }
}

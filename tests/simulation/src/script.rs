//! What is to be simulated: as a seed has it, or one order in a story.

use crate::{
    chance::Chance,
    customers::Shopping,
    fault::Kind,
    people::Habits,
    plan::{Plan, Rates},
    time::{DAY_MS, HOUR_MS},
    upsets::Turn,
    variant::Variant,
};
use twins::{
    gateway::{Switches, WhileRunning},
    shop::orders::Way,
};

/// How often goods are sent off.
const DELIVER_EVERY_MS: i64 = 3 * HOUR_MS;

/// What is to be simulated.
pub struct Script {
    /// The seed of all chance.
    pub seed: u64,
    /// What goes wrong.
    pub plan: Plan,
    /// The orders.
    pub shopping: Shopping,
    /// How people are while things go wrong.
    pub habits: Habits,
    /// How they are afterwards.
    pub habits_in_calm: Habits,
    /// How often goods are sent off; never without.
    pub deliver_every_ms: Option<i64>,
    /// What others do at a turn of a story.
    pub turns: Vec<Turn>,
    /// What the gateway is like.
    pub gateway: Switches,
    /// How often the poller runs.
    pub poll_every_ms: i64,
    /// When nothing goes wrong any more, milliseconds since the beginning.
    pub calm_at_ms: i64,
    /// What is broken on purpose.
    pub variant: Option<Variant>,
    /// Whether the trace keeps its text.
    pub keeps_text: bool,
}

impl Script {
    /// What a seed has in store.
    pub fn of(seed: u64) -> Self {
        let chance = Chance::of(seed);
        let rates = Rates::of(&chance);
        let habits_in_calm = Habits::in_calm(&chance);
        Self {
            habits_in_calm,
            deliver_every_ms: Some(DELIVER_EVERY_MS),
            turns: Vec::new(),
            seed: chance.seed(),
            shopping: Shopping {
                seed: chance.seed(),
                orders: usize::try_from(chance.between(1, 5)).unwrap_or(1),
                within_ms: *chance.one_of(&[1_000, 60_000, 6 * HOUR_MS]),
                only: None,
            },
            habits: Habits {
                every_ms: chance.between(HOUR_MS / 4, 12 * HOUR_MS),
                redrive: *chance.one_of(&[0, 5_000, 8_000, 10_000]),
                later: *chance.one_of(&[0, 0, 5_000, 10_000]),
            },
            gateway: Switches {
                key_window_ms: *chance.one_of(&[HOUR_MS / 2, 24 * HOUR_MS]),
                errors_consume_key: chance.hits(5_000),
                limit_percent: *chance.one_of(&[100, 115]),
                list_lag_ms: *chance.one_of(&[0, 0, 5_000]),
                while_running: *chance.one_of(&[
                    WhileRunning::Conflict,
                    WhileRunning::Conflict,
                    WhileRunning::Process,
                ]),
                ..Switches::default()
            },
            // Nobody waits for days to see how often the poller runs.
            poll_every_ms: match habits_in_calm.every_ms > DAY_MS {
                true => HOUR_MS,
                false => *chance.one_of(&[300_000, 300_000, 900_000, HOUR_MS]),
            },
            calm_at_ms: rates.well_from_ms(),
            plan: Plan::Seeded(rates),
            variant: None,
            keeps_text: false,
        }
    }

    /// With a protection taken away, in a world in which it matters.
    pub fn with(mut self, variant: Variant) -> Self {
        self.variant = Some(variant);
        if variant == Variant::ExclusiveCursor {
            // Two orders of one second, with a poll between them and a webhook that gets lost.
            self.poll_every_ms = 2_000;
            self.shopping = Shopping {
                orders: 12,
                within_ms: 10_000,
                ..self.shopping
            };
            if let Plan::Seeded(rates) = &mut self.plan {
                rates.raise(Kind::WebhookLost, 5_000);
            }
        }
        self
    }

    /// One order of a store in one way, and nothing that goes wrong.
    pub fn one(store: &'static str, way: Way, plan: Plan) -> Self {
        Self {
            habits_in_calm: Habits::DILIGENT,
            deliver_every_ms: Some(DELIVER_EVERY_MS),
            turns: Vec::new(),
            seed: 1,
            shopping: Shopping {
                seed: 1,
                orders: 1,
                within_ms: 0,
                only: Some((store, way)),
            },
            habits: Habits::DILIGENT,
            gateway: Switches::default(),
            poll_every_ms: HOUR_MS,
            calm_at_ms: 0,
            plan,
            variant: None,
            keeps_text: false,
        }
    }
}

//! The arithmetic: from orders a day to what has to be there in the busiest hour, and to what it costs.

use anyhow::{Context, Result, ensure};
use effects::OPEN_INDEX;

use crate::bench::cost::{Cost, Used};
use crate::bench::orders::Orders;

/// Of a day's orders, so many of a hundred come in its busiest hour: an assumption.
pub const PEAK_PERCENT: u64 = 10;
/// Of what was measured, so many of a hundred are planned with: an assumption.
pub const LOAD_PERCENT: u64 = 70;
/// Days of a month.
pub const MONTH_DAYS: u64 = 30;
/// The backlog whose rate is taken: larger than any batch, so that all workers are busy.
const OUTSTANDING: u64 = 100;
/// The fewest workers that were measured, and the least `MaximumConcurrency` that AWS takes.
const LEAST: u64 = 2;
/// Steps of a run that are answered by token: both writers.
const TASK_ANSWERS: u64 = 200;
/// A function with 256 MB is a quarter of a GB-second each second.
const MS_OF_GB_SECOND: u64 = 4_000;

/// What was measured.
#[derive(Clone, Copy, Debug)]
pub struct Inputs {
    /// Orders in 100 seconds.
    pub per_100_s: u64,
    /// Odoo's workers in that time.
    pub workers: u64,
    /// Requests of the shop for an order, hundredths.
    pub webhooks: u64,
    /// Messages sent to the inbox for an order, hundredths.
    pub inbox_sends: u64,
    /// State transitions of an order, hundredths.
    pub transitions: u64,
    /// Write units of an order, hundredths: both tables and the indexes.
    pub writes: u64,
    /// Those of them that go to the index of open effects, hundredths: all of them to one partition.
    pub open_effect_writes: u64,
    /// Milliseconds of all functions for an order, with the processor that Lambda gives them.
    pub function_ms: u64,
    /// Millionths of a dollar for 1,000 orders.
    pub micro_usd_per_1000: u64,
    /// Millionths of a dollar for a month without orders.
    pub micro_usd_month: u64,
}

impl Inputs {
    /// From a run in which both were measured.
    ///
    /// # Errors
    /// When the load is missing that is planned with, or what functions cost.
    pub fn of(orders: &Orders, cost: &Cost) -> Result<Self> {
        let row = orders.rows.iter().find(|row| row.outstanding == OUTSTANDING);
        let row = row.with_context(|| format!("{OUTSTANDING} orders at once were not measured"))?;
        ensure!(row.per_100_s > 0, "no order was written");
        let used = &cost.good.used;
        let position = cost
            .good
            .arm
            .iter()
            .find(|position| position.what.starts_with("GB-seconds"));
        let gb_seconds = position.context("no GB-seconds were counted")?.units;
        Ok(Self {
            per_100_s: row.per_100_s,
            workers: orders.workers.into(),
            webhooks: per_order(used, used.webhooks),
            inbox_sends: per_order(used, used.queues.get("inbox.fifo").map_or(0, |inbox| inbox.sends)),
            transitions: per_order(used, used.transitions),
            writes: per_order(used, used.tables.writes),
            open_effect_writes: per_order(used, used.indexed.get(OPEN_INDEX).copied().unwrap_or_default()),
            function_ms: gb_seconds * MS_OF_GB_SECOND / 1_000,
            micro_usd_per_1000: cost.per_1000(),
            micro_usd_month: cost.standing.micro_usd,
        })
    }

    /// Orders a day, if Odoo does what was measured without a pause.
    pub fn per_day(&self) -> u64 {
        self.per_100_s * 864
    }
}

fn per_order(used: &Used, count: u64) -> u64 {
    (count * 100).checked_div(used.orders).unwrap_or_default()
}

/// What so many orders a day need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Need {
    /// Orders a day.
    pub per_day: u64,
    /// Orders in 1,000 seconds of the busiest hour.
    pub peak_per_1000_s: u64,
    /// Odoo's workers, for an order to be written within seconds in the busiest hour.
    pub workers: u64,
    /// Odoo's workers, where the orders of the busiest hours may wait for the quiet ones.
    pub workers_over_the_day: u64,
    /// Batches that each of the two writers works on at once.
    pub writers: u64,
    /// Functions at work at once.
    pub functions: u64,
    /// In the busiest hour, hundredths a second.
    pub demand: Demand,
    /// Millionths of a dollar a day, the month's fixed part included.
    pub micro_usd_day: u64,
    /// Millionths of a dollar for 30 days.
    pub micro_usd_month: u64,
}

/// What AWS is asked for in the busiest hour, hundredths a second.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Demand {
    /// Requests to the endpoint.
    pub webhooks: u64,
    /// Messages sent to the inbox.
    pub inbox_sends: u64,
    /// Runs started.
    pub starts: u64,
    /// State transitions.
    pub transitions: u64,
    /// Answers by token.
    pub task_answers: u64,
    /// Write units.
    pub writes: u64,
    /// Write units of the index of open effects.
    pub open_effect_writes: u64,
}

impl Need {
    /// For so many orders a day.
    pub fn of(per_day: u64, inputs: &Inputs) -> Self {
        let peak_per_1000_s = (per_day * PEAK_PERCENT * 10).div_ceil(3_600);
        let mean_per_1000_s = (per_day * 1_000).div_ceil(86_400);
        let workers = |per_1000_s: u64| {
            let all = per_1000_s * inputs.workers * 100;
            let one = inputs.per_100_s * 10 * LOAD_PERCENT;
            all.div_ceil(one.max(1)).max(LEAST)
        };
        let demand = |hundredths: u64| (peak_per_1000_s * hundredths).div_ceil(1_000);
        let needed = workers(peak_per_1000_s);
        let month = per_day * MONTH_DAYS * inputs.micro_usd_per_1000 / 1_000 + inputs.micro_usd_month;
        Self {
            per_day,
            peak_per_1000_s,
            workers: needed,
            workers_over_the_day: workers(mean_per_1000_s),
            writers: needed.div_ceil(2).max(LEAST),
            functions: (peak_per_1000_s * inputs.function_ms).div_ceil(1_000_000),
            demand: Demand {
                webhooks: demand(inputs.webhooks),
                inbox_sends: demand(inputs.inbox_sends),
                starts: demand(100),
                transitions: demand(inputs.transitions),
                task_answers: demand(TASK_ANSWERS),
                writes: demand(inputs.writes),
                open_effect_writes: demand(inputs.open_effect_writes),
            },
            micro_usd_day: month / MONTH_DAYS,
            micro_usd_month: month,
        }
    }

    /// Whether the busiest hour is within what the measured Odoo does, with the share that is planned with.
    pub fn was_measured(&self, inputs: &Inputs) -> bool {
        self.peak_per_1000_s * 100 <= inputs.per_100_s * 10 * LOAD_PERCENT
    }
}

#[cfg(test)]
pub mod tests {
    use super::*;

    /// 4 orders a second by two workers; 5 dollars for 1,000 orders, 3 a month.
    pub const MEASURED: Inputs = Inputs {
        per_100_s: 400,
        workers: 2,
        webhooks: 200,
        inbox_sends: 200,
        transitions: 600,
        writes: 5_000,
        open_effect_writes: 1_000,
        function_ms: 2_500,
        micro_usd_per_1000: 5_000_000,
        micro_usd_month: 3_000_000,
    };

    #[test]
    fn a_small_shop_needs_the_least() {
        let need = Need::of(100, &MEASURED);
        // 10 orders in the busiest hour: 2.8 in 1,000 seconds.
        assert_eq!(
            (need.peak_per_1000_s, need.workers, need.writers, need.functions),
            (3, 2, 2, 1)
        );
        assert!(need.was_measured(&MEASURED));
        // 3,000 orders are 15 dollars, and 3 for the month.
        assert_eq!((need.micro_usd_month, need.micro_usd_day), (18_000_000, 600_000));
    }

    #[test]
    fn a_large_shop_needs_more_than_was_measured() {
        let need = Need::of(1_000_000, &MEASURED);
        // 100,000 in the busiest hour are 27.78 a second; a worker is planned with 1.4.
        assert_eq!(
            (need.peak_per_1000_s, need.workers, need.writers),
            (27_778, 20, 10)
        );
        // 11.58 a second over the day.
        assert_eq!(need.workers_over_the_day, 9);
        assert_eq!(need.functions, 70);
        assert!(!need.was_measured(&MEASURED));
        assert_eq!((need.demand.transitions, need.demand.writes), (16_667, 138_890));
        // Ten of an order's fifty.
        assert_eq!(need.demand.open_effect_writes, 27_778);
        assert_eq!(need.micro_usd_month, 150_003_000_000);
    }

    #[test]
    fn what_was_measured_is_enough_until_its_planned_share() {
        // 2.8 orders a second of 4.
        assert!(Need::of(100_800, &MEASURED).was_measured(&MEASURED));
        assert_eq!(Need::of(100_800, &MEASURED).workers, 2);
        assert!(!Need::of(101_000, &MEASURED).was_measured(&MEASURED));
        assert_eq!(Need::of(101_000, &MEASURED).workers, 3);
    }
}

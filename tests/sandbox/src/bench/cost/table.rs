//! The cost as tables.

use std::fmt;

use simulation::set_up::STREAM;

use super::bill::{Position, total};
use super::prices::{Automation, Prices};
use super::standing::Standing;
use super::{Bill, Cost};
use crate::bench::figures::{dollars, hundredths};

/// Steps of an order that an automation service would count: each call to another system in the plain order to cash.
const STEPS: u64 = 16;

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let prices = Prices::read().map_err(|_| fmt::Error)?;
        writeln!(
            f,
            "## What 1,000 orders cost\n\n\
             Counted on the running functions, with {} orders of each day against the real Odoo, and multiplied by AWS's list prices of\n\
             {} as put together on {} ([prices.toml](../tests/sandbox/bench/prices.toml)); no free tier. A function's time is what it took\n\
             here, and what it computed of it 6.9 times as long: with 256 MB Lambda gives that part of a processor. Not in it: starts of\n\
             processes, and the waits for AWS, Heartland and the shop, which answer at once here; a second of waiting more per order is\n\
             0.25 GB-seconds. Breakers and time limits are not scaled.\n",
            self.good.used.orders, prices.region, prices.read_on
        )?;
        writeln!(
            f,
            "| position | good day: units | x86, $ | arm64, $ | bad day: units | x86, $ | arm64, $ |\n|---|--:|--:|--:|--:|--:|--:|"
        )?;
        for (place, good) in self.good.x86.iter().enumerate() {
            let of = |positions: &[Position]| positions.get(place).map_or(0, |position| position.micro_usd);
            let bad = self.bad.x86.get(place).map_or(0, |position| position.units);
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} | {} |",
                good.what,
                good.units,
                dollars(good.micro_usd),
                dollars(of(&self.good.arm)),
                bad,
                dollars(of(&self.bad.x86)),
                dollars(of(&self.bad.arm)),
            )?;
        }
        writeln!(
            f,
            "| **all** | | **{}** | **{}** | | **{}** | **{}** |\n",
            dollars(total(&self.good.x86)),
            dollars(total(&self.good.arm)),
            dollars(total(&self.bad.x86)),
            dollars(total(&self.bad.arm)),
        )?;
        let bad = self.bad.day;
        writeln!(
            f,
            "On the bad day, of a hundred orders {} are declined, {} retried at the gateway, {} under review, and {} come while Odoo is away\n\
             for an hour (queues' waits and the hour scaled alike).\n",
            bad.declined, bad.retried, bad.in_review, bad.during_outage
        )?;
        standing(f, &self.standing)?;
        automation(f, &prices, total(&self.good.x86))?;
        functions(f, &self.good)
    }
}

/// What a month costs however many orders there are.
fn standing(f: &mut fmt::Formatter<'_>, standing: &Standing) -> fmt::Result {
    writeln!(
        f,
        "Every month besides, however many orders there are: ${} for {}.\n\
         Not counted: empty receives of idle queues, custom metrics, the schedules' own invocations, storage, calls\n\
         of the key and the secrets, data that leaves AWS.\n",
        dollars(standing.micro_usd),
        standing.parts.join(", ")
    )
}

fn automation(f: &mut fmt::Formatter<'_>, prices: &Prices, ours: u64) -> fmt::Result {
    writeln!(
        f,
        "The same {STEPS} steps (13 calls to Odoo, two to Heartland, one to the shop) at automation services, by their public prices, against\n\
         our price per order alone on x86; a service that counts modules counts what starts a run, too:\n\n\
         | service | plan | counts | 1,000 orders | times ours |\n|---|---|---|--:|--:|"
    )?;
    for (name, service) in &prices.automation {
        let tasks = tasks(service);
        let of = |nano: u64| nano * tasks;
        let (price, times) = match (service.nano_usd_per_task, service.nano_eur_per_task) {
            (Some(nano), _) => (
                format!("${}", hundredths(of(nano) / 10_000_000)),
                (of(nano) / 1000)
                    .checked_div(ours)
                    .unwrap_or_default()
                    .to_string(),
            ),
            (None, Some(nano)) => (format!("€{}", hundredths(of(nano) / 10_000_000)), String::new()),
            (None, None) => ("by quote".to_owned(), String::new()),
        };
        writeln!(
            f,
            "| [{name}]({}) | {} | {}, read {} | {price} | {times} |",
            service.source, service.plan, service.counts, service.as_of
        )?;
    }
    writeln!(f)
}

/// How many of what a service counts are 1,000 orders.
fn tasks(service: &Automation) -> u64 {
    match service.counts.as_str() {
        "whole run" => 1000,
        // The trigger counts, too.
        "module run" => 1000 * (STEPS + 1),
        _ => 1000 * STEPS,
    }
}

fn functions(f: &mut fmt::Formatter<'_>, bill: &Bill) -> fmt::Result {
    let kinds = bill.used.written.iter();
    let kinds: Vec<String> = kinds
        .map(|(kind, units)| format!("{kind} {}", per_order(bill, *units)))
        .collect();
    writeln!(
        f,
        "Write units per order, by the kind of item:\n\
         {}.\n\
         Those of the audit trail depend on how many shards the table's stream has: an order's changes are spread\n\
         over all of them, and every batch of every shard writes the head of the order's chain anew. {} shards are\n\
         an assumption: an on-demand table begins with four partitions, each with a shard of its own.\n",
        kinds.join(", "),
        STREAM.shards
    )?;
    writeln!(
        f,
        "What the functions did on the good day, per order:\n\n\
         | function | invocations | milliseconds | of them computing | log bytes | memory KiB |\n|---|--:|--:|--:|--:|--:|"
    )?;
    for (name, usage) in bill
        .used
        .functions
        .iter()
        .filter(|(_, usage)| usage.invocations > 0)
    {
        writeln!(
            f,
            "| {name} | {} | {} | {} | {} | {} |",
            per_order(bill, usage.invocations),
            per_order(bill, usage.milliseconds),
            per_order(bill, usage.processor_ms),
            usage
                .logged
                .bytes
                .checked_div(bill.used.orders)
                .unwrap_or_default(),
            usage.peak_kib
        )?;
    }
    Ok(())
}

fn per_order(bill: &Bill, count: u64) -> String {
    hundredths((count * 100).checked_div(bill.used.orders).unwrap_or_default())
}

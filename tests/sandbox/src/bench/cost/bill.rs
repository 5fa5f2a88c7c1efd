//! What was used, in money: list prices, no free tier.

use anyhow::Result;
use serde::Serialize;

use super::prices::Prices;
use super::used::Used;

/// Megabytes of memory of every function, as the template has it.
const MEMORY_MB: u64 = 256;
/// Megabytes with which Lambda gives a whole processor: with less, what computes takes as much longer.
const PROCESSOR_MB: u64 = 1769;
/// A line of the endpoint's access log as CloudWatch bills it: the template's `AccessLogSettings`, filled in.
const ACCESS_LINE_BYTES: u64 = 176;
/// Nano-dollars of a micro-dollar.
const MICRO: u64 = 1000;

/// A processor architecture.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub enum Architecture {
    /// `x86_64`
    X86,
    /// `arm64`
    Arm,
}

/// One position of a bill.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Position {
    /// What for.
    pub what: &'static str,
    /// How many units per 1,000 orders.
    pub units: u64,
    /// Millionths of a dollar per 1,000 orders.
    pub micro_usd: u64,
}

/// What 1,000 orders cost, position by position.
///
/// # Errors
/// When a price is missing.
pub fn bill(used: &Used, prices: &Prices, architecture: Architecture) -> Result<Vec<Position>> {
    let functions = used.functions.values();
    let sum = |of: fn(&crate::bench::platform::Usage) -> u64| functions.clone().map(of).sum::<u64>();
    let (inbox, others): (Vec<_>, Vec<_>) = used.queues.iter().partition(|(name, _)| name.ends_with(".fifo"));
    let requests = |queues: Vec<(&&str, &crate::bench::platform::Requests)>| -> u64 {
        queues
            .iter()
            .map(|(_, of)| of.sends + of.receives + of.others)
            .sum()
    };
    let gb_second = match architecture {
        Architecture::X86 => "lambda_gb_second_x86",
        Architecture::Arm => "lambda_gb_second_arm",
    };
    let waited = sum(|usage| usage.milliseconds);
    let computed = sum(|usage| usage.processor_ms);
    let milliseconds = waited + computed * (PROCESSOR_MB - MEMORY_MB) / MEMORY_MB;
    let positions = [
        ("requests to the endpoint", "http_api_request", used.webhooks, 1),
        ("invocations", "lambda_request", sum(|usage| usage.invocations), 1),
        (
            "GB-seconds of functions",
            gb_second,
            milliseconds * MEMORY_MB,
            1024 * 1000,
        ),
        (
            "state transitions",
            "step_functions_transition",
            used.transitions,
            1,
        ),
        ("requests to FIFO queues", "sqs_fifo_request", requests(inbox), 1),
        ("requests to queues", "sqs_standard_request", requests(others), 1),
        ("write units", "dynamodb_write_unit", used.tables.writes, 1),
        ("read units", "dynamodb_read_unit", used.tables.half_reads, 2),
        (
            "GB of logs and metrics",
            "cloudwatch_log_gb",
            sum(|usage| usage.logged.bytes) + used.webhooks * ACCESS_LINE_BYTES,
            1_000_000_000,
        ),
        ("traces", "xray_trace", used.orders, 1),
        ("notifications", "sns_publish", used.notifications, 1),
    ];
    let position = |(what, price, count, unit): (&'static str, &str, u64, u64)| {
        let of_1000 = |count: u64| u128::from(count) * 1000 / u128::from(used.orders.max(1));
        let nano = of_1000(count) * u128::from(prices.nano_usd(price)?) / u128::from(unit);
        Ok(Position {
            what,
            units: u64::try_from(of_1000(count) / u128::from(unit))?,
            micro_usd: u64::try_from(nano / u128::from(MICRO))?,
        })
    };
    positions.into_iter().map(position).collect()
}

/// All of it, millionths of a dollar.
pub fn total(positions: &[Position]) -> u64 {
    positions.iter().map(|position| position.micro_usd).sum()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::bench::platform::{Requests, Units, Usage};

    #[test]
    fn a_bill_is_of_1000_orders_whatever_was_counted() {
        let usage = Usage {
            invocations: 20,
            milliseconds: 4_000,
            processor_ms: 0,
            ..Usage::default()
        };
        let used = Used {
            orders: 10,
            webhooks: 10,
            functions: BTreeMap::from([("order-writer", usage)]),
            transitions: 60,
            queues: BTreeMap::from([(
                "inbox.fifo",
                Requests {
                    sends: 10,
                    receives: 5,
                    others: 5,
                },
            )]),
            tables: Units::default(),
            written: BTreeMap::new(),
            indexed: BTreeMap::new(),
            notifications: 0,
        };
        let positions = bill(&used, &Prices::read().unwrap(), Architecture::X86).unwrap();
        let of = |what: &str| positions.iter().find(|position| position.what == what).unwrap();
        // 6,000 transitions at $0.025 per 1,000; 100 GB-seconds; 2,000 requests at $0.50 per million.
        assert_eq!(
            (of("state transitions").units, of("state transitions").micro_usd),
            (6_000, 150_000)
        );
        assert_eq!(of("GB-seconds of functions").units, 100);
        assert_eq!(
            (
                of("requests to FIFO queues").units,
                of("requests to FIFO queues").micro_usd
            ),
            (2_000, 1_000)
        );
    }
}

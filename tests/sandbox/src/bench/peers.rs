//! Others who write the same kind of order into the same Odoo: a plain client of its API, and Odoo's own ORM. Both are
//! in `tests/sandbox/bench/`.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use odoo_setup::BOT_LOGIN;
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use crate::odoo::{Access, RunningOdoo};
use crate::places::{Places, repository};
use crate::tools;

/// The library that the plain client calls Odoo with, as `pip` takes it.
const ODOORPC_PIN: &str = "odoorpc==0.10.1";

/// What the shell of the floor imports.
const FLOOR: [(&str, &str); 3] = [
    ("floor.py", include_str!("../../bench/floor.py")),
    ("books.py", include_str!("../../bench/books.py")),
    ("orders.py", include_str!("../../bench/orders.py")),
];

/// How a peer wrote its orders. All of them were read back, complete and to the cent.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Peer {
    /// How many.
    pub orders: usize,
    /// From the first order's begin to the last one's end, without looking up, warming up and reading back.
    pub seconds: f64,
    /// Round trips to Odoo's API, over all orders.
    pub calls: u64,
    /// From an order's begin, or its batch's, until it was paid; in the order of the orders.
    pub latencies: Vec<Duration>,
}

/// Writes orders as an integration script does: 13 public calls for each, on `parallel` connections.
///
/// # Errors
/// When Odoo refuses a call or an order is not complete afterwards; the message says which.
pub async fn plain(places: &Places, access: &Access, orders: usize, parallel: usize) -> Result<Peer> {
    let venv = tools::python_venv(places, "odoorpc", &[ODOORPC_PIN]).await?;
    let mut client = Command::new(venv.join("bin/python"));
    // Without compiled modules beside the sources.
    client
        .arg("-B")
        .arg(repository().join("tests/sandbox/bench/plain_client.py"))
        .args([orders, parallel].map(|number| number.to_string()))
        .envs(access.environment())
        .env("ODOO_LOGIN", BOT_LOGIN)
        .env("NO_PROXY", "127.0.0.1");
    let printed = tools::output(&mut client).await.context("the plain client")?;
    Peer::read(&printed, orders)
}

/// Writes orders by Odoo's own ORM, without HTTP: in `processes` processes, each batch of orders one transaction.
///
/// # Errors
/// When the ORM refuses something or an order is not complete afterwards; the message says which.
pub async fn floor(
    places: &Places,
    odoo: &RunningOdoo,
    orders: usize,
    processes: usize,
    batch: usize,
) -> Result<Peer> {
    let script = format!("import floor\nfloor.main(env, {orders}, {processes}, {batch}, '{BOT_LOGIN}')\n");
    let log = places.log("bench-floor");
    let printed = odoo.shell(&script, &FLOOR, &log).await.context("the floor")?;
    Peer::read(&printed, orders)
}

/// What both programs print.
#[derive(Deserialize)]
struct Printed {
    orders: usize,
    seconds: f64,
    calls: u64,
    latencies_ms: Vec<f64>,
    checked: usize,
}

impl Peer {
    /// Orders in 100 seconds.
    pub fn per_100_s(&self) -> u64 {
        // Orders and seconds are small and not negative.
        (self.orders as f64 * 100.0 / self.seconds).round() as u64
    }

    /// From the last JSON object among the lines that a peer printed.
    fn read(text: &str, orders: usize) -> Result<Self> {
        let line = text.lines().rev().find(|line| line.starts_with('{'));
        let printed: Printed = serde_json::from_str(line.context("the peer printed nothing")?)?;
        ensure!(
            [printed.orders, printed.checked, printed.latencies_ms.len()] == [orders; 3],
            "of {orders} orders {} were written and {} found complete",
            printed.orders,
            printed.checked
        );
        let latencies = printed.latencies_ms.iter();
        Ok(Self {
            orders,
            seconds: printed.seconds,
            calls: printed.calls,
            latencies: latencies
                .map(|ms| Duration::try_from_secs_f64(ms / 1000.0))
                .collect::<Result<_, _>>()?,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRINTED: &str =
        r#"{"orders": 2, "seconds": 2.5, "calls": 26, "latencies_ms": [1250.5, 1249.0], "checked": 2}"#;

    #[test]
    fn what_a_peer_printed_is_found_among_its_log() {
        let read = Peer::read(&format!("a warning\n{PRINTED}\nanother one\n"), 2).unwrap();
        assert_eq!((read.orders, read.calls), (2, 26));
        assert_eq!(read.latencies, [1_250_500, 1_249_000].map(Duration::from_micros));
    }

    #[test]
    fn a_peer_that_did_less_than_it_was_asked_is_not_quoted() {
        let refused = Peer::read(PRINTED, 3).unwrap_err().to_string();
        assert_eq!(refused, "of 3 orders 2 were written and 2 found complete");
        assert!(Peer::read("nothing", 2).is_err());
    }
}

//! What was measured, as tables.

use std::fmt;

use super::figures::{Figures, hundredths, ms, times};
use super::functions::{First, Functions};
use super::orders::{Orders, Row, Sweep, WRITERS};
use super::peers::Peer;

impl fmt::Display for Functions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let starts = self.cold.first().map_or(0, |cold| cold.figures.count);
        writeln!(
            f,
            "## Start\n\n\
             From the start of the process until it asks for its first event: {starts} starts of each, in turns. Some functions read a\n\
             secret or look at the table by then, which opens a connection that the first event finds open. Both answer at once, and\n\
             without TLS. The last one takes requests as they are and has a single client of AWS, made as the SDK makes it.\n"
        )?;
        writeln!(
            f,
            "| function | start ms, median | worst | times the empty one | calls to AWS | memory KiB |\n\
             |---|--:|--:|--:|--:|--:|"
        )?;
        let base = self.cold.first().map_or(0, |cold| cold.figures.median_us);
        for cold in &self.cold {
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} |",
                cold.name,
                ms(cold.figures.median_us),
                ms(cold.figures.worst_us),
                times(cold.figures.median_us, base),
                cold.calls,
                cold.peak_kib
            )?;
        }
        first_events(f, &self.first)?;
        let events = self.own.first().map_or(0, |own| own.figures.count);
        writeln!(
            f,
            "\n## Own time\n\n\
             {events} orders through one function after the other, one event at a time, each function one process. AWS, Heartland and\n\
             the shop are in the measuring process and answer at once, so that the time is the function's own and that of its calls on\n\
             the loopback. Functions that write to Odoo are not here: their time is Odoo's.\n"
        )?;
        writeln!(
            f,
            "| function | median ms | 99 of 100 within | times the empty one | memory KiB |\n|---|--:|--:|--:|--:|"
        )?;
        let base = self.own.first().map_or(0, |own| own.figures.median_us);
        for own in &self.own {
            writeln!(
                f,
                "| {} | {} | {} | {} | {} |",
                own.name,
                ms(own.figures.median_us),
                ms(own.figures.p99_us),
                times(own.figures.median_us, base),
                own.peak_kib
            )?;
        }
        Ok(())
    }
}

impl fmt::Display for Orders {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "## Order to cash against the real Odoo\n\n\
             Orders of two or three lines, each of a new customer, from the shop's webhook to the paid invoice; Odoo 19 with {} workers\n\
             and PostgreSQL on the same machine. Ours are the real functions as processes, with the definition of the state machine\n\
             run by the interpreter and an AWS that answers at once: what is left is Odoo's work and our own.\n",
            self.workers
        )?;
        writeln!(
            f,
            "| at once | orders | orders/s | latency ms, median | 99 of 100 within | calls to Odoo an order | writers' ms an order | orders in a batch, order / invoice | transitions |\n\
             |--:|--:|--:|--:|--:|--:|--:|--:|--:|"
        )?;
        for row in &self.rows {
            ours(f, row)?;
        }
        let best = self
            .rows
            .iter()
            .map(|row| row.per_100_s)
            .max()
            .unwrap_or_default();
        let backlog = self.rows.iter().find(|row| row.outstanding == 100);
        let backlog = backlog.map_or(best, |row| row.per_100_s);
        writeln!(
            f,
            "\nThe peers, in the same run. The plain client makes the 13 public calls of a straightforward script; the ORM makes the same\n\
             documents without HTTP, in lists, one transaction for a batch. We and the ORM write contacts and sales\n\
             orders without Odoo's log of changes\n\
             ([decision 23](decisions/0023-orders-are-written-without-a-log.md)), the plain client with it. A peer's\n\
             latency begins when it takes an order up, ours when the shop's webhook arrives: what waits in a queue is\n\
             in it.\n\n\
             | peer | orders | orders/s | latency ms, median | calls an order | ours at 100 at once is |\n|---|--:|--:|--:|--:|--:|"
        )?;
        for (name, peer) in [
            ("plain client, one after the other", &self.plain),
            ("plain clients, as many as workers", &self.plain_parallel),
            ("Odoo's own ORM, as many processes", &self.floor),
        ] {
            theirs(f, name, peer, backlog)?;
        }
        writeln!(f)
    }
}

impl fmt::Display for Sweep {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let at_once = self.set_ups.first().map_or(0, |set_up| set_up.row.outstanding);
        writeln!(
            f,
            "## How many writers, how large a batch\n\n\
             {at_once} orders at once, Odoo with {} workers. Each writer works on so many batches at once; a batch has at most so many\n\
             orders, and the first one of it waits so long for others.\n\n\
             | batch | batches at once | the first waits, s | orders/s | latency ms, median | calls to Odoo an order | orders in a batch, order / invoice |\n\
             |--:|--:|--:|--:|--:|--:|--:|",
            self.workers
        )?;
        for set_up in &self.set_ups {
            let row = &set_up.row;
            let by = |of: &str| hundredths(row.batch.get(of).copied().unwrap_or_default());
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} | {} / {} |",
                set_up.batch,
                set_up.writers,
                set_up.window_s,
                hundredths(row.per_100_s),
                ms(row.latency.median_us),
                hundredths(row.round_trips()),
                by("order-writer"),
                by("invoice-writer"),
            )?;
        }
        Ok(())
    }
}

fn first_events(f: &mut fmt::Formatter<'_>, first: &[First]) -> fmt::Result {
    let starts = first.first().map_or(0, |first| first.event.count);
    writeln!(
        f,
        "\n## First event\n\n\
         What an event waits for that no running process takes: the start, and the event itself, for which the function makes what it\n\
         makes once. {starts} new processes of each with the connections they opened while they started, and as many, in turns, whose\n\
         connections were closed before the event: the difference is what opening them early spares, without TLS\n\
         and where all services of AWS are one host, to which a function has one connection.\n"
    )?;
    writeln!(
        f,
        "| function | start ms, median | first event ms, median | worst | connections closed: median | worst | a later event ms, median | start and first event ms, median | worst |\n\
         |---|--:|--:|--:|--:|--:|--:|--:|--:|"
    )?;
    for first in first {
        writeln!(
            f,
            "| {} | {} | {} | {} | {} | {} | {} | {} | {} |",
            first.name,
            ms(first.start.median_us),
            ms(first.event.median_us),
            ms(first.event.worst_us),
            ms(first.event_without_connections.median_us),
            ms(first.event_without_connections.worst_us),
            ms(first.later_us),
            ms(first.together.median_us),
            ms(first.together.worst_us),
        )?;
    }
    Ok(())
}

fn ours(f: &mut fmt::Formatter<'_>, row: &Row) -> fmt::Result {
    let by = |of: &str| row.batch.get(of).copied().unwrap_or_default();
    let trips: Vec<String> = WRITERS
        .iter()
        .map(|function| hundredths(row.round_trips.get(function).copied().unwrap_or_default()))
        .collect();
    writeln!(
        f,
        "| {} | {} | {} | {} | {} | {} ({}) | {} | {} / {} | {} |",
        row.outstanding,
        row.orders,
        hundredths(row.per_100_s),
        ms(row.latency.median_us),
        ms(row.latency.p99_us),
        hundredths(row.round_trips()),
        trips.join(" + "),
        row.writer_ms,
        hundredths(by("order-writer")),
        hundredths(by("invoice-writer")),
        hundredths(row.transitions),
    )
}

fn theirs(f: &mut fmt::Formatter<'_>, name: &str, peer: &Peer, ours_per_100_s: u64) -> fmt::Result {
    let latency = Figures::of(&peer.latencies).unwrap_or_default();
    let per_100_s = peer.per_100_s();
    writeln!(
        f,
        "| {name} | {} | {} | {} | {} | {} times as fast |",
        peer.orders,
        hundredths(per_100_s),
        ms(latency.median_us),
        hundredths(
            (peer.calls * 100)
                .checked_div(peer.orders as u64)
                .unwrap_or_default()
        ),
        times(ours_per_100_s, per_100_s),
    )
}

//! What was measured of the intake, as a table.

use std::fmt;

use super::Intake;
use crate::bench::figures::{hundredths, ms, times};

impl fmt::Display for Intake {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "## What a request to the endpoint costs\n\n\
             {} requests of each kind, one at a time, in turns, each kind to one process of the intake and to one of a handler that\n\
             verifies nothing: it puts the body of every request into the same queue and answers 200. A second of one process is as many\n\
             requests as fit into it one after the other. A body is too large with more than 256 KiB. AWS answers at once, so that the\n\
             time is the function's own and that of its calls on the loopback: the intake keeps a new order's body, hands the event on and\n\
             notes that it did, where the other one makes a single call.\n",
            self.events
        )?;
        writeln!(
            f,
            "| request | answer | a second | median ms | 99 of 100 within | calls to AWS | unverified: a second | median ms | 99 of 100 within | ours takes | in the queue: ours | unverified |\n\
             |---|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|--:|"
        )?;
        for row in &self.rows {
            let (ours, unverified) = (&row.ours, &row.unverified);
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} | {} | {} | {} | {} times | {} | {} |",
                row.kind.name(),
                row.status,
                ours.per_second,
                ms(ours.figures.median_us),
                ms(ours.figures.p99_us),
                hundredths(ours.calls),
                unverified.per_second,
                ms(unverified.figures.median_us),
                ms(unverified.figures.p99_us),
                times(ours.figures.median_us, unverified.figures.median_us),
                ours.queued,
                unverified.queued,
            )?;
        }
        Ok(())
    }
}

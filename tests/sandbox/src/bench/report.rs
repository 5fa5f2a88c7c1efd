//! What was measured, as tables.

use std::fmt;

use serde::Serialize;

use super::build::Size;
use super::figures::{Figures, ms, times};
use super::machine::Machine;

/// The size of a function and how it starts.
#[derive(Debug, Serialize)]
pub struct Cold {
    /// The function.
    pub name: &'static str,
    /// How large it is.
    pub size: Size,
    /// From the start of the process to the first question for an event.
    pub figures: Figures,
    /// The most memory it had resident by then, KiB.
    pub peak_kib: u64,
}

/// The own time of a function.
#[derive(Debug, Serialize)]
pub struct Own {
    /// The function, and what it did.
    pub name: &'static str,
    /// From an event to its answer.
    pub figures: Figures,
    /// The most memory it had resident, KiB.
    pub peak_kib: u64,
}

/// Everything that was measured in a run.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Where and when.
    pub machine: Machine,
    /// Sizes and starts; the empty function first.
    pub cold: Vec<Cold>,
    /// Own times; the empty function first.
    pub own: Vec<Own>,
}

impl Report {
    /// The page in `docs/`.
    pub fn page(&self) -> String {
        format!(
            "# Performance\n\n\
             Written by `cargo sandbox bench`. Ratios within the run are what counts: times are those of the machine below, not of\n\
             AWS. Every function stands beside one that does nothing but `lambda_runtime`'s own work.\n\n{self}\n"
        )
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let machine = &self.machine;
        writeln!(
            f,
            "{}, {} cores of {}, Linux {}, {}, commit {}.\n",
            machine.date, machine.cores, machine.processor, machine.kernel, machine.rustc, machine.commit
        )?;
        let starts = self.cold.first().map_or(0, |cold| cold.figures.count);
        writeln!(
            f,
            "## Size and start\n\n\
             From the start of the process until it asks for its first event: {starts} starts of each, in turns. Its secrets and its\n\
             table answer at once.\n"
        )?;
        writeln!(
            f,
            "| function | binary KiB | zip KiB | start ms, median | worst | times the empty one | memory KiB |\n\
             |---|--:|--:|--:|--:|--:|--:|"
        )?;
        let base = self.cold.first().map_or(0, |cold| cold.figures.median_us);
        for cold in &self.cold {
            writeln!(
                f,
                "| {} | {} | {} | {} | {} | {} | {} |",
                cold.name,
                cold.size.binary / 1024,
                cold.size.zip / 1024,
                ms(cold.figures.median_us),
                ms(cold.figures.worst_us),
                times(cold.figures.median_us, base),
                cold.peak_kib
            )?;
        }
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

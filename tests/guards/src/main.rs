//! Fixed pieces of work of the pure code, done so that they can be counted. `cargo sandbox guards` builds this program
//! as it builds the functions, asks it for its allocations, and lets valgrind count its instructions.
//!
//! `guards allocations` prints a line for every piece: its name, heap allocations, bytes. Growing a block counts as an
//! allocation of the new size. `guards work PIECE TIMES` does a piece so many times, after the same beginning
//! whichever it is: a run differs from one with no times by the piece alone.

mod odoo_stub;
mod order;
mod pieces;
mod prepared;

use anyhow::{Context, Result, bail};
use pieces::PIECES;
use prepared::Prepared;

/// How many lines the orders have that every piece is done with.
const LINES: [u32; 3] = [1, 10, 100];

/// A piece of work with an order of a size.
struct Job {
    /// `parse-10`: the piece, and the lines of its order.
    name: String,
    /// The piece.
    work: pieces::Work,
    /// Which of [`LINES`] the order has.
    size: usize,
}

fn main() -> Result<()> {
    let merchant = prepared::merchant()?;
    let prepared = LINES
        .map(|lines| Prepared::new(&merchant, lines))
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    let jobs: Vec<Job> = jobs().collect();
    let run = |job: &Job| (job.work)(prepared.get(job.size).context("there is no such size")?);
    // What is made once in a process, such as tables of currencies and time zones, is nobody's in particular.
    for job in jobs.iter().filter(|job| job.size == 0) {
        run(job).with_context(|| job.name.clone())?;
    }
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments
        .iter()
        .map(String::as_str)
        .collect::<Vec<_>>()
        .as_slice()
    {
        ["allocations"] => jobs.iter().try_for_each(|job| print_allocations(job, run)),
        ["work", name, times] => {
            let job = jobs.iter().find(|job| job.name == *name);
            let job = job.with_context(|| format!("there is no piece {name:?}"))?;
            (0..times.parse::<u32>()?).try_for_each(|_| run(job))
        }
        _ => bail!("usage: guards allocations | guards work PIECE TIMES"),
    }
}

fn jobs() -> impl Iterator<Item = Job> {
    PIECES.into_iter().flat_map(|(piece, work)| {
        LINES.into_iter().enumerate().map(move |(size, lines)| Job {
            name: format!("{piece}-{lines}"),
            work,
            size,
        })
    })
}

#[expect(clippy::print_stdout, reason = "the result of the program")]
fn print_allocations(job: &Job, run: impl Fn(&Job) -> Result<()>) -> Result<()> {
    let mut done = Ok(());
    let counted = allocation_counter::measure(|| done = run(job));
    done?;
    println!("{} {} {}", job.name, counted.count_total, counted.bytes_total);
    Ok(())
}

//! `sandbox bench`: how large, how fast and how hungry the bundle is. Benchmarks, not tests: nothing here fails for
//! being slow. Only ratios within one run are worth quoting: the functions stand beside one that does nothing, the
//! intake beside one that verifies nothing, the bundle beside a plain client and Odoo's own ORM.

mod build;
mod capacity;
mod cost;
mod figures;
mod functions;
mod growth;
mod intake;
mod machine;
mod orders;
mod page;
mod peers;
mod platform;
mod sizes;
mod spine;
mod tables;

use anyhow::Result;
use clap::{Args, ValueEnum};
use serde::Serialize;

use crate::aws::Template;
use crate::places::Places;
use crate::progress;
use capacity::Choices;
use cost::Cost;
use functions::Functions;
use growth::Growth;
use intake::Intake;
use machine::Machine;
use orders::{Extent, Orders, Sweep};
use sizes::Sizes;

/// Measure the functions by themselves, and orders against the real Odoo.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  cargo sandbox bench                         everything; the tables go to docs/performance.md, too, what a merchant needs
                                              to docs/capacity.md
  cargo sandbox bench functions --json        one part, for a program
  cargo sandbox bench intake --events 10000   what turning a request away costs, beside taking everything
  cargo sandbox bench sizes                   builds for arm64, too: minutes for each function
  cargo sandbox bench orders --test-profile   where Odoo's time counts, and not the functions'
  cargo sandbox bench --quick --starts 3 --events 100   try the measuring itself; nothing is written

The first run builds every function with the profile of a release, which takes minutes for each.")]
pub struct Options {
    /// What to measure; everything but the sizes and the sweep when left out.
    parts: Vec<Part>,
    /// Starts of every function; of those that are driven as many with a first event, in each of two ways.
    #[arg(long, default_value_t = 20)]
    starts: usize,
    /// Events of every function that is driven. Of each kind of request to the intake there are a quarter as many.
    #[arg(long, default_value_t = 2000)]
    events: usize,
    /// Functions as the tests build them, without waiting for the profile of a release: their own time is longer. The
    /// page says so.
    #[arg(long)]
    test_profile: bool,
    /// The same, and few orders: not worth quoting, so nothing is written.
    #[arg(long)]
    quick: bool,
    #[command(flatten)]
    extent: Extent,
    /// Print the figures as JSON.
    #[arg(long)]
    json: bool,
}

/// What can be measured.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// Start, first event, own time and memory of the functions
    Functions,
    /// Valid, wrongly signed and oversized requests to the intake, beside a handler that verifies nothing
    Intake,
    /// Order to cash against the real Odoo, beside a plain client and Odoo's own ORM
    Orders,
    /// What 1,000 orders cost on AWS, on a good day and on a bad one
    Cost,
    /// How time and memory grow with the lines of an order, and with what is in the table and in Odoo
    Growth,
    /// Orders with other numbers of writers and other batches, which the template's defaults are from
    Sweep,
    /// Size of every function for arm64 and x86-64. Not in the usual run: each is built for arm64, too, which takes minutes
    Sizes,
}

/// Everything that was measured in a run.
#[derive(Debug, Serialize)]
struct Report {
    machine: Machine,
    #[serde(skip_serializing_if = "Option::is_none")]
    functions: Option<Functions>,
    #[serde(skip_serializing_if = "Option::is_none")]
    intake: Option<Intake>,
    #[serde(skip_serializing_if = "Option::is_none")]
    orders: Option<Orders>,
    #[serde(skip_serializing_if = "Option::is_none")]
    cost: Option<Cost>,
    #[serde(skip_serializing_if = "Option::is_none")]
    growth: Option<Growth>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sweep: Option<Sweep>,
    #[serde(skip_serializing_if = "Option::is_none")]
    sizes: Option<Sizes>,
}

impl Report {
    /// The parts that were measured, each as the page has it.
    fn sections(&self) -> Vec<(&'static str, String)> {
        let parts = [
            ("functions", self.functions.as_ref().map(ToString::to_string)),
            ("intake", self.intake.as_ref().map(ToString::to_string)),
            ("orders", self.orders.as_ref().map(ToString::to_string)),
            ("cost", self.cost.as_ref().map(ToString::to_string)),
            ("growth", self.growth.as_ref().map(ToString::to_string)),
            ("sweep", self.sweep.as_ref().map(ToString::to_string)),
            ("sizes", self.sizes.as_ref().map(ToString::to_string)),
        ];
        let parts = parts.into_iter();
        parts.filter_map(|(name, part)| Some((name, part?))).collect()
    }
}

/// Measures, prints, and writes `docs/performance.md`; what follows from it, `docs/capacity.md`, when what it follows from
/// was measured.
///
/// # Errors
/// When a function does not build, does not start or fails; when Odoo does not start.
pub async fn bench(options: &Options) -> Result<()> {
    let places = Places::open()?;
    let usual = |part| !matches!(part, Part::Sweep | Part::Sizes) && options.parts.is_empty();
    let wanted = |part| usual(part) || options.parts.contains(&part);
    let test_profile = options.test_profile || options.quick;
    // First of all: what is missing in the template should not be found out after hours of measuring.
    let template = match wanted(Part::Cost) {
        true => Some(Template::ours(&places).await?),
        false => None,
    };
    let choices = template.as_ref().map(Choices::of).transpose()?;
    let built = build::build(&places, test_profile).await?;
    let mut report = Report {
        machine: Machine::here(test_profile).await,
        functions: None,
        intake: None,
        orders: None,
        cost: None,
        growth: None,
        sweep: None,
        sizes: None,
    };
    if wanted(Part::Functions) {
        report.functions = Some(functions::measure(&built, options.starts, options.events).await?);
    }
    if wanted(Part::Intake) {
        report.intake = Some(intake::measure(&built, options.events / 4).await?);
    }
    if wanted(Part::Orders) {
        report.orders = Some(orders::measure(&places, &built, options.quick).await?);
    }
    if let Some(template) = &template {
        report.cost = Some(cost::measure(&places, &built, template).await?);
    }
    if wanted(Part::Growth) {
        report.growth = Some(growth::measure(&places, &built, options.quick).await?);
    }
    if wanted(Part::Sweep) {
        report.sweep = Some(orders::sweep(&places, &built, &options.extent).await?);
    }
    if wanted(Part::Sizes) {
        let arm64 = build::build_arm64(&places, test_profile).await?;
        report.sizes = Some(sizes::measure(&arm64, &built)?);
    }
    if options.json {
        print(&serde_json::to_string_pretty(&report)?);
    } else {
        print(&format!("{}\n", report.machine));
        for (_, section) in report.sections() {
            print(&section);
        }
    }
    if !options.quick {
        let mut written = vec![page::write(&report.machine, &report.sections())?];
        if let Some(growth) = &report.growth {
            written.extend(growth.draw()?);
        }
        if let (Some(orders), Some(cost), Some(choices)) = (&report.orders, &report.cost, &choices) {
            written.push(capacity::write(&report.machine, orders, cost, choices)?);
        }
        for path in written {
            progress::say(format!("written: {}", path.display()));
        }
    }
    Ok(())
}

#[expect(clippy::print_stdout, reason = "the result of the program")]
fn print(text: &str) {
    println!("{text}");
}

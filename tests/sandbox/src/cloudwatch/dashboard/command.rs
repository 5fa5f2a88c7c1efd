//! `cargo sandbox dashboard`: a quarter of an hour of a shop, and its dashboard as a picture.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};

use super::play::play;
use super::{Span, draw};
use crate::cloudwatch::{Millis, StandIn, now};
use crate::places::{Places, repository};
use crate::progress;
use crate::witness::Witness;
use crate::world::{Description, Parts, Remote, Stack};

const EXAMPLES: &str = "\
Plays a shop on the running world, or on one of its own: orders all the time, a declined card, an order that Odoo does
not know the goods of, and Odoo away for a while. Meanwhile it does what CloudWatch does on AWS. Then it draws the
dashboard that is deployed, with what was measured.

Examples:
  cargo sandbox dashboard                        docs/dashboard.svg anew
  cargo sandbox dashboard --minutes 3 --svg /tmp/board.svg";

/// What `cargo sandbox dashboard` may be told.
#[derive(Debug, clap::Args)]
#[command(after_help = EXAMPLES)]
pub struct Options {
    /// How long the shop is played.
    #[arg(long, default_value_t = 12, value_parser = clap::value_parser!(u32).range(2..=120))]
    minutes: u32,
    /// Seconds that one step of the picture stands for.
    #[arg(long, default_value_t = 15, value_parser = clap::value_parser!(u32).range(5..=300))]
    step: u32,
    /// Where the picture goes; docs/dashboard.svg when left out.
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
}

/// Plays, measures and draws.
///
/// # Errors
/// When the world does not start, a system does not answer, or a function wrote metrics that CloudWatch would not take.
pub async fn dashboard(options: Options) -> Result<()> {
    let places = Places::open()?;
    let (world, _stack) = match Description::find(&places) {
        Ok(world) => (world, None),
        Err(_) => {
            let parts = Parts {
                wait_scale: 0.1,
                ..Parts::default()
            };
            let stack = Stack::start(places, parts).await?;
            (stack.world().description().clone(), Some(stack))
        }
    };
    let witness = Witness::of(&world).await?;
    let from = now();
    let mut stand_in = StandIn::of(&witness.deployed, from).await?;
    let time = Duration::from_secs(u64::from(options.minutes) * 60);
    play(&witness, &Remote::of(world), &mut stand_in, time).await?;
    let step = Millis::from(options.step) * 1000;
    let steps = usize::try_from((now() - from) / step)?;
    let span = Span { from, step, steps };
    let alarms = stand_in.alarms().await?;
    let svg = draw(&stand_in.dashboard().await?, &stand_in.metrics, &alarms, span)?;
    let file = options
        .svg
        .unwrap_or_else(|| repository().join("docs/dashboard.svg"));
    std::fs::write(&file, svg).with_context(|| format!("writing {}", file.display()))?;
    progress::say(format!("the dashboard is drawn: {}", file.display()));
    Ok(())
}

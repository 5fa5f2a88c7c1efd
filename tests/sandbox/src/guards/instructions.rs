//! Instructions, as valgrind counts them: the same to a few hundred, however busy the machine is.

use std::path::Path;

use anyhow::{Context, Result};
use futures::{StreamExt, TryStreamExt, stream};
use tokio::process::Command;

use super::measured::Figures;
use crate::places::Places;
use crate::tools;

/// How often a piece is done in the run that is compared with one that does it not at all.
const TIMES: u64 = 5;
/// Orders of one line are left out: what they take is near what two runs differ by anyway.
const TOO_SMALL: &str = "-1";

/// Instructions of each piece, done once.
///
/// # Errors
/// When valgrind or the program fails.
pub async fn count<'a>(
    places: &Places,
    valgrind: &Path,
    program: &Path,
    pieces: impl Iterator<Item = &'a String>,
) -> Result<Figures> {
    let pieces: Vec<&String> = pieces.filter(|piece| !piece.ends_with(TOO_SMALL)).collect();
    let any = pieces.first().context("the program knows no piece of work")?;
    let run = async |piece: &str, times| instructions(places, valgrind, program, piece, times).await;
    let beginning = run(any, 0).await?;
    let at_once = std::thread::available_parallelism().map_or(1, usize::from);
    let runs = pieces.into_iter().map(async |piece| {
        let all = run(piece, TIMES).await?;
        Ok((piece.clone(), all.saturating_sub(beginning) / TIMES))
    });
    stream::iter(runs).buffer_unordered(at_once).try_collect().await
}

async fn instructions(
    places: &Places,
    valgrind: &Path,
    program: &Path,
    piece: &str,
    times: u64,
) -> Result<u64> {
    let name = format!("guards-{piece}-{times}");
    let profile = places.root().join("log").join(format!("{name}.cachegrind"));
    let mut command = Command::new(valgrind);
    command
        // Variables of the environment would be counted, too.
        .env_clear()
        // Without its caches, which are another matter, cachegrind is the quickest of valgrind's tools that count.
        .args(["--tool=cachegrind", "--cache-sim=no"])
        .arg(format!("--cachegrind-out-file={}", profile.display()))
        .arg(program)
        .args(["work", piece, &times.to_string()]);
    tools::run(&mut command, &places.log(&name)).await?;
    let text = std::fs::read_to_string(&profile).with_context(|| format!("reading {}", profile.display()))?;
    summary(&text).with_context(|| format!("{} has no sum", profile.display()))
}

/// The sum in a profile of cachegrind's.
fn summary(profile: &str) -> Option<u64> {
    let sum = profile.lines().find_map(|line| line.strip_prefix("summary:"))?;
    sum.trim().parse().ok()
}

#[cfg(test)]
mod tests {
    use super::summary;

    #[test]
    fn the_sum_is_found_at_the_end_of_a_profile() {
        let profile = "cmd: ./guards\nevents: Ir\nfl=???\nfn=???\n0 52500328\nsummary: 52500328\n";
        assert_eq!(summary(profile), Some(52_500_328));
        assert_eq!(summary("events: Ir\n"), None);
    }
}

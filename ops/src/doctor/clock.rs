//! The clock: signatures and token proofs of a machine whose clock is wrong are refused.

use anyhow::{Context, Result};
use jiff::{Timestamp, fmt::rfc2822};

use super::{Finding, Looking};

/// AWS refuses a request whose time is further off than this. Seconds.
const REFUSED_S: i64 = 300;
/// From here on something is wrong with the machine's clock. Seconds.
const ODD_S: i64 = 30;

pub(super) async fn clock(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let config = &looking.stack.config;
    let region = config.region().map_or("us-east-1", AsRef::as_ref);
    let aws = format!("https://sts.{region}.amazonaws.com/");
    let url = config.endpoint_url().unwrap_or(&aws);
    let http = reqwest::Client::builder()
        .timeout(std::time::Duration::from_secs(10))
        .redirect(reqwest::redirect::Policy::none())
        .build()?;
    let before = Timestamp::now();
    let answer = http.get(url).send().await;
    let answer = answer
        .map_err(reqwest::Error::without_url)
        .context("asking AWS for the time")?;
    let date = answer.headers().get("date").and_then(|date| date.to_str().ok());
    let Some(theirs) = date.and_then(|date| rfc2822::parse(date).ok()) else {
        return Ok(vec![Finding::warning(
            "AWS did not say what time it is",
            "compare your clock with another one by hand",
        )]);
    };
    // The header has whole seconds and was written somewhere between asking and hearing.
    let off_s = before.as_second() - theirs.timestamp().as_second();
    Ok(vec![judged(off_s)])
}

fn judged(off_s: i64) -> Finding {
    let side = if off_s < 0 { "behind" } else { "ahead of" };
    let what = format!("your clock is {} s {side} AWS's", off_s.abs());
    match off_s.abs() {
        0..=ODD_S => Finding::ok("your clock agrees with AWS's"),
        ..REFUSED_S => Finding::warning(
            what,
            "set this machine's clock (NTP): soon AWS will refuse its requests",
        ),
        _ => Finding::failure(what, "set this machine's clock (NTP): AWS refuses its requests"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::Level;
    use super::*;

    #[test]
    fn a_clock_is_judged_by_what_aws_makes_of_it() {
        let levels = [0, -30, 31, -299, 300, -4000].map(|off| judged(off).level);
        use Level::*;
        assert_eq!(levels, [Ok, Ok, Warning, Warning, Failure, Failure]);
        assert!(judged(-40).what.contains("behind"));
    }
}

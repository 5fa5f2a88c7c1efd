//! Moments as people read them.

use effects::UnixMillis;
use jiff::Timestamp;

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// A moment with its age: `2026-11-23T10:15:00Z (12 min ago)`.
pub fn when(moment: UnixMillis, now: UnixMillis) -> String {
    format!("{} ({})", iso(moment), relative(moment, now))
}

/// A moment in ISO 8601, UTC, whole seconds.
pub fn iso(moment: UnixMillis) -> String {
    match Timestamp::from_second(moment.seconds().0) {
        Ok(timestamp) => timestamp.to_string(),
        Err(_) => format!("{} ms", moment.0),
    }
}

/// How far a moment is from now: `12 min ago`, `in 3 h`.
pub fn relative(moment: UnixMillis, now: UnixMillis) -> String {
    let ms = now.since_ms(moment);
    match ms {
        ..-999 => format!("in {}", length(-ms)),
        -999..1_000 => "now".to_owned(),
        _ => format!("{} ago", length(ms)),
    }
}

/// A length of time in milliseconds, roughly: `45 s`, `12 min`, `5 h`, `3 days`.
pub fn length(ms: i64) -> String {
    let seconds = ms.div_euclid(1000);
    match seconds {
        ..1 => format!("{ms} ms"),
        1..MINUTE => format!("{seconds} s"),
        MINUTE..HOUR => format!("{} min", seconds / MINUTE),
        HOUR..DAY => match seconds % HOUR / MINUTE {
            0 => format!("{} h", seconds / HOUR),
            minutes => format!("{} h {minutes} min", seconds / HOUR),
        },
        _ if seconds < 2 * DAY => format!("1 day {} h", (seconds - DAY) / HOUR),
        _ => format!("{} days", seconds / DAY),
    }
}

/// Reads a length of time: `90s`, `15m`, `1h`, `2d`. Milliseconds.
///
/// # Errors
/// When it is something else.
pub fn parse_length(text: &str) -> Result<i64, String> {
    let wrong = || format!("{text:?} is no length of time; write 90s, 15m, 1h or 2d");
    let unit = text.chars().last().ok_or_else(wrong)?;
    let seconds = match unit {
        's' => 1,
        'm' => MINUTE,
        'h' => HOUR,
        'd' => DAY,
        _ => return Err(wrong()),
    };
    let number: u32 = text[..text.len() - 1].parse().map_err(|_| wrong())?;
    Ok(i64::from(number) * seconds * 1000)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: UnixMillis = UnixMillis(1_795_428_900_000);

    #[test]
    fn ages_are_told_in_the_unit_that_people_would_use() {
        let ago = |ms: i64| relative(NOW.plus_ms(-ms), NOW);
        assert_eq!(ago(300), "now");
        assert_eq!(ago(45_000), "45 s ago");
        assert_eq!(ago(12 * 60_000), "12 min ago");
        assert_eq!(ago(5 * 3_600_000 + 60_000), "5 h 1 min ago");
        assert_eq!(ago(26 * 3_600_000), "1 day 2 h ago");
        assert_eq!(ago(72 * 3_600_000), "3 days ago");
        assert_eq!(ago(-60_000), "in 1 min");
        assert_eq!(when(NOW, NOW), "2026-11-23T10:15:00Z (now)");
    }

    #[test]
    fn lengths_are_read_with_their_unit_only() {
        assert_eq!(parse_length("90s"), Ok(90_000));
        assert_eq!(parse_length("15m"), Ok(900_000));
        assert_eq!(parse_length("1h"), Ok(3_600_000));
        assert_eq!(parse_length("2d"), Ok(172_800_000));
        for wrong in ["", "h", "15", "-1h", "1 h", "1w", "1é"] {
            assert!(parse_length(wrong).is_err(), "{wrong}");
        }
    }
}

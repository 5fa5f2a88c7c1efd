//! The trace of a piece of work, from the webhook to the invoice, in X-Ray's terms: the platform knows it as the header
//! `Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1`.

use domain::failure::{Failure, FailureName};
use effects::UnixMillis;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use std::{fmt, str::FromStr};

/// Digits of a trace's id that tell when it began.
const EPOCH_DIGITS: usize = 8;
/// Digits that make it unique.
const UNIQUE_DIGITS: usize = 24;
/// Digits of a segment's id.
const SEGMENT_DIGITS: usize = 16;

/// The id of a trace: `1-{seconds since 1970, 8 hex digits}-{24 hex digits}`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct TraceId(String);

impl TraceId {
    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    fn of(epoch: &str, seed: &str) -> Self {
        let mut unique = hex::encode(Sha256::digest(seed));
        unique.truncate(UNIQUE_DIGITS);
        Self(format!("1-{epoch}-{unique}"))
    }

    fn epoch(&self) -> &str {
        self.0.split('-').nth(1).unwrap_or_default()
    }
}

impl FromStr for TraceId {
    type Err = Failure;

    fn from_str(text: &str) -> Result<Self, Failure> {
        let mut parts = text.split('-');
        let version = parts.next() == Some("1");
        let epoch = parts.next().is_some_and(|part| is_hex(part, EPOCH_DIGITS));
        let unique = parts.next().is_some_and(|part| is_hex(part, UNIQUE_DIGITS));
        if version && epoch && unique && parts.next().is_none() {
            return Ok(Self(text.to_owned()));
        }
        Err(Failure::new(FailureName::Refused, "this is no trace id").field("trace"))
    }
}

impl TryFrom<String> for TraceId {
    type Error = String;

    fn try_from(text: String) -> Result<Self, String> {
        text.parse().map_err(|failure: Failure| failure.what)
    }
}

impl From<TraceId> for String {
    fn from(id: TraceId) -> Self {
        id.0
    }
}

impl fmt::Display for TraceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A place in a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Trace {
    /// Which trace.
    pub id: TraceId,
    /// The segment this work belongs under.
    pub parent: Option<String>,
    /// Whether the trace is kept; nothing when that is still to be decided.
    pub sampled: Option<bool>,
}

impl Trace {
    /// A trace of our own making, where nobody has handed one on. The same seed at the same second is the same trace.
    pub fn made(seed: &str, now: UnixMillis) -> Self {
        Self {
            id: TraceId::of(&format!("{:08x}", now.seconds().0.max(0)), seed),
            parent: None,
            sampled: None,
        }
    }

    /// A trace of its own for one of many pieces of work, kept when this one is.
    #[must_use]
    pub fn branch(&self, seed: &str) -> Self {
        Self {
            id: TraceId::of(self.id.epoch(), &format!("{}/{seed}", self.id)),
            parent: None,
            sampled: self.sampled,
        }
    }

    /// What a header says; nothing when it holds no id.
    pub fn of_header(header: &str) -> Option<Self> {
        let part = |name: &str| {
            let mut parts = header.split(';').filter_map(|part| part.trim().split_once('='));
            parts.find(|(there, _)| *there == name).map(|(_, value)| value)
        };
        Some(Self {
            id: part("Root")?.parse().ok()?,
            parent: part("Parent")
                .filter(|id| is_hex(id, SEGMENT_DIGITS))
                .map(str::to_owned),
            sampled: match part("Sampled") {
                Some("1") => Some(true),
                Some("0") => Some(false),
                _ => None,
            },
        })
    }

    /// The trace of a message or an input, which may name it beside what the platform says. The platform's own word
    /// counts where both mean the same trace: it also knows the place in it.
    pub fn of(named: Option<TraceId>, platforms: Option<Self>) -> Option<Self> {
        match named {
            Some(id) if platforms.as_ref().is_none_or(|there| there.id != id) => Some(Self {
                id,
                parent: None,
                sampled: platforms.and_then(|there| there.sampled),
            }),
            _ => platforms,
        }
    }

    /// As the platform hands it on.
    pub fn header(&self) -> String {
        let parent = self.parent.iter().map(|parent| format!(";Parent={parent}"));
        let sampled = self
            .sampled
            .iter()
            .map(|kept| format!(";Sampled={}", u8::from(*kept)));
        parent
            .chain(sampled)
            .fold(format!("Root={}", self.id), |all, part| all + &part)
    }
}

fn is_hex(text: &str, digits: usize) -> bool {
    text.len() == digits
        && text
            .bytes()
            .all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

#[cfg(test)]
mod tests {
    use super::*;

    const ID: &str = "1-5759e988-bd862e3fe1be46a994272793";

    #[test]
    fn a_header_is_read_and_written_and_what_it_holds_besides_is_not_handed_on() {
        let header = format!("Root={ID};Parent=53995c3f42cd8ad8;Sampled=1");
        let trace = Trace::of_header(&format!("{header};Lineage=1:a87bd80c:0")).unwrap();
        assert_eq!((trace.id.as_str(), trace.sampled), (ID, Some(true)));
        assert_eq!(trace.header(), header);
        assert_eq!(
            Trace::of_header(&format!("Self=1-1-1; Root={ID}"))
                .unwrap()
                .header(),
            format!("Root={ID}")
        );
        for none in [
            "",
            "Root=",
            "Root=1-5759e988-xyz",
            "Parent=53995c3f42cd8ad8",
            "Root=Jane Doe;Sampled=1",
        ] {
            assert_eq!(Trace::of_header(none), None, "{none}");
        }
    }

    #[test]
    fn a_trace_we_make_has_the_form_of_x_ray_and_the_time_it_began() {
        let made = Trace::made("request", UnixMillis(0x5759_e988 * 1000 + 7));
        assert!(made.id.as_str().starts_with("1-5759e988-"), "{}", made.id);
        assert_eq!(made.id.as_str().parse::<TraceId>().unwrap(), made.id);
        let branch = made.branch("an event");
        assert_eq!(branch.id.epoch(), "5759e988");
        assert_ne!((&branch.id, &made.branch("another").id), (&made.id, &branch.id));
    }

    #[test]
    fn the_trace_a_message_names_counts_before_the_one_it_came_in() {
        let platforms = Trace::of_header(&format!("Root={ID};Parent=53995c3f42cd8ad8;Sampled=0"));
        let same = Some(ID.parse().unwrap());
        assert_eq!(Trace::of(same, platforms.clone()), platforms);
        assert_eq!(Trace::of(None, platforms.clone()), platforms);
        let named: TraceId = "1-00000000-000000000000000000000001".parse().unwrap();
        let trace = Trace::of(Some(named.clone()), platforms).unwrap();
        assert_eq!(
            (trace.id, trace.parent, trace.sampled),
            (named, None, Some(false))
        );
    }
}

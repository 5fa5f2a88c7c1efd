//! Does the table say what the trail says? Pure.

use crate::{
    change::snapshot,
    facts::{self, chain_of},
    finding::{Finding, Kind, Report},
    image::Image,
    key::Keys,
};
use std::collections::{BTreeMap, BTreeSet};

/// How long a change may be on its way into the trail, milliseconds. An item changed since then that differs is only
/// counted. Somebody who changes an item by hand does not renew its time.
pub const RECORDED_WITHIN_MS: i64 = 10 * 60_000;

/// What two readings are compared with.
struct Now<'a> {
    keys: &'a Keys,
    ms: i64,
    /// How long entries are kept, seconds: of what was written before that, nothing is said any more.
    keep_s: i64,
}

/// Compares the last word of a chain on each item with the items as they are. `items` are those the chain speaks of and
/// those that should be in it; what is not among them is gone. Adds what it finds to the report. `keep_s` is how long
/// entries are kept, seconds.
pub fn cross_check(report: &mut Report, items: &[Image], keys: &Keys, now_ms: i64, keep_s: i64) {
    let now = Now {
        keys,
        ms: now_ms,
        keep_s,
    };
    let there: BTreeMap<&str, &Image> = items.iter().filter_map(|item| Some((item.pk()?, item))).collect();
    let known: BTreeSet<&str> = report.last.keys().map(String::as_str).collect();
    let all: BTreeSet<&str> = known.into_iter().chain(there.keys().copied()).collect();
    let mut found = Vec::new();
    let mut pending = 0;
    for pk in all.into_iter().filter(|pk| !report.unsure.contains(*pk)) {
        let Some(kind) = compare(report, pk, there.get(pk).copied(), &now) else {
            continue;
        };
        let fresh = there
            .get(pk)
            .and_then(|item| item.number("at_ms"))
            .is_some_and(|at_ms| now_ms.abs_diff(at_ms) < RECORDED_WITHIN_MS.unsigned_abs());
        if fresh {
            pending += 1;
        } else {
            found.push(Finding::about(pk, kind));
        }
    }
    report.pending += pending;
    report.findings.extend(found);
}

fn compare(report: &Report, pk: &str, there: Option<&Image>, now: &Now<'_>) -> Option<Kind> {
    let now_s = now.ms.div_euclid(1000);
    match (report.last.get(pk), there) {
        (Some(last), Some(item)) => {
            let is = snapshot(pk, item, now.keys, &last.key);
            (last.after.as_ref() != Some(&is)).then_some(Kind::Differs)
        }
        (Some(last), None) => {
            let after = last.after.as_ref()?;
            (!after.is_over(now_s)).then_some(Kind::Gone)
        }
        (None, Some(item)) => {
            let plain = item.plain();
            let ours = chain_of(pk, Some(&plain)).as_ref() == Some(&report.chain);
            let is_fact = facts::name(pk, None, Some(&plain)).is_some();
            // The table forgets what its time was over for, and so does the trail.
            let forgotten = item
                .number("at_ms")
                .map(|at_ms| at_ms.div_euclid(1000) + now.keep_s);
            let over = [item.ttl_s(), forgotten]
                .into_iter()
                .flatten()
                .any(|at_s| at_s <= now_s);
            (ours && is_fact && !over).then_some(Kind::Unrecorded)
        }
        (None, None) => None,
    }
}

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

/// Compares the last word of a chain on each item with the items as they are. `items` are those the chain speaks of and
/// those that should be in it; what is not among them is gone. Adds what it finds to the report.
pub fn cross_check(report: &mut Report, items: &[Image], keys: &Keys, now_ms: i64) {
    let there: BTreeMap<&str, &Image> = items.iter().filter_map(|item| Some((item.pk()?, item))).collect();
    let known: BTreeSet<&str> = report.last.keys().map(String::as_str).collect();
    let all: BTreeSet<&str> = known.into_iter().chain(there.keys().copied()).collect();
    let mut found = Vec::new();
    let mut pending = 0;
    for pk in all.into_iter().filter(|pk| !report.unsure.contains(*pk)) {
        let Some(kind) = compare(report, pk, there.get(pk).copied(), keys, now_ms) else {
            continue;
        };
        let fresh = there
            .get(pk)
            .and_then(|item| item.number("at_ms"))
            .is_some_and(|at_ms| now_ms.saturating_sub(at_ms) < RECORDED_WITHIN_MS);
        if fresh {
            pending += 1;
        } else {
            found.push(Finding::about(pk, kind));
        }
    }
    report.pending += pending;
    report.findings.extend(found);
}

fn compare(report: &Report, pk: &str, there: Option<&Image>, keys: &Keys, now_ms: i64) -> Option<Kind> {
    match (report.last.get(pk), there) {
        (Some(last), Some(item)) => {
            let now = snapshot(pk, item, keys, &last.key);
            (last.after.as_ref() != Some(&now)).then_some(Kind::Differs)
        }
        (Some(last), None) => {
            let after = last.after.as_ref()?;
            let ttl_s = after.fields.get("ttl").and_then(serde_json::Value::as_i64);
            let over = ttl_s.is_some_and(|ttl_s| ttl_s <= now_ms.div_euclid(1000));
            (!over).then_some(Kind::Gone)
        }
        (None, Some(item)) => {
            let plain = item.plain();
            let ours = chain_of(pk, Some(&plain)).as_ref() == Some(&report.chain);
            let is_fact = facts::name(pk, None, Some(&plain)).is_some();
            // The table forgets what its time was over for.
            let over = item.ttl_s().is_some_and(|ttl_s| ttl_s <= now_ms.div_euclid(1000));
            (ours && is_fact && !over).then_some(Kind::Unrecorded)
        }
        (None, None) => None,
    }
}

//! Whatever reads from outside has a target: the files that hold a reader are found in the source, and each must be in
//! the table, or stand here with the reason why not.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use bad_input::{corpus::samples, table::TARGETS};
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// What a file holds that turns text, bytes or JSON of somebody else into a value of ours.
const READS: [&str; 12] = [
    "serde_json::from_",
    "serde_path_to_error::deserialize",
    "::from_slice(",
    "Deserialize)]",
    "Deserialize<'de> for",
    "FromStr for",
    "pub fn parse(",
    "pub fn verify(",
    "fn read(",
    "fn facts(&self, body",
    "pub fn find(bytes",
    "pub fn normalise(",
];

/// Files that hold such words and read nothing from outside.
#[rustfmt::skip] // a table
const NOT_FROM_OUTSIDE: [(&str, &str); 22] = [
    ("functions/order-notifier/src/notify.rs", "reads back what the ledger holds, of its own making; anything else counts as not told"),
    ("functions/order-writer/src/cancel.rs", "words for its own answer"),
    ("functions/order-writer/src/delivery.rs", "reads through odoo-sale-orders"),
    ("functions/order-writer/src/work.rs", "its own answer, which it may read back from the ledger"),
    ("functions/invoice-writer/src/handler.rs", "reads through the target work"),
    ("functions/invoice-writer/src/work.rs", "its own answer, which it may read back from the ledger"),
    ("functions/inventory-pusher/src/odoo_stock.rs", "reads through odoo-stock"),
    ("functions/payment-capture/src/effect.rs", "reads back what the ledger holds, of its own making"),
    ("shared/effects/src/clock.rs", "numbers of the ledger's own items"),
    ("shared/effects/src/dynamodb.rs", "the ledger's own items; its suite runs against DynamoDB"),
    ("shared/effects/src/facts.rs", "the ledger's own items"),
    ("shared/effects/src/ids.rs", "the ledger's own items"),
    ("shared/effects/src/record.rs", "the ledger's own items"),
    ("shared/heartland/src/gp_api/flows.rs", "makes requests; what is answered is read in answer.rs"),
    ("shared/odoo-work/src/batch.rs", "reads back what the ledger holds, of its own making"),
    ("shared/runtime/src/breaker/state.rs", "its own item: one that cannot be read is a closed breaker"),
    ("shared/runtime/src/items/dynamodb.rs", "the table's own attributes; the suite of items runs against DynamoDB"),
    ("shared/runtime/src/last_failure.rs", "reads back what the ledger holds, of its own making"),
    ("shared/runtime/src/telemetry.rs", "a test's look at its own log lines"),
    ("shared/runtime/src/stores/stock_flights.rs", "its own items, without an order or a person in them"),
    ("shared/odoo/src/call.rs", "makes requests"),
    ("shared/trust/src/bundle.rs", "a file of the machine; its test has broken ones"),
];

fn repository() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../..")
        .canonicalize()
        .unwrap()
}

fn sources(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_name().unwrap().to_str().unwrap().to_owned();
        match path.is_dir() {
            true if !matches!(name.as_str(), "tests" | "target" | "examples") => sources(&path, found),
            false
                if name.ends_with(".rs") && !matches!(name.as_str(), "tests.rs" | "main.rs" | "build.rs") =>
            {
                found.push(path)
            }
            _ => {}
        }
    }
}

/// The files of the product that hold a reader outside their tests.
fn readers() -> BTreeSet<String> {
    let repository = repository();
    let mut files = Vec::new();
    ["shared", "functions"]
        .iter()
        .for_each(|folder| sources(&repository.join(folder), &mut files));
    let reads = |path: &PathBuf| {
        let text = fs::read_to_string(path).unwrap();
        let code = text.split("#[cfg(test)]\nmod tests").next().unwrap();
        let mut lines = code.lines().filter(|line| !line.trim_start().starts_with("//"));
        lines.any(|line| READS.iter().any(|word| line.contains(word)))
    };
    let names = files.into_iter().filter(reads);
    names
        .map(|path| {
            path.strip_prefix(&repository)
                .unwrap()
                .to_str()
                .unwrap()
                .to_owned()
        })
        .collect()
}

#[test]
fn every_reader_has_a_target() {
    let readers = readers();
    assert!(readers.len() > 45, "{readers:?}");
    let covered: BTreeSet<&str> = TARGETS.iter().flat_map(|target| target.reads).copied().collect();
    let excused: BTreeSet<&str> = NOT_FROM_OUTSIDE.iter().map(|(file, _)| *file).collect();
    let missing: Vec<_> = readers
        .iter()
        .filter(|file| !covered.contains(file.as_str()) && !excused.contains(file.as_str()))
        .collect();
    assert!(missing.is_empty(), "no target reads {missing:#?}");
    let gone: Vec<_> = covered
        .iter()
        .chain(&excused)
        .filter(|file| !repository().join(file).is_file())
        .collect();
    assert!(gone.is_empty(), "there is no {gone:?}");
    let both: Vec<_> = covered.intersection(&excused).collect();
    assert!(both.is_empty(), "excused, and read by a target: {both:?}");
}

#[test]
fn every_target_has_a_name_of_its_own_and_something_to_begin_with() {
    let names: BTreeSet<&str> = TARGETS.iter().map(|target| target.name).collect();
    assert_eq!(names.len(), TARGETS.len());
    for target in &TARGETS {
        assert!(!samples(target.corpus).unwrap().is_empty(), "{}", target.name);
    }
}

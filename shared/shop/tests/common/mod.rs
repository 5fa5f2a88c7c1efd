//! The samples of this repository and the stores they are for.

#![allow(dead_code, reason = "each test binary uses its part")]
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

use domain::merchant::{Merchant, Store};
use std::{fs, path::PathBuf};

pub fn merchant() -> Merchant {
    Merchant::parse(include_str!("../../../../infra/merchant.toml"))
        .unwrap_or_else(|errors| panic!("{errors}"))
}

pub fn store(id: &str) -> Store {
    merchant().store(&id.parse().unwrap()).unwrap().clone()
}

fn events() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../events")
}

pub fn sample(path: &str) -> Vec<u8> {
    fs::read(events().join(path)).unwrap_or_else(|error| panic!("events/{path}: {error}"))
}

/// File name and content of every sample in a folder.
pub fn samples(folder: &str) -> Vec<(String, Vec<u8>)> {
    let entries = fs::read_dir(events().join(folder))
        .unwrap()
        .map(|entry| entry.unwrap().path());
    let mut samples: Vec<_> = entries
        .map(|path| {
            (
                path.file_name().unwrap().to_str().unwrap().to_owned(),
                fs::read(&path).unwrap(),
            )
        })
        .collect();
    samples.sort();
    assert!(!samples.is_empty());
    samples
}

/// A sample with some texts replaced; each must be there.
pub fn edited(path: &str, edits: &[(&str, &str)]) -> Vec<u8> {
    let mut text = String::from_utf8(sample(path)).unwrap();
    for (from, to) in edits {
        assert!(text.contains(from), "{from:?} is not in events/{path}");
        text = text.replacen(from, to, 1);
    }
    text.into_bytes()
}

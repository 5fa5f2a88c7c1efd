//! A library or program that is not built for tests (`test = false`: a link less) has none in it that would never run.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

use toml::Table;

use super::steps;
use crate::places::repository;

fn manifest(directory: &Path) -> Table {
    let text = fs::read_to_string(directory.join("Cargo.toml")).unwrap();
    text.parse().unwrap()
}

/// The directories of all packages.
fn packages() -> Vec<PathBuf> {
    let root = manifest(&repository());
    let members = root["workspace"]["members"].as_array().unwrap();
    let directories = members.iter().flat_map(|member| {
        let member = member.as_str().unwrap();
        match member.strip_suffix("/*") {
            Some(parent) => inside(&repository().join(parent)),
            None => vec![repository().join(member)],
        }
    });
    directories
        .filter(|path| path.join("Cargo.toml").exists())
        .collect()
}

fn inside(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).unwrap();
    entries.map(|entry| entry.unwrap().path()).collect()
}

/// All files of Rust below a directory.
fn sources(directory: &Path) -> Vec<PathBuf> {
    let found = inside(directory).into_iter();
    let files = found.flat_map(|path| if path.is_dir() { sources(&path) } else { vec![path] });
    files
        .filter(|path| path.extension().is_some_and(|end| end == "rs"))
        .collect()
}

fn is_untested(target: &toml::Value) -> bool {
    target.get("test").and_then(toml::Value::as_bool) == Some(false)
}

#[test]
fn a_test_that_runs_when_it_is_named_is_named_by_a_step() {
    let named = steps::named().unwrap();
    let mut looked_at = 0;
    for package in packages() {
        let manifest = manifest(&package);
        let tests = manifest.get("test").and_then(toml::Value::as_array);
        for test in tests.into_iter().flatten().filter(|test| is_untested(test)) {
            looked_at += 1;
            let name = test["name"].as_str().unwrap();
            let is_named = named.iter().any(|known| known == name);
            assert!(is_named, "{}: {name} is run by no step", package.display());
        }
    }
    assert!(looked_at > 20, "only {looked_at} tests were found");
}

#[test]
fn what_is_not_built_for_tests_has_none() {
    let mut looked_at = 0;
    for package in packages() {
        let manifest = manifest(&package);
        let (main, has_library) = (package.join("src/main.rs"), package.join("src/lib.rs").exists());
        let programs = manifest.get("bin").and_then(toml::Value::as_array);
        let program = programs.is_some_and(|programs| programs.iter().any(is_untested));
        let library = manifest.get("lib").is_some_and(is_untested);
        let all = sources(&package.join("src")).into_iter();
        let untested = all.filter(|path| match *path == main || !has_library {
            true => program,
            false => library,
        });
        for path in untested {
            looked_at += 1;
            let text = fs::read_to_string(&path).unwrap();
            assert!(!text.contains("test]"), "{}: never run", path.display());
            assert!(!text.contains("proptest!"), "{}: never run", path.display());
            assert!(!text.contains("cfg(test)"), "{}: never built", path.display());
        }
    }
    assert!(looked_at > 50, "only {looked_at} files were found");
}

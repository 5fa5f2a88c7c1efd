//! The shared machines, as data: `machines/*.json`. the README says what is in one.

#![allow(
    clippy::unwrap_used,
    dead_code,
    reason = "helpers of tests, each of which uses some"
)]

use std::path::Path;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A machine, what it is given, and what has to come of it.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// The name of its file, and of its execution.
    #[serde(skip)]
    pub name: String,
    /// What it shows.
    pub about: String,
    definition: Value,
    /// What it is started with.
    pub input: Value,
    /// The calls it makes, in order, and what becomes of them.
    pub script: Vec<Turn>,
    /// How it ends.
    pub ends: Ends,
    /// How the emulator differs, where it does.
    pub emulator: Option<Emulator>,
}

/// One call.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Turn {
    /// What the function or the reader of the queue gets; `TOKEN` stands for a task token.
    pub gets: Value,
    /// What becomes of it.
    pub then: Then,
}

/// What becomes of a call.
#[derive(Clone, Debug, Deserialize, Serialize, PartialEq)]
#[serde(rename_all = "snake_case")]
pub enum Then {
    /// It is answered.
    Returns(Value),
    /// It is answered with a text of so many characters.
    ReturnsTextOf(usize),
    /// The function ends with this error: `errorType`, `errorMessage`.
    Throws(Value),
    /// The function is still at it when its time is over.
    TakesTooLong(bool),
    /// The token is answered.
    TokenSucceeds(Value),
    /// The token is failed.
    TokenFails {
        /// The name.
        error: String,
        /// The cause.
        cause: String,
    },
    /// Nobody answers the token.
    Silence(bool),
}

/// The end of an execution.
#[derive(Clone, Debug, Deserialize, PartialEq)]
#[serde(deny_unknown_fields)]
pub struct Ends {
    /// As AWS names it.
    pub status: String,
    /// Of one that succeeded.
    #[serde(default)]
    pub output: Option<Value>,
    /// The name of the error of one that did not.
    #[serde(default)]
    pub error: Option<String>,
    /// The states entered.
    pub states: Vec<String>,
}

/// A known difference: what the emulator does where AWS does something else.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Emulator {
    /// In which way it differs.
    pub why: String,
    /// The calls made there, when they are others.
    pub script: Option<Vec<Turn>>,
    /// How it ends there.
    pub ends: Ends,
}

impl Case {
    /// The definition, with the function and the queue it calls.
    pub fn definition(&self, function: &str, queue: &str) -> String {
        let text = self.definition.to_string();
        text.replace("${Function}", function).replace("${Queue}", queue)
    }
}

/// What somebody gets, with the token, if there is one, made comparable; and the token.
pub fn without_token(mut said: Value) -> (Value, Option<String>) {
    let token = said
        .get_mut("token")
        .map(|token| std::mem::replace(token, "TOKEN".into()));
    (said, token.and_then(|token| token.as_str().map(str::to_owned)))
}

/// All cases, by name.
pub fn all() -> Vec<Case> {
    let dir = Path::new(env!("CARGO_MANIFEST_DIR")).join("machines");
    let files = std::fs::read_dir(dir).unwrap().map(|entry| entry.unwrap().path());
    let files = files.filter(|path| path.extension().is_some_and(|ending| ending == "json"));
    let mut cases: Vec<Case> = files
        .map(|path| {
            let text = std::fs::read_to_string(&path).unwrap();
            let read = serde_json::from_str(&text);
            let case: Case = read.unwrap_or_else(|error| panic!("{}: {error}", path.display()));
            Case {
                name: path.file_stem().unwrap().to_string_lossy().into_owned(),
                ..case
            }
        })
        .collect();
    cases.sort_by(|a, b| a.name.cmp(&b.name));
    cases
}

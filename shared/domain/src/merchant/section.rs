//! Reading a TOML table key by key, keeping every error instead of stopping at the first.

use super::{ConfigError, ConfigErrors};
use std::{
    cell::RefCell,
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
    ops::RangeInclusive,
    str::FromStr,
};
use toml::{Table, Value};

/// Longest text a value may be: generous for any name or code.
const TEXT_LENGTH_MAX: usize = 200;

/// Where the errors of one file collect.
#[derive(Default)]
pub(super) struct Errors(RefCell<Vec<ConfigError>>);

impl Errors {
    pub(super) fn add(&self, key: impl Into<String>, what: impl Into<String>) {
        self.0.borrow_mut().push(ConfigError {
            key: key.into(),
            what: what.into(),
        });
    }

    pub(super) fn into_result<T>(self, value: Option<T>) -> Result<T, ConfigErrors> {
        let errors = self.0.into_inner();
        match value {
            Some(value) if errors.is_empty() => Ok(value),
            _ => Err(ConfigErrors(errors)),
        }
    }
}

/// One table of the file with its path. Every reader returns `None` after it has recorded an error.
pub(super) struct Section<'a> {
    path: String,
    table: &'a Table,
    read: RefCell<BTreeSet<&'a str>>,
    errors: &'a Errors,
}

impl<'a> Section<'a> {
    pub(super) fn new(path: String, table: &'a Table, errors: &'a Errors) -> Self {
        Self {
            path,
            table,
            read: RefCell::default(),
            errors,
        }
    }

    /// The full name of a key of this section, quoted where TOML needs it.
    pub(super) fn key(&self, key: &str) -> String {
        let bare = !key.is_empty()
            && key
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        let key = if bare { key.to_owned() } else { format!("{key:?}") };
        if self.path.is_empty() {
            key
        } else {
            format!("{}.{key}", self.path)
        }
    }

    /// Records an error under a key of this section.
    pub(super) fn error<T>(&self, key: &str, what: impl Into<String>) -> Option<T> {
        self.errors.add(self.key(key), what);
        None
    }

    fn value(&self, key: &str) -> Option<&'a Value> {
        let (key, value) = self.table.get_key_value(key)?;
        self.read.borrow_mut().insert(key);
        Some(value)
    }

    fn required(&self, key: &str) -> Option<&'a Value> {
        self.value(key).or_else(|| self.error(key, "is missing"))
    }

    pub(super) fn has(&self, key: &str) -> bool {
        self.table.contains_key(key)
    }

    pub(super) fn text(&self, key: &str) -> Option<String> {
        let Some(text) = self.required(key)?.as_str() else {
            return self.error(key, "must be a text in quotes");
        };
        if text.trim().is_empty() || text.trim() != text {
            return self.error(key, "must not be empty or begin or end with a space");
        }
        if text.chars().count() > TEXT_LENGTH_MAX || text.chars().any(char::is_control) {
            return self.error(
                key,
                format!("must be one line of at most {TEXT_LENGTH_MAX} characters"),
            );
        }
        Some(text.to_owned())
    }

    pub(super) fn text_or(&self, key: &str, default: &str) -> Option<String> {
        if self.has(key) {
            self.text(key)
        } else {
            Some(default.to_owned())
        }
    }

    /// `Some(None)` when the key is not there.
    pub(super) fn optional_text(&self, key: &str) -> Option<Option<String>> {
        if self.has(key) {
            self.text(key).map(Some)
        } else {
            Some(None)
        }
    }

    /// A text that is parsed further.
    pub(super) fn parsed<T: FromStr<Err: Display>>(&self, key: &str) -> Option<T> {
        self.checked(key, |text| text.parse::<T>().map_err(|error| error.to_string()))
    }

    /// A text that a function turns into a value.
    pub(super) fn checked<T>(&self, key: &str, parse: impl FnOnce(&str) -> Result<T, String>) -> Option<T> {
        let text = self.text(key)?;
        parse(&text).map_or_else(|what| self.error(key, what), Some)
    }

    /// One of a few words.
    pub(super) fn choice<T: Copy>(&self, key: &str, choices: &[(&str, T)]) -> Option<T> {
        self.checked(key, |text| {
            let words: Vec<_> = choices.iter().map(|(word, _)| format!("{word:?}")).collect();
            let hit = choices.iter().find(|(word, _)| *word == text);
            hit.map(|(_, value)| *value)
                .ok_or_else(|| format!("{text:?} is not one of {}", words.join(", ")))
        })
    }

    pub(super) fn integer(&self, key: &str, range: RangeInclusive<i64>) -> Option<i64> {
        let wrong = || format!("must be a whole number from {} to {}", range.start(), range.end());
        let value = self
            .required(key)?
            .as_integer()
            .filter(|value| range.contains(value));
        value.or_else(|| self.error(key, wrong()))
    }

    pub(super) fn count_or(&self, key: &str, range: RangeInclusive<u32>, default: u32) -> Option<u32> {
        if !self.has(key) {
            return Some(default);
        }
        let value = self.integer(key, i64::from(*range.start())..=i64::from(*range.end()))?;
        u32::try_from(value).ok()
    }

    pub(super) fn flag_or(&self, key: &str, default: bool) -> Option<bool> {
        let Some(value) = self.value(key) else {
            return Some(default);
        };
        value
            .as_bool()
            .or_else(|| self.error(key, "must be true or false"))
    }

    pub(super) fn section(&self, key: &str) -> Option<Section<'a>> {
        let Some(table) = self.required(key)?.as_table() else {
            return self.error(key, "must be a table");
        };
        Some(Section::new(self.key(key), table, self.errors))
    }

    pub(super) fn optional_section(&self, key: &str) -> Option<Section<'a>> {
        self.has(key).then(|| self.section(key)).flatten()
    }

    /// The names given in a table below this one, whatever is under them.
    pub(super) fn names(&self, path: &[&str]) -> BTreeSet<&'a str> {
        let table = path
            .iter()
            .try_fold(self.table, |table, key| table.get(*key)?.as_table());
        table
            .map(|table| table.keys().map(String::as_str).collect())
            .unwrap_or_default()
    }

    /// The keys of a section whose keys are names of the merchant's own.
    pub(super) fn keys(&self) -> impl Iterator<Item = &'a str> {
        self.table.keys().map(String::as_str)
    }

    /// Every entry, read by a function; `None` when one of them is wrong. At least one entry is asked for.
    pub(super) fn map<K: FromStr<Err: Display> + Ord, V>(
        &self,
        read: impl Fn(&K, &str) -> Option<V>,
    ) -> Option<BTreeMap<K, V>> {
        if self.table.is_empty() {
            self.errors.add(self.path.clone(), "has no entry");
            return None;
        }
        let entries: Vec<_> = self.keys().map(|key| self.entry(key, &read)).collect();
        entries.into_iter().collect()
    }

    fn entry<K: FromStr<Err: Display>, V>(
        &self,
        key: &str,
        read: &impl Fn(&K, &str) -> Option<V>,
    ) -> Option<(K, V)> {
        self.value(key);
        match key.parse::<K>() {
            Ok(parsed) => read(&parsed, key).map(|value| (parsed, value)),
            Err(error) => self.error(key, error.to_string()),
        }
    }

    /// Reports the keys nobody has read: most likely a misspelling.
    pub(super) fn finish(self) {
        let unknown = self
            .table
            .keys()
            .filter(|key| !self.read.borrow().contains(key.as_str()));
        for key in unknown {
            self.errors.add(self.key(key), "is no key this program knows");
        }
    }
}

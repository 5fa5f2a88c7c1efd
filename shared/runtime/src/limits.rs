//! What AWS allows and the emulator does not check: each limit is ours to keep. Messages, inputs and outputs are
//! claim checks: ids and versions, never content.

use domain::failure::{Failure, FailureName};
use serde_json::Value;

/// The largest message, input or output, bytes of JSON.
pub const MESSAGE_BYTES_MAX: usize = 4096;
/// The longest name of a run.
const NAME_LENGTH_MAX: usize = 80;

/// The JSON of something small.
///
/// # Errors
/// [`FailureName::Refused`] when it is larger than [`MESSAGE_BYTES_MAX`].
pub fn small_json(what: &str, value: &Value) -> Result<String, Failure> {
    let text = value.to_string();
    if text.len() <= MESSAGE_BYTES_MAX {
        return Ok(text);
    }
    let what = format!("{what} of {} bytes; the limit is {MESSAGE_BYTES_MAX}", text.len());
    Err(Failure::new(FailureName::Refused, what))
}

/// Checks the name of a run.
///
/// # Errors
/// [`FailureName::Refused`] when it is not 1 to 80 letters, digits, `-` and `_`.
pub fn run_name(name: &str) -> Result<(), Failure> {
    let plain = name
        .bytes()
        .all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    if plain && !name.is_empty() && name.len() <= NAME_LENGTH_MAX {
        return Ok(());
    }
    let what = format!("a run's name must be 1 to {NAME_LENGTH_MAX} letters, digits, - and _");
    Err(Failure::new(FailureName::Refused, what))
}

/// The text, cut to so many characters.
pub fn cut(text: &str, length_max: usize) -> String {
    match text.char_indices().nth(length_max) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn names_and_sizes_are_those_of_aws() {
        for name in ["woo_1001-1", "woo_1001-1-r2", &"a".repeat(80)] {
            run_name(name).unwrap();
        }
        for name in ["", "woo/1001", "a b", "é", &"a".repeat(81)] {
            assert_eq!(run_name(name).unwrap_err().name, FailureName::Refused, "{name}");
        }
        small_json("a message", &json!("x".repeat(MESSAGE_BYTES_MAX - 2))).unwrap();
        small_json("a message", &json!("x".repeat(MESSAGE_BYTES_MAX - 1))).unwrap_err();
    }

    #[test]
    fn a_cut_text_stays_text() {
        assert_eq!((cut("héé", 2), cut("hé", 2)), ("hé…".to_owned(), "hé".to_owned()));
    }
}

//! Reading JSON from a shop. A failure names the field and never quotes a value: it may be a customer's.

use domain::failure::{Failure, FailureName};
use serde::{Deserialize, Deserializer, de::DeserializeOwned, de::Error};
use serde_json::value::RawValue;

/// Reads a body.
pub(crate) fn read<T: DeserializeOwned>(body: &[u8]) -> Result<T, Failure> {
    let mut reader = serde_json::Deserializer::from_slice(body);
    let value = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let inner = error.into_inner();
        let what = match inner.classify() {
            serde_json::error::Category::Data => "a field is missing or has another type than it should have",
            _ => "the body is no complete JSON",
        };
        let what = format!("{what} (line {}, column {})", inner.line(), inner.column());
        Failure::new(FailureName::Refused, what).field(path)
    })?;
    let trailing = |_| {
        Failure::new(
            FailureName::Refused,
            "something follows the JSON value of the body",
        )
    };
    reader.end().map_err(trailing)?;
    Ok(value)
}

/// The text of a JSON string or number, digit for digit: an amount never becomes a float on its way. `null` is empty.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Text(pub(crate) String);

impl Text {
    pub(crate) fn as_str(&self) -> &str {
        self.0.trim()
    }

    /// The text, unless there is none.
    pub(crate) fn some(&self) -> Option<&str> {
        Some(self.as_str()).filter(|text| !text.is_empty())
    }

    /// The text by value, unless there is none.
    pub(crate) fn owned(&self) -> Option<String> {
        self.some().map(str::to_owned)
    }
}

impl<'de> Deserialize<'de> for Text {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        let text = raw.get();
        match text.as_bytes().first() {
            Some(b'"') => serde_json::from_str(text)
                .map(Self)
                .map_err(|_| D::Error::custom("no text")),
            Some(b'-' | b'0'..=b'9') => Ok(Self(text.to_owned())),
            _ if text == "null" => Ok(Self::default()),
            _ => Err(D::Error::custom("neither a text nor a number")),
        }
    }
}

/// A list that some shops write as `null` or leave out when it is empty.
pub(crate) fn list<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
    deserializer: D,
) -> Result<Vec<T>, D::Error> {
    Ok(Option::deserialize(deserializer)?.unwrap_or_default())
}

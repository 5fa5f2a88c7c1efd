//! Amounts on the wire: a string of minor units (`"1999"`), in the currency beside it.

use domain::money::{Currency, Money};
use serde::{Deserialize, Deserializer, de::Error};

/// The amount as the gateway takes it. Exact for every currency: minor units are already what it counts in.
pub(super) fn to_wire(amount: Money) -> String {
    amount.minor.to_string()
}

/// Minor units as they came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Minor(pub(super) i64);

impl Minor {
    /// The amount in its currency.
    pub(super) fn of(self, currency: Currency) -> Money {
        Money::new(self.0, currency)
    }
}

impl<'de> Deserialize<'de> for Minor {
    /// Digits only, with an optional minus; as a JSON string, or as a JSON integer (no version of the API
    /// does that, but a fraction must never be rounded into cents silently).
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Text {
            Text(String),
            Integer(i64),
        }
        let minor = match Text::deserialize(deserializer)? {
            Text::Integer(minor) => Some(minor),
            Text::Text(text) => {
                let digits = text.strip_prefix('-').unwrap_or(&text);
                let plain = digits.bytes().all(|b| b.is_ascii_digit());
                plain.then(|| text.parse().ok()).flatten()
            }
        };
        minor
            .map(Self)
            .ok_or_else(|| D::Error::custom("an amount is not a whole number of minor units"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(json: &str) -> Result<i64, String> {
        serde_json::from_str::<Minor>(json)
            .map(|m| m.0)
            .map_err(|e| e.to_string())
    }

    #[test]
    fn only_whole_minor_units_are_amounts() {
        assert_eq!(read("\"1999\""), Ok(1999));
        assert_eq!(read("\"-5\""), Ok(-5));
        assert_eq!(read("1999"), Ok(1999));
        for json in [
            "\"19.99\"",
            "19.99",
            "\"\"",
            "\"+5\"",
            "\"1e3\"",
            "\"99999999999999999999\"",
            "true",
        ] {
            assert!(read(json).is_err(), "{json}");
        }
    }
}

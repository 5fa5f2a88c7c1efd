//! Odoo's values: empty is `false`, amounts are floats on Odoo's side.

use crate::error::OdooError;
use domain::money::{Currency, Money};
use rust_decimal::{Decimal, RoundingStrategy};
use serde_json::Value;

/// What a float may be away from the number it stands for.
pub(crate) const NOISE_MAX: Decimal = Decimal::from_parts(1, 0, 0, false, 6);

/// The text in a field, `None` when empty.
pub fn text(value: &Value) -> Option<&str> {
    value.as_str().filter(|text| !text.is_empty())
}

/// The id in a many2one: a number, `[id, name]`, or `{"id": …}`.
pub fn id(value: &Value) -> Option<i64> {
    value
        .as_i64()
        .or_else(|| value.get("id")?.as_i64())
        .or_else(|| value.get(0)?.as_i64())
}

/// The records of a relation that was read with a specification, or of a search.
pub fn records(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// A number from its text; floats in exponent notation included.
///
/// # Errors
/// [`OdooError::Malformed`] when it is no number.
pub fn decimal(value: &Value) -> Result<Decimal, OdooError> {
    let text = match value {
        Value::Number(number) => number.to_string(),
        _ => return Err(OdooError::Malformed("a number was expected".into())),
    };
    let parsed = text.parse().or_else(|_| Decimal::from_scientific(&text));
    parsed.map_err(|_| OdooError::Malformed("a number that is no decimal".into()))
}

/// An amount. The noise of Odoo's floats is rounded away; a difference that is more than noise is an error.
///
/// # Errors
/// [`OdooError::Malformed`].
pub fn money(value: &Value, currency: Currency) -> Result<Money, OdooError> {
    let exact = decimal(value)?;
    let rounded = exact.round_dp_with_strategy(currency.exponent(), RoundingStrategy::MidpointAwayFromZero);
    if (exact - rounded).abs() > NOISE_MAX {
        return Err(OdooError::Malformed(format!(
            "{exact} has more digits than {currency}"
        )));
    }
    Money::parse(&rounded.to_string(), currency).map_err(|error| OdooError::Malformed(error.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn amounts_lose_their_noise_and_nothing_else() {
        let usd: Currency = "USD".parse().unwrap();
        assert_eq!(money(&json!(56.61), usd).unwrap().minor, 5661);
        assert_eq!(money(&json!(4.510000000000001), usd).unwrap().minor, 451);
        assert_eq!(money(&json!(-0.0), usd).unwrap().minor, 0);
        assert!(money(&json!(4.515), usd).is_err());
        assert!(money(&json!(false), usd).is_err());
        assert_eq!(money(&json!(1000.0), "JPY".parse().unwrap()).unwrap().minor, 1000);
    }

    #[test]
    fn many2one_in_all_its_shapes() {
        assert_eq!(
            [json!(7), json!([7, "x"]), json!({"id": 7})].map(|v| id(&v)),
            [Some(7); 3]
        );
        assert_eq!(id(&json!(false)), None);
    }
}

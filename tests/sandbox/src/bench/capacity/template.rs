//! What the template lets a merchant choose.

use anyhow::{Context, Result};
use serde_json::Value;

use crate::aws::Template;

/// The parameters that the page names.
#[derive(Clone, Debug)]
pub struct Choices {
    /// Webhooks a second that are taken from each store, unless somebody says otherwise.
    pub throttle_rate: u64,
    /// How many batches each of the two writers works on at once.
    pub writers: [Choice; 2],
}

/// A parameter with a list of values that it may have.
#[derive(Clone, Debug)]
pub struct Choice {
    /// Its name.
    pub parameter: &'static str,
    least: u64,
    values: Vec<u64>,
}

impl Choices {
    /// Those of a template.
    ///
    /// # Errors
    /// When it has no such parameters with numbers.
    pub fn of(template: &Template) -> Result<Self> {
        let rate = number(&template.0["Parameters"]["ThrottleRate"]["Default"]);
        let rate = rate.filter(|rate| *rate > 0);
        Ok(Self {
            throttle_rate: rate.context("the template has no ThrottleRate")?,
            writers: [
                Choice::of(template, "OrderWriterConcurrency")?,
                Choice::of(template, "InvoiceWriterConcurrency")?,
            ],
        })
    }
}

impl Choice {
    fn of(template: &Template, parameter: &'static str) -> Result<Self> {
        let values = template.0["Parameters"][parameter]["AllowedValues"].as_array();
        let values: Vec<u64> = values.into_iter().flatten().filter_map(number).collect();
        let least = values.iter().min().copied();
        Ok(Self {
            parameter,
            least: least.with_context(|| format!("the template has no values of {parameter}"))?,
            values,
        })
    }

    /// The largest value that is not above a number; the smallest, when all are above it.
    pub fn up_to(&self, most: u64) -> u64 {
        let below = self.values.iter().copied().filter(|value| *value <= most);
        below.max().unwrap_or(self.least)
    }
}

/// A number, or a text that is one: a parameter of the type String has texts.
fn number(value: &Value) -> Option<u64> {
    value.as_u64().or_else(|| value.as_str()?.parse().ok())
}

#[cfg(test)]
pub mod tests {
    use serde_json::json;

    use super::*;

    /// Parameters as a template has them.
    pub fn parameters() -> Template {
        let writer = json!({"Type": "String", "Default": "2", "AllowedValues": ["2", "4", "6", "10", "20"]});
        Template(json!({"Parameters": {
            "ThrottleRate": {"Type": "Number", "Default": 50},
            "OrderWriterConcurrency": writer, "InvoiceWriterConcurrency": writer,
        }}))
    }

    #[test]
    fn the_value_that_is_chosen_is_one_of_the_parameters() {
        let choices = Choices::of(&parameters()).unwrap();
        assert_eq!(choices.throttle_rate, 50);
        let chosen = [0, 2, 7, 100].map(|most| choices.writers.each_ref().map(|writer| writer.up_to(most)));
        assert_eq!(chosen, [[2, 2], [2, 2], [6, 6], [20, 20]]);
    }

    #[test]
    fn a_parameter_that_is_not_there_is_missed() {
        for (name, there) in [
            ("ThrottleRate", json!({"Default": 0})),
            ("OrderWriterConcurrency", json!({"Default": "2"})),
            ("InvoiceWriterConcurrency", json!({"AllowedValues": ["all"]})),
        ] {
            let mut template = parameters();
            template.0["Parameters"][name] = there;
            let missed = Choices::of(&template).unwrap_err().to_string();
            assert!(missed.contains(name), "{missed}");
        }
    }
}

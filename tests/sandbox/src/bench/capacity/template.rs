//! What the template lets a merchant choose.

use anyhow::{Context, Result};

static TEMPLATE: &str = include_str!("../../../../../infra/template.yaml");

/// The default of a parameter.
///
/// # Errors
/// When there is no such parameter with a number.
pub fn default(parameter: &str) -> Result<u64> {
    let text = attribute(parameter, "Default")?;
    text.trim_matches('"')
        .parse()
        .with_context(|| format!("the default of {parameter}"))
}

/// The largest allowed value of a parameter that is not above a number; the smallest, when all are above it.
///
/// # Errors
/// When there is no such parameter with allowed numbers.
pub fn allowed(parameter: &str, most: u64) -> Result<u64> {
    let text = attribute(parameter, "AllowedValues")?;
    let values = text.trim_matches(['[', ']']).split(',');
    let values: Vec<u64> = values
        .filter_map(|value| value.trim().trim_matches('"').parse().ok())
        .collect();
    let below = values.iter().filter(|value| **value <= most).max();
    let value = below.or(values.iter().min());
    value
        .copied()
        .with_context(|| format!("the values of {parameter}"))
}

fn attribute(parameter: &str, name: &str) -> Result<&'static str> {
    let missing = || format!("the template has no {name} of {parameter}");
    let head = format!("\n  {parameter}:\n");
    let (_, rest) = TEMPLATE.split_once(head.as_str()).with_context(missing)?;
    let own = rest.lines().take_while(|line| line.starts_with("    "));
    let found = own
        .map(str::trim)
        .find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
    found.with_context(missing)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_template_has_what_the_page_names() {
        assert!(default("ThrottleRate").unwrap() > 0);
        assert_eq!(allowed("OrderWriterConcurrency", 0).unwrap(), 2);
        assert_eq!(allowed("OrderWriterConcurrency", 7).unwrap(), 6);
        assert!(default("Architecture").is_err());
        assert!(attribute("NoSuchParameter", "Default").is_err());
    }
}

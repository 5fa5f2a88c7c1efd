//! Environment variables. What is missing is named.

use domain::failure::{Failure, FailureName};

/// The variable, which must be there and not be empty.
///
/// # Errors
/// [`FailureName::Misconfigured`], naming the variable.
pub fn required(name: &str) -> Result<String, Failure> {
    optional(name).ok_or_else(|| {
        Failure::new(
            FailureName::Misconfigured,
            format!("the environment variable {name} is not set"),
        )
        .field(name)
        .remedy("set it in infra/template.yaml")
    })
}

/// The variable, when it is there and not empty.
pub fn optional(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

/// The variable as a number, or `default` when it is not set.
///
/// # Errors
/// [`FailureName::Misconfigured`] when it is something else.
pub fn number(name: &str, default: i64) -> Result<i64, Failure> {
    let Some(value) = optional(name) else {
        return Ok(default);
    };
    value.parse().map_err(|_| {
        Failure::new(
            FailureName::Misconfigured,
            format!("the environment variable {name} is not a number"),
        )
        .field(name)
    })
}

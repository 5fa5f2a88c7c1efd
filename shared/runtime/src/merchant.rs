//! The merchant's configuration, embedded when the function is built: `infra/merchant.toml`, or the file named by
//! `MERCHANT_CONFIG`. The build fails when the file is not right, so that a function never starts with half of it.

use domain::{
    failure::{Failure, FailureName},
    merchant::Merchant,
};
use std::sync::LazyLock;

static TEXT: &str = include_str!(concat!(env!("OUT_DIR"), "/merchant.toml"));
static MERCHANT: LazyLock<Result<Merchant, String>> =
    LazyLock::new(|| Merchant::parse(TEXT).map_err(|errors| errors.to_string()));

/// The merchant.
///
/// # Errors
/// [`FailureName::Misconfigured`]; cannot happen in a function that was built, because the build has parsed the
/// same text.
pub fn merchant() -> Result<&'static Merchant, Failure> {
    MERCHANT
        .as_ref()
        .map_err(|errors| Failure::new(FailureName::Misconfigured, errors.clone()))
}

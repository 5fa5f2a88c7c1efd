//! The pinned tools of this side.

use std::path::PathBuf;

use anyhow::Result;

use crate::places::Places;
use crate::tools;

/// MiniStack has an environment of its own, because it pins a botocore that the sam-cli does not accept. The
/// translator expands the SAM transform, cryptography makes the certificates, CloudWatch speaks CBOR.
const MINISTACK: [&str; 4] = [
    "ministack==1.5.33",
    "aws-sam-translator==1.115.0",
    "cbor2==6.3.0",
    "cryptography==50.0.2",
];

/// `cargo-lambda` brings the zig that links for AWS's machines.
const SAM: [&str; 3] = ["aws-sam-cli==1.170.0", "cargo-lambda==1.9.2", "cfn-lint==1.58.0"];

const ASL_VALIDATOR: [&str; 1] = ["asl-validator@4.0.0"];

/// The directory with MiniStack's executables.
pub(super) async fn ministack(places: &Places) -> Result<PathBuf> {
    Ok(tools::python_venv(places, "ministack", &MINISTACK)
        .await?
        .join("bin"))
}

/// The directory with `sam`, `cargo-lambda`, `cfn-lint`, and a `python` that knows them.
pub(super) async fn sam(places: &Places) -> Result<PathBuf> {
    Ok(tools::python_venv(places, "sam", &SAM).await?.join("bin"))
}

/// The validator of Amazon's States Language.
pub(super) async fn asl_validator(places: &Places) -> Result<PathBuf> {
    let dir = tools::npm(places, "asl-validator", &ASL_VALIDATOR).await?;
    Ok(dir.join("node_modules/.bin/asl-validator"))
}

//! Embeds the merchant's configuration, and fails the build when it is not right.

use domain::merchant::Merchant;
use std::{env, error::Error, fs, path::PathBuf};

fn main() -> Result<(), Box<dyn Error>> {
    println!("cargo::rerun-if-env-changed=MERCHANT_CONFIG");
    let manifest = PathBuf::from(env::var("CARGO_MANIFEST_DIR")?);
    let default = manifest.join("../../infra/merchant.toml");
    let file = env::var_os("MERCHANT_CONFIG").map_or(default, PathBuf::from);
    println!("cargo::rerun-if-changed={}", file.display());
    let text = fs::read_to_string(&file).map_err(|error| format!("{}: {error}", file.display()))?;
    Merchant::parse(&text).map_err(|errors| format!("{}:\n{errors}", file.display()))?;
    fs::write(PathBuf::from(env::var("OUT_DIR")?).join("merchant.toml"), text)?;
    Ok(())
}

//! Whom connections trust: the certificate authorities of the machine, read once for a process.
//!
//! Left alone, the clients of AWS and those of Odoo, Heartland and the shop each read the machine's bundle and, once
//! more, the directory that holds the same authorities as single files, and each client of an AWS service puts them in
//! order again. A third of what a function computed until it asked for its first event was that. Here the bundle is read
//! alone and once. Where there is none that can be used as a whole, or somebody says where to look, the clients do as
//! they always do.

#[cfg(feature = "aws")]
mod aws;
mod bundle;

#[cfg(feature = "aws")]
pub use aws::{connections_to_aws, pool};
pub use bundle::Bundle;

use std::{env, sync::LazyLock};

/// Where OpenSSL and those who follow it look for single files. Whoever sets it wants more than a bundle.
const DIRECTORY: &str = "SSL_CERT_DIR";

/// The machine's bundle: the file that `SSL_CERT_FILE` names, or the one where its distribution keeps it.
pub fn bundle() -> Option<&'static Bundle> {
    static BUNDLE: LazyLock<Option<Bundle>> = LazyLock::new(|| {
        let is_told = env::var_os(DIRECTORY).is_some();
        let path = openssl_probe::probe().cert_file.filter(|_| !is_told)?;
        Bundle::read(&path)
    });
    BUNDLE.as_ref()
}

/// A client that trusts the bundle; one that does as it always does where there is none.
pub fn by(bundle: Option<&Bundle>, client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    match bundle {
        Some(bundle) => client.tls_certs_only(bundle.certificates()),
        None => client,
    }
}

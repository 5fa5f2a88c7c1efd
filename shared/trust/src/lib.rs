//! Whom connections trust: the certificate authorities of the machine, read once for a process.
//!
//! Left alone, the clients of AWS and those of Odoo, Heartland and the shop each read the machine's bundle and, once
//! more, the directory that holds the same authorities as single files, and each client of an AWS service puts them in
//! order again. A third of what the webhooks' intake computed until it asked for its first event was that. Here the bundle is read
//! alone and once. Where there is none that can be used as a whole, or somebody says where to look, the clients do as
//! they always do.

#[cfg(feature = "aws")]
mod aws;
mod bundle;

#[cfg(feature = "aws")]
pub use aws::{connections_to_aws, pool};
pub use bundle::Bundle;

use std::{env, ffi::OsString, path::PathBuf, sync::LazyLock};

/// The bundle that somebody wants to be trusted, and nobody else.
const FILE: &str = "SSL_CERT_FILE";
/// Where OpenSSL and those who follow it look for single files. Whoever sets it wants more than a bundle.
const DIRECTORY: &str = "SSL_CERT_DIR";

/// The machine's bundle: the file that `SSL_CERT_FILE` names, or the one where its distribution keeps it.
pub fn bundle() -> Option<&'static Bundle> {
    static BUNDLE: LazyLock<Option<Bundle>> = LazyLock::new(|| {
        let path = place(env::var_os(FILE), env::var_os(DIRECTORY), || {
            openssl_probe::probe().cert_file
        })?;
        let bundle = Bundle::read(&path);
        if bundle.is_none() {
            tracing::warn!(path = %path.display(), "the authorities of this file cannot be used as a whole");
        }
        bundle
    });
    BUNDLE.as_ref()
}

/// Where the bundle is. A file that is named and not there is not replaced by another one: that would be to trust whom
/// nobody wanted to be trusted.
fn place(
    file: Option<OsString>,
    directory: Option<OsString>,
    probed: impl FnOnce() -> Option<PathBuf>,
) -> Option<PathBuf> {
    match (file, directory) {
        (_, Some(_)) => None,
        (Some(file), None) => Some(file.into()),
        (None, None) => probed(),
    }
}

/// A client that trusts the machine's authorities.
pub fn client() -> reqwest::ClientBuilder {
    by(bundle(), reqwest::Client::builder())
}

/// A client that trusts the bundle; one that does as it always does where there is none.
pub fn by(bundle: Option<&Bundle>, client: reqwest::ClientBuilder) -> reqwest::ClientBuilder {
    match bundle {
        Some(bundle) => client.tls_certs_only(bundle.certificates()),
        None => client,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_named_is_the_only_one_and_a_directory_is_for_the_clients_themselves() {
        let of = |file: Option<&str>, directory: Option<&str>| {
            place(file.map(Into::into), directory.map(Into::into), || {
                Some("/probed".into())
            })
        };
        assert_eq!(of(None, None), Some("/probed".into()));
        assert_eq!(of(Some("/named"), None), Some("/named".into()));
        assert_eq!(of(Some("/named"), Some("/many")), None);
        assert_eq!(of(None, Some("/many")), None);
    }
}

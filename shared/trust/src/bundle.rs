//! One file with all authorities of a machine.

use reqwest::Certificate;
use rustls_pki_types::{CertificateDer, pem::PemObject};
use std::path::Path;
use webpki::anchor_from_trusted_cert;

/// Certificates, each of which can be a trust anchor. There is one at least.
#[derive(Clone, Debug)]
pub struct Bundle {
    pem: Vec<u8>,
    certificates: Vec<Certificate>,
}

impl Bundle {
    /// Nothing when there is no such file, no certificate in it, or one that cannot be used: the client of AWS ends the
    /// process over a certificate that it was given and cannot read, and leaves it out when it looks itself.
    pub fn read(path: &Path) -> Option<Self> {
        let pem = std::fs::read(path).ok()?;
        let usable = |der: CertificateDer<'static>| {
            anchor_from_trusted_cert(&der).ok()?;
            Certificate::from_der(&der).ok()
        };
        let certificates: Vec<_> = CertificateDer::pem_slice_iter(&pem)
            .map(|der| usable(der.ok()?))
            .collect::<Option<_>>()?;
        (!certificates.is_empty()).then_some(Self { pem, certificates })
    }

    /// The certificates as they are in the file.
    pub fn pem(&self) -> &[u8] {
        &self.pem
    }

    pub(crate) fn certificates(&self) -> Vec<Certificate> {
        self.certificates.clone()
    }
}

//! HMAC-SHA256, compared in constant time.

use base64::{Engine, prelude::BASE64_STANDARD};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

/// A keyed hash over several pieces, as if they were one text.
fn mac(key: &[u8], pieces: &[&[u8]]) -> Option<Hmac<Sha256>> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).ok()?;
    pieces.iter().for_each(|piece| mac.update(piece));
    Some(mac)
}

/// Whether a signature in base64 is right for these pieces under this key.
pub(crate) fn is_signed(key: &[u8], pieces: &[&[u8]], signature: &str) -> bool {
    let Ok(signature) = BASE64_STANDARD.decode(signature) else {
        return false;
    };
    mac(key, pieces).is_some_and(|mac| mac.verify_slice(&signature).is_ok())
}

/// The signature in base64.
pub(crate) fn sign(key: &[u8], pieces: &[&[u8]]) -> String {
    mac(key, pieces)
        .map(|mac| BASE64_STANDARD.encode(mac.finalize().into_bytes()))
        .unwrap_or_default()
}

//! Bodies as they are kept: deflated, because a table bills each kilobyte that is written.

use std::io::{Read, Write};

use domain::failure::{Failure, FailureName};
use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

/// The bytes, deflated.
pub(super) fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::default());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// The bytes that were deflated; as many as there were, however many the stored ones promise.
///
/// # Errors
/// [`FailureName::Refused`] when they are not what was stored.
pub(super) fn inflate(deflated: &[u8], length: usize) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::with_capacity(length);
    let most = u64::try_from(length).unwrap_or(u64::MAX).saturating_add(1);
    let read = DeflateDecoder::new(deflated).take(most).read_to_end(&mut bytes);
    match read {
        Ok(read) if read == length => Ok(bytes),
        _ => Err(Failure::new(
            FailureName::Refused,
            "the body in the table is not the one that was stored",
        )
        .remedy("send the order's webhook again")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_body_comes_back_as_it_was_and_no_longer_than_it_was() {
        for body in [&b""[..], b"{}", &[0, 159, 146, 150, 0], &[7; 100_000]] {
            let kept = deflate(body);
            assert_eq!(inflate(&kept, body.len()).unwrap(), body);
            assert!(inflate(&kept, body.len() + 1).is_err());
        }
        assert!(inflate(&deflate(&[7; 1_000_000]), 10).is_err());
        assert!(inflate(b"not deflated", 12).is_err());
    }
}

//! What is kept in a table is kept deflated, where it is large: a table bills each kilobyte that is written.

use std::io::{Read, Write};

use flate2::{Compression, read::DeflateDecoder, write::DeflateEncoder};

/// The bytes, deflated.
pub fn deflate(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = DeflateEncoder::new(Vec::new(), Compression::best());
    // Writing to memory does not fail.
    let _ = encoder.write_all(bytes);
    encoder.finish().unwrap_or_default()
}

/// The bytes that were deflated; nothing when these are not deflated, or promise more than so many.
pub fn inflate(deflated: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    DeflateDecoder::new(deflated)
        .take(limit)
        .read_to_end(&mut bytes)
        .ok()?;
    (bytes.len() <= most).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{deflate, inflate};

    #[test]
    fn bytes_come_back_as_they_were_and_no_more_than_is_let_in() {
        for bytes in [&b""[..], b"{}", &[0, 159, 146, 150, 0], &[7; 100_000]] {
            assert_eq!(inflate(&deflate(bytes), bytes.len()).as_deref(), Some(bytes));
            assert_eq!(inflate(&deflate(bytes), 100_000).as_deref(), Some(bytes));
        }
        assert_eq!(inflate(&deflate(&[7; 1_000_000]), 999_999), None);
        assert_eq!(inflate(b"not deflated", 100), None);
    }

    #[test]
    fn what_repeats_itself_takes_a_fraction() {
        let order = r#"{"sku":"HL-COFFEE-1KG","quantity":1,"price":"9.99"},"#.repeat(100);
        assert!(deflate(order.as_bytes()).len() * 10 < order.len());
    }
}

//! What is kept in a table is kept deflated, where it is large: a table bills each kilobyte that is written.

use std::io::{self, Read, Write};

use flate2::{Compression, bufread::DeflateDecoder, write::DeflateEncoder};

/// The level that is the library's default, too.
///
/// Sizes of levels 1, 6 and 9 were compared on the entries and heads of an order's trail (made up after their shapes)
/// and on the 15 orders of `events/woocommerce` without spaces; by Python's zlib 1.2.13, while this library's own
/// encoder may give some bytes more or less. With 9 none of them is smaller than with 6. With 1 they are up to 9 %
/// larger, one order by a kilobyte that is billed. Only an order of hundreds of lines gains one by 9: of 500 lines,
/// made up as well, 11.8 KB are left instead of 12.6. Times were not compared.
const LEVEL: Compression = Compression::new(6);

/// The bytes, deflated.
///
/// # Errors
/// As the library says; writing to memory does not fail.
pub fn deflate(bytes: &[u8]) -> io::Result<Vec<u8>> {
    let mut encoder = DeflateEncoder::new(Vec::new(), LEVEL);
    encoder.write_all(bytes)?;
    encoder.finish()
}

/// The bytes that were deflated; nothing when these are not deflated, have something behind it, or promise more than so
/// many.
pub fn inflate(deflated: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let limit = u64::try_from(most).unwrap_or(u64::MAX).saturating_add(1);
    let mut decoder = DeflateDecoder::new(deflated).take(limit);
    decoder.read_to_end(&mut bytes).ok()?;
    let is_all = decoder.into_inner().into_inner().is_empty();
    (bytes.len() <= most && is_all).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::{deflate, inflate};

    #[test]
    fn bytes_come_back_as_they_were_and_no_more_than_is_let_in() {
        for bytes in [&b""[..], b"{}", &[0, 159, 146, 150, 0], &[7; 100_000]] {
            let kept = deflate(bytes).unwrap();
            assert_eq!(inflate(&kept, bytes.len()).as_deref(), Some(bytes));
            assert_eq!(inflate(&kept, 100_000).as_deref(), Some(bytes));
        }
        assert_eq!(inflate(&deflate(&[7; 1_000_000]).unwrap(), 999_999), None);
    }

    #[test]
    fn what_is_cut_off_or_added_to_is_not_taken() {
        let kept = deflate(b"an order of three lines").unwrap();
        assert_eq!(inflate(&[&kept[..], b"more"].concat(), 100), None);
        assert_eq!(inflate(&kept[..kept.len() - 1], 100), None);
        assert_eq!(inflate(b"not deflated", 100), None);
    }

    #[test]
    fn what_repeats_itself_takes_a_fraction() {
        let order = r#"{"sku":"HL-COFFEE-1KG","quantity":1,"price":"9.99"},"#.repeat(100);
        assert!(deflate(order.as_bytes()).unwrap().len() * 10 < order.len());
    }
}

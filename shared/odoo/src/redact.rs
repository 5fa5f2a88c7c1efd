//! Odoo's messages quote what they refuse. They end up in logs and review items, which hold no personal data.

const LENGTH_MAX: usize = 300;
const DIGITS_MAX: usize = 6;

/// The message without e-mail addresses and phone numbers, and no longer than a person wants to read.
pub(crate) fn redact(message: &str) -> String {
    let words = message.split_whitespace().map(|word| {
        let digits = word.bytes().filter(u8::is_ascii_digit).count();
        if word.contains('@') || digits > DIGITS_MAX {
            "[removed]"
        } else {
            word
        }
    });
    words
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LENGTH_MAX)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::redact;

    #[test]
    fn addresses_and_numbers_go_the_sense_stays() {
        let message = "Email jane@example.com of +1-609-555-0100\nis already used by res.partner(12,)";
        assert_eq!(
            redact(message),
            "Email [removed] of [removed] is already used by res.partner(12,)"
        );
    }
}

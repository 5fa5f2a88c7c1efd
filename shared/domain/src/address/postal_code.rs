//! Postal codes as their country writes them. What does not look like one is left as it is.

/// The code in its country's form.
pub(super) fn format(country: &str, text: &str) -> String {
    let compact: String = text
        .to_ascii_uppercase()
        .chars()
        .filter(char::is_ascii_alphanumeric)
        .collect();
    let digits = compact.bytes().all(|b| b.is_ascii_digit());
    let formatted = match (country, compact.len()) {
        // Spreadsheets drop the leading zero of New England and New Jersey.
        ("US", 4) if digits => Some(format!("0{compact}")),
        ("US", 5) if digits => Some(compact),
        ("US", 9) if digits => Some(joined(&compact, 5, "-")),
        ("CA", 6) => Some(joined(&compact, 3, " ")),
        ("GB", 5..=7) => Some(joined(&compact, compact.len() - 3, " ")),
        ("NL", 6) => Some(joined(&compact, 4, " ")),
        ("JP", 7) if digits => Some(joined(&compact, 3, "-")),
        ("PL", 5) if digits => Some(joined(&compact, 2, "-")),
        ("PT", 7) if digits => Some(joined(&compact, 4, "-")),
        ("BR", 8) if digits => Some(joined(&compact, 5, "-")),
        ("SE" | "CZ" | "SK" | "GR", 5) if digits => Some(joined(&compact, 3, " ")),
        ("DE" | "FR" | "ES" | "IT" | "FI", 5) | ("AT" | "CH" | "BE" | "DK" | "NO" | "AU", 4) if digits => {
            Some(compact)
        }
        _ => None,
    };
    formatted.unwrap_or_else(|| text.to_ascii_uppercase())
}

fn joined(compact: &str, at: usize, with: &str) -> String {
    let (left, right) = compact.split_at(at);
    format!("{left}{with}{right}")
}

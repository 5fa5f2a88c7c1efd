//! What stands around a number: the JSON key it is under and the words before it.

/// How far back a key or a word is looked for. Bytes.
const BACK_MAX: usize = 400;
/// How many bytes before a number may speak of cards.
const WORDS_BEFORE: usize = 40;

/// Words that say that a number is a card's.
#[rustfmt::skip] // a table
const CARD_WORDS: [&str; 12] = [
    "card", "pan", "credit", "kreditkarte", "visa", "mastercard", "amex", "american express", "discover",
    "carte", "tarjeta", "karte",
];

/// Keys, or last words of keys, whose values are numbers of another kind.
#[rustfmt::skip] // a table
const OTHER_NUMBERS: [&str; 30] = [
    "id", "ids", "key", "number", "no", "sku", "gtin", "ean", "upc", "isbn", "barcode", "imei", "serial",
    "phone", "mobile", "fax", "tracking", "tracking_number", "timestamp", "time", "date", "created",
    "modified", "version", "reference", "ref", "hash", "nonce", "vat", "iban",
];

/// What stands around a number.
pub(super) struct Context {
    key: Option<String>,
    before: String,
    alone: bool,
}

impl Context {
    /// The surroundings of the number at `start..end`.
    pub(super) fn of(bytes: &[u8], start: usize, end: usize) -> Self {
        let floor = start.saturating_sub(BACK_MAX);
        let back = String::from_utf8_lossy(&bytes[floor..start]).to_lowercase();
        let (key, head) = key_of(&back);
        let tail = back.chars().rev().take(WORDS_BEFORE).collect::<Vec<_>>();
        let quoted = back.ends_with('"');
        let closed = bytes.get(end).is_none_or(|byte| match byte {
            b'"' => quoted,
            b',' | b'}' | b']' => !quoted,
            other => !quoted && other.is_ascii_whitespace(),
        });
        Self {
            key,
            before: tail.into_iter().rev().collect(),
            alone: head.is_empty() && closed,
        }
    }

    /// Whether the key or the words before the number speak of cards.
    pub(super) fn speaks_of_cards(&self) -> bool {
        let names_cards = |text: &str| {
            let mut words = text.split(|c: char| !c.is_alphanumeric());
            words.any(|word| CARD_WORDS.contains(&word) || word.ends_with("card") || word.starts_with("card"))
        };
        self.key.as_deref().is_some_and(names_cards) || names_cards(&self.before)
    }

    /// Whether the number is the whole value under a key of other numbers.
    pub(super) fn is_a_number_of_its_own(&self) -> bool {
        let Some(key) = &self.key else { return false };
        let last = key.rsplit(['_', '-', ' ', '.']).next().unwrap_or(key);
        let other =
            OTHER_NUMBERS.contains(&key.as_str()) || OTHER_NUMBERS.contains(&last) || key.ends_with("id");
        self.alone && other && !self.speaks_of_cards()
    }
}

/// The JSON key whose value the end of `back` is in, and what of the value stands before it. A value under the key
/// `value` is named by the `"key": "…"` before it, as in lists of settings.
fn key_of(back: &str) -> (Option<String>, &str) {
    let (before_value, head) = match back.rfind('"') {
        Some(quote) if back[..quote].trim_end().ends_with(':') => (&back[..quote], &back[quote + 1..]),
        _ => (back, ""),
    };
    let Some(before_colon) = before_value.trim_end().strip_suffix(':') else {
        return (None, head);
    };
    let Some(quoted) = before_colon.trim_end().strip_suffix('"') else {
        return (None, head);
    };
    let Some(open) = quoted.rfind('"') else {
        return (None, head);
    };
    let key = &quoted[open + 1..];
    if key != "value" {
        return (Some(key.to_owned()), head);
    }
    let object = quoted[..open]
        .rfind('{')
        .map_or(&quoted[..open], |brace| &quoted[brace..open]);
    let named = object
        .split_once("\"key\"")
        .and_then(|(_, rest)| rest.split('"').nth(1));
    (Some(named.unwrap_or(key).to_owned()), head)
}

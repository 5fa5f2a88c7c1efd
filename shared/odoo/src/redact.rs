//! Odoo's messages quote what they refuse. They end up in logs and review items, which hold no personal data.

const LENGTH_MAX: usize = 300;
const DIGITS_MAX: usize = 6;
const REMOVED: &str = "[removed]";

/// What a quotation begins and ends with.
const QUOTES: [(char, char); 7] = [
    ('"', '"'),
    ('\'', '\''),
    ('[', ']'),
    ('(', ')'),
    ('“', '”'),
    ('‘', '’'),
    ('«', '»'),
];

/// What is quoted after these is a name of Odoo's or PostgreSQL's own.
const NAMED: [&str; 10] = [
    "field",
    "fields",
    "model",
    "column",
    "constraint",
    "index",
    "relation",
    "table",
    "database",
    "type",
];

/// What the names of models begin with that we have to do with.
const MODELS: [&str; 8] = ["res", "account", "sale", "stock", "product", "ir", "mrp", "uom"];

/// The message without what it quotes, e-mail addresses and long numbers, also those written in groups
/// (`+1 609 555 0100`), and no longer than a person wants to read. Quoted names of fields, SKUs and the like stay.
pub(crate) fn redact(message: &str) -> String {
    let message = without_quotations(message);
    let words: Vec<&str> = message.split_whitespace().collect();
    let groups = words.chunk_by(|one, other| is_number(one) && is_number(other));
    let shown = groups.flat_map(|group| {
        let long = group.iter().map(|word| digits(word)).sum::<usize>() > DIGITS_MAX;
        let hidden = move |word: &str| word.contains('@') || long;
        group
            .iter()
            .map(move |word| if hidden(word) { REMOVED } else { *word })
    });
    shown
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
        .take(LENGTH_MAX)
        .collect()
}

/// The message with `[removed]` in place of what stands in quotation marks or brackets. What is never closed is
/// removed to the end.
fn without_quotations(message: &str) -> String {
    let mut shown = String::with_capacity(message.len());
    let mut rest = message;
    while let Some(next) = rest.chars().next() {
        let begins = next == '[' || !shown.ends_with(char::is_alphanumeric);
        let quote = QUOTES.iter().find(|(open, _)| *open == next && begins);
        let Some((open, close)) = quote else {
            shown.push(next);
            rest = &rest[next.len_utf8()..];
            continue;
        };
        let quoted = &rest[open.len_utf8()..];
        let end = end_of(quoted, *open, *close);
        let inside = &quoted[..end];
        match stays(inside, &shown) {
            true => shown.extend([&open.to_string(), inside, &close.to_string()]),
            false => shown.push_str(REMOVED),
        }
        rest = quoted[end..].strip_prefix(*close).unwrap_or_default();
    }
    shown
}

/// Where a quotation ends: brackets in brackets end the inner ones, an apostrophe within a word ends none.
fn end_of(quoted: &str, open: char, close: char) -> usize {
    let mut depth = 1;
    for (place, found) in quoted.char_indices() {
        let after = quoted[place + found.len_utf8()..].chars().next();
        let apostrophe = matches!(found, '\'' | '’') && after.is_some_and(char::is_alphanumeric);
        if found == close && !apostrophe {
            depth -= 1;
        } else if found == open && open != close {
            depth += 1;
        }
        if depth == 0 {
            return place;
        }
    }
    quoted.len()
}

/// Whether what is quoted is nobody's name: a number, a name after a word that says so, a model, or a code such as a SKU
/// or an external id, which has a digit or an underscore and no space.
fn stays(quoted: &str, before: &str) -> bool {
    let code = |c: char| c.is_ascii_alphanumeric() || "_.-/,".contains(c);
    if !quoted.chars().all(code) || digits(quoted) > DIGITS_MAX {
        return false;
    }
    let named = before.split_whitespace().next_back();
    let model = quoted
        .split_once('.')
        .is_some_and(|(module, _)| MODELS.contains(&module));
    named.is_some_and(|word| NAMED.contains(&word)) || model || quoted.contains('_') || digits(quoted) > 0
}

fn digits(word: &str) -> usize {
    word.bytes().filter(u8::is_ascii_digit).count()
}

/// Digits and what is written between and around them.
fn is_number(word: &str) -> bool {
    digits(word) > 0
        && word
            .chars()
            .all(|c| c.is_ascii_digit() || "+-.,()/:;".contains(c))
}

/// A name that Odoo gives to a thing of its own (`odoo.exceptions.UserError`, `partner_id`), if it looks like one.
pub(crate) fn name(text: &str) -> Option<&str> {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '_' | '.' | '/');
    let is_name =
        !text.is_empty() && text.len() <= 100 && text.chars().all(plain) && digits(text) <= DIGITS_MAX;
    is_name.then_some(text)
}

#[cfg(test)]
mod tests {
    use super::{name, redact};

    #[test]
    fn numbers_in_groups_go_short_ones_stay() {
        let message = "the phone (609) 555 0100 and the card 4000 0000 0000 0002 of line 3 of 12";
        let shown = "the phone [removed] [removed] [removed] and the card [removed] [removed] [removed] [removed] \
                     of line 3 of 12";
        assert_eq!(redact(message), shown);
    }

    #[test]
    fn names_are_names() {
        assert_eq!(
            name("odoo.exceptions.UserError"),
            Some("odoo.exceptions.UserError")
        );
        for text in ["", "Jane Doe", "jane@example.com", "4000000000000002"] {
            assert_eq!(name(text), None, "{text}");
        }
    }

    #[test]
    fn quoted_names_of_people_go() {
        let cases = [
            (
                "The VAT number [BE0477472701] for partner [Jane Doe] does not seem to be valid.",
                "The VAT number [removed] for partner [removed] does not seem to be valid.",
            ),
            (
                "The contact 'Jane O'Hara' can't be \"Deleted Doe\" because it's Jane's",
                "The contact [removed] can't be [removed] because it's Jane's",
            ),
            (
                "DETAIL: Key (name, parent_id)=(Jane Doe, 7) already exists.",
                "DETAIL: Key [removed]=[removed] already exists.",
            ),
            (
                "“Jane” and «Doe» and ‘Jane’s’",
                "[removed] and [removed] and [removed]",
            ),
            ("for 'Jane", "for [removed]"),
            (
                "of [Acme [EU] Jane] (Jane (at home) Doe).",
                "of [removed] [removed].",
            ),
        ];
        for (message, shown) in cases {
            assert_eq!(redact(message), shown);
        }
    }

    #[test]
    fn quoted_names_of_things_stay() {
        let cases = [
            "No matching record found for database id '12' in field 'Customer'",
            "No matching record found for external id 'heartland.woo_1001_g1' in field 'order_line'",
            "the product [HL-MUG-11] is archived in res.partner(12,)",
            "duplicate key value violates unique constraint \"sale_order_x_heartland_uniq\"",
            "FATAL: database \"nope\" does not exist",
            "You can't delete a posted item. Don’t play games",
            "You are not allowed to create (product.product) record(s)",
        ];
        for message in cases {
            assert_eq!(redact(message), message);
        }
    }

    #[test]
    fn addresses_and_numbers_go_the_sense_stays() {
        let message = "Email jane@example.com of +1-609-555-0100\nis already used by res.partner(12,)";
        assert_eq!(
            redact(message),
            "Email [removed] of [removed] is already used by res.partner(12,)"
        );
    }
}

//! Street words: one short form each, so that `12 Main Street` and `12 main st.` are one address.

/// Long form → short form, whole words.
#[rustfmt::skip] // a table
const WORDS: [(&str, &str); 36] = [
    ("street", "st"), ("str", "st"), ("straße", "st"), ("strasse", "st"), ("avenue", "ave"), ("av", "ave"),
    ("boulevard", "blvd"), ("road", "rd"), ("drive", "dr"), ("lane", "ln"), ("court", "ct"),
    ("place", "pl"), ("square", "sq"), ("terrace", "ter"), ("highway", "hwy"), ("parkway", "pkwy"),
    ("circle", "cir"), ("trail", "trl"), ("turnpike", "tpke"), ("north", "n"), ("south", "s"),
    ("east", "e"), ("west", "w"), ("northeast", "ne"), ("northwest", "nw"), ("southeast", "se"),
    ("southwest", "sw"), ("apartment", "apt"), ("suite", "ste"), ("floor", "fl"), ("building", "bldg"),
    ("room", "rm"), ("unit", "apt"), ("department", "dept"), ("platz", "pl"), ("number", "no"),
];

/// German compounds end in the word: `Hauptstraße` is `hauptstr.`
const ENDINGS: [&str; 3] = ["straße", "strasse", "str"];

/// A street in the form it is compared by.
pub(super) fn fold(street: &str) -> String {
    super::fold(street)
        .split(' ')
        .map(word)
        .collect::<Vec<_>>()
        .join(" ")
}

fn word(word: &str) -> String {
    if let Some((_, short)) = WORDS.iter().find(|(long, _)| *long == word) {
        return (*short).to_owned();
    }
    let stem = ENDINGS.iter().find_map(|ending| word.strip_suffix(ending));
    stem.map_or_else(|| word.to_owned(), |stem| format!("{stem}str"))
}

//! The cards of the sandbox and what happens to a payment by each of them.

/// What a card does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Conduct {
    /// Approved.
    Approve,
    /// Declined with this result.
    Decline(&'static str),
    /// The gateway fails behind the scenes: HTTP 502, this detail, this text.
    Fail(&'static str, &'static str),
}

/// Numbers of the public certification list and their conduct.
const SPECIAL: &[(&str, Conduct)] = &[
    ("4000120000001154", Conduct::Decline("101")),
    ("4000130000001724", Conduct::Decline("102")),
    ("4000160000004147", Conduct::Decline("103")),
    ("4242420000000091", Conduct::Decline("111")),
    ("5114610000004778", Conduct::Decline("101")),
    ("5114630000009791", Conduct::Decline("102")),
    ("5121220000006921", Conduct::Decline("103")),
    ("5100000000000131", Conduct::Decline("111")),
    ("376525000000010", Conduct::Decline("101")),
    ("375425000000907", Conduct::Decline("102")),
    ("343452000000306", Conduct::Decline("103")),
    ("374205502001004", Conduct::Decline("111")),
    ("36256000000998", Conduct::Decline("101")),
    ("36256000000634", Conduct::Decline("102")),
    ("38865000000705", Conduct::Decline("103")),
    ("6011000000001010", Conduct::Decline("101")),
    ("6011000000001028", Conduct::Decline("102")),
    ("6011000000001036", Conduct::Decline("103")),
    ("3566000000001016", Conduct::Decline("101")),
    ("3566000000001024", Conduct::Decline("102")),
    ("3566000000001032", Conduct::Decline("103")),
    (
        "4009830000001985",
        Conduct::Fail(
            "50013",
            "205,Timeout error. The payment is reversed if it was made.",
        ),
    ),
    (
        "5135020000005871",
        Conduct::Fail(
            "50013",
            "205,Timeout error. The payment is reversed if it was made.",
        ),
    ),
    (
        "372349000000852",
        Conduct::Fail(
            "50013",
            "205,Timeout error. The payment is reversed if it was made.",
        ),
    ),
    ("30450000000985", Conduct::Fail("50013", "200,eCom error")),
    ("6011000000002000", Conduct::Fail("50013", "200,eCom error")),
    ("3566000000002006", Conduct::Fail("50013", "200,eCom error")),
];

/// Short names a test can use instead of a number.
const ALIASES: &[(&str, &str)] = &[
    ("visa", "4263970000005262"),
    ("mastercard", "5425230000004415"),
    ("amex", "374101000000608"),
    ("diners", "36256000000725"),
    ("discover", "6011000000000087"),
    ("jcb", "3566000000000000"),
    ("declined", "4000120000001154"),
    ("timeout", "4009830000001985"),
];

/// What is known of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Card {
    pub number: String,
    pub brand: &'static str,
}

impl Card {
    /// A card by number or alias.
    pub fn find(text: &str) -> Option<Self> {
        let number = ALIASES
            .iter()
            .find(|(alias, _)| *alias == text)
            .map_or(text, |(_, number)| number);
        let plausible = (12..=19).contains(&number.len()) && number.bytes().all(|b| b.is_ascii_digit());
        plausible.then(|| Self {
            number: number.to_owned(),
            brand: brand(number),
        })
    }

    /// What it does.
    pub fn conduct(&self) -> Conduct {
        SPECIAL
            .iter()
            .find(|(number, _)| *number == self.number)
            .map_or(Conduct::Approve, |(_, c)| *c)
    }

    /// `XXXXXXXXXXXX5262`.
    pub fn masked_last4(&self) -> String {
        let shown = self.number.len().saturating_sub(4);
        format!("{}{}", "X".repeat(shown), &self.number[shown..])
    }

    /// `426397XXXXXX5262`.
    pub fn masked_first6_last4(&self) -> String {
        let shown = self.number.len().saturating_sub(4);
        format!(
            "{}{}{}",
            &self.number[..6],
            "X".repeat(shown - 6),
            &self.number[shown..]
        )
    }
}

fn brand(number: &str) -> &'static str {
    match number.as_bytes() {
        [b'4', ..] => "VISA",
        [b'5' | b'2', ..] => "MASTERCARD",
        [b'3', b'4' | b'7', ..] => "AMEX",
        [b'3', b'0' | b'6' | b'8', ..] => "DINERS",
        [b'3', b'5', ..] => "JCB",
        [b'6', ..] => "DISCOVER",
        _ => "UATP",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cards_are_known_by_number_and_alias() {
        let card = Card::find("visa").unwrap();
        assert_eq!(
            (card.brand, card.masked_last4().as_str()),
            ("VISA", "XXXXXXXXXXXX5262")
        );
        assert_eq!(card.masked_first6_last4(), "426397XXXXXX5262");
        assert_eq!(
            Card::find("amex").unwrap().masked_first6_last4(),
            "374101XXXXX0608"
        );
        assert_eq!(Card::find("declined").unwrap().conduct(), Conduct::Decline("101"));
        assert_eq!(Card::find("4263"), None);
    }
}

//! Two spellings of one address are one address, and two addresses are two.

#![allow(clippy::unwrap_used, reason = "helpers of tests")]

use domain::{
    address::{email, email_hash, hash, normalise},
    order::Address,
};
use proptest::prelude::*;

fn address(street: &str, city: &str, state: &str, postal_code: &str, country: &str) -> Address {
    Address {
        name: "Jane Doe".to_owned(),
        street: street.to_owned(),
        city: city.to_owned(),
        state: Some(state.to_owned()),
        postal_code: Some(postal_code.to_owned()),
        country: country.to_owned(),
        ..Address::default()
    }
}

fn princeton() -> Address {
    address("12 Main Street", "Princeton", "NJ", "08540", "US")
}

#[test]
fn countries_by_code_or_name() {
    let cases = [
        ("US", "US"),
        ("us", "US"),
        ("USA", "US"),
        ("United States of America", "US"),
        ("u.s.a.", "US"),
        ("", "US"),
        ("Deutschland", "DE"),
        ("Germany", "DE"),
        ("DEU", "DE"),
        ("UK", "GB"),
        ("Japan", "JP"),
        ("日本", "JP"),
        ("Bolivia", "BO"),
        ("österreich", "AT"),
        (" Kuwait ", "KW"),
        ("Atlantis", "Atlantis"),
    ];
    for (given, code) in cases {
        let normal = normalise(&address("1 A", "B", "", "", given), "US");
        assert_eq!(normal.country, code, "{given:?}");
    }
}

#[test]
fn states_by_code_or_name_without_their_country() {
    let cases = [
        ("US", "NJ", "NJ"),
        ("US", "nj", "NJ"),
        ("US", "New Jersey", "NJ"),
        ("US", "US-NJ", "NJ"),
        ("JP", "JP13", "13"),
        ("DE", "DE-NW", "NW"),
        ("CA", "quebec", "QC"),
        ("CA", "Ontario", "ON"),
        ("US", "Nowhere", "Nowhere"),
    ];
    for (country, given, code) in cases {
        let normal = normalise(&address("1 A", "B", given, "", country), "US");
        assert_eq!(normal.state.as_deref(), Some(code), "{country} {given}");
    }
    assert_eq!(normalise(&address("1 A", "B", " ", "", "US"), "US").state, None);
}

#[test]
fn postal_codes_as_their_country_writes_them() {
    let cases = [
        ("US", "8540", "08540"),
        ("US", "085401234", "08540-1234"),
        ("US", "08540-1234", "08540-1234"),
        ("CA", "k1a0b1", "K1A 0B1"),
        ("GB", "sw1a1aa", "SW1A 1AA"),
        ("GB", "M1 1AE", "M1 1AE"),
        ("NL", "1234ab", "1234 AB"),
        ("JP", "1000001", "100-0001"),
        ("DE", " 50668 ", "50668"),
        ("PL", "00950", "00-950"),
        ("KW", "x 1", "X 1"),
    ];
    for (country, given, form) in cases {
        let normal = normalise(&address("1 A", "B", "", given, country), "US");
        assert_eq!(normal.postal_code.as_deref(), Some(form), "{country} {given}");
    }
}

#[test]
fn what_is_written_keeps_the_customers_spelling() {
    let mut given = address("  Hauptstraße\t5 ", "Mu\u{308}nchen", "", "80331", "Deutschland");
    given.street2 = Some("  ".to_owned());
    let normal = normalise(&given, "US");
    assert_eq!(
        (normal.street.as_str(), normal.city.as_str()),
        ("Hauptstraße 5", "München")
    );
    assert_eq!(normal.street2, None);
}

#[test]
fn spellings_of_one_address_have_one_hash() {
    let one = hash(&princeton(), "US");
    assert_eq!(one.len(), 16);
    for same in [
        address("12 MAIN ST.", "princeton", "New Jersey", "8540", "USA"),
        address("12  Main   Street", " Princeton ", "nj", "08540", ""),
        address("12 Main St", "Princeton", "US-NJ", "08540 ", "united states"),
        Address {
            phone: Some("+1 609 555 0142".to_owned()),
            ..princeton()
        },
    ] {
        assert_eq!(hash(&same, "US"), one, "{same:?}");
    }
    let munich = |street: &str| hash(&address(street, "München", "BY", "80331", "DE"), "US");
    assert_eq!(munich("Hauptstraße 5"), munich("Hauptstr. 5"));
    assert_eq!(munich("Hauptstraße 5"), munich("HAUPTSTRASSE 5"));
}

#[test]
fn other_addresses_have_other_hashes() {
    let one = hash(&princeton(), "US");
    for other in [
        address("21 Main Street", "Princeton", "NJ", "08540", "US"),
        address("12 Main Street", "Trenton", "NJ", "08540", "US"),
        address("12 Main Street", "Princeton", "NY", "08540", "US"),
        address("12 Main Street", "Princeton", "NJ", "08541", "US"),
        address("12 Main Street", "Princeton", "NJ", "08540", "CA"),
        Address {
            name: "John Doe".to_owned(),
            ..princeton()
        },
        Address {
            company: Some("Doe Inc.".to_owned()),
            ..princeton()
        },
        Address {
            street2: Some("Apt 4".to_owned()),
            ..princeton()
        },
    ] {
        assert_ne!(hash(&other, "US"), one, "{other:?}");
    }
}

#[test]
fn e_mail_addresses_have_one_form() {
    assert_eq!(
        email(" Jane.Doe@Example.COM ").as_deref(),
        Some("jane.doe@example.com")
    );
    assert_eq!(
        email_hash("JANE.DOE@example.com"),
        email_hash("jane.doe@example.com")
    );
    assert_eq!(email_hash("jane.doe@example.com").unwrap().len(), 16);
    for none in [
        "",
        "jane",
        "jane@",
        "@example.com",
        "jane@example",
        "a b@example.com",
        "a@b@example.com",
        "a@.com",
        "a,b@x.de",
    ] {
        assert_eq!(email(none), None, "{none:?}");
    }
}

fn any_address() -> impl Strategy<Value = Address> {
    let text = || "\\PC{0,30}";
    let optional = || proptest::option::of("\\PC{0,20}");
    (
        (text(), text(), text()),
        (optional(), optional(), optional(), optional()),
        "[A-Za-z ]{0,12}",
    )
        .prop_map(
            |((name, street, city), (company, street2, state, postal_code), country)| Address {
                name,
                company,
                street,
                street2,
                city,
                state,
                postal_code,
                country,
                phone: None,
            },
        )
}

proptest! {
    #[test]
    fn normalising_twice_changes_nothing_more(given in any_address()) {
        let once = normalise(&given, "US");
        prop_assert_eq!(normalise(&once, "US"), once.clone());
        prop_assert_eq!(hash(&once, "US"), hash(&given, "US"));
    }

    #[test]
    fn case_and_space_do_not_make_another_address(street in "[A-Za-z0-9]{1,8} [A-Za-z0-9]{1,8}") {
        let plain = address(&street, "Princeton", "NJ", "08540", "US");
        let loud = address(&format!(" {} ", street.to_uppercase().replace(' ', "   ")), "PRINCETON", "nj", "08540", "us");
        prop_assert_eq!(hash(&plain, "US"), hash(&loud, "US"));
    }

    #[test]
    fn an_e_mail_address_in_its_one_form_stays_so(text in "\\PC{0,40}") {
        if let Some(form) = email(&text) {
            prop_assert_eq!(email(&form), Some(form.clone()));
        }
    }
}

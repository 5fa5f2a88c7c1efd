//! Addresses and e-mail addresses in one form: what is written to Odoo, and what two of them are compared by.

mod country;
mod postal_code;
mod street;

use crate::{event::hex, order::Address};
use sha2::{Digest, Sha256};
use unicode_normalization::UnicodeNormalization;

/// Digits of the hashes that become part of external ids. Hexadecimal.
const HASH_LENGTH: usize = 16;
/// Longest e-mail address.
const EMAIL_LENGTH_MAX: usize = 254;

/// An address as it is written to Odoo: composed Unicode, single spaces, country as ISO code, state as its code
/// without the country, postal code as the country writes it. An address without a country is in `default_country`.
pub fn normalise(address: &Address, default_country: &str) -> Address {
    let country = match tidy(&address.country).as_str() {
        "" => default_country.to_owned(),
        given => country::code(given).unwrap_or_else(|| given.to_owned()),
    };
    let optional = |text: &Option<String>| text.as_deref().map(tidy).filter(|text| !text.is_empty());
    Address {
        name: tidy(&address.name),
        company: optional(&address.company),
        street: tidy(&address.street),
        street2: optional(&address.street2),
        city: tidy(&address.city),
        state: optional(&address.state).map(|state| country::state_code(&country, &state).unwrap_or(state)),
        postal_code: optional(&address.postal_code).map(|code| postal_code::format(&country, &code)),
        country,
        phone: optional(&address.phone),
    }
}

/// The hash by which two spellings of one address are the same: first 16 hexadecimal digits of sha256 over the
/// normalised fields without case, accents of composition, punctuation, or the long forms of street words. The phone
/// is no part of an address.
pub fn hash(address: &Address, default_country: &str) -> String {
    let Address {
        name,
        company,
        street,
        street2,
        city,
        state,
        postal_code,
        country,
        phone: _,
    } = normalise(address, default_country);
    let optional = |text: Option<String>| fold(&text.unwrap_or_default());
    let street = street::fold(&format!("{} {}", street, street2.unwrap_or_default()));
    let code = optional(postal_code).replace(' ', "");
    let parts = [
        fold(&name),
        optional(company),
        street,
        fold(&city),
        optional(state),
        code,
        fold(&country),
    ];
    short_hash(&parts.join("\u{1f}"))
}

/// An e-mail address in one form: composed, without surrounding space, lower case. `None` when it is none.
pub fn email(text: &str) -> Option<String> {
    let email = text.nfc().collect::<String>().trim().to_lowercase();
    let (local, host) = email.rsplit_once('@')?;
    let bad = |c: char| c.is_whitespace() || c.is_control() || matches!(c, '<' | '>' | ',' | ';' | '@');
    let usable = !local.is_empty() && host.contains('.') && !host.starts_with('.') && !host.ends_with('.');
    (usable && email.len() <= EMAIL_LENGTH_MAX && !local.contains(bad) && !host.contains(bad))
        .then_some(email)
}

/// First 16 hexadecimal digits of sha256 over the e-mail address in its one form; `None` when it is none.
pub fn email_hash(text: &str) -> Option<String> {
    email(text).map(|email| short_hash(&email))
}

fn short_hash(text: &str) -> String {
    hex(&Sha256::digest(text))[..HASH_LENGTH].to_owned()
}

/// Composed Unicode, control characters as spaces, single spaces.
fn tidy(text: &str) -> String {
    let composed: String = text.nfc().map(|c| if c.is_control() { ' ' } else { c }).collect();
    composed.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Lower case, letters and digits only, single spaces.
fn fold(text: &str) -> String {
    let folded: String = text
        .to_lowercase()
        .chars()
        .map(|c| if c.is_alphanumeric() { c } else { ' ' })
        .collect();
    folded.split_whitespace().collect::<Vec<_>>().join(" ")
}

//! Countries and their states: names and codes of ISO 3166, and what people write instead.

use rust_iso3166::{ALL, CountryCode, from_alpha2, from_alpha3};

/// What people write and ISO does not list, in lower case.
#[rustfmt::skip] // a table
const ALSO_CALLED: [(&str, &str); 34] = [
    ("usa", "US"), ("u.s.a.", "US"), ("u.s.", "US"), ("united states", "US"), ("america", "US"),
    ("uk", "GB"), ("great britain", "GB"), ("united kingdom", "GB"), ("england", "GB"), ("scotland", "GB"),
    ("wales", "GB"), ("northern ireland", "GB"), ("deutschland", "DE"), ("österreich", "AT"),
    ("schweiz", "CH"), ("suisse", "CH"), ("svizzera", "CH"), ("españa", "ES"), ("italia", "IT"),
    ("nederland", "NL"), ("the netherlands", "NL"), ("netherlands", "NL"), ("holland", "NL"),
    ("belgique", "BE"), ("belgië", "BE"), ("danmark", "DK"), ("sverige", "SE"), ("norge", "NO"),
    ("日本", "JP"), ("south korea", "KR"), ("russia", "RU"), ("czech republic", "CZ"), ("uae", "AE"),
    ("taiwan", "TW"),
];

/// ISO 3166-1 alpha-2 of a code (two or three letters) or a name, whatever its case.
pub(super) fn code(text: &str) -> Option<String> {
    let upper = text.to_uppercase();
    let lower = text.to_lowercase();
    let also = || {
        ALSO_CALLED
            .iter()
            .find(|(name, _)| *name == lower)
            .map(|(_, code)| (*code).to_owned())
    };
    let by_name = || {
        ALL.iter()
            .find(|country| is_called(country, &lower))
            .map(|c| c.alpha2.to_owned())
    };
    let by_code = || {
        from_alpha2(&upper)
            .or_else(|| from_alpha3(&upper))
            .map(|c| c.alpha2.to_owned())
    };
    by_code().or_else(also).or_else(by_name)
}

/// By its name, or by the part before the qualification (`Bolivia (Plurinational State of)`).
fn is_called(country: &CountryCode, lower: &str) -> bool {
    let name = country.name.to_lowercase();
    name == lower || name.split(" (").next() == Some(lower)
}

/// The code of a state without its country: `NJ` for `nj`, `US-NJ` or `New Jersey`, `13` for `JP13`.
pub(super) fn state_code(country: &str, text: &str) -> Option<String> {
    let country_code = from_alpha2(country)?;
    let states = country_code.subdivisions()?;
    let upper = text.to_uppercase();
    let bare = upper
        .strip_prefix(country)
        .map_or(upper.as_str(), |rest| rest.trim_start_matches('-'));
    let lower = text.to_lowercase();
    let own = |code: &'static str| code.split_once('-').map_or(code, |(_, own)| own);
    let by_code = |wanted: &str| states.iter().find(|state| own(state.code) == wanted);
    let found = by_code(&upper)
        .or_else(|| by_code(bare))
        .or_else(|| states.iter().find(|s| s.name.to_lowercase() == lower));
    found.map(|state| own(state.code).to_owned())
}

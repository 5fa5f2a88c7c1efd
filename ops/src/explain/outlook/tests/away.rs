//! Orders that wait for a system.

use super::*;

fn away(system: &str) -> Away {
    Away {
        system: system.into(),
        since_ms: NOW_MS - 20 * MINUTE_MS,
        misconfigured: false,
        paused: None,
    }
}

/// It was down first, and is back with a key that it does not know: that does not pass by itself.
#[test]
fn a_system_that_is_back_and_refuses_our_key_needs_a_person() {
    let mut facts = running("WriteOrder");
    facts.away = vec![away("odoo")];
    facts.documents = Told::NotReached("Misconfigured: Odoo refuses us: Invalid apikey".into());
    let told = outlook(&facts);
    assert!(
        told.needs_person && told.stands.contains("does not accept our credentials"),
        "{told:?}"
    );
    assert!(says(&told.next, "how to store a new key"), "{told:?}");
}

#[test]
fn an_order_that_waits_for_odoo_says_since_when_odoo_is_away() {
    let mut facts = running("WriteOrder");
    facts.away = vec![away("odoo")];
    let told = outlook(&facts);
    assert!(
        told.stands
            .contains("Odoo is away: its breaker is open since 2026-11-23T09:55:00Z (20 min ago)"),
        "{told:?}"
    );
    assert!(
        !told.needs_person && says(&told.next, "goes on when it is back"),
        "{told:?}"
    );
    facts.away = vec![away("gp-api")];
    assert!(
        !outlook(&facts).stands.contains("away"),
        "another system's breaker is not its business"
    );
}

#[test]
fn a_paused_or_refused_system_needs_a_person() {
    let mut facts = running("Capture");
    facts.away = vec![Away {
        paused: Some(("ann".into(), "maintenance".into())),
        ..away("gp-api")
    }];
    let told = outlook(&facts);
    assert!(
        told.needs_person && told.stands.contains("paused by ann"),
        "{told:?}"
    );
    assert!(says(&told.next, "odoo-heartland resume gp-api"), "{told:?}");
    facts.away = vec![Away {
        misconfigured: true,
        ..away("gp-api")
    }];
    let told = outlook(&facts);
    assert!(
        told.needs_person && told.stands.contains("does not accept our credentials"),
        "{told:?}"
    );
}

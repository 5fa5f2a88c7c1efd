//! Orders that wait for a system.

use super::*;

fn away(system: &str) -> Away {
    Away {
        system: system.into(),
        since_ms: NOW_MS - 20 * MINUTE_MS,
        misconfigured: false,
        paused: None,
        untried: false,
        tried_from_ms: Some(NOW_MS + 2 * MINUTE_MS),
    }
}

fn silent<T>() -> Told<T> {
    Told::NotReached("SystemUnavailable: no answer".into())
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
    facts.documents = silent();
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
    assert!(
        says(
            &told.next,
            "in the queue OrderWork comes again up to 20 minutes after that"
        ),
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
    facts.payments = silent();
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

/// Its breaker tries it in two minutes; a message that came just before that comes again after the longest wait.
#[test]
fn a_system_that_answers_again_is_not_said_to_be_away() {
    let mut facts = running("WriteOrder");
    facts.away = vec![away("odoo")];
    let told = outlook(&facts);
    assert!(
        told.stands
            .contains("Odoo answers now; its breaker is still open")
            && !told.needs_person,
        "{told:?}"
    );
    assert!(
        says(
            &told.next,
            "the first call from 2026-11-23T10:17:00Z (in 2 min) on tries Odoo again"
        ),
        "{told:?}"
    );
    assert!(
        says(
            &told.next,
            "waits in the queue OrderWork and usually comes again by 2026-11-23T10:32:00Z (in 17 min)"
        ),
        "{told:?}"
    );
}

#[test]
fn a_system_that_was_resumed_is_not_said_to_be_away() {
    let mut facts = running("Capture");
    facts.payments = silent();
    facts.away = vec![Away {
        untried: true,
        tried_from_ms: Some(NOW_MS - MINUTE_MS),
        ..away("gp-api")
    }];
    let told = outlook(&facts);
    assert!(
        told.stands.contains("Heartland was resumed, and not tried yet") && !told.needs_person,
        "{told:?}"
    );
    assert!(
        says(&told.next, "the next call tries Heartland again"),
        "{told:?}"
    );
}

#[test]
fn a_message_that_still_waits_after_the_outage_is_told_with_its_latest_moment() {
    let told = outlook(&running("WriteOrder"));
    assert!(
        says(&told.next, "comes again by 2026-11-23T10:30:00Z (in 15 min)"),
        "{told:?}"
    );
    assert!(!says(&told.next, "within seconds"), "{told:?}");
    let mut fresh = running("WriteOrder");
    if let Told::Said(Some(run)) = &mut fresh.run {
        run.steps[0].entered_at_ms = NOW_MS - 2_000;
    }
    assert!(says(&outlook(&fresh).next, "usually within seconds"));
}

//! Orders whose run waits for a person.

use super::*;

#[test]
fn a_parked_order_says_what_to_mend_and_until_when() {
    let mut facts = running("Park");
    facts.effects = Told::Said(vec![effect("authorize")]);
    facts.reviews = vec![stopped_at("write-order")];
    let told = outlook(&facts);
    assert!(told.needs_person);
    assert!(
        told.stands
            .starts_with("parked since 2026-11-23T09:15:00Z (1 h ago)"),
        "{told:?}"
    );
    assert!(says(&told.next, "Odoo has no product GHOST-9"), "{told:?}");
    assert!(says(&told.next, "to do: create the product"), "{told:?}");
    assert!(says(&told.next, "review redrive 0123456789abcdef"), "{told:?}");
    assert!(says(&told.next, "nobody until 2026-11-27T08:15:00Z"), "{told:?}");
    assert!(
        says(&told.next, "the authorization lapses on 2026-11-29T09:15:00Z"),
        "{told:?}"
    );
    assert!(says(&told.missing, "no confirmed sales order"), "{told:?}");
    // The review is told once.
    assert_eq!(
        told.next.iter().filter(|line| line.contains("GHOST-9")).count(),
        1,
        "{told:?}"
    );
}

#[test]
fn captured_money_stays_parked_until_somebody_decides() {
    let mut facts = running("Park");
    facts.effects = Told::Said(vec![
        effect("authorize"),
        effect("write-order"),
        effect("capture"),
    ]);
    facts.reviews = vec![stopped_at("write-invoice")];
    let told = outlook(&facts);
    assert!(says(&told.next, "the money is taken"), "{told:?}");
    assert!(!says(&told.next, "let go"), "{told:?}");
    assert_eq!(
        told.missing,
        ["Odoo has no posted and paid invoice", "the shop was not told"]
    );
}

#[test]
fn the_review_of_the_stopped_step_is_told_and_not_another_one_of_the_order() {
    let mut facts = running("Park");
    let mut changed = review("changed/woo/1001/woo_1001_1795428001");
    changed.id = "ffffffffffffffff".into();
    facts.reviews = vec![changed.clone(), stopped_at("write-order")];
    let told = outlook(&facts);
    assert!(
        says(
            &told.next,
            "a person has to mend it: Odoo has no product GHOST-9 (review 0123456789abcdef)"
        ),
        "{told:?}"
    );
    assert!(
        says(&told.next, "a person has to decide: review ffffffffffffffff"),
        "{told:?}"
    );
    facts.reviews = vec![changed];
    assert!(says(&outlook(&facts).next, "its review is being opened"));
}

/// An order whose payment reached us so: `t` a token, `a` reserved by the shop's plugin, `c` taken by it.
fn paid_by(kind: &str) -> Facts {
    let mut facts = running("Park");
    facts.reviews = vec![stopped_at("write-order")];
    if let Some(item) = facts.item.as_mut() {
        item.facts = serde_json::from_value(json!(format!("00.{kind}00"))).ok();
    }
    facts
}

#[test]
fn nobody_gives_back_what_the_shop_itself_has_taken() {
    for kind in ["a", "c"] {
        let told = outlook(&paid_by(kind));
        assert!(
            says(&told.next, "is kept, and a review asks a person"),
            "{told:?}"
        );
        assert!(!says(&told.next, "let go"), "{told:?}");
    }
    let ours = outlook(&paid_by("t"));
    assert!(
        says(&ours.next, "the money is let go") && !says(&ours.next, "kept"),
        "{ours:?}"
    );
}

#[test]
fn whose_payment_it_is_the_shop_may_know_or_nobody() {
    let mut facts = running("Park");
    facts.reviews = vec![stopped_at("authorize")];
    assert!(says(&outlook(&facts).next, "a payment of the shop's own is kept"));
    let shop = |payment: &str| {
        Told::Said(Some(ShopOrder {
            status: None,
            payment: Some(payment.into()),
            told: None,
            modified_at: None,
        }))
    };
    facts.shop = shop("captured");
    assert!(says(
        &outlook(&facts).next,
        "the shop itself reserved or took is kept"
    ));
    facts.shop = shop("token");
    assert!(says(&outlook(&facts).next, "the money is let go"));
}

#[test]
fn a_capture_that_stopped_is_decided_by_time_although_the_money_may_be_taken() {
    let mut facts = paid_by("t");
    facts.effects = Told::Said(vec![effect("authorize"), effect("capture")]);
    facts.reviews = vec![stopped_at("capture")];
    assert!(says(&outlook(&facts).next, "as if dropped, the money is let go"));
}

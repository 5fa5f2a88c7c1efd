//! Conflicts, redrives, quiet periods, windows, fences.

use super::{
    LEASE_MS, QUIET_MS, WINDOW_MS, WORK_MS, World, an_effect, facts,
    remote::{OtherSystem, Will, answer},
    request,
};
use effects::{
    ClaimRequest, Claimed, EffectError, EffectId, LedgerError, Performed, RequestId, Settled, State, perform,
};
use serde_json::json;

fn corrected(effect: &EffectId, redrive: bool) -> ClaimRequest {
    ClaimRequest {
        facts: facts().with("amount_minor", 2500),
        redrive,
        ..request(effect, "corrected")
    }
}

async fn unknown(world: &World, request: &ClaimRequest, remote: &OtherSystem) {
    let error = perform(&world.ledger, request, remote).await.unwrap_err();
    assert!(matches!(error, EffectError::Unknown(_)), "{error:?}");
}

pub async fn other_facts_are_a_conflict_that_names_them(world: World) {
    let (effect, remote) = (an_effect(), OtherSystem::new(&world.clock));
    perform(&world.ledger, &request(&effect, "a"), &remote)
        .await
        .unwrap();
    let before = world.record(&effect).await;
    for redrive in [false, true] {
        let error = perform(&world.ledger, &corrected(&effect, redrive), &remote)
            .await
            .unwrap_err();
        assert_eq!(
            error,
            EffectError::Conflict {
                facts: vec!["amount_minor".to_owned()]
            }
        );
    }
    assert_eq!((world.record(&effect).await, remote.times_done()), (before, 1));
}

pub async fn a_redrive_sends_corrected_input_under_a_new_request_id(world: World) {
    let effect = an_effect();
    let remote = OtherSystem::new(&world.clock).will(&[Will::Refuse]);
    perform(&world.ledger, &request(&effect, "a"), &remote)
        .await
        .unwrap();
    let error = perform(&world.ledger, &corrected(&effect, false), &remote)
        .await
        .unwrap_err();
    assert!(
        matches!(error, EffectError::Conflict { .. }),
        "only a redrive may correct: {error:?}"
    );
    let (old, new) = (RequestId::derive(&effect), RequestId::derive_redriven(&effect, 1));
    let done = Performed::Applied {
        answer: answer(&new),
        moved: true,
    };
    assert_eq!(
        perform(&world.ledger, &corrected(&effect, true), &remote)
            .await
            .unwrap(),
        done
    );
    assert_eq!(remote.requests(), [old, new.clone()]);
    // The redrive's message comes twice.
    let repeat = perform(&world.ledger, &corrected(&effect, true), &remote)
        .await
        .unwrap();
    assert_eq!(
        repeat,
        Performed::Applied {
            answer: answer(&new),
            moved: false
        }
    );
}

pub async fn a_redrive_changes_nothing_that_may_have_happened(world: World) {
    let effect = an_effect();
    let remote = OtherSystem::forgetful(&world.clock).will(&[Will::ApplyInSilence]);
    unknown(&world, &request(&effect, "a"), &remote).await;
    world.clock.advance_ms(LEASE_MS);
    let error = perform(&world.ledger, &corrected(&effect, true), &remote)
        .await
        .unwrap_err();
    assert!(matches!(error, EffectError::Conflict { .. }), "{error:?}");
    let redrive = ClaimRequest {
        redrive: true,
        ..request(&effect, "b")
    };
    let found = Performed::Applied {
        answer: answer(&RequestId::derive(&effect)),
        moved: true,
    };
    assert_eq!(perform(&world.ledger, &redrive, &remote).await.unwrap(), found);
    assert_eq!(remote.times_done(), 1);
    // What certainly was not sent may be corrected.
    let (effect, remote) = (an_effect(), OtherSystem::new(&world.clock).will(&[Will::BeAway]));
    perform(&world.ledger, &request(&effect, "a"), &remote)
        .await
        .unwrap_err();
    perform(&world.ledger, &corrected(&effect, true), &remote)
        .await
        .unwrap();
}

pub async fn not_found_proves_nothing_before_the_quiet_period_is_over(world: World) {
    let effect = an_effect();
    let remote = OtherSystem::forgetful(&world.clock).will(&[Will::ApplyLate(QUIET_MS - 1)]);
    unknown(&world, &request(&effect, "a"), &remote).await;
    for _ in 0..3 {
        world.clock.advance_ms(QUIET_MS / 4);
        unknown(&world, &request(&effect, "b"), &remote).await;
    }
    world.clock.advance_ms(QUIET_MS / 4);
    perform(&world.ledger, &request(&effect, "c"), &remote)
        .await
        .unwrap();
    assert_eq!((remote.times_done(), remote.requests().len()), (1, 1));
}

pub async fn what_never_arrived_is_sent_again_under_the_same_id_after_the_quiet_period(world: World) {
    let (effect, remote) = (
        an_effect(),
        OtherSystem::new(&world.clock).will(&[Will::LoseRequest]),
    );
    unknown(&world, &request(&effect, "a"), &remote).await;
    world.clock.advance_ms(QUIET_MS);
    perform(&world.ledger, &request(&effect, "b"), &remote)
        .await
        .unwrap();
    let id = RequestId::derive(&effect);
    assert_eq!(
        (remote.times_done(), remote.requests()),
        (1, vec![id.clone(), id])
    );
}

pub async fn after_the_window_it_is_only_looked_up(world: World) {
    let (effect, remote) = (
        an_effect(),
        OtherSystem::new(&world.clock).will(&[Will::LoseRequest]),
    );
    unknown(&world, &request(&effect, "a"), &remote).await;
    world.clock.advance_ms(WINDOW_MS);
    for owner in ["b", "c"] {
        unknown(&world, &request(&effect, owner), &remote).await;
    }
    assert_eq!(remote.requests().len(), 1);
    // Looking it up still settles it.
    let (effect, remote) = (
        an_effect(),
        OtherSystem::new(&world.clock).will(&[Will::ApplyInSilence]),
    );
    unknown(&world, &request(&effect, "a"), &remote).await;
    world.clock.advance_ms(10 * WINDOW_MS);
    perform(&world.ledger, &request(&effect, "b"), &remote)
        .await
        .unwrap();
    assert_eq!(remote.requests().len(), 1);
}

pub async fn what_was_not_sent_is_tried_again_at_once(world: World) {
    let (effect, remote) = (
        an_effect(),
        OtherSystem::forgetful(&world.clock).will(&[Will::BeAway]),
    );
    let error = perform(&world.ledger, &request(&effect, "a"), &remote)
        .await
        .unwrap_err();
    assert!(matches!(error, EffectError::NotSent(_)), "{error:?}");
    let record = world.record(&effect).await;
    assert_eq!((record.state, record.first_sent_at), (State::Intended, None));
    perform(&world.ledger, &request(&effect, "b"), &remote)
        .await
        .unwrap();
    assert_eq!(remote.times_done(), 1);
}

pub async fn not_sent_does_not_hide_an_earlier_attempt(world: World) {
    let effect = an_effect();
    let remote = OtherSystem::forgetful(&world.clock).will(&[Will::LoseRequest, Will::BeAway]);
    unknown(&world, &request(&effect, "a"), &remote).await;
    let first = world.record(&effect).await;
    world.clock.advance_ms(QUIET_MS);
    let error = perform(&world.ledger, &request(&effect, "b"), &remote)
        .await
        .unwrap_err();
    assert!(matches!(error, EffectError::NotSent(_)), "{error:?}");
    let record = world.record(&effect).await;
    assert_eq!(record.state, State::Unknown);
    assert_eq!(
        (record.first_sent_at, record.last_sent_at),
        (first.first_sent_at, first.last_sent_at)
    );
}

pub async fn a_lost_fence_changes_nothing(world: World) {
    let effect = an_effect();
    let mut zombie = world.fresh(&request(&effect, "zombie")).await;
    world.ledger.sending(&mut zombie).await.unwrap();
    world.clock.advance_ms(LEASE_MS);
    let Claimed::Resolve(mut next, _) = world.ledger.claim(&request(&effect, "next")).await.unwrap() else {
        panic!("it may have been sent")
    };
    let before = world.record(&effect).await;
    let all = [
        Settled::Applied(json!("zombie")),
        Settled::Refused(json!("zombie")),
        Settled::Unknown,
        Settled::NotSent,
        Settled::Cancelled,
    ];
    for settled in all {
        let lost = world.ledger.settle(&mut zombie, settled).await.unwrap_err();
        assert_eq!(lost, LedgerError::FenceLost(effect.clone()));
    }
    assert_eq!(world.record(&effect).await, before);
    world
        .ledger
        .settle(&mut next, Settled::Applied(json!("next")))
        .await
        .unwrap();
    world
        .ledger
        .settle(&mut zombie, Settled::Applied(json!("zombie")))
        .await
        .unwrap_err();
    assert_eq!(world.record(&effect).await.result, Some(json!("next")));
}

pub async fn nothing_is_sent_after_the_time_to_send_is_over(world: World) {
    let effect = an_effect();
    let mut fence = world.fresh(&request(&effect, "slow")).await;
    world.clock.advance_ms(WORK_MS);
    // Nobody else has claimed it: its own time is over all the same.
    world.ledger.sending(&mut fence).await.unwrap_err();
    assert_eq!(world.record(&effect).await.first_sent_at, None);
}

pub async fn there_is_no_way_back_from_a_terminal_state(world: World) {
    for settled in [
        Settled::Applied(json!(1)),
        Settled::Refused(json!(2)),
        Settled::Cancelled,
    ] {
        let effect = an_effect();
        let mut fence = world.fresh(&request(&effect, "a")).await;
        world.ledger.sending(&mut fence).await.unwrap();
        world.ledger.settle(&mut fence, settled).await.unwrap();
        let before = world.record(&effect).await;
        world
            .ledger
            .settle(&mut fence, Settled::Unknown)
            .await
            .unwrap_err();
        world
            .ledger
            .settle(&mut fence, Settled::NotSent)
            .await
            .unwrap_err();
        world.ledger.sending(&mut fence).await.unwrap_err();
        world.clock.advance_ms(LEASE_MS);
        let claimed = world.ledger.claim(&request(&effect, "b")).await.unwrap();
        assert!(
            matches!(
                claimed,
                Claimed::Applied(_) | Claimed::Refused(_) | Claimed::Cancelled
            ),
            "{claimed:?}"
        );
        assert_eq!(world.record(&effect).await, before);
    }
}

pub async fn after_a_restore_what_looks_unsent_is_looked_up_first(world: World) {
    // It was done after the moment the table was restored to: the ledger has forgotten it, the other system has not.
    let (effect, remote) = (an_effect(), OtherSystem::forgetful(&world.clock));
    effects::Remote::send(&remote, &RequestId::derive(&effect)).await;
    let ledger = world.ledger.clone().restored_at(world.now().plus_ms(-60_000));
    let error = perform(&ledger, &request(&an_effect(), "a"), &remote)
        .await
        .unwrap_err();
    assert!(
        matches!(error, EffectError::Unknown(_)),
        "not found proves nothing yet: {error:?}"
    );
    let found = perform(&ledger, &request(&effect, "a"), &remote).await.unwrap();
    assert!(matches!(found, Performed::Applied { .. }), "{found:?}");
    assert_eq!(remote.times_done(), 1);
    // Later nothing of that time can be under way any more.
    world.clock.advance_ms(WINDOW_MS);
    perform(&ledger, &request(&an_effect(), "a"), &remote)
        .await
        .unwrap();
    assert_eq!(remote.times_done(), 2);
}

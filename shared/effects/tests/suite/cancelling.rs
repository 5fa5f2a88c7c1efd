//! Closing effects before they are compensated.

use super::{
    LEASE_MS, QUIET_MS, TIMING, World, an_effect,
    remote::{OtherSystem, Will, answer},
    request,
};
use effects::{
    CancelRequest, Cancelling, Closed, EffectError, EffectId, OwnerId, Performed, RequestId, Settled, State,
    cancel, perform,
};
use serde_json::json;

fn cancel_request(effect: &EffectId) -> CancelRequest {
    CancelRequest {
        effect: effect.clone(),
        owner: OwnerId::new("canceller"),
        timing: TIMING,
    }
}

pub async fn what_was_never_claimed_is_closed_for_a_late_message(world: World) {
    let (effect, remote) = (an_effect(), OtherSystem::new(&world.clock));
    for _ in 0..2 {
        let closed = cancel(&world.ledger, &cancel_request(&effect), &remote)
            .await
            .unwrap();
        assert_eq!(closed, Closed { applied: None });
    }
    let late = perform(&world.ledger, &request(&effect, "late"), &remote)
        .await
        .unwrap();
    assert_eq!((late, remote.requests().len()), (Performed::Cancelled, 0));
    let kept = world.now().seconds().plus_s(effects::KEEP_MONEY_S);
    assert_eq!(world.record(&effect).await.forget_at, Some(kept));
}

pub async fn an_applied_effect_is_closed_and_its_answer_handed_out_for_compensation(world: World) {
    let (effect, remote) = (an_effect(), OtherSystem::new(&world.clock));
    perform(&world.ledger, &request(&effect, "a"), &remote)
        .await
        .unwrap();
    let applied = Some(answer(&RequestId::derive(&effect)));
    for _ in 0..2 {
        let closed = cancel(&world.ledger, &cancel_request(&effect), &remote)
            .await
            .unwrap();
        assert_eq!(
            closed.applied, applied,
            "a repeated compensation knows what to undo, too"
        );
    }
    let record = world.record(&effect).await;
    assert_eq!((record.state, record.attempt), (State::Cancelled, 2));
    // A refusal leaves nothing to undo.
    let (effect, remote) = (an_effect(), OtherSystem::new(&world.clock).will(&[Will::Refuse]));
    perform(&world.ledger, &request(&effect, "a"), &remote)
        .await
        .unwrap();
    let closed = cancel(&world.ledger, &cancel_request(&effect), &remote)
        .await
        .unwrap();
    assert_eq!(closed, Closed { applied: None });
}

pub async fn nobody_closes_what_somebody_works_on(world: World) {
    let (effect, remote) = (an_effect(), OtherSystem::new(&world.clock));
    let mut fence = world.fresh(&request(&effect, "a")).await;
    let error = cancel(&world.ledger, &cancel_request(&effect), &remote)
        .await
        .unwrap_err();
    assert_eq!(
        error,
        EffectError::InProgress {
            until: world.now().plus_ms(LEASE_MS)
        }
    );
    world.ledger.sending(&mut fence).await.unwrap();
    world
        .ledger
        .settle(&mut fence, Settled::Applied(json!(1)))
        .await
        .unwrap();
    let closed = cancel(&world.ledger, &cancel_request(&effect), &remote)
        .await
        .unwrap();
    assert_eq!(closed.applied, Some(json!(1)));
}

pub async fn an_unknown_outcome_is_resolved_before_it_is_closed(world: World) {
    for (will, applied) in [(Will::ApplyInSilence, true), (Will::LoseRequest, false)] {
        let (effect, remote) = (an_effect(), OtherSystem::forgetful(&world.clock).will(&[will]));
        perform(&world.ledger, &request(&effect, "a"), &remote)
            .await
            .unwrap_err();
        if !applied {
            let error = cancel(&world.ledger, &cancel_request(&effect), &remote)
                .await
                .unwrap_err();
            assert!(matches!(error, EffectError::Unknown(_)), "{error:?}");
            assert_eq!(
                world.record(&effect).await.state,
                State::Unknown,
                "nothing is closed on a guess"
            );
            world.clock.advance_ms(QUIET_MS);
        }
        let closed = cancel(&world.ledger, &cancel_request(&effect), &remote)
            .await
            .unwrap();
        assert_eq!(closed.applied.is_some(), applied);
        let late = perform(&world.ledger, &request(&effect, "late"), &remote)
            .await
            .unwrap();
        assert_eq!((late, remote.requests().len()), (Performed::Cancelled, 1));
    }
}

pub async fn a_zombie_of_a_closed_effect_changes_nothing(world: World) {
    let (effect, remote) = (an_effect(), OtherSystem::new(&world.clock));
    let mut zombie = world.fresh(&request(&effect, "zombie")).await;
    world.ledger.sending(&mut zombie).await.unwrap();
    world.clock.advance_ms(LEASE_MS);
    match world.ledger.cancel(&cancel_request(&effect)).await.unwrap() {
        Cancelling::Resolve(mut fence, past) => {
            assert!(past.quiet_over);
            world.ledger.settle(&mut fence, Settled::Cancelled).await.unwrap();
        }
        other => panic!("it may have been sent: {other:?}"),
    }
    let before = world.record(&effect).await;
    assert_eq!((before.state, before.attempt), (State::Cancelled, 2));
    world
        .ledger
        .settle(&mut zombie, Settled::Applied(json!("late")))
        .await
        .unwrap_err();
    world.ledger.sending(&mut zombie).await.unwrap_err();
    cancel(&world.ledger, &cancel_request(&effect), &remote)
        .await
        .unwrap();
    assert_eq!(world.record(&effect).await, before);
}

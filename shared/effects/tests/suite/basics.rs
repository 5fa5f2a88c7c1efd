//! What the ledger is for.

use super::{
    LEASE_MS, World, an_effect,
    remote::{OtherSystem, Will, answer, refusal},
    request,
};
use effects::{
    Claimed, EffectError, EffectId, Observer, OpenEffect, Performed, RequestId, Settled, State, UnixMillis,
    UnixSeconds, perform,
};
use futures::future::join_all;
use serde_json::json;
use std::sync::{Arc, Mutex};

pub async fn first_claim_is_fresh_and_stores_the_request_id_before_anything_is_sent(world: World) {
    let effect = an_effect();
    let fence = world.fresh(&request(&effect, "a")).await;
    assert_eq!(
        (fence.attempt(), fence.request_id()),
        (1, &RequestId::derive(&effect))
    );
    let stored = world.record(&effect).await;
    assert_eq!(
        (stored.state, &stored.request_id),
        (State::Intended, fence.request_id())
    );
    assert_eq!(
        (stored.first_sent_at, stored.lease_until),
        (None, world.now().plus_ms(LEASE_MS))
    );

    let until = world.now().plus_ms(LEASE_MS);
    match world.ledger.claim(&request(&effect, "b")).await.unwrap() {
        Claimed::InProgress { until: seen } => assert_eq!(seen, until),
        other => panic!("{other:?}"),
    }
    world.clock.advance_ms(LEASE_MS);
    let fence = world.fresh(&request(&effect, "b")).await;
    assert_eq!(
        (fence.attempt(), fence.request_id()),
        (2, &RequestId::derive(&effect))
    );
}

pub async fn duplicates_get_the_stored_answer_and_only_one_moves_the_record(world: World) {
    let (effect, remote) = (an_effect(), OtherSystem::new(&world.clock));
    let id = RequestId::derive(&effect);
    let first = perform(&world.ledger, &request(&effect, "a"), &remote)
        .await
        .unwrap();
    assert_eq!(
        first,
        Performed::Applied {
            answer: answer(&id),
            moved: true
        }
    );
    for owner in ["a", "b", "c"] {
        let repeat = perform(&world.ledger, &request(&effect, owner), &remote)
            .await
            .unwrap();
        assert_eq!(
            repeat,
            Performed::Applied {
                answer: answer(&id),
                moved: false
            }
        );
    }
    assert_eq!(remote.requests(), [id]);
    assert_eq!(world.record(&effect).await.attempt, 1);
}

pub async fn many_at_once_send_once(world: World) {
    let (effect, remote) = (an_effect(), OtherSystem::forgetful(&world.clock));
    let requests: Vec<_> = (0..12).map(|n| request(&effect, &format!("owner {n}"))).collect();
    let results = join_all(requests.iter().map(|r| perform(&world.ledger, r, &remote))).await;
    let moved = |result: &Result<_, _>| matches!(result, Ok(Performed::Applied { moved: true, .. }));
    assert_eq!(
        results.iter().filter(|result| moved(result)).count(),
        1,
        "{results:?}"
    );
    assert!(
        results
            .iter()
            .all(|r| matches!(r, Ok(_) | Err(EffectError::InProgress { .. }))),
        "{results:?}"
    );
    assert_eq!(remote.times_done(), 1);
}

pub async fn two_claims_of_one_owner_in_one_instant_are_two(world: World) {
    let effect = an_effect();
    let _first = world.fresh(&request(&effect, "a")).await;
    let second = world.ledger.claim(&request(&effect, "a")).await.unwrap();
    assert!(matches!(second, Claimed::InProgress { .. }), "{second:?}");
}

pub async fn a_refusal_is_returned_to_later_callers(world: World) {
    let effect = an_effect();
    let remote = OtherSystem::new(&world.clock).will(&[Will::Refuse]);
    for owner in ["a", "b"] {
        let result = perform(&world.ledger, &request(&effect, owner), &remote)
            .await
            .unwrap();
        assert_eq!(result, Performed::Refused(refusal()));
    }
    assert_eq!(remote.requests().len(), 1);
}

pub async fn an_answer_comes_back_as_it_was_stored(world: World) {
    let effect = an_effect();
    let answer =
        json!({"name": "S00042 – é ✓", "ids": [1, -2], "amount": "19.90", "none": null, "deep": {"a": {}}});
    let mut fence = world.fresh(&request(&effect, "a")).await;
    world.ledger.sending(&mut fence).await.unwrap();
    let sent = world.record(&effect).await;
    assert_eq!(
        (sent.state, sent.first_sent_at, sent.last_sent_at),
        (State::Sent, Some(world.now()), Some(world.now()))
    );
    world
        .ledger
        .settle(&mut fence, Settled::Applied(answer.clone()))
        .await
        .unwrap();
    match world.ledger.claim(&request(&effect, "b")).await.unwrap() {
        Claimed::Applied(stored) => assert_eq!(stored, answer),
        other => panic!("{other:?}"),
    }
    let mut expected = sent;
    (expected.state, expected.result) = (State::Applied, Some(answer));
    expected.lease_until = world.now();
    expected.forget_at = Some(world.now().seconds().plus_s(effects::KEEP_MONEY_S));
    assert_eq!(
        world.record(&effect).await,
        expected,
        "every attribute survives the store"
    );
}

pub async fn settled_effects_are_forgotten_after_their_time_and_open_ones_never(world: World) {
    let (effect, remote) = (
        an_effect(),
        OtherSystem::new(&world.clock).will(&[Will::LoseRequest]),
    );
    let mut notify = request(&effect, "a");
    notify.timing.keep_s = 30 * 86_400;
    perform(&world.ledger, &notify, &remote).await.unwrap_err();
    assert_eq!(world.record(&effect).await.forget_at, None);
    world.clock.advance_ms(LEASE_MS);
    perform(&world.ledger, &notify, &remote).await.unwrap();
    let UnixMillis(now_ms) = world.now();
    assert_eq!(
        world.record(&effect).await.forget_at,
        Some(UnixSeconds(now_ms / 1000 + 30 * 86_400))
    );
}

pub async fn open_effects_are_listed_oldest_first_until_they_are_settled(world: World) {
    let effects = [an_effect(), an_effect(), an_effect()];
    let mut fences = Vec::new();
    for effect in &effects {
        fences.push(world.fresh(&request(effect, "a")).await);
        world.clock.advance_ms(1000);
    }
    let before = world.now();
    let listed = || async {
        let open = world.store.open(before, 1000).await.unwrap();
        open.into_iter()
            .filter(|open| effects.contains(&open.effect))
            .collect::<Vec<_>>()
    };
    let mut expected = Vec::new();
    for effect in &effects {
        let created_at = world.record(effect).await.created_at;
        expected.push(OpenEffect {
            effect: effect.clone(),
            created_at,
        });
    }
    assert_eq!(listed().await, expected);
    let young = world.store.open(before.plus_ms(-1000), 1000).await.unwrap();
    assert!(
        young.iter().all(|open| open.effect != effects[2]),
        "it is not older than that"
    );
    world.ledger.sending(&mut fences[0]).await.unwrap();
    world
        .ledger
        .settle(&mut fences[0], Settled::Unknown)
        .await
        .unwrap();
    world
        .ledger
        .settle(&mut fences[1], Settled::Applied(json!(1)))
        .await
        .unwrap();
    expected.remove(1);
    assert_eq!(listed().await, expected);
}

#[derive(Default)]
struct Heard(Mutex<Vec<u32>>);

impl Observer for Heard {
    fn claimed(&self, _effect: &EffectId, attempt: u32) {
        self.0.lock().unwrap().push(attempt);
    }
}

pub async fn who_observes_claims_hears_of_each_and_which_attempt_it_is(world: World) {
    let heard = Arc::new(Heard::default());
    let world = World {
        ledger: world.ledger.clone().observed_by(heard.clone()),
        ..world
    };
    let effect = an_effect();
    let mut fence = world.fresh(&request(&effect, "a")).await;
    world.ledger.settle(&mut fence, Settled::NotSent).await.unwrap();
    let mut fence = world.fresh(&request(&effect, "b")).await;
    world
        .ledger
        .settle(&mut fence, Settled::Applied(json!({})))
        .await
        .unwrap();
    world.ledger.claim(&request(&effect, "c")).await.unwrap();
    assert_eq!(
        *heard.0.lock().unwrap(),
        [1, 2],
        "an answer from the ledger is no claim"
    );
}

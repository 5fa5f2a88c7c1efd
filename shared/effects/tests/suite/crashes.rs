//! Whoever dies, whatever is lost on the way to the store: it is done once.

use super::{
    LEASE_MS, World, an_effect,
    remote::{OtherSystem, Will},
    request,
    steps::{Actor, Choices, Gate, GatedRemote, GatedStore, History},
};
use async_trait::async_trait;
use effects::{
    CancelRequest, EffectError, EffectId, OpenEffect, OwnerId, Performed, Record, Seen, State, Store,
    StoreError, UnixMillis, Written, cancel, perform,
};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// Two attempts die, each after any of its steps, the third one finishes.
pub async fn whoever_dies_after_any_step_the_next_one_finishes_it_once(world: World) {
    for will in [&[][..], &[Will::ApplyInSilence], &[Will::LoseRequest]] {
        let mut choices = Choices::default();
        loop {
            let effect = an_effect();
            let remote = Arc::new(OtherSystem::forgetful(&world.clock).will(will));
            for owner in ["first", "second"] {
                die_after_some_step(&world, &remote, &effect, owner, &mut choices).await;
                world.clock.advance_ms(LEASE_MS);
            }
            let last = world.finish(&request(&effect, "third"), &*remote).await;
            let shown = format!("{:?}: {last:?}", choices.shown());
            assert!(matches!(last, Ok(Performed::Applied { .. })), "{shown}");
            assert_eq!(remote.times_done(), 1, "{shown}");
            if !choices.next_round() {
                break;
            }
        }
    }
}

async fn die_after_some_step(
    world: &World,
    remote: &Arc<OtherSystem>,
    effect: &EffectId,
    owner: &str,
    choices: &mut Choices,
) {
    let (gated, remote, request) = (world.clone(), remote.clone(), request(effect, owner));
    let mut actor = Actor::start(|gate: Arc<Gate>| async move {
        let gated = gated.through(Arc::new(GatedStore {
            store: gated.store.clone(),
            gate: gate.clone(),
            history: History::default(),
        }));
        perform(&gated.ledger, &request, &GatedRemote(remote, gate)).await
    })
    .await;
    while !actor.finished && choices.choose(2) == 0 {
        actor.step().await;
    }
    actor.result().await;
}

/// Does every write twice and tells what the second one met: what happens when an answer is lost and the client
/// repeats the call.
struct Repeating(Arc<dyn Store>);

#[async_trait]
impl Store for Repeating {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        self.0.create(record).await?;
        self.0.create(record).await
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        self.0.replace(seen, record).await?;
        self.0.replace(seen, record).await
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        self.0.load(effect).await
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        self.0.open(created_before, limit).await
    }
}

pub async fn a_write_whose_answer_was_lost_is_recognised(world: World) {
    let world = world.through(Arc::new(Repeating(world.store.clone())));
    let effect = an_effect();
    let remote = OtherSystem::forgetful(&world.clock).will(&[Will::LoseRequest]);
    let error = perform(&world.ledger, &request(&effect, "a"), &remote)
        .await
        .unwrap_err();
    assert!(matches!(error, EffectError::Unknown(_)), "{error:?}");
    world.clock.advance_ms(LEASE_MS);
    let done = perform(&world.ledger, &request(&effect, "b"), &remote)
        .await
        .unwrap();
    assert!(matches!(done, Performed::Applied { moved: true, .. }), "{done:?}");
    for effect in [effect, an_effect()] {
        let request = CancelRequest {
            effect,
            owner: OwnerId::new("c"),
            timing: super::TIMING,
        };
        cancel(&world.ledger, &request, &remote).await.unwrap();
        assert_eq!(world.record(&request.effect).await.state, State::Cancelled);
    }
}

/// Fails one write, after it has landed or without.
struct Failing {
    store: Arc<dyn Store>,
    writes_left: AtomicUsize,
    lands: bool,
}

impl Failing {
    fn fails_now(&self) -> bool {
        let left = self
            .writes_left
            .fetch_update(Ordering::SeqCst, Ordering::SeqCst, |n| n.checked_sub(1));
        left.is_err()
    }
}

#[async_trait]
impl Store for Failing {
    async fn create(&self, record: &Record) -> Result<Written, StoreError> {
        match (self.fails_now(), self.lands) {
            (false, _) => self.store.create(record).await,
            (true, false) => Err(StoreError("silent".to_owned())),
            (true, true) => self
                .store
                .create(record)
                .await
                .and(Err(StoreError("silent".to_owned()))),
        }
    }

    async fn replace(&self, seen: &Seen, record: &Record) -> Result<Written, StoreError> {
        match (self.fails_now(), self.lands) {
            (false, _) => self.store.replace(seen, record).await,
            (true, false) => Err(StoreError("silent".to_owned())),
            (true, true) => self
                .store
                .replace(seen, record)
                .await
                .and(Err(StoreError("silent".to_owned()))),
        }
    }

    async fn load(&self, effect: &EffectId) -> Result<Option<Record>, StoreError> {
        self.store.load(effect).await
    }

    async fn open(&self, created_before: UnixMillis, limit: usize) -> Result<Vec<OpenEffect>, StoreError> {
        self.store.open(created_before, limit).await
    }
}

pub async fn a_silent_store_leaves_the_outcome_unknown_once_something_was_sent(world: World) {
    for (writes, lands) in [
        (0, false),
        (0, true),
        (1, false),
        (1, true),
        (2, false),
        (2, true),
    ] {
        let (effect, remote) = (an_effect(), OtherSystem::forgetful(&world.clock));
        let failing = Failing {
            store: world.store.clone(),
            writes_left: AtomicUsize::new(writes),
            lands,
        };
        let failing = world.through(Arc::new(failing));
        let error = perform(&failing.ledger, &request(&effect, "a"), &remote)
            .await
            .unwrap_err();
        match writes {
            2 => assert!(matches!(error, EffectError::Unknown(_)), "{error:?}"),
            _ => assert!(matches!(error, EffectError::Ledger(_)), "{error:?}"),
        }
        assert_eq!(
            remote.requests().len(),
            usize::from(writes == 2),
            "sent only after it was written down"
        );
        world.clock.advance_ms(LEASE_MS);
        perform(&world.ledger, &request(&effect, "b"), &remote)
            .await
            .unwrap();
        assert_eq!(remote.times_done(), 1);
    }
}

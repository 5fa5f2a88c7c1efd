//! Two owners, interleaved at every step, and time that runs out at every moment.

use super::{
    LEASE_MS, QUIET_MS, TIMING, World, an_effect,
    remote::{OtherSystem, Will},
    request,
    steps::{Actor, Choices, Gate, GatedRemote, GatedStore, History},
};
use effects::{
    CancelRequest, Closed, EffectError, EffectId, OwnerId, Performed, RequestId, State, cancel, perform,
};
use std::sync::Arc;

/// What becomes of an attempt whose lease runs out on the way.
#[derive(Clone, Copy, PartialEq)]
enum Late {
    /// It wakes up later and goes on.
    Zombie,
    /// The platform has ended it: leases outlive deadlines.
    Dead,
}

type Attempt = Result<Performed, EffectError>;

/// An owner who tries that often, as long as it is not done.
async fn attempt(
    world: &World,
    remote: &Arc<OtherSystem>,
    effect: &EffectId,
    (owner, tries): (&str, u32),
    history: &History,
) -> Actor<Attempt> {
    let history = history.clone();
    let (world, remote, request) = (world.clone(), remote.clone(), request(effect, owner));
    Actor::start(|gate: Arc<Gate>| async move {
        let gated = world.through(Arc::new(GatedStore {
            store: world.store.clone(),
            gate: gate.clone(),
            history,
        }));
        let remote = GatedRemote(remote, gate);
        let mut result = perform(&gated.ledger, &request, &remote).await;
        for _ in 1..tries {
            if result.is_err() {
                result = perform(&gated.ledger, &request, &remote).await;
            }
        }
        result
    })
    .await
}

async fn cancellation(
    world: &World,
    remote: &Arc<OtherSystem>,
    effect: &EffectId,
    history: &History,
) -> Actor<Result<Closed, EffectError>> {
    let history = history.clone();
    let (world, remote, request) = (world.clone(), remote.clone(), cancel_request(effect, "canceller"));
    Actor::start(|gate: Arc<Gate>| async move {
        let gated = world.through(Arc::new(GatedStore {
            store: world.store.clone(),
            gate: gate.clone(),
            history,
        }));
        cancel(&gated.ledger, &request, &GatedRemote(remote, gate)).await
    })
    .await
}

fn cancel_request(effect: &EffectId, owner: &str) -> CancelRequest {
    CancelRequest {
        effect: effect.clone(),
        owner: OwnerId::new(owner),
        timing: TIMING,
    }
}

/// Runs two actors in the order of the choices, with one moment at which every lease runs out.
async fn run<A: Send + 'static, B: Send + 'static>(
    world: &World,
    choices: &mut Choices,
    late: Late,
    (a, b): (&mut Actor<A>, &mut Actor<B>),
) {
    let (mut time_ran_out, mut a_dead, mut b_dead) = (false, false, false);
    loop {
        let (a_moves, b_moves) = (!a.finished && !a_dead, !b.finished && !b_dead);
        if !a_moves && !b_moves {
            return;
        }
        let mut options = Vec::new();
        options.extend(a_moves.then_some('a'));
        options.extend(b_moves.then_some('b'));
        options.extend((!time_ran_out).then_some('t'));
        match options[choices.choose(options.len())] {
            'a' => a.step().await,
            'b' => b.step().await,
            _ => {
                time_ran_out = true;
                world.clock.advance_ms(LEASE_MS);
                a_dead = late == Late::Dead && a.steps > 0;
                b_dead = late == Late::Dead && b.steps > 0;
            }
        }
    }
}

fn never_goes_back(history: &History) {
    for pair in history.lock().unwrap().windows(2) {
        let settled = !pair[0].is_open();
        let closed = pair[1] == State::Cancelled;
        assert!(
            !settled || closed || pair[0] == pair[1],
            "from {:?} to {:?}",
            pair[0],
            pair[1]
        );
    }
}

async fn two_attempts(world: World, late: Late, remote: impl Fn() -> OtherSystem) {
    let mut choices = Choices::default();
    let mut rounds = 0;
    loop {
        let (effect, remote, history) = (an_effect(), Arc::new(remote()), History::default());
        let mut a = attempt(&world, &remote, &effect, ("a", 1), &history).await;
        let mut b = attempt(&world, &remote, &effect, ("b", 2), &history).await;
        run(&world, &mut choices, late, (&mut a, &mut b)).await;
        let mut results = vec![a.result().await, b.result().await];
        // Whoever comes later finishes what is left.
        world.clock.advance_ms(LEASE_MS);
        let last = world.finish(&request(&effect, "c"), &*remote).await;
        assert!(
            matches!(last, Ok(Performed::Applied { .. })),
            "{last:?} after {:?}",
            choices.shown()
        );
        results.push(Some(last));
        let shown = format!("choices {:?}: {results:?}", choices.shown());
        assert_eq!(remote.times_done(), 1, "done once, {shown}");
        let id = RequestId::derive(&effect);
        assert!(
            remote.requests().iter().all(|sent| *sent == id),
            "under one id, {shown}"
        );
        let moved = |r: &&Option<Attempt>| matches!(r, Some(Ok(Performed::Applied { moved: true, .. })));
        let movers = results.iter().filter(moved).count();
        let killed_after_settling = results.iter().any(Option::is_none);
        assert!(
            movers == 1 || (movers == 0 && killed_after_settling),
            "one moved it, {shown}"
        );
        never_goes_back(&history);
        rounds += 1;
        if !choices.next_round() {
            break;
        }
    }

    assert!(rounds >= 50, "the walk went through {rounds} orders only");
}

pub async fn two_attempts_in_every_order_with_zombies_and_a_remote_that_recognises_repeats(world: World) {
    for will in [
        &[][..],
        &[Will::ApplyInSilence],
        &[Will::LoseRequest],
        &[Will::BeAway],
    ] {
        let clock = world.clock.clone();
        two_attempts(world.clone(), Late::Zombie, || {
            OtherSystem::new(&clock).will(will)
        })
        .await;
    }
}

pub async fn two_attempts_in_every_order_with_deadlines_kept_and_a_remote_that_does_not(world: World) {
    let late = [Will::ApplyLate(QUIET_MS - 1)];
    for will in [
        &[][..],
        &[Will::ApplyInSilence],
        &[Will::LoseRequest],
        &[Will::BeAway],
        &late,
    ] {
        let clock = world.clock.clone();
        two_attempts(world.clone(), Late::Dead, || {
            OtherSystem::forgetful(&clock).will(will)
        })
        .await;
    }
}

pub async fn an_attempt_and_a_cancellation_in_every_order(world: World) {
    for will in [
        &[][..],
        &[Will::ApplyInSilence],
        &[Will::LoseRequest],
        &[Will::BeAway],
    ] {
        let mut choices = Choices::default();
        loop {
            let (effect, history) = (an_effect(), History::default());
            let remote = Arc::new(OtherSystem::forgetful(&world.clock).will(will));
            let mut a = attempt(&world, &remote, &effect, ("a", 1), &history).await;
            let mut b = cancellation(&world, &remote, &effect, &history).await;
            run(&world, &mut choices, Late::Dead, (&mut a, &mut b)).await;
            let (performed, cancelled) = (a.result().await, b.result().await);
            world.clock.advance_ms(LEASE_MS);
            let closed = cancel(&world.ledger, &cancel_request(&effect, "c"), &*remote)
                .await
                .unwrap();
            let shown = format!("{:?}: {performed:?}, {cancelled:?}, {closed:?}", choices.shown());
            assert_eq!(
                remote.times_done(),
                usize::from(closed.applied.is_some()),
                "{shown}"
            );
            if let Some(Ok(first)) = cancelled {
                assert_eq!(first, closed, "what was closed stays closed, {shown}");
            }
            let late = perform(&world.ledger, &request(&effect, "late"), &*remote).await;
            assert_eq!(late, Ok(Performed::Cancelled), "{shown}");
            never_goes_back(&history);
            if !choices.next_round() {
                break;
            }
        }
    }
}

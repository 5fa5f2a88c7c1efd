//! What every store must pass: each function gets a world with a store in it.

pub mod basics;
pub mod cancelling;
pub mod crashes;
pub mod interleavings;
pub mod remote;
pub mod rules;
pub mod steps;

use effects::{
    ClaimRequest, EffectError, EffectId, EffectKind, FactKey, Facts, Fence, Ledger, ManualClock, OwnerId,
    Performed, Record, Remote, Store, Timing, UnixMillis, perform,
};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

pub const WORK_MS: i64 = 30_000;
pub const QUIET_MS: i64 = 120_000;
pub const WINDOW_MS: i64 = 20 * 3_600_000;
pub const LEASE_MS: i64 = WORK_MS + QUIET_MS;
pub const TIMING: Timing = Timing {
    work_ms: WORK_MS,
    quiet_ms: QUIET_MS,
    window_ms: WINDOW_MS,
    keep_s: effects::KEEP_MONEY_S,
};

/// A store, a clock that stands still, and a ledger over both.
#[derive(Clone)]
pub struct World {
    pub store: Arc<dyn Store>,
    pub clock: Arc<ManualClock>,
    pub ledger: Ledger,
}

impl World {
    pub fn new(store: Arc<dyn Store>) -> Self {
        Self::at(store, Arc::new(ManualClock::new(UnixMillis(1_800_000_000_000))))
    }

    pub fn at(store: Arc<dyn Store>, clock: Arc<ManualClock>) -> Self {
        let ledger = Ledger::new(store.clone(), clock.clone(), FactKey::new("1", "a key"));
        Self { store, clock, ledger }
    }

    /// The same world seen through another store.
    pub fn through(&self, store: Arc<dyn Store>) -> Self {
        Self::at(store, self.clock.clone())
    }

    pub fn now(&self) -> UnixMillis {
        self.ledger.now()
    }

    pub async fn record(&self, effect: &EffectId) -> Record {
        self.ledger
            .look(effect)
            .await
            .unwrap()
            .expect("the effect was claimed")
    }

    /// Tries until the other system's whims are used up: what the workflow's retries do.
    pub async fn finish(
        &self,
        request: &ClaimRequest,
        remote: &dyn Remote,
    ) -> Result<Performed, EffectError> {
        let mut result = perform(&self.ledger, request, remote).await;
        for _ in 0..3 {
            if matches!(result, Err(EffectError::Unknown(_) | EffectError::NotSent(_))) {
                self.clock.advance_ms(LEASE_MS);
                result = perform(&self.ledger, request, remote).await;
            }
        }
        result
    }

    /// Claims what nobody has claimed.
    pub async fn fresh(&self, request: &ClaimRequest) -> Fence {
        match self.ledger.claim(request).await.unwrap() {
            effects::Claimed::Fresh(fence) => fence,
            other => panic!("not fresh: {other:?}"),
        }
    }
}

/// An effect no other test uses.
pub fn an_effect() -> EffectId {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    let key = format!(
        "woo/{}/{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    EffectId::new(EffectKind::Capture, &key)
}

pub fn facts() -> Facts {
    Facts::new(1).with("amount_minor", 1999).with("currency", "USD")
}

pub fn request(effect: &EffectId, owner: &str) -> ClaimRequest {
    ClaimRequest {
        effect: effect.clone(),
        owner: OwnerId::new(owner),
        facts: facts(),
        timing: TIMING,
        redrive: false,
    }
}

/// Makes a test of each function of the suite.
macro_rules! tests {
    ($world:expr) => {
        suite::tests! { @ $world =>
            basics::first_claim_is_fresh_and_stores_the_request_id_before_anything_is_sent,
            basics::duplicates_get_the_stored_answer_and_only_one_moves_the_record,
            basics::many_at_once_send_once,
            basics::two_claims_of_one_owner_in_one_instant_are_two,
            basics::a_refusal_is_returned_to_later_callers,
            basics::an_answer_comes_back_as_it_was_stored,
            basics::settled_effects_are_forgotten_after_their_time_and_open_ones_never,
            basics::open_effects_are_listed_oldest_first_until_they_are_settled,
            basics::who_observes_claims_hears_of_each_and_which_attempt_it_is,
            rules::other_facts_are_a_conflict_that_names_them,
            rules::a_redrive_sends_corrected_input_under_a_new_request_id,
            rules::a_redrive_changes_nothing_that_may_have_happened,
            rules::not_found_proves_nothing_before_the_quiet_period_is_over,
            rules::what_never_arrived_is_sent_again_under_the_same_id_after_the_quiet_period,
            rules::after_the_window_it_is_only_looked_up,
            rules::what_was_not_sent_is_tried_again_at_once,
            rules::not_sent_does_not_hide_an_earlier_attempt,
            rules::a_lost_fence_changes_nothing,
            rules::nothing_is_sent_after_the_time_to_send_is_over,
            rules::there_is_no_way_back_from_a_terminal_state,
            rules::after_a_restore_what_looks_unsent_is_looked_up_first,
            crashes::whoever_dies_after_any_step_the_next_one_finishes_it_once,
            crashes::a_write_whose_answer_was_lost_is_recognised,
            crashes::a_silent_store_leaves_the_outcome_unknown_once_something_was_sent,
            cancelling::what_was_never_claimed_is_closed_for_a_late_message,
            cancelling::an_applied_effect_is_closed_and_its_answer_handed_out_for_compensation,
            cancelling::nobody_closes_what_somebody_works_on,
            cancelling::an_unknown_outcome_is_resolved_before_it_is_closed,
            cancelling::a_zombie_of_a_closed_effect_changes_nothing,
            interleavings::two_attempts_in_every_order_with_zombies_and_a_remote_that_recognises_repeats,
            interleavings::two_attempts_in_every_order_with_deadlines_kept_and_a_remote_that_does_not,
            interleavings::an_attempt_and_a_cancellation_in_every_order,
        }
    };
    (@ $world:expr => $($module:ident::$name:ident,)*) => {
        $(
            #[tokio::test]
            async fn $name() {
                let world = $world.await;
                suite::$module::$name(world).await;
            }
        )*
    };
}
pub(crate) use tests;

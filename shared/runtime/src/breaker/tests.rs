use super::{
    state::{FAILURES_MAX, OPEN_MS, PROBE_MS},
    *,
};
use crate::items::MemoryItems;
use effects::ManualClock;

struct Fixture {
    items: Arc<MemoryItems>,
    clock: Arc<ManualClock>,
    breaker: Breaker,
}

fn fixture() -> Fixture {
    let items = Arc::new(MemoryItems::default());
    let clock = Arc::new(ManualClock::new(UnixMillis(1_000_000)));
    Fixture {
        items: items.clone(),
        clock: clock.clone(),
        breaker: Breaker::new(items, clock),
    }
}

impl Fixture {
    /// A function elsewhere, with a cache of its own.
    fn another(&self) -> Breaker {
        Breaker::new(self.items.clone(), self.clock.clone())
    }

    async fn open(&self) {
        for _ in 0..FAILURES_MAX {
            let permit = self.breaker.permit("odoo").await.unwrap();
            self.breaker.record(permit, Health::Failed).await.unwrap();
        }
    }
}

#[tokio::test]
async fn it_opens_after_failures_in_a_row_for_everybody_and_for_one_system() {
    let f = fixture();
    f.open().await;
    for breaker in [&f.breaker, &f.another()] {
        let failure = breaker.permit("odoo").await.unwrap_err();
        assert_eq!(failure.name, FailureName::SystemUnavailable);
        breaker.permit("gp-api").await.unwrap();
    }
}

#[tokio::test]
async fn an_answer_in_between_ends_the_row() {
    let f = fixture();
    for _ in 0..3 * FAILURES_MAX {
        let permit = f.breaker.permit("odoo").await.unwrap();
        f.breaker.record(permit, Health::Failed).await.unwrap();
        let permit = f.breaker.permit("odoo").await.unwrap();
        f.breaker.record(permit, Health::Reached).await.unwrap();
    }
    f.breaker.permit("odoo").await.unwrap();
}

#[tokio::test]
async fn open_lets_one_probe_through_and_asking_is_not_a_failure() {
    let f = fixture();
    f.open().await;
    for _ in 0..10 {
        f.breaker.permit("odoo").await.unwrap_err();
    }
    f.clock.advance_ms(OPEN_MS);
    let probe = f.breaker.permit("odoo").await.unwrap();
    f.another().permit("odoo").await.unwrap_err();
    f.breaker.record(probe, Health::Reached).await.unwrap();
    f.another().permit("odoo").await.unwrap();
}

#[tokio::test]
async fn a_failed_probe_opens_it_for_longer_and_a_lost_one_is_replaced() {
    let f = fixture();
    f.open().await;
    f.clock.advance_ms(OPEN_MS);
    let probe = f.breaker.permit("odoo").await.unwrap();
    f.breaker.record(probe, Health::Failed).await.unwrap();
    f.clock.advance_ms(OPEN_MS);
    f.breaker.permit("odoo").await.unwrap_err();
    f.clock.advance_ms(OPEN_MS);
    let lost = f.breaker.permit("odoo").await.unwrap();
    f.clock.advance_ms(PROBE_MS);
    let second = f.breaker.permit("odoo").await.unwrap();
    f.breaker.record(lost, Health::Reached).await.unwrap();
    f.another()
        .permit("odoo")
        .await
        .expect_err("a probe that took too long decides nothing");
    f.breaker.record(second, Health::Reached).await.unwrap();
    f.another().permit("odoo").await.unwrap();
}

#[tokio::test]
async fn wrong_credentials_open_it_at_once() {
    let f = fixture();
    let early = f.breaker.permit("odoo").await.unwrap();
    let permit = f.breaker.permit("odoo").await.unwrap();
    f.breaker.record(permit, Health::Misconfigured).await.unwrap();
    f.breaker.permit("odoo").await.unwrap_err();
    f.breaker.record(early, Health::Reached).await.unwrap();
    f.breaker
        .permit("odoo")
        .await
        .expect_err("a call from before it opened says nothing");
}

#[test]
fn wrong_credentials_raise_one_alarm() {
    let now = UnixMillis(1_000_000);
    let (state, cause) = State::default().record(now, None, Health::Misconfigured);
    assert_eq!(cause, Some("misconfigured"));
    let later = now.plus_ms(OPEN_MS);
    let (state, asked) = state.unwrap().ask(later, "probe");
    assert_eq!(asked, Asked::Probe);
    let (_, cause) = state.unwrap().record(later, Some("probe"), Health::Misconfigured);
    assert_eq!(cause, None, "the same trouble is not said again");
}

#[tokio::test]
async fn a_paused_system_is_left_alone_until_it_is_resumed_and_then_tried_once() {
    let f = fixture();
    let before = f.breaker.permit("odoo").await.unwrap();
    f.clock.advance_ms(BELIEVED_MS);
    let first = f.breaker.pause("odoo", "jane", "moving house").await.unwrap();
    assert_eq!((first.by.as_str(), first.since_ms), ("jane", f.clock.now().0));
    let second = f.breaker.pause("odoo", "joe", "me too").await.unwrap();
    assert_eq!(second, first, "who paused it first is responsible for it");
    for breaker in [&f.breaker, &f.another()] {
        let failure = breaker.permit("odoo").await.unwrap_err();
        assert_eq!(failure.name, FailureName::SystemUnavailable);
        assert!(breaker.is_open("odoo").await.unwrap());
    }
    f.clock.advance_ms(3 * 24 * 3_600_000);
    f.breaker
        .permit("odoo")
        .await
        .expect_err("no time brings it back");
    f.breaker.record(before, Health::Reached).await.unwrap();
    f.breaker
        .permit("odoo")
        .await
        .expect_err("a call from before says nothing");
    f.breaker.permit("gp-api").await.unwrap();
    assert_eq!(f.breaker.resume("odoo").await.unwrap(), Some(first));
    assert_eq!(f.breaker.resume("odoo").await.unwrap(), None);
    let probe = f.breaker.permit("odoo").await.unwrap();
    f.another().permit("odoo").await.unwrap_err();
    f.breaker.record(probe, Health::Reached).await.unwrap();
    f.another().permit("odoo").await.unwrap();
}

#[tokio::test]
async fn a_system_that_is_still_down_when_it_is_resumed_is_left_alone_as_usual() {
    let f = fixture();
    f.breaker.pause("odoo", "jane", "moving house").await.unwrap();
    f.breaker.resume("odoo").await.unwrap();
    let probe = f.breaker.permit("odoo").await.unwrap();
    f.breaker.record(probe, Health::Failed).await.unwrap();
    f.breaker.permit("odoo").await.unwrap_err();
    let standing = f.breaker.standing("odoo").await.unwrap();
    assert_eq!(
        (standing.untried, standing.tried_from_ms),
        (false, Some(f.clock.now().0 + OPEN_MS))
    );
    f.clock.advance_ms(OPEN_MS);
    let probe = f.breaker.permit("odoo").await.unwrap();
    f.breaker.record(probe, Health::Reached).await.unwrap();
    f.breaker.permit("odoo").await.unwrap();
}

#[tokio::test]
async fn how_long_it_has_been_left_alone_is_known_over_probes_and_pauses() {
    let f = fixture();
    assert_eq!(f.breaker.standing("odoo").await.unwrap(), Standing::default());
    f.open().await;
    let opened = f.clock.now().0;
    f.clock.advance_ms(OPEN_MS);
    let probe = f.breaker.permit("odoo").await.unwrap();
    f.breaker.record(probe, Health::Misconfigured).await.unwrap();
    f.breaker
        .pause("odoo", "jane", "a new key is on its way")
        .await
        .unwrap();
    let standing = f.breaker.standing("odoo").await.unwrap();
    assert_eq!(
        (standing.open_since_ms, standing.misconfigured),
        (Some(opened), true)
    );
    assert_eq!(standing.paused.unwrap().since_ms, f.clock.now().0);
    f.breaker.resume("odoo").await.unwrap();
    let resumed = f.breaker.standing("odoo").await.unwrap();
    assert_eq!((resumed.open_since_ms, resumed.paused), (Some(opened), None));
    assert_eq!(
        (resumed.untried, resumed.tried_from_ms),
        (true, Some(f.clock.now().0))
    );
    let probe = f.breaker.permit("odoo").await.unwrap();
    f.breaker.record(probe, Health::Reached).await.unwrap();
    assert_eq!(f.breaker.standing("odoo").await.unwrap(), Standing::default());
}

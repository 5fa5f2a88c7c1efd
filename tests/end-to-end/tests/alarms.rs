//! Every alarm of the deployed stack goes into ALARM and back to OK, and the topic tells of it. The alarms are those that
//! are there: a new one is driven like the others.

use std::collections::BTreeSet;

use anyhow::{Context, Result};
use end_to_end::{decide, fresh_id, parked, unknown_sku_order, witness};
use sandbox::aws::{Mailbox, Notification};
use sandbox::cloudwatch::{Alarm, Comparison, Metric, Metrics, Millis, Missing, Sample, StandIn, State, now};
use sandbox::places::repository;
use sandbox::witness::Witness;
use serde_json::{Value, json};
use tokio::sync::Mutex;

/// Two tests at once would set the same alarms.
static ALARMS: Mutex<()> = Mutex::const_new(());
const DAY_S: i64 = 24 * 60 * 60;

/// Samples that make an alarm go off, or that do not, in each of its newest `periods`.
fn samples(alarm: &Alarm, breaching: bool, periods: usize, at: Millis) -> Metrics {
    let mut metrics = Metrics::default();
    // Where silence breaches, it is what breaches.
    if breaching && alarm.missing == Missing::Breaching {
        return metrics;
    }
    let (above, below) = match alarm.comparison {
        Comparison::Greater => (alarm.threshold + 1.0, alarm.threshold),
        Comparison::GreaterOrEqual => (alarm.threshold, alarm.threshold - 1.0),
        Comparison::Less => (alarm.threshold, alarm.threshold - 1.0),
        Comparison::LessOrEqual => (alarm.threshold + 1.0, alarm.threshold),
    };
    let greater = matches!(alarm.comparison, Comparison::Greater | Comparison::GreaterOrEqual);
    let value = if breaching == greater { above } else { below };
    for back in (0..).take(periods) {
        let at = at - back * alarm.period;
        metrics.put(alarm.metric.clone(), Sample { at, value });
    }
    metrics
}

/// The alarm of the stack whose name in the template begins so.
fn called<'a>(alarms: &'a [Alarm], name: &str) -> Result<&'a Alarm> {
    let part = format!("-{name}Alarm-");
    let found = alarms.iter().find(|alarm| alarm.name.contains(&part));
    found.with_context(|| format!("there is no alarm {name}"))
}

async fn state(stand_in: &StandIn, name: &str) -> Result<State> {
    let alarms = stand_in.alarms().await?;
    let alarm = alarms.into_iter().find(|alarm| alarm.name == name);
    Ok(alarm.with_context(|| format!("there is no alarm {name}"))?.state)
}

/// Decides one alarm over these samples, whatever it said before; what it says now.
async fn decided(stand_in: &mut StandIn, alarm: &Alarm, metrics: Metrics, at: Millis) -> Result<State> {
    stand_in.metrics = metrics;
    let state_before = state(stand_in, &alarm.name).await?;
    let alarm = Alarm {
        state: state_before,
        ..alarm.clone()
    };
    stand_in.decide_one(alarm.clone(), at).await?;
    state(stand_in, &alarm.name).await
}

fn told(state: &str, alarm: &Alarm) -> Notification {
    Notification {
        alarm: alarm.name.clone(),
        state: state.to_owned(),
        description: alarm.description.clone(),
    }
}

/// Waits until all of these have come; what came of other alarms' ends is passed over.
async fn hears(witness: &Witness, mailbox: &Mailbox, wanted: &[Notification]) -> Result<()> {
    let mut heard = Vec::new();
    let what = format!("the notifications {wanted:?}");
    witness
        .until(&what, async || {
            heard.extend(mailbox.take().await?);
            Ok(wanted.iter().all(|one| heard.contains(one)).then_some(()))
        })
        .await
}

#[tokio::test]
async fn every_alarm_goes_off_and_back_and_is_told() -> Result<()> {
    let _alone = ALARMS.lock().await;
    let witness = witness().await?;
    let mailbox = Mailbox::open(&witness.deployed, &format!("every-alarm-{}", fresh_id())).await?;
    let mut stand_in = StandIn::of(&witness.deployed, now()).await?;
    let alarms = stand_in.alarms().await?;
    assert!(alarms.len() > 40, "{} alarms", alarms.len());
    for alarm in &alarms {
        let at = now();
        let well = samples(alarm, false, alarm.periods, at);
        assert_eq!(
            decided(&mut stand_in, alarm, well.clone(), at).await?,
            State::Ok,
            "{}",
            alarm.name
        );
        mailbox.take().await?;
        if alarm.missing != Missing::Breaching {
            let not_yet = samples(alarm, true, alarm.to_alarm - 1, at);
            let said = decided(&mut stand_in, alarm, not_yet, at).await?;
            assert_eq!(said, State::Ok, "{} goes off too early", alarm.name);
        }
        let breach = samples(alarm, true, alarm.to_alarm, at);
        assert_eq!(
            decided(&mut stand_in, alarm, breach, at).await?,
            State::Alarm,
            "{}",
            alarm.name
        );
        hears(&witness, &mailbox, &[told("ALARM", alarm)]).await?;
        assert_eq!(
            decided(&mut stand_in, alarm, well, at).await?,
            State::Ok,
            "{}",
            alarm.name
        );
        let end: Vec<_> = alarm.tells_end.then(|| told("OK", alarm)).into_iter().collect();
        hears(&witness, &mailbox, &end).await?;
        let runbook = alarm.description.split_whitespace().last().unwrap_or_default();
        assert!(
            repository().join(runbook).is_file(),
            "{}: {:?}",
            alarm.name,
            alarm.description
        );
    }
    mailbox.close().await
}

/// What the stack really measures: the alarms look at metrics that are there under exactly their dimensions.
#[tokio::test]
async fn what_goes_wrong_is_told_and_so_is_its_end() -> Result<()> {
    let _alone = ALARMS.lock().await;
    let witness = witness().await?;
    let mailbox = Mailbox::open(&witness.deployed, &format!("real-alarms-{}", fresh_id())).await?;
    close_all_reviews(&witness).await?;
    witness.aws.purge(&witness.deployed, "LastResort").await?;
    let mut stand_in = StandIn::of(&witness.deployed, now()).await?;
    let alarms = stand_in.alarms().await?;
    let caused = [
        "ReviewsOpen",
        "ReviewsOpened",
        "LastResort",
        "BreakerOpen",
        "Credentials",
    ];
    let caused = caused
        .map(|name| called(&alarms, name))
        .into_iter()
        .collect::<Result<Vec<_>>>()?;
    all_say(&witness, &mut stand_in, &caused, now, State::Ok).await?;
    mailbox.take().await?;

    let before = now();
    let trouble = Trouble::make(&witness).await?;
    all_say(&witness, &mut stand_in, &caused, || before, State::Alarm).await?;
    let all: Vec<_> = caused.iter().map(|alarm| told("ALARM", alarm)).collect();
    hears(&witness, &mailbox, &all).await?;

    trouble.mend(&witness).await?;
    all_say(&witness, &mut stand_in, &caused, now, State::Ok).await?;
    let ends = caused.iter().filter(|alarm| alarm.tells_end);
    let ends: Vec<_> = ends.map(|alarm| told("OK", alarm)).collect();
    hears(&witness, &mailbox, &ends).await?;
    watched_metrics_are_there(&stand_in, &alarms);
    mailbox.close().await
}

/// Measures until these alarms say so about what was measured since then: each at the end of a period that begins then,
/// so that nobody has to wait for it.
async fn all_say(
    witness: &Witness,
    stand_in: &mut StandIn,
    alarms: &[&Alarm],
    since: impl Fn() -> Millis,
    wanted: State,
) -> Result<()> {
    witness
        .until(&format!("the alarms as {wanted:?}"), async || {
            let since = since();
            witness.review_desk(&json!({"action": "measure"})).await?;
            stand_in.gather().await?;
            let mut all = true;
            for alarm in alarms {
                let state_before = state(stand_in, &alarm.name).await?;
                let alarm = Alarm {
                    state: state_before,
                    ..(*alarm).clone()
                };
                let at = since + alarm.period - 1;
                stand_in.decide_one(alarm.clone(), at).await?;
                all &= state(stand_in, &alarm.name).await? == wanted;
            }
            Ok(all.then_some(()))
        })
        .await
}

/// What is wrong, to be mended.
struct Trouble {
    review: Value,
}

impl Trouble {
    /// A review, a message nobody takes, a system away for eleven minutes, a key that ends in three days.
    async fn make(witness: &Witness) -> Result<Self> {
        let token = witness.gateway.store_card("visa").await?;
        let (_, review) = parked(witness, &unknown_sku_order(&token)).await?;
        let message = json!({"schema": 1, "action": "nobody-knows"});
        witness
            .aws
            .send(&witness.deployed, "LastResort", &message, None)
            .await?;
        let pause =
            json!({"action": "pause", "system": "shop-own", "reason": "an alarm is tried", "by": "test"});
        witness.review_desk(&pause).await?;
        let since_ms = now() - 11 * 60 * 1000;
        let age = |body: &mut Value| body["paused"]["since_ms"] = json!(since_ms);
        witness
            .aws
            .rewrite(&witness.deployed, "breaker/shop-own", age)
            .await?;
        expires_in(witness, 3).await?;
        Ok(Self { review })
    }

    async fn mend(self, witness: &Witness) -> Result<()> {
        decide(witness, &self.review, "drop").await?;
        close_all_reviews(witness).await?;
        witness.aws.purge(&witness.deployed, "LastResort").await?;
        let resume =
            json!({"action": "resume", "system": "shop-own", "reason": "it was tried", "by": "test"});
        witness.review_desk(&resume).await?;
        // Whoever calls the shop next finds out that it is well.
        let poller = witness.deployed.output("ChangePoller")?;
        witness
            .aws
            .invoke(poller, &json!({"schema": 1, "action": "poll"}))
            .await?;
        expires_in(witness, 60).await
    }
}

/// Says when Odoo's key ends.
async fn expires_in(witness: &Witness, days: i64) -> Result<()> {
    let day = jiff::Timestamp::from_second(now() / 1000 + days * DAY_S)?;
    let day = day.strftime("%Y-%m-%d").to_string();
    witness
        .aws
        .tag_secret(witness.deployed.output("OdooSecret")?, "expires-on", &day)
        .await
}

/// Drops what other tests have left: a queue of reviews is empty or it is not.
async fn close_all_reviews(witness: &Witness) -> Result<()> {
    witness
        .until("the end of all reviews", async || {
            let list = witness.review_desk(&json!({"action": "list"})).await?;
            let open = list["reviews"].as_array().cloned().unwrap_or_default();
            for review in &open {
                // Somebody else may have closed it.
                let _ = decide(witness, review, "drop").await;
            }
            Ok(open.is_empty().then_some(()))
        })
        .await
}

/// What an alarm looks at was measured, except for what only goes wrong on AWS or rarely.
fn watched_metrics_are_there(stand_in: &StandIn, alarms: &[Alarm]) {
    let there: BTreeSet<_> = stand_in.metrics.all().collect();
    for alarm in alarms {
        // A function that was not invoked meanwhile, a shop that could be polled, a run that did not end.
        let rare = matches!(
            alarm.metric.namespace.as_str(),
            "AWS/Lambda" | "AWS/States" | "AWS/ApiGateway"
        ) || alarm.metric.name == "PollsFailed";
        assert!(
            rare || there.contains(&alarm.metric),
            "{} watches {:?}",
            alarm.name,
            alarm.metric
        );
    }
    let of_functions = |metric: &&Metric| {
        metric.namespace == "AWS/Lambda"
            && ["Errors", "Throttles", "Duration"].contains(&metric.name.as_str())
    };
    for metric in stand_in.metrics.all().filter(of_functions) {
        assert!(
            alarms.iter().any(|alarm| alarm.metric == *metric),
            "nobody watches {metric:?}"
        );
    }
}

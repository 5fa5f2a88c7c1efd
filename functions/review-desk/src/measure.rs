//! Gauges: what nobody tells by itself, because it is a state and no event. Read every five minutes, for alarms and the
//! dashboard. One that cannot be read does not keep the others from being told.

use crate::desk::Desk;
use domain::failure::Failure;
use effects::{EffectKind, Record, State, UnixMillis};
use futures::future::try_join_all;
use jiff::{
    Timestamp,
    civil::{Date, Time},
    tz::TimeZone,
};
use runtime::{
    metrics::{self, Metric},
    secrets::SecretTags,
    stores::{OrderItem, ReviewState},
};
use serde_json::{Map, Value, json};
use std::sync::Arc;

/// Most reviews that are counted: with more of them the number no longer matters.
const LIMIT: usize = 1_000;
/// Effects that are asked for at once.
const AT_ONCE: usize = 16;
/// How long orders are looked at for money without an invoice. The function has a minute.
const LOOKS_FOR_MS: i64 = 30_000;
/// How long money may be taken and not in the books: a batch of the invoice writer, and a few retries.
const INVOICED_WITHIN_MS: i64 = 15 * 60_000;
/// The tag of a secret that says when its credential lapses, as `2027-03-31`.
const EXPIRES_ON: &str = "expires-on";
const DAY_S: i64 = 24 * 3600;

/// Which credentials lapse, and where it is written.
pub struct Credentials {
    /// What metrics call a secret, and its name or ARN.
    pub secrets: Vec<(String, String)>,
    /// Where their tags are read.
    pub tags: Arc<dyn SecretTags>,
}

/// What was measured, as the answer; and the first failure.
#[derive(Default)]
struct Measured {
    values: Map<String, Value>,
    failure: Option<Failure>,
}

impl Measured {
    fn tell(&mut self, metric: Metric, value: i64, dimensions: &[&str]) {
        metrics::emit(metric, value, dimensions);
        let name = metric.definition().name;
        let key = dimensions
            .iter()
            .fold(name.to_owned(), |key, value| format!("{key}/{value}"));
        self.values.insert(key, json!(value));
    }

    fn note(&mut self, result: Result<(), Failure>) {
        if let Err(failure) = result {
            tracing::warn!(error = failure.name.as_str(), "not measured: {}", failure.what);
            self.failure.get_or_insert(failure);
        }
    }
}

impl Desk {
    pub(crate) async fn measure(&self) -> Result<Value, Failure> {
        let now = self.clock.now();
        let mut measured = Measured::default();
        let reviews = self.measure_reviews(&mut measured, now).await;
        measured.note(reviews);
        let orders = self.measure_orders(&mut measured, now).await;
        measured.note(orders);
        for system in self.systems() {
            let standing = self.measure_system(&mut measured, &system, now).await;
            measured.note(standing);
        }
        for (name, secret) in &self.credentials.secrets {
            let left = self.measure_credential(&mut measured, name, secret, now).await;
            measured.note(left);
        }
        match measured.failure {
            Some(failure) => Err(failure),
            None => Ok(Value::Object(measured.values)),
        }
    }

    async fn measure_reviews(&self, measured: &mut Measured, now: UnixMillis) -> Result<(), Failure> {
        let open = self.reviews.list(ReviewState::Open, LIMIT).await?;
        let oldest = open.iter().map(|review| review.opened_at_ms).min();
        measured.tell(Metric::ReviewsOpen, number(open.len()), &[]);
        measured.tell(Metric::OldestReviewSeconds, age_s(oldest, now), &[]);
        Ok(())
    }

    async fn measure_orders(&self, measured: &mut Measured, now: UnixMillis) -> Result<(), Failure> {
        let (mut count, mut oldest, mut waiting, mut not_looked_at) = (0, None, 0, 0);
        let mut open = self.orders.open();
        while let Some(page) = open.next().await? {
            count += page.len();
            oldest = page.iter().map(|item| item.opened_at_ms).chain(oldest).min();
            if self.clock.now().since_ms(now) > LOOKS_FOR_MS {
                not_looked_at += page.len();
                continue;
            }
            for some in page.chunks(AT_ONCE) {
                let looks = some.iter().map(|item| self.waits_for_its_invoice(item, now));
                let looks = try_join_all(looks).await?;
                waiting += looks.into_iter().filter(|waits| *waits).count();
            }
        }
        if not_looked_at > 0 {
            tracing::warn!(
                not_looked_at,
                "too many open orders to look for money without an invoice at all"
            );
        }
        measured.tell(Metric::OrdersOpen, number(count), &[]);
        measured.tell(Metric::OldestOrderSeconds, age_s(oldest, now), &[]);
        measured.tell(Metric::CapturedNotInvoiced, number(waiting), &[]);
        Ok(())
    }

    /// Whether an order's money was taken too long ago for it not to be in the books.
    async fn waits_for_its_invoice(&self, item: &OrderItem, now: UnixMillis) -> Result<bool, Failure> {
        let too_long = |since: UnixMillis| now.since_ms(since) >= INVOICED_WITHIN_MS;
        let by_the_shop = item.facts.as_ref().is_some_and(domain::order::Facts::is_captured);
        // A run takes money after the order is in Odoo; the shop's plugin may have taken it before there was a run.
        let may_be_taken = by_the_shop || item.in_odoo;
        if !may_be_taken || !too_long(UnixMillis(item.opened_at_ms)) {
            return Ok(false);
        }
        if !by_the_shop {
            let capture = self.effect_of(EffectKind::Capture, &item.run()).await?;
            // Settled, an effect gives its lease back: that is when it was applied.
            let taken = capture.is_some_and(|record| is_applied(&record) && too_long(record.lease_until));
            if !taken {
                return Ok(false);
            }
        }
        let invoice = self.effect_of(EffectKind::WriteInvoice, &item.run()).await?;
        Ok(!invoice.is_some_and(|record| is_applied(&record)))
    }

    async fn measure_system(
        &self,
        measured: &mut Measured,
        system: &str,
        now: UnixMillis,
    ) -> Result<(), Failure> {
        let standing = self.breaker.standing(system).await?;
        let since = standing.open_since_ms;
        measured.tell(Metric::BreakerOpen, i64::from(since.is_some()), &[system]);
        measured.tell(Metric::BreakerOpenSeconds, age_s(since, now), &[system]);
        Ok(())
    }

    async fn measure_credential(
        &self,
        measured: &mut Measured,
        name: &str,
        secret: &str,
        now: UnixMillis,
    ) -> Result<(), Failure> {
        let Some(date) = self.credentials.tags.tag(secret, EXPIRES_ON).await? else {
            return Ok(());
        };
        measured.tell(Metric::CredentialDaysLeft, days_left(name, &date, now), &[name]);
        Ok(())
    }
}

fn is_applied(record: &Record) -> bool {
    record.state == State::Applied
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}

/// Seconds since then; 0 when there is no then.
fn age_s(since_ms: Option<i64>, now: UnixMillis) -> i64 {
    since_ms.map_or(0, |since| now.since_ms(UnixMillis(since)).max(0) / 1000)
}

/// Days to a date, fewer than none when it has passed. One that cannot be read counts as today: somebody has to look.
fn days_left(name: &str, date: &str, now: UnixMillis) -> i64 {
    let day = date.trim().parse::<Date>().ok();
    let day = day.and_then(|day| TimeZone::UTC.to_timestamp(day.to_datetime(Time::midnight())).ok());
    let Some(day) = day else {
        tracing::error!(credential = name, "the tag {EXPIRES_ON} is no date");
        return 0;
    };
    let now = Timestamp::from_millisecond(now.0).unwrap_or(Timestamp::UNIX_EPOCH);
    let left_s = day.as_second() - now.as_second();
    left_s.div_euclid(DAY_S)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_to_the_beginning_of_the_day_and_below_nothing() {
        let now = UnixMillis(1_795_446_000_000); // 2026-11-23 15:00
        for (date, days) in [
            ("2026-12-07", 13),
            ("2026-11-24", 0),
            ("2026-11-23", -1),
            ("2026-11-01", -23),
            ("soon", 0),
            ("2026-13-01", 0),
        ] {
            assert_eq!(days_left("odoo", date, now), days, "{date}");
        }
    }
}

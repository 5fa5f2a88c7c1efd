//! Metrics, as lines of the log that CloudWatch turns into datapoints (Embedded Metric Format): one write to standard
//! output, no call, nothing to wait for, and nothing that could fail a function. Without `METRICS_NAMESPACE` there are
//! none.

mod line;
mod vocabulary;

pub use vocabulary::{Definition, FUNCTION, Metric};

use crate::{environment, work};
use domain::failure::Failure;
use effects::{Clock, EffectId, SystemClock};
use line::Source;
use serde_json::{Number, Value};
use std::{
    cell::RefCell,
    future::Future,
    io::Write,
    sync::{
        LazyLock,
        atomic::{AtomicBool, Ordering},
    },
};

static SOURCE: LazyLock<Option<Source>> = LazyLock::new(|| {
    let namespace = environment::optional("METRICS_NAMESPACE")?;
    let function = function().to_owned();
    Some(Source { namespace, function })
});

/// `{stack}-order-writer` → `order-writer`.
static FUNCTION_NAME: LazyLock<String> = LazyLock::new(|| {
    let name = environment::optional("AWS_LAMBDA_FUNCTION_NAME").unwrap_or_default();
    let stack = environment::optional("METRICS_NAMESPACE").unwrap_or_default();
    let short = name.strip_prefix(&stack).and_then(|rest| rest.strip_prefix('-'));
    short.unwrap_or(&name).to_owned()
});

static IS_WARM: AtomicBool = AtomicBool::new(false);

tokio::task_local! {
    static CAPTURED: RefCell<Vec<Value>>;
}

/// The function this process is, without the stack's name; empty outside of Lambda.
pub fn function() -> &'static str {
    &FUNCTION_NAME
}

/// Emits a datapoint. `dimensions` are the values of [`Definition::dimensions`] without [`FUNCTION`].
pub fn emit(metric: Metric, value: impl Into<Number>, dimensions: &[&str]) {
    let now = SystemClock.now();
    let written = |source: &Source| {
        let ids = work::ids();
        line::line(source, now, metric, value.into(), dimensions, ids)
    };
    if is_captured() {
        let source = Source {
            namespace: "captured".to_owned(),
            function: "captured".to_owned(),
        };
        if let Some(line) = written(&source) {
            // It was there a moment ago, and nobody else holds it.
            let _ = CAPTURED.try_with(|lines| lines.borrow_mut().push(line));
        }
        return;
    }
    if let Some(line) = SOURCE.as_ref().and_then(written) {
        // In one piece: log lines are written by others, too. What cannot be written is not worth an order.
        let _ = std::io::stdout().lock().write_all(format!("{line}\n").as_bytes());
    }
}

/// Emits that something happened once.
pub fn count(metric: Metric, dimensions: &[&str]) {
    emit(metric, 1, dimensions);
}

/// Emits a failure by its name.
pub fn failure(failure: &Failure) {
    count(Metric::Failures, &[failure.name.as_str()]);
}

/// Counts effects that are claimed again.
pub struct Retries;

impl effects::Observer for Retries {
    fn claimed(&self, _effect: &EffectId, attempt: u32) {
        if attempt > 1 {
            count(Metric::Retries, &[]);
        }
    }
}

/// Emits the first invocation of this process as a cold start.
pub fn invoked() {
    if !IS_WARM.swap(true, Ordering::Relaxed) {
        count(Metric::ColdStarts, &[]);
    }
}

/// Milliseconds as a number of seconds.
pub fn seconds(milliseconds: i64) -> Number {
    #[expect(clippy::cast_precision_loss, reason = "a time, and short")]
    Number::from_f64(milliseconds as f64 / 1000.0).unwrap_or_else(|| Number::from(milliseconds / 1000))
}

/// Runs something and keeps the lines it would emit, for tests.
pub async fn captured<T>(work: impl Future<Output = T>) -> (T, Vec<Value>) {
    let kept = async {
        let done = work.await;
        let lines = CAPTURED.with(|lines| lines.take());
        (done, lines)
    };
    CAPTURED.scope(RefCell::default(), kept).await
}

fn is_captured() -> bool {
    CAPTURED.try_with(|_| ()).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn tests_see_what_is_emitted_and_nobody_else_does() {
        emit(Metric::BatchSize, 3, &[]);
        let ((), lines) = captured(async {
            emit(Metric::BatchSize, 7, &[]);
            count(Metric::OrdersReceived, &["woo"]);
            count(Metric::OrdersReceived, &[]);
        })
        .await;
        let values: Vec<_> = lines
            .iter()
            .map(|line| (&line["BatchSize"], &line["Store"]))
            .collect();
        assert_eq!(
            values,
            [
                (&Value::from(7), &Value::Null),
                (&Value::Null, &Value::from("woo"))
            ]
        );
    }

    #[test]
    fn seconds_keep_their_milliseconds() {
        assert_eq!(Value::Number(seconds(12_345)), serde_json::json!(12.345));
    }

    #[test]
    fn the_documentation_names_every_metric_with_its_unit_and_dimensions() {
        let documented: Vec<(String, String, String)> = include_str!("../../../docs/metrics.md")
            .lines()
            .filter(|line| line.starts_with("| `"))
            .map(|line| {
                let mut cells = line.split('|').skip(1).map(|cell| cell.trim().replace('`', ""));
                let mut cell = || cells.next().unwrap_or_default();
                (cell(), cell(), cell())
            })
            .collect();
        let ours = Metric::ALL.map(|metric| {
            let Definition {
                name,
                unit,
                dimensions,
                total,
            } = metric.definition();
            let set = match dimensions.is_empty() {
                true => "none".to_owned(),
                false => dimensions.join(", "),
            };
            let total = if total { "; none" } else { "" };
            (name.to_owned(), unit.to_owned(), format!("{set}{total}"))
        });
        assert_eq!(documented, ours);
    }
}

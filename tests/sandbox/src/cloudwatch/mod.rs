//! CloudWatch's own work, which the emulator leaves undone: metrics from the lines the functions log, metrics of AWS's own
//! services, and alarms evaluated over exactly the metric they name.
//!
//! [`StandIn`] gathers from a running stack, keeps what it found in [`Metrics`], decides every [`Alarm`] of the stack, and
//! sets the state the emulator shows: the emulator then tells the topic, as AWS does. What the emulator would decide
//! itself, and why it is not asked, is in `docs/local-vs-aws.md`.

mod alarm;
mod alarms;
mod dashboard;
mod emf;
mod log_lines;
mod metrics;
mod services;
mod stand_in;
mod statistic;

pub use alarm::{Alarm, Comparison, Missing, State};
pub use dashboard::{Options as DashboardOptions, Span, dashboard, draw};
pub use metrics::{Metric, Metrics, Sample};
pub use stand_in::StandIn;
pub use statistic::Statistic;

/// Milliseconds since 1970, as CloudWatch counts.
pub type Millis = i64;

/// Now.
pub fn now() -> Millis {
    jiff::Timestamp::now().as_millisecond()
}

//! The one vocabulary of metrics. `docs/metrics.md` says the same for people; a test compares the two.

/// A metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Metric {
    /// A run was opened.
    OrdersReceived,
    /// A run closed its order as paid.
    OrdersCompleted,
    /// A run closed its order as declined, or asked for another payment.
    OrdersDeclined,
    /// A run closed its order after compensation.
    OrdersCancelled,
    /// From the opening of a run to its end as paid.
    OrderSeconds,
    /// Money was taken, minor units.
    AmountCaptured,
    /// Money is in the books, minor units.
    AmountInvoiced,
    /// Own time of one invocation.
    StepMilliseconds,
    /// Requests sent to Odoo in one invocation.
    OdooCalls,
    /// Messages taken in one invocation.
    BatchSize,
    /// A failure handed to the platform, answered to a waiting step, or given back to a queue.
    Failures,
    /// An effect was claimed that somebody had begun before.
    Retries,
    /// The first invocation of a process.
    ColdStarts,
    /// A review was opened, or opened again.
    ReviewsOpened,
    /// A breaker opened.
    BreakersOpened,
    /// A store could not be polled.
    PollsFailed,
    /// A webhook was refused.
    WebhooksRefused,
    /// Open reviews.
    ReviewsOpen,
    /// Age of the oldest open review.
    OldestReviewSeconds,
    /// Orders a run works on.
    OrdersOpen,
    /// Age of the oldest of them.
    OldestOrderSeconds,
    /// Open orders whose money was taken a while ago and is not in the books.
    CapturedNotInvoiced,
    /// Whether a system is left alone.
    BreakerOpen,
    /// For how long it has been.
    BreakerOpenSeconds,
    /// Until a credential lapses.
    CredentialDaysLeft,
    /// Age of the oldest change in the audit trail's last batch.
    AuditLagSeconds,
}

/// What belongs to a metric.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Definition {
    /// Its name.
    pub name: &'static str,
    /// Its unit, as CloudWatch spells it.
    pub unit: &'static str,
    /// Its dimensions. [`FUNCTION`] is filled in by itself.
    pub dimensions: &'static [&'static str],
    /// Whether it is also emitted without dimensions, as a total that an alarm can watch.
    pub total: bool,
}

/// The dimension whose value is the emitting function.
pub const FUNCTION: &str = "Function";

impl Metric {
    /// All of them, in the order of the documentation.
    pub const ALL: [Self; 26] = [
        Self::OrdersReceived,
        Self::OrdersCompleted,
        Self::OrdersDeclined,
        Self::OrdersCancelled,
        Self::OrderSeconds,
        Self::AmountCaptured,
        Self::AmountInvoiced,
        Self::StepMilliseconds,
        Self::OdooCalls,
        Self::BatchSize,
        Self::Failures,
        Self::Retries,
        Self::ColdStarts,
        Self::ReviewsOpened,
        Self::BreakersOpened,
        Self::PollsFailed,
        Self::WebhooksRefused,
        Self::ReviewsOpen,
        Self::OldestReviewSeconds,
        Self::OrdersOpen,
        Self::OldestOrderSeconds,
        Self::CapturedNotInvoiced,
        Self::BreakerOpen,
        Self::BreakerOpenSeconds,
        Self::CredentialDaysLeft,
        Self::AuditLagSeconds,
    ];

    /// What belongs to it.
    pub fn definition(self) -> Definition {
        const COUNT: &str = "Count";
        const SECONDS: &str = "Seconds";
        let (name, unit, dimensions): (_, _, &'static [&'static str]) = match self {
            Self::OrdersReceived => ("OrdersReceived", COUNT, &["Store"]),
            Self::OrdersCompleted => ("OrdersCompleted", COUNT, &["Store"]),
            Self::OrdersDeclined => ("OrdersDeclined", COUNT, &["Store"]),
            Self::OrdersCancelled => ("OrdersCancelled", COUNT, &["Store"]),
            Self::OrderSeconds => ("OrderSeconds", SECONDS, &["Store"]),
            Self::AmountCaptured => ("AmountCaptured", "None", &["Currency"]),
            Self::AmountInvoiced => ("AmountInvoiced", "None", &["Currency"]),
            Self::StepMilliseconds => ("StepMilliseconds", "Milliseconds", &["Step"]),
            Self::OdooCalls => ("OdooCalls", COUNT, &[FUNCTION]),
            Self::BatchSize => ("BatchSize", COUNT, &[FUNCTION]),
            Self::Failures => ("Failures", COUNT, &[FUNCTION, "Name"]),
            Self::Retries => ("Retries", COUNT, &[FUNCTION]),
            Self::ColdStarts => ("ColdStarts", COUNT, &[FUNCTION]),
            Self::ReviewsOpened => ("ReviewsOpened", COUNT, &[]),
            Self::BreakersOpened => ("BreakersOpened", COUNT, &["System"]),
            Self::PollsFailed => ("PollsFailed", COUNT, &["Store"]),
            Self::WebhooksRefused => ("WebhooksRefused", COUNT, &["Name"]),
            Self::ReviewsOpen => ("ReviewsOpen", COUNT, &[]),
            Self::OldestReviewSeconds => ("OldestReviewSeconds", SECONDS, &[]),
            Self::OrdersOpen => ("OrdersOpen", COUNT, &[]),
            Self::OldestOrderSeconds => ("OldestOrderSeconds", SECONDS, &[]),
            Self::CapturedNotInvoiced => ("CapturedNotInvoiced", COUNT, &[]),
            Self::BreakerOpen => ("BreakerOpen", COUNT, &["System"]),
            Self::BreakerOpenSeconds => ("BreakerOpenSeconds", SECONDS, &["System"]),
            Self::CredentialDaysLeft => ("CredentialDaysLeft", COUNT, &["Credential"]),
            Self::AuditLagSeconds => ("AuditLagSeconds", SECONDS, &[]),
        };
        let total = matches!(
            self,
            Self::OrdersReceived
                | Self::OrdersCompleted
                | Self::Failures
                | Self::BreakersOpened
                | Self::PollsFailed
                | Self::BreakerOpenSeconds
                | Self::CredentialDaysLeft
        );
        Definition {
            name,
            unit,
            dimensions,
            total,
        }
    }
}

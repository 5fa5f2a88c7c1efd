//! How the simulated platform is set up, and the benchmark's cloud with it: numbers of `infra/template.yaml`, under its
//! logical names. The guards of the template compare them with it.

use crate::function::Function;

/// A queue.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QueueSetUp {
    /// Its logical name.
    pub resource: &'static str,
    /// Its name, without the stack's.
    pub name: &'static str,
    /// `VisibilityTimeout`, seconds.
    pub visibility_s: u32,
    /// Where dead letters go, by logical name, and `maxReceiveCount`.
    pub dead_letters: Option<(&'static str, u32)>,
}

const fn queue(resource: &'static str, name: &'static str, visibility_s: u32) -> QueueSetUp {
    QueueSetUp {
        resource,
        name,
        visibility_s,
        dead_letters: None,
    }
}

impl QueueSetUp {
    const fn dead(self, queue: &'static str, receives_max: u32) -> Self {
        Self {
            dead_letters: Some((queue, receives_max)),
            ..self
        }
    }

    /// First in, first out, by group.
    pub fn is_fifo(&self) -> bool {
        self.name.ends_with(".fifo")
    }
}

/// Every queue, dead letters before those they come from.
pub const QUEUES: [QueueSetUp; 8] = [
    queue("InboxDlq", "inbox-dlq.fifo", 360),
    queue("Inbox", "inbox.fifo", 180).dead("InboxDlq", 1000),
    queue("OrderWorkDlq", "order-work-dlq", 360),
    queue("OrderWork", "order-work", 750).dead("OrderWorkDlq", 500),
    queue("InvoiceWorkDlq", "invoice-work-dlq", 360),
    queue("InvoiceWork", "invoice-work", 750).dead("InvoiceWorkDlq", 500),
    queue("AsyncDlq", "async-dlq", 360),
    // SQS's own time: the template names none.
    queue("LastResort", "last-resort", 30),
];

/// `MessageRetentionPeriod` of every queue, seconds.
pub const RETENTION_S: i64 = 1_209_600;

/// An event source mapping.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct MappingSetUp {
    /// Its logical name.
    pub resource: &'static str,
    /// The queue's logical name.
    pub queue: &'static str,
    /// Who takes its messages.
    pub function: Function,
    /// `BatchSize`
    pub batch: usize,
    /// `MaximumConcurrency`
    pub at_once: usize,
    /// `MaximumBatchingWindowInSeconds`: how long the first message of a batch waits for others. The simulation does not
    /// wait: its batches are whatever is there.
    pub window_s: u64,
}

impl MappingSetUp {
    const fn gathered(self, batch: usize, window_s: u64) -> Self {
        Self {
            batch,
            window_s,
            ..self
        }
    }
}

const fn mapping(
    resource: &'static str,
    queue: &'static str,
    function: Function,
    at_once: usize,
) -> MappingSetUp {
    MappingSetUp {
        resource,
        queue,
        function,
        batch: 10,
        at_once,
        window_s: 0,
    }
}

/// Every event source mapping of a queue.
pub const MAPPINGS: [MappingSetUp; 7] = [
    mapping("EventRouterBatches", "Inbox", Function::EventRouter, 10),
    mapping("OrderWriterBatches", "OrderWork", Function::OrderWriter, 2).gathered(25, 1),
    mapping("InvoiceWriterBatches", "InvoiceWork", Function::InvoiceWriter, 2).gathered(25, 1),
    mapping("ReviewDeskFromInboxDlq", "InboxDlq", Function::ReviewDesk, 2),
    mapping(
        "ReviewDeskFromOrderWorkDlq",
        "OrderWorkDlq",
        Function::ReviewDesk,
        2,
    ),
    mapping(
        "ReviewDeskFromInvoiceWorkDlq",
        "InvoiceWorkDlq",
        Function::ReviewDesk,
        2,
    ),
    mapping("ReviewDeskFromAsyncDlq", "AsyncDlq", Function::ReviewDesk, 2),
];

/// The event source mapping of a table's stream.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct StreamSetUp {
    /// Its logical name.
    pub resource: &'static str,
    /// The table's logical name.
    pub table: &'static str,
    /// `BatchSize`
    pub batch: usize,
    /// `MaximumBatchingWindowInSeconds`: how long changes gather.
    pub window_s: u64,
    /// How many shards the stream has. No number of the template, but an assumption: a table on demand begins with four
    /// partitions, each with a shard of its own, and what is written to one order comes in as many batches.
    pub shards: u64,
}

/// The stream of the table, as the benchmark's cloud reads it. The simulation brings changes in batches of any length.
pub const STREAM: StreamSetUp = StreamSetUp {
    resource: "AuditRecorderBatches",
    table: "Table",
    batch: 500,
    window_s: 20,
    shards: 4,
};

/// Functions that are invoked without anybody waiting, and the logical name of the queue for what failed.
pub const ON_FAILURE: [(Function, &str); 2] = [
    (Function::ChangePoller, "AsyncDlq"),
    (Function::ReviewDesk, "LastResort"),
];

/// `MaximumRetryAttempts` of such an invocation.
pub const ASYNC_RETRIES: usize = 2;

/// `TimeoutInMillis` of the endpoint's integration, `WebhookIntegration`.
pub const ENDPOINT_MS: u64 = 9_000;

/// How often the sweep begins, milliseconds: `SweepSchedule`, `rate(1 hour)`.
pub const SWEEP_EVERY_MS: i64 = 3_600_000;

//! Logs: one JSON object a line, with the ids of what is being worked on ([`crate::work`]). `LOG_LEVEL` says how much.

use serde_json::Value;
use std::{
    future::Future,
    io::{self, Write},
    sync::{Arc, Mutex, Once, PoisonError},
};
use tracing::{Subscriber, instrument::WithSubscriber};
use tracing_subscriber::{EnvFilter, filter::dynamic_filter_fn, fmt::MakeWriter, layer::SubscriberExt};

/// Libraries stay at warnings whatever `LOG_LEVEL` says: the AWS clients log whole requests on `trace`, the Lambda
/// runtime whole events, and both hold content.
const QUIET: &str = "aws_smithy_runtime=warn,aws_smithy_runtime_api=warn,aws_sdk_dynamodb=warn,aws_config=warn,\
                     hyper=warn,lambda_runtime=warn,lambda_runtime_api_client=warn,hyper_util=warn,h2=warn,rustls=warn,reqwest=warn";

/// Starts logging, panics included. Later calls change nothing.
pub fn init() {
    let level = crate::environment::optional("LOG_LEVEL").unwrap_or_else(|| "info".to_owned());
    // Only the first subscriber of a process counts.
    let _ = tracing::subscriber::set_global_default(subscriber(&level, io::stdout));
    crate::crash::log_places_only();
}

fn subscriber<W>(level: &str, writer: W) -> impl Subscriber + Send + Sync
where
    W: for<'w> MakeWriter<'w> + Send + Sync + 'static,
{
    tracing_subscriber::fmt()
        .json()
        .flatten_event(true)
        .with_span_list(false)
        .with_current_span(true)
        .with_target(false)
        .with_env_filter(EnvFilter::builder().parse_lossy(format!("{level},{QUIET}")))
        .with_writer(writer)
        .finish()
}

/// Runs something and keeps the lines it logs on a level, for tests.
pub async fn captured<T>(level: &str, work: impl Future<Output = T>) -> (T, Vec<Value>) {
    // While there is one subscriber, `tracing` asks only that of the thread which comes to a line first: a test that
    // captures nothing would silence the line for the one that does. One for all threads, which never says never.
    NEVER_SILENT.call_once(|| {
        let nothing = tracing_subscriber::registry().with(dynamic_filter_fn(|_, _| false));
        // Whoever has started logging has one already.
        let _ = tracing::subscriber::set_global_default(nothing);
    });
    let kept = Kept::default();
    let writer = kept.clone();
    let done = work
        .with_subscriber(subscriber(level, move || writer.clone()))
        .await;
    let text = kept.0.lock().unwrap_or_else(PoisonError::into_inner).clone();
    let lines = text.split(|byte| *byte == b'\n');
    (
        done,
        lines
            .filter_map(|line| serde_json::from_slice(line).ok())
            .collect(),
    )
}

static NEVER_SILENT: Once = Once::new();

#[derive(Clone, Default)]
struct Kept(Arc<Mutex<Vec<u8>>>);

impl Write for Kept {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let mut kept = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        kept.extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

//! A Lambda's main loop, and what its ports are made of.

use crate::{
    FunctionError,
    breaker::Breaker,
    crash::isolated,
    environment,
    guard::Guard,
    invocation::Invocation,
    items::{DynamoItems, Items},
    message,
    metrics::{self, Metric},
    secrets::{Secrets, SecretsManager},
    stamp::stamp,
    step::step,
    telemetry,
    work::Work,
};
use aws_config::{BehaviorVersion, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use domain::failure::Failure;
use effects::{Clock, DynamoStore, Ledger, SystemClock, UnixMillis};
use lambda_runtime::{LambdaEvent, Runtime, service_fn};
use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use std::{
    future::Future,
    sync::Arc,
    time::{Duration, Instant},
};
use trust::connections_to_aws;

/// Longest time to a connection with an AWS service.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(2);
/// Longest time of one attempt of a call to AWS.
pub const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(4);
/// Attempts of one call to AWS, the first included.
pub const ATTEMPTS_MAX: u32 = 3;

/// What the functions' ports are made of: AWS clients, built once, and the table.
pub struct Parts {
    /// Configuration of all AWS clients: `aws_sdk_sqs::Client::new(&parts.aws)`.
    pub aws: SdkConfig,
    /// The client of the table.
    pub dynamodb: aws_sdk_dynamodb::Client,
    /// The table's name, from `TABLE`.
    pub table: String,
    /// The table.
    pub items: Arc<dyn Items>,
    /// The clock.
    pub clock: Arc<dyn Clock>,
    /// The secrets.
    pub secrets: Arc<Secrets>,
    pub(crate) breaker: Arc<Breaker>,
}

impl Parts {
    /// Starts logging, reads the environment and builds the clients. `AWS_ENDPOINT_URL` is respected.
    ///
    /// # Errors
    /// [`domain::failure::FailureName::Misconfigured`], naming the variable that is missing.
    pub async fn connect() -> Result<Self, Failure> {
        telemetry::init();
        let table = environment::required("TABLE")?;
        let timeouts = TimeoutConfig::builder()
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let aws = aws_config::defaults(BehaviorVersion::latest())
            .http_client(connections_to_aws(trust::bundle(), CONNECT_TIMEOUT))
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard().with_max_attempts(ATTEMPTS_MAX))
            .load()
            .await;
        let clock: Arc<dyn Clock> = Arc::new(SystemClock);
        let dynamodb = aws_sdk_dynamodb::Client::new(&aws);
        let items: Arc<dyn Items> = Arc::new(DynamoItems::new(dynamodb.clone(), table.clone()));
        let source = Arc::new(SecretsManager::new(aws_sdk_secretsmanager::Client::new(&aws)));
        let secrets = Arc::new(Secrets::new(source, clock.clone()));
        let breaker = Arc::new(Breaker::new(items.clone(), clock.clone()));
        Ok(Self {
            aws,
            dynamodb,
            table,
            items,
            clock,
            secrets,
            breaker,
        })
    }

    /// The effects ledger. Reads the secret named by `FACT_KEY_SECRET`; `LEDGER_RESTORED_AT_MS` tells the moment to
    /// which the table was restored, if it was.
    ///
    /// # Errors
    /// Those of [`Secrets::fact_key`]; a variable that is missing or wrong.
    pub async fn ledger(&self) -> Result<Ledger, Failure> {
        let key = self
            .secrets
            .fact_key(&environment::required("FACT_KEY_SECRET")?)
            .await?;
        let store = DynamoStore::new(self.dynamodb.clone(), self.table.clone());
        let store = Arc::new(store.stamped(stamp));
        let ledger = Ledger::new(store, self.clock.clone(), key).observed_by(Arc::new(metrics::Retries));
        Ok(match environment::number("LEDGER_RESTORED_AT_MS", 0)? {
            0 => ledger,
            moment => ledger.restored_at(UnixMillis(moment)),
        })
    }

    /// The guard of a system. Asks its breaker once, which opens the connection to the table while the function
    /// still initialises.
    ///
    /// # Errors
    /// None that matter: an open breaker or a silent table is for the first call to meet.
    pub async fn guard(&self, system: &str) -> Guard {
        let guard = Guard::new(self.breaker.clone(), system);
        if let Err(failure) = self.items.get(&format!("breaker/{system}")).await {
            tracing::warn!(system, %failure, "the table does not answer yet");
        }
        guard
    }
}

/// Runs the function: hands every event to `handler`, and every failure to the platform under its name.
///
/// # Errors
/// When the platform's own interface fails.
pub async fn start<I, O, H, F>(handler: H) -> Result<(), lambda_runtime::Error>
where
    I: DeserializeOwned,
    O: Serialize,
    H: Fn(I, Invocation) -> F,
    F: Future<Output = Result<O, Failure>>,
{
    let handler = &handler;
    Runtime::new(service_fn(|event: LambdaEvent<Value>| async move {
        metrics::invoked();
        handle(handler, event.payload, Invocation::from(&event.context)).await
    }))
    .run()
    .await
}

/// Hands one event to the handler: what does not have its shape is refused, a panic is a failure, and every failure is
/// logged and counted. What [`start`] does for each event.
///
/// # Errors
/// Those of the handler, as the platform gets them.
pub async fn handle<I, O, H, F>(handler: &H, input: Value, invocation: Invocation) -> Result<O, FunctionError>
where
    I: DeserializeOwned,
    H: Fn(I, Invocation) -> F,
    F: Future<Output = Result<O, Failure>>,
{
    let step = step(metrics::function(), &input);
    let work = Work::of_invocation(&invocation, &input);
    let handled = async {
        let result = match message::read(input) {
            Ok(input) => isolated(|| handler(input, invocation)).await,
            Err(failure) => Err(failure),
        };
        result.map_err(|failure| {
            metrics::failure(&failure);
            tracing::warn!(
                error = failure.name.as_str(),
                field = failure.field,
                "{}",
                failure.what
            );
            FunctionError(failure)
        })
    };
    work.scope(measured(step, handled)).await
}

/// Does a step and emits how long it took.
pub async fn measured<T>(step: &'static str, work: impl Future<Output = T>) -> T {
    let begun = Instant::now();
    let done = work.await;
    let milliseconds = u64::try_from(begun.elapsed().as_millis()).unwrap_or(u64::MAX);
    metrics::emit(Metric::StepMilliseconds, milliseconds, &[step]);
    done
}

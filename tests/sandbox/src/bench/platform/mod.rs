//! A cloud of processes: the real functions behind an endpoint, queues with their mappings, the workflow engine and the
//! stream, all of which answer at once. What is measured is the functions and the systems behind them.

mod aws;
mod connections;
mod endpoint;
mod engine;
mod environment;
mod log;
mod mapping;
mod pool;
mod process;
mod queue;
mod runtime_api;
mod stream;
mod table;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use asl::Machine;
use simulation::set_up::{MAPPINGS, QUEUES, STREAM};
use tokio::sync::mpsc;
use tokio::task::JoinSet;

pub use aws::InstantAws;
pub use endpoint::{Endpoint, request};
pub use engine::Ran;
pub use environment::Remotes;
pub use log::{Log, OdooWork};
pub use pool::{Pool, Usage};
pub use process::Function;
pub use queue::Requests;
pub use table::{Kept, TABLE, Units};

use crate::aws::FUNCTIONS;

/// How many processes of a function there are at most, where no mapping says so. AWS would start more; on one machine
/// they would only take turns.
const PROCESSES: usize = 4;

/// How long nothing must happen for everything to be done.
const QUIET: Duration = Duration::from_secs(3);
/// How often that is looked at, and how long at most.
const LOOK: Duration = Duration::from_millis(100);
const SETTLE: Duration = Duration::from_secs(120);

/// What is set when a cloud is started.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Batches that each of the two writers works on at once.
    pub writers: usize,
    /// Messages in a batch of theirs.
    pub batch: usize,
    /// How long the first message of a batch of theirs waits for others.
    pub window: Duration,
    /// How long the table's stream gathers changes.
    pub stream: Duration,
    /// What waits and delays take of their time on AWS.
    pub scale: f64,
}

impl Default for Settings {
    /// As the template has it.
    fn default() -> Self {
        let of = |queue| MAPPINGS.iter().find(|mapping| mapping.queue == queue);
        let writer = of("OrderWork");
        let window_s = writer.map_or(0, |writer| writer.window_s);
        Self {
            writers: writer.map_or(1, |writer| writer.at_once),
            batch: writer.map_or(1, |writer| writer.batch),
            window: Duration::from_secs(window_s),
            stream: Duration::from_secs(STREAM.window_s),
            scale: 1.0,
        }
    }
}

/// The running functions and what connects them. Everything ends when it is dropped.
pub struct Cloud {
    /// What the functions call.
    pub aws: Arc<InstantAws>,
    machine: Arc<Machine>,
    pools: BTreeMap<&'static str, Arc<Pool>>,
    scale: f64,
    transitions: AtomicU64,
}

/// A cloud that takes webhooks.
pub struct Running {
    /// The functions.
    pub cloud: Arc<Cloud>,
    /// Where webhooks go.
    pub endpoint: Endpoint,
    /// The runs as they come to their end.
    pub ran: mpsc::UnboundedReceiver<Result<Ran>>,
    _tasks: JoinSet<()>,
}

impl Cloud {
    /// The processes of a function.
    ///
    /// # Errors
    /// When there is no such function.
    pub fn pool(&self, function: &str) -> Result<&Arc<Pool>> {
        self.pools
            .get(function)
            .with_context(|| format!("there is no function {function:?}"))
    }

    /// The state transitions of all runs that have ended so far, or wait for a person.
    pub fn transitions(&self) -> u64 {
        self.transitions.load(Ordering::Relaxed)
    }

    /// What every function was used for so far.
    ///
    /// # Errors
    /// When a process has gone.
    pub fn usage(&self) -> Result<BTreeMap<&'static str, Usage>> {
        let pools = self.pools.iter();
        pools.map(|(name, pool)| Ok((*name, pool.usage()?))).collect()
    }
}

impl Running {
    /// Starts everything; `executable` says where a function is.
    ///
    /// # Errors
    /// When a part does not start.
    pub async fn start(
        remotes: &Remotes,
        executable: impl Fn(&str) -> PathBuf,
        settings: Settings,
    ) -> Result<Self> {
        let aws = Arc::new(InstantAws::start(remotes.secrets(), settings.scale).await?);
        let pools = FUNCTIONS.map(|function| {
            let most = match function {
                "order-writer" | "invoice-writer" => settings.writers,
                _ => PROCESSES,
            };
            let environment = remotes.environment(&aws.url, function);
            (
                function,
                Arc::new(Pool::new(executable(function), environment, most)),
            )
        });
        let cloud = Arc::new(Cloud {
            aws,
            machine: Arc::new(engine::machine()?),
            pools: pools.into_iter().collect(),
            scale: settings.scale,
            transitions: AtomicU64::default(),
        });
        let endpoint = Endpoint::start(Arc::clone(cloud.pool("webhook-intake")?)).await?;
        let mut tasks = JoinSet::new();
        for set_up in MAPPINGS {
            let queue = QUEUES.iter().find(|queue| queue.resource == set_up.queue);
            let queue = queue
                .and_then(|queue| cloud.aws.queue(queue.name))
                .context("no queue")?;
            let writes = matches!(set_up.queue, "OrderWork" | "InvoiceWork");
            let (at_once, most, window) = match writes {
                true => (settings.writers, settings.batch, settings.window),
                false => {
                    let window = Duration::from_secs(set_up.window_s);
                    (set_up.at_once.min(PROCESSES), set_up.batch, window)
                }
            };
            for _ in 0..at_once {
                let pool = Arc::clone(cloud.pool(set_up.function.name())?);
                tasks.spawn(mapping::run(Arc::clone(&queue), pool, most, window));
            }
        }
        tasks.spawn(stream::run(
            Arc::clone(&cloud.aws),
            Arc::clone(cloud.pool("audit-recorder")?),
            settings.stream,
        ));
        let (tell, ran) = mpsc::unbounded_channel();
        tasks.spawn(start_runs(Arc::clone(&cloud), tell));
        Ok(Self {
            cloud,
            endpoint,
            ran,
            _tasks: tasks,
        })
    }
}

impl Running {
    /// Waits until nothing is left to do: no message, no change that is not recorded, no function at work.
    ///
    /// # Errors
    /// When that does not come to pass.
    pub async fn settle(&self) -> Result<()> {
        let until = Instant::now() + SETTLE;
        let mut quiet_since = Instant::now();
        while quiet_since.elapsed() < QUIET {
            let left = self.left();
            if !left.is_empty() {
                quiet_since = Instant::now();
            }
            ensure!(
                Instant::now() < until,
                "the functions do not come to rest: {}",
                left.join(", ")
            );
            tokio::time::sleep(LOOK).await;
        }
        Ok(())
    }

    /// What is left to do, in words.
    fn left(&self) -> Vec<String> {
        let aws = &self.cloud.aws;
        let queues = aws.queues().iter().filter(|queue| !queue.is_empty());
        let queues = queues.map(|queue| format!("messages in {}", queue.name()));
        let changes = aws
            .has_changes()
            .then(|| "changes that are not recorded".to_owned());
        let pools = self.cloud.pools.iter().filter(|(_, pool)| !pool.is_idle());
        let pools = pools.map(|(name, _)| format!("{name} at work"));
        queues.chain(changes).chain(pools).collect()
    }
}

/// Starts a run whenever one is asked for.
async fn start_runs(cloud: Arc<Cloud>, tell: mpsc::UnboundedSender<Result<Ran>>) {
    let mut runs = JoinSet::new();
    loop {
        tokio::select! {
            started = cloud.aws.next_started() => {
                let (cloud, tell) = (Arc::clone(&cloud), tell.clone());
                runs.spawn(async move {
                    let ran = engine::drive(&cloud, started).await;
                    let transitions = ran.as_ref().map_or(0, |ran| ran.transitions);
                    cloud.transitions.fetch_add(transitions.into(), Ordering::Relaxed);
                    // Whoever measured has gone when nobody listens.
                    drop(tell.send(ran));
                });
            }
            Some(_) = runs.join_next() => {}
        }
    }
}

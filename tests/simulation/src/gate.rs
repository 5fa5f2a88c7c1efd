//! The one point every call of a function on a port goes through, before its effect and after.

use crate::{
    fault::{After, Before, Point, Port, Trouble},
    function::Function,
    time::{millis, pass},
    world::World,
};
use serde_json::Value;
use std::{
    future::Future,
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::{Notify, oneshot};

/// Actions that schedules, people and runs that wait ask for again and again.
const ROUTINE: [&str; 4] = ["poll", "sweep", "list", "measure"];

fn is_routine(input: &Value) -> bool {
    let asks = |record: &Value| {
        let body = record["body"]
            .as_str()
            .and_then(|body| serde_json::from_str::<Value>(body).ok());
        body.is_some_and(|body| body["action"] == "check-delivery")
    };
    match input["Records"].as_array() {
        Some(records) => records.iter().all(asks),
        None => ROUTINE.iter().any(|action| input["action"] == *action),
    }
}

/// An execution environment of a function: a process that handles one invocation after the other.
pub struct Process {
    /// Whose it is.
    pub function: Function,
    /// Which one of the world, from 1.
    pub number: u32,
    /// How wrong its clock goes, milliseconds.
    pub skew_ms: i64,
    /// Ends the present invocation at once.
    kill: Mutex<Arc<Notify>>,
    /// It stands still, or did: the platform cannot end what it does.
    frozen: AtomicBool,
    /// Its present invocation is one that is made again and again.
    routine: AtomicBool,
}

impl Process {
    /// A process that has not begun to work.
    pub fn new(function: Function, number: u32, skew_ms: i64) -> Self {
        Self {
            function,
            number,
            skew_ms,
            kill: Mutex::default(),
            frozen: AtomicBool::new(false),
            routine: AtomicBool::new(false),
        }
    }

    /// Begins an invocation; what is returned hears when it is killed.
    pub fn begin(&self, input: &Value) -> Arc<Notify> {
        self.routine.store(is_routine(input), Ordering::Relaxed);
        let kill = Arc::new(Notify::new());
        *self.kill.lock().unwrap_or_else(PoisonError::into_inner) = kill.clone();
        kill
    }

    /// Whether its present invocation is one that is made again and again.
    pub fn is_routine(&self) -> bool {
        self.routine.load(Ordering::Relaxed)
    }

    /// Whether it stood still in its present invocation.
    pub fn was_frozen(&self) -> bool {
        self.frozen.load(Ordering::Relaxed)
    }

    /// Dies. Whoever calls this never goes on.
    async fn die(&self) -> ! {
        self.kill
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .notify_one();
        std::future::pending().await
    }
}

/// The gate of one process.
#[derive(Clone)]
pub struct Gate {
    /// The world.
    pub world: Arc<World>,
    /// The process.
    pub process: Arc<Process>,
}

/// A call on its way through the gate.
pub struct Passage {
    /// What is called.
    pub port: Port,
    /// The operation.
    pub operation: &'static str,
    /// What it is about.
    pub subject: String,
    /// Whether it may change something.
    pub changes: bool,
    /// How long its client waits for an answer, milliseconds.
    pub patience_ms: i64,
}

impl Gate {
    /// Lets a call through: `effect` is what is done at the other end, `failed` what its caller gets when it is not, or
    /// does not hear of it.
    pub async fn call<T, E, F>(
        &self,
        passage: Passage,
        effect: F,
        failed: impl Fn(Trouble) -> E,
    ) -> Result<T, E>
    where
        T: Send + 'static,
        E: Send + 'static,
        F: Future<Output = Result<T, E>> + Send + 'static,
    {
        let (world, patience_ms) = (&self.world, passage.patience_ms);
        let point = Point {
            function: self.process.function,
            port: passage.port,
            operation: passage.operation,
            subject: passage.subject,
            changes: passage.changes,
            routine: self.process.is_routine(),
        };
        let (number, before, kind) = world
            .plan()
            .before(&point, world.clock.passed_ms(), &world.chance);
        world.count(kind);
        let effect = self.looked_at(&point, effect);
        let (from, to) = point.port.latency_ms();
        let mut transit_ms = world.chance.between(from, to);
        self.say(&point, before);
        match before {
            Before::Go => {}
            Before::NotSent => {
                pass(transit_ms).await;
                return Err(failed(Trouble::NotSent));
            }
            Before::Slow(ms) => transit_ms = ms,
            Before::Kill => self.process.die().await,
            Before::KillSent(ms) => {
                drop(tokio::spawn(async move {
                    pass(ms).await;
                    drop(effect.await);
                }));
                self.process.die().await
            }
            Before::Freeze(ms) => self.freeze(ms).await,
        }
        let done = match point.port.is_remote() {
            true => self.remotely(transit_ms, patience_ms, point.port, effect).await,
            false => self.within_aws(transit_ms, patience_ms, effect).await,
        };
        let Some(result) = done else {
            world.say(&self.process, format_args!("{point}: no answer"));
            return Err(failed(Trouble::NoAnswer));
        };
        let (after, kind) = world
            .plan()
            .after(number, &point, world.clock.passed_ms(), &world.chance);
        world.count(kind);
        match after {
            After::Go => result,
            After::Lost => {
                world.say(&self.process, format_args!("{point}: answer lost"));
                pass(patience_ms).await;
                Err(failed(Trouble::NoAnswer))
            }
            After::Kill => {
                world.say(&self.process, format_args!("{point}: killed after it"));
                self.process.die().await
            }
            After::Freeze(ms) => {
                world.say(
                    &self.process,
                    format_args!("{point}: frozen after it for {ms} ms"),
                );
                self.freeze(ms).await;
                result
            }
        }
    }

    /// An effect at somebody else's, and a look whether everything holds right after it, whenever that is.
    fn looked_at<R: Send + 'static>(
        &self,
        point: &Point,
        effect: impl Future<Output = R> + Send + 'static,
    ) -> impl Future<Output = R> + Send + 'static {
        let (world, port) = (self.world.clone(), point.port);
        let is_looked_at = point.changes && port.is_remote();
        async move {
            let done = effect.await;
            if is_looked_at {
                world.look(Some(port));
            }
            done
        }
    }

    async fn freeze(&self, ms: i64) {
        self.process.frozen.store(true, Ordering::Relaxed);
        pass(ms).await;
    }

    /// A call within the platform: its effect is one moment, at the end of the way there.
    async fn within_aws<R>(
        &self,
        transit_ms: i64,
        patience_ms: i64,
        effect: impl Future<Output = R>,
    ) -> Option<R> {
        if transit_ms > patience_ms {
            pass(patience_ms).await;
            // Slow requests arrive as often as not.
            if self.world.chance.hits(5000) {
                drop(effect.await);
            }
            return None;
        }
        pass(transit_ms).await;
        Some(effect.await)
    }

    /// A call to another system: what was sent goes on there when its client waits no longer, or is no more, but only
    /// for as long as that system stays at it.
    async fn remotely<R: Send + 'static>(
        &self,
        transit_ms: i64,
        patience_ms: i64,
        port: Port,
        effect: impl Future<Output = R> + Send + 'static,
    ) -> Option<R> {
        let (waits, gone) = oneshot::channel::<()>();
        let share = self.world.chance.share();
        let (answer, answered) = oneshot::channel();
        drop(tokio::spawn(async move {
            tokio::select! {
                biased;
                _ = gone => {
                    #[expect(clippy::cast_possible_truncation, reason = "milliseconds of minutes")]
                    #[expect(clippy::cast_precision_loss, reason = "milliseconds of minutes")]
                    let late_ms = (port.quiet_ms() as f64 * 0.9 * share) as i64;
                    pass(late_ms).await;
                }
                () = pass(transit_ms) => {}
            }
            // Nobody may be there to hear it.
            drop(answer.send(effect.await));
        }));
        let heard = tokio::time::timeout(millis(patience_ms), answered).await;
        drop(waits);
        heard.ok().and_then(Result::ok)
    }

    fn say(&self, point: &Point, before: Before) {
        match before {
            Before::Go => self.world.say(&self.process, format_args!("{point}")),
            other => self.world.say(&self.process, format_args!("{point}: {other:?}")),
        }
    }
}

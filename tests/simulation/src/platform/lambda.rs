//! Lambda: processes that are kept warm, time-outs, and what its caller is told.

use crate::{
    fault::Kind,
    function::Function,
    functions::{self, Handler},
    gate::{Gate, Process},
    set_up::{ASYNC_RETRIES, ON_FAILURE},
    time::{millis, pass},
    world::World,
};
use effects::{Clock, UnixMillis};
use runtime::Invocation;
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

/// How long Lambda waits before it invokes again what nobody waits for: once, and any further time.
const ASYNC_WAITS_MS: [i64; 2] = [60_000, 120_000];

/// How an invocation failed, as its caller is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Failed {
    /// `errorType`, or a name of the platform's own.
    pub error: String,
    /// For people.
    pub cause: String,
}

impl Failed {
    fn platform(error: &str) -> Self {
        Self {
            error: error.to_owned(),
            cause: json!({ "errorType": error, "errorMessage": "said by the platform" }).to_string(),
        }
    }
}

/// A process that has handled something and may be used again.
struct Warm {
    process: Arc<Process>,
    handler: Arc<dyn Handler>,
}

/// The processes.
#[derive(Default)]
pub struct Lambda(Mutex<State>);

#[derive(Default)]
struct State {
    warm: BTreeMap<Function, Vec<Warm>>,
    processes: u32,
    invocations: u64,
}

impl Lambda {
    /// How many invocations there were.
    pub fn invocations(&self) -> u64 {
        self.state().invocations
    }

    /// Lets go of every process.
    pub fn clear(&self) {
        self.state().warm.clear();
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl World {
    /// Invokes a function and waits for its end, as `lambda:invoke` does.
    ///
    /// # Errors
    /// The function's own failure under its name, or the platform's word for what became of it.
    pub async fn invoke(self: &Arc<Self>, function: Function, input: Value) -> Result<Value, Failed> {
        pass(self.chance.between(3, 40)).await;
        if self.strikes(Kind::Throttled) {
            return Err(Failed::platform("Lambda.TooManyRequestsException"));
        }
        if self.strikes(Kind::InvokedTwice) {
            let (world, input, late_ms) = (self.clone(), input.clone(), self.chance.between(0, 90_000));
            drop(tokio::spawn(async move {
                pass(late_ms).await;
                drop(world.invoke_once(function, input).await);
            }));
        }
        let ended = self.invoke_once(function, input).await;
        if self.strikes(Kind::InvocationLost) {
            let word = if self.chance.hits(5000) {
                "Lambda.Unknown"
            } else {
                "Lambda.ServiceException"
            };
            return Err(Failed::platform(word));
        }
        ended
    }

    async fn invoke_once(self: &Arc<Self>, function: Function, input: Value) -> Result<Value, Failed> {
        let (warm, number) = {
            let mut state = self.lambda.state();
            state.invocations += 1;
            let warm = state.warm.entry(function).or_default().pop();
            (warm, state.invocations)
        };
        let (process, handler) = match warm {
            Some(warm) => (warm.process, Some(warm.handler)),
            None => (self.cold_process(function), None),
        };
        let kill = process.begin(&input);
        let deadline = self.clock.now().plus_ms(function.timeout_ms());
        self.say(
            &process,
            format_args!("begins{}", if handler.is_none() { ", cold" } else { "" }),
        );
        let gate = Gate {
            world: self.clone(),
            process: process.clone(),
        };
        let again = self.plan().delivers_again().then(|| input.clone());
        let mut work = tokio::spawn(work(gate, handler, input, number, deadline));
        let ended = tokio::select! {
            biased;
            ended = &mut work => ended.unwrap_or_else(|_| Err((None, Failed::platform("Runtime.ExitError")))),
            () = kill.notified() => {
                work.abort();
                self.deliver_again(function, again);
                Err((None, Failed::platform("Runtime.ExitError")))
            }
            () = tokio::time::sleep(millis(function.timeout_ms())) => {
                // What stands still goes on when it wakes: nobody has told it that its time was up.
                if !process.was_frozen() {
                    work.abort();
                }
                Err((None, Failed::platform("Sandbox.Timedout")))
            }
        };
        let (handler, ended) = match ended {
            Ok((handler, answer)) => (Some(handler), Ok(answer)),
            Err((handler, failed)) => (handler, Err(failed)),
        };
        match &ended {
            Ok(_) => self.say(&process, format_args!("done")),
            Err(failed) => self.say(
                &process,
                format_args!("failed: {} {}", failed.error, failed.cause),
            ),
        }
        // Processes come and go by themselves, too.
        if let Some(handler) = handler.filter(|_| !process.was_frozen() && self.chance.hits(9000)) {
            let warm = Warm { process, handler };
            self.lambda.state().warm.entry(function).or_default().push(warm);
        }
        ended
    }

    /// A duplicate of what was cut off, beside the retry its caller makes.
    fn deliver_again(self: &Arc<Self>, function: Function, input: Option<Value>) {
        let Some(input) = input else { return };
        let world = self.clone();
        drop(tokio::spawn(async move {
            pass(world.chance.between(1_000, 15_000)).await;
            drop(Box::pin(world.invoke(function, input)).await);
        }));
    }

    fn cold_process(&self, function: Function) -> Arc<Process> {
        let number = {
            let mut state = self.lambda.state();
            state.processes += 1;
            state.processes
        };
        let most_ms = self.skew_ms();
        let skew_ms = self.chance.between(-most_ms, most_ms);
        if skew_ms != 0 {
            self.count(Some(Kind::ClockSkew));
        }
        Arc::new(Process::new(function, number, skew_ms))
    }

    /// Invokes a function nobody waits for: two more tries, then its destination for failures.
    pub fn invoke_later(self: &Arc<Self>, function: Function, input: Value) {
        let world = self.clone();
        drop(tokio::spawn(async move {
            for retry in 0..=ASYNC_RETRIES {
                if retry > 0 {
                    pass(ASYNC_WAITS_MS[(retry - 1).min(1)]).await;
                }
                if world.invoke(function, input.clone()).await.is_ok() {
                    return;
                }
            }
            let arn = format!("arn:aws:lambda:eu-central-1:123456789012:function:{function}");
            let said = json!({
                "version": "1.0", "requestContext": { "functionArn": arn, "condition": "RetriesExhausted" },
                "requestPayload": input,
            });
            let dead = ON_FAILURE.iter().find(|(of, _)| *of == function);
            if let Some((_, queue)) = dead {
                world.queues.named(queue).send(&said.to_string(), None, None);
            }
        }));
    }
}

type Worked = Result<(Arc<dyn Handler>, Value), (Option<Arc<dyn Handler>>, Failed)>;

async fn work(
    gate: Gate,
    handler: Option<Arc<dyn Handler>>,
    input: Value,
    number: u64,
    deadline: UnixMillis,
) -> Worked {
    let handler = match handler {
        Some(handler) => handler,
        None => match functions::start(&gate).await {
            Ok(handler) => handler,
            // A function that cannot begin is a process that ends.
            Err(_) => return Err((None, Failed::platform("Runtime.ExitError"))),
        },
    };
    let invocation = Invocation::new(format!("{}-{number}", gate.process.function), deadline);
    match handler.handle(input, invocation).await {
        Ok(answer) => Ok((handler, answer)),
        Err(said) => {
            let failed = Failed {
                cause: json!({ "errorType": said.error_type, "errorMessage": said.error_message })
                    .to_string(),
                error: said.error_type,
            };
            Err((Some(handler), failed))
        }
    }
}

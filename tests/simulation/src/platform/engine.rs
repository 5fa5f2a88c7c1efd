//! Step Functions: every run of the one state machine, which is read from the very file that is deployed.

use crate::{
    fault::Kind, function::Function, people::Decision, platform::lambda::Failed, set_up::QUEUES, time::pass,
    world::World,
};
use asl::{Answer, Call, Event, Execution, Failure, Machine, Resource, Status, Want};
use effects::Clock;
use runtime::workflow::{self, RunState, Started};
use serde_json::{Value, json};
use std::{
    collections::BTreeMap,
    sync::{Arc, LazyLock, Mutex, MutexGuard, PoisonError},
};
use tokio::sync::Notify;

static DEFINITION: &str = include_str!("../../../../statemachines/order-to-cash.asl.json");
static TEMPLATE: &str = include_str!("../../../../infra/template.yaml");
static MACHINE: LazyLock<Result<Arc<Machine>, String>> = LazyLock::new(|| {
    Machine::parse(&asl::filled(DEFINITION, TEMPLATE, name))
        .map(Arc::new)
        .map_err(|error| error.to_string())
});

/// The state that waits for a person.
const PARKED: &str = "Park";
const ARN: &str = "arn:aws:states:eu-central-1:123456789012";

/// A function or a queue as it is called here: `PaymentCapture` is `payment-capture`.
fn name(resource: &str) -> String {
    let queues = QUEUES.iter().find(|queue| queue.resource == resource);
    let functions = Function::ALL.into_iter();
    let mut functions = functions.filter(|function| function.resource() == resource);
    let queue = queues.map(|queue| queue.name.to_owned());
    queue
        .or_else(|| functions.next().map(|function| function.to_string()))
        .unwrap_or_default()
}

/// The state machine.
///
/// # Errors
/// When the file holds something the interpreter does not know.
pub fn machine() -> anyhow::Result<Arc<Machine>> {
    MACHINE.clone().map_err(anyhow::Error::msg)
}

/// A run.
pub struct Run {
    execution: Mutex<Execution>,
    changed: Notify,
}

impl Run {
    fn execution(&self) -> MutexGuard<'_, Execution> {
        self.execution.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// All runs, by name: names stay taken.
pub struct Engine {
    machine: Arc<Machine>,
    runs: Mutex<BTreeMap<String, Arc<Run>>>,
}

impl Engine {
    /// No run yet.
    pub fn new(machine: Arc<Machine>) -> Self {
        Self {
            machine,
            runs: Mutex::default(),
        }
    }

    fn runs(&self) -> MutexGuard<'_, BTreeMap<String, Arc<Run>>> {
        self.runs.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A copy of every run as it stands.
    pub fn executions(&self) -> Vec<Execution> {
        self.runs().values().map(|run| run.execution().clone()).collect()
    }

    /// The names of the runs that go on.
    pub fn running(&self) -> Vec<String> {
        let runs = self.runs();
        let going = runs
            .iter()
            .filter(|(_, run)| !matches!(run.execution().wants(), Want::Ended(_)));
        going.map(|(name, _)| name.clone()).collect()
    }
}

impl World {
    /// `StartExecution`.
    pub fn start_run(self: &Arc<Self>, name: &str, input: Value) -> Started {
        let mut runs = self.engine.runs();
        if runs.contains_key(name) {
            return Started::AlreadyExists;
        }
        let arn = format!("{ARN}:execution:order-to-cash:{name}");
        let machine = self.engine.machine.clone();
        let Ok(execution) = Execution::start(machine, name, &arn, input, self.clock.now().0) else {
            return Started::AlreadyExists;
        };
        let run = Arc::new(Run {
            execution: Mutex::new(execution),
            changed: Notify::new(),
        });
        runs.insert(name.to_owned(), run.clone());
        drop(runs);
        drop(tokio::spawn(drive(self.clone(), run)));
        Started::New(arn)
    }

    /// `DescribeExecution`.
    pub fn run_state(&self, name: &str) -> RunState {
        let Some(run) = self.engine.runs().get(name).cloned() else {
            return RunState::Unknown;
        };
        let wants = run.execution().wants();
        match wants {
            Want::Ended(ended) if ended.status == Status::Succeeded => RunState::Succeeded,
            Want::Ended(_) => RunState::Broken,
            _ => RunState::Running,
        }
    }

    /// `StopExecution`, by a person. False: there is no such run, or it has ended.
    pub fn stop_run(&self, name: &str) -> bool {
        let Some(run) = self.engine.runs().get(name).cloned() else {
            return false;
        };
        let stopped = run
            .execution()
            .event(Event::Stopped, self.clock.now().0, 0.0)
            .is_ok();
        run.changed.notify_one();
        stopped
    }

    /// `SendTaskSuccess`, `SendTaskFailure`.
    pub fn answer_token(&self, token: &str, with: Result<Value, (String, String)>) -> workflow::Answer {
        let name = Execution::arn_of(token).and_then(|arn| arn.rsplit(':').next());
        let Some(run) = name.and_then(|name| self.engine.runs().get(name).cloned()) else {
            return workflow::Answer::Gone;
        };
        let answer = match with {
            Ok(output) => Answer::Success(output),
            Err((error, cause)) => Answer::Failure(Failure { error, cause }),
        };
        let taken = run
            .execution()
            .answer(token, answer, self.clock.now().0, self.chance.share());
        run.changed.notify_one();
        match taken {
            Ok(()) => workflow::Answer::Delivered,
            Err(_) => workflow::Answer::Gone,
        }
    }

    fn tell(&self, run: &Run, event: Event, awaited: &Want) {
        let mut execution = run.execution();
        // Somebody may have answered the token or stopped the run meanwhile.
        if execution.wants() == *awaited {
            // What does not fit has come too late, and changes nothing.
            drop(execution.event(event, self.clock.now().0, self.chance.share()));
        }
    }
}

/// Does what a run wants, until it has ended.
async fn drive(world: Arc<World>, run: Arc<Run>) {
    let mut seen = 0;
    loop {
        let (want, deadline_ms) = {
            let execution = run.execution();
            for happening in &execution.history()[seen..] {
                world.say_of(
                    format_args!("run"),
                    format_args!("{}: {}", execution.name(), happening.what),
                );
            }
            seen = execution.history().len();
            (execution.wants(), execution.deadline_ms())
        };
        if let Want::Call(call) = &want
            && call.attempt == 1
        {
            world.comes_to(&call.state);
        }
        match &want {
            Want::Ended(ended) => return end(&world, &run, ended.status),
            Want::Sleep(sleep) => {
                if wait(&world, &run, sleep.until_ms).await {
                    world.tell(&run, Event::Woke, &want);
                }
            }
            Want::Answer(call) => {
                if wait(&world, &run, call.timeout_at_ms.min(deadline_ms)).await {
                    if call.state == PARKED {
                        world.decisions.count(Decision::Lapsed);
                    }
                    world.tell(&run, Event::TimedOut, &want);
                }
            }
            Want::Call(call) => {
                let until = world.clock.instant(call.timeout_at_ms.min(deadline_ms));
                let event = tokio::time::timeout_at(until, make(&world, call)).await;
                world.tell(&run, event.unwrap_or(Event::TimedOut), &want);
            }
        }
    }
}

/// Waits until then. False: something has happened to the run before.
async fn wait(world: &World, run: &Run, until_ms: i64) -> bool {
    tokio::select! {
        biased;
        () = run.changed.notified() => false,
        () = tokio::time::sleep_until(world.clock.instant(until_ms)) => true,
    }
}

fn end(world: &Arc<World>, run: &Run, status: Status) {
    let (name, input) = {
        let execution = run.execution();
        (execution.name().to_owned(), execution.input().to_string())
    };
    if status == Status::Succeeded {
        return;
    }
    let detail = json!({
        "name": name, "status": status.name(), "input": input,
        "stateMachineArn": format!("{ARN}:stateMachine:order-to-cash"),
    });
    world.invoke_later(
        Function::ReviewDesk,
        json!({
            "source": "aws.states", "detail-type": "Step Functions Execution Status Change", "detail": detail,
        }),
    );
}

async fn make(world: &Arc<World>, call: &Call) -> Event {
    match call.resource {
        Resource::Lambda | Resource::LambdaToken => invoke(world, call).await,
        Resource::Sqs | Resource::SqsToken => send(world, call).await,
    }
}

async fn invoke(world: &Arc<World>, call: &Call) -> Event {
    let name = call.arguments["FunctionName"].as_str().unwrap_or_default();
    let Some(function) = Function::named(name) else {
        return Event::Failed(Failure::new("Lambda.ResourceNotFoundException", name));
    };
    match world.invoke(function, call.arguments["Payload"].clone()).await {
        Ok(_) if call.resource.waits_for_token() => Event::Accepted,
        Ok(payload) => Event::Succeeded(payload),
        Err(Failed { error, cause }) => Event::Failed(Failure { error, cause }),
    }
}

async fn send(world: &Arc<World>, call: &Call) -> Event {
    pass(world.chance.between(10, 60)).await;
    let name = call.arguments["QueueUrl"].as_str().unwrap_or_default();
    let queue = [world.queues.order_work(), world.queues.invoice_work()]
        .into_iter()
        .find(|queue| queue.name() == name);
    let Some(queue) = queue else {
        return Event::Failed(Failure::new("SQS.QueueDoesNotExistException", name));
    };
    if world.strikes(Kind::NotSent) {
        return Event::Failed(Failure::new("SQS.AmazonSQSException", "ServiceUnavailable"));
    }
    let body = match &call.arguments["MessageBody"] {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    queue.send(&body, None, None);
    if world.strikes(Kind::AnswerLost) {
        return Event::Failed(Failure::new("SQS.SdkClientException", "no answer"));
    }
    match call.resource.waits_for_token() {
        true => Event::Accepted,
        false => Event::Succeeded(json!({})),
    }
}

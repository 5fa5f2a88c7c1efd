//! The workflow engine: every run of the very definition that is deployed, by the interpreter.

use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};
use asl::{Call, Event, Execution, Failure, Machine, Resource, Status, Want};
use simulation::Function;
use simulation::set_up::QUEUES;

use super::Cloud;
use super::aws::Started;
use super::runtime_api::Reply;

static DEFINITION: &str = include_str!("../../../../../statemachines/order-to-cash.asl.json");
static TEMPLATE: &str = include_str!("../../../../../infra/template.yaml");

/// The state that waits for a person: here a run ends with it.
const PARKED: &str = "Park";
/// The state after which an invoice is paid.
const INVOICED: &str = "WriteInvoice";

/// A run that has ended, or waits for a person.
#[derive(Clone, Debug)]
pub struct Ran {
    /// Its name.
    pub name: String,
    /// How it ended; nothing while it waits for a person.
    pub status: Option<Status>,
    /// State transitions, retries included.
    pub transitions: u32,
    /// When the invoice was paid, if it was.
    pub invoiced: Option<Instant>,
}

/// The state machine, with functions and queues under their own names.
///
/// # Errors
/// When the file holds something the interpreter does not know.
pub fn machine() -> Result<Machine> {
    let name = |resource: &str| {
        let queue = QUEUES.iter().find(|queue| queue.resource == resource);
        let function = Function::ALL
            .into_iter()
            .find(|function| function.resource() == resource);
        let name = queue.map(|queue| queue.name);
        name.or_else(|| function.map(Function::name))
            .unwrap_or_default()
            .to_owned()
    };
    Machine::parse(&asl::filled(DEFINITION, TEMPLATE, name)).map_err(|error| anyhow!("{error}"))
}

/// Takes a run to its end.
///
/// # Errors
/// When a function does not start, or the machine does not fit.
pub async fn drive(cloud: &Cloud, started: Started) -> Result<Ran> {
    let arn = format!(
        "arn:aws:states:us-east-1:000000000000:execution:order-to-cash:{}",
        started.name
    );
    let machine = Arc::clone(&cloud.machine);
    let mut run = Execution::start(machine, &started.name, &arn, started.input, now_ms())
        .map_err(|error| anyhow!("{}: {error:?}", started.name))?;
    let mut invoiced = None;
    let mut answer = None;
    loop {
        let want = run.wants();
        let event = match &want {
            Want::Ended(ended) => return Ok(ran(&run, Some(ended.status), invoiced)),
            Want::Sleep(sleep) => {
                let left = u64::try_from(sleep.until_ms - now_ms()).unwrap_or(0);
                tokio::time::sleep(Duration::from_millis(left).mul_f64(cloud.scale)).await;
                Event::Woke
            }
            Want::Call(call) => {
                // Whoever works may answer before the call has come back.
                answer = call.token.as_deref().map(|token| cloud.aws.answer_to(token));
                make(cloud, call).await?
            }
            Want::Answer(call) if call.state == PARKED => return Ok(ran(&run, None, invoiced)),
            Want::Answer(call) => {
                let answered = answer.take().context("nobody was asked for an answer")?.await;
                let event = answered.map_or(Event::TimedOut, |answered| {
                    answered.map_or_else(Event::Failed, Event::Succeeded)
                });
                let done = call.state == INVOICED && matches!(event, Event::Succeeded(_));
                invoiced = invoiced.or(done.then(Instant::now));
                event
            }
        };
        let at = match &want {
            // With scaled waits it is not that late yet.
            Want::Sleep(sleep) => sleep.until_ms.max(now_ms()),
            _ => now_ms(),
        };
        run.event(event, at, 0.5)
            .map_err(|error| anyhow!("{}: {error}", started.name))?;
    }
}

fn ran(run: &Execution, status: Option<Status>, invoiced: Option<Instant>) -> Ran {
    Ran {
        name: run.name().to_owned(),
        status,
        transitions: run.transitions(),
        invoiced,
    }
}

async fn make(cloud: &Cloud, call: &Call) -> Result<Event> {
    let text = |name: &str| call.arguments[name].as_str().unwrap_or_default();
    match call.resource {
        Resource::Lambda | Resource::LambdaToken => {
            let reply = cloud
                .pool(text("FunctionName"))?
                .invoke(&call.arguments["Payload"])
                .await?;
            Ok(match reply {
                Reply::Error(why) => Event::Failed(Failure::of_function(&why)),
                Reply::Answer(_) if call.token.is_some() => Event::Accepted,
                Reply::Answer(answer) => Event::Succeeded(answer),
            })
        }
        Resource::Sqs | Resource::SqsToken => {
            let queue = cloud.aws.queue(text("QueueUrl")).context("no such queue")?;
            let message = &call.arguments["MessageBody"];
            queue.send(
                &message
                    .as_str()
                    .map_or_else(|| message.to_string(), str::to_owned),
                None,
                None,
            );
            Ok(match call.token {
                Some(_) => Event::Accepted,
                None => Event::Succeeded(serde_json::Value::Null),
            })
        }
    }
}

fn now_ms() -> i64 {
    jiff::Timestamp::now().as_millisecond()
}

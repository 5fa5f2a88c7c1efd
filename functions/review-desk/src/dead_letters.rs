//! Dead letters: each becomes a review that refers to its input, and whoever waits for it is answered. The verdict
//! "poison" is otherwise ours, so a dead letter means that something crashed.

use crate::{desk::Desk, plain::plain, redrive::Redrive, stopped_steps::about};
use aws_lambda_events::sqs::{SqsBatchResponse, SqsEvent};
use domain::failure::{Failure, FailureName};
use runtime::{
    batch::{self, Record},
    failure::cause,
    message::{InboxEvent, Run, task_token},
    stores::NewReview,
};
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::Value;

/// The error a waiting step is answered with.
pub(crate) const UNDELIVERABLE: &str = "Undeliverable";

/// A message of a work queue.
#[derive(Deserialize)]
struct Work {
    #[serde(flatten)]
    run: Run,
    action: String,
    #[serde(deserialize_with = "task_token")]
    token: SecretString,
}

impl Desk {
    pub(crate) async fn take_dead_letters(&self, batch: SqsEvent) -> SqsBatchResponse {
        let records = batch::records(batch);
        batch::one_by_one(records, None, |record| self.take_dead_letter(record)).await
    }

    async fn take_dead_letter(&self, record: Record) -> Result<(), Failure> {
        if let Ok(work) = serde_json::from_value::<Work>(record.body.clone()) {
            return self.take_work(&record.message_id, work).await;
        }
        let event = serde_json::from_value::<InboxEvent>(record.body.clone());
        let review = match (event, called(&record.body)) {
            (Ok(event), _) => lost_event(event),
            (Err(_), Some(function)) => lost_call(&record.message_id, function),
            (Err(_), None) => unreadable(&record.message_id),
        };
        self.open(review).await.map(|_| ())
    }

    /// The review first: the run, once it is answered, opens the same one with its own token.
    async fn take_work(&self, message_id: &str, work: Work) -> Result<(), Failure> {
        let work = Work {
            action: plain(&work.action).to_owned(),
            ..work
        };
        let why = crashed(&format!(
            "the work {} could not be done: whoever does it crashed",
            work.action
        ));
        let text = cause(&why);
        let review = NewReview {
            about: about(&work.run, &work.action, UNDELIVERABLE),
            doing: work.action.clone(),
            order: Some(work.run.order.clone()),
            why,
            input: Some(format!("message {message_id}")),
            redrive: Redrive::Parked {
                run: work.run,
                step: work.action,
                // What is done for goods that have left is no queue's work.
                delivered: false,
            }
            .stored(),
            token: None,
        };
        self.open(review).await?;
        self.workflow
            .fail(&work.token, UNDELIVERABLE, &text)
            .await
            .map(|_| ())
    }
}

fn crashed(what: &str) -> Failure {
    Failure::new(FailureName::OutcomeUnknown, what)
        .remedy("find the crash in the function's log, mend it, deploy, then redrive")
}

fn lost_event(event: InboxEvent) -> NewReview {
    let redrive = Redrive::Event {
        event: event.event.clone(),
        store: event.store,
        group: event.event.clone(),
    };
    NewReview {
        about: format!("event/{}", event.event),
        doing: "route-event".to_owned(),
        order: None,
        why: crashed("the event could not be routed: the router crashed or was out of reach too often"),
        input: Some(event.event),
        redrive: redrive.stored(),
        token: None,
    }
}

/// The function whose call this is, as Lambda puts it into a dead-letter queue; the scheduler leaves the bare input of a
/// call it could not make.
fn called(body: &Value) -> Option<&str> {
    let arn = body
        .pointer("/requestContext/functionArn")
        .and_then(Value::as_str);
    let function = arn.and_then(|arn| arn.split(':').nth(6)).map(plain);
    function.or_else(|| (body["action"] == "poll").then_some("the change poller"))
}

/// A message of nobody we know. Each is a review of its own: they have nothing in common.
fn unreadable(message_id: &str) -> NewReview {
    let what = "a message in a dead-letter queue is neither work, nor an event, nor a call";
    let why = Failure::new(FailureName::Refused, what);
    NewReview {
        about: format!("dead-letter/{message_id}"),
        doing: "read-dead-letter".to_owned(),
        order: None,
        why: why.remedy("find out who sends such messages, then drop this"),
        input: Some(format!("message {message_id}")),
        redrive: Redrive::Nothing.stored(),
        token: None,
    }
}

/// A call nobody waited for: of the schedule, or of Lambda's own retries. Its next run does the same again.
fn lost_call(message_id: &str, called: &str) -> NewReview {
    let why = crashed(&format!("a call of {called} failed after all retries"));
    NewReview {
        about: format!("call/{called}"),
        doing: "scheduled-call".to_owned(),
        order: None,
        why: why.remedy("look at the function's log; its next run does the same again, then drop this"),
        input: Some(format!("message {message_id}")),
        redrive: Redrive::Nothing.stored(),
        token: None,
    }
}

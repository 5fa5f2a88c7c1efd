//! Guards of the template.

use std::collections::BTreeSet;

use serde_json::Value;

use super::list;
use crate::aws::template::{Template, target};

pub(super) const FUNCTION: &str = "AWS::Serverless::Function";
pub(super) const QUEUE: &str = "AWS::SQS::Queue";
/// SQS's longest retention, 14 days: longer than any wait on a token.
const RETENTION_S: u64 = 1_209_600;
/// An outage of two days loses nothing, even when every message is tried as often as its queue allows.
const OUTAGE_S: u64 = 2 * 24 * 60 * 60;
/// After this API Gateway's caller is gone: WooCommerce waits no longer.
const INTAKE_TIMEOUT_S: u64 = 10;
/// Most messages of a batch: the largest that was measured.
const BATCH_MAX: u64 = 25;
/// Most messages of a batch that AWS takes without a window, and of a queue that is first in, first out, which has none.
const WITHOUT_WINDOW: u64 = 10;
/// Statements that may say `*` for a resource, because their actions know none.
const ANY_RESOURCE: [&str; 3] = ["WriteTraces", "AnswerTokens", "DeliverLogs"];

/// Every function, the API and the state machine log into a group of the template with a retention and our key.
pub(super) fn log_groups(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    for (name, properties) in template.resources(FUNCTION) {
        let group = target(&properties["LoggingConfig"]["LogGroup"]).unwrap_or_default();
        if template.properties(group).is_null() {
            found.push(format!("{name} has no log group of the template"));
        }
        // Functions leave out by themselves what LogLevel does not want; Lambda's filter is INFO unless it is said.
        if properties["LoggingConfig"]["ApplicationLogLevel"] != "DEBUG" {
            found.push(format!("{name} logs nothing below INFO, whatever LogLevel says"));
        }
        // Start and report of every invocation cost more than they tell: how long it took is a metric.
        if properties["LoggingConfig"]["SystemLogLevel"] != "WARN" {
            found.push(format!("{name} lets Lambda log every invocation"));
        }
    }
    for (name, properties) in template.resources("AWS::Logs::LogGroup") {
        for needed in ["RetentionInDays", "KmsKeyId"] {
            if properties[needed].is_null() {
                found.push(format!("the log group {name} has no {needed}"));
            }
        }
    }
    found
}

/// Who is invoked without anybody waiting has somewhere to leave what failed, and so has who invokes.
pub(super) fn dead_letters(template: &Template) -> Vec<String> {
    let rules = template
        .resources("AWS::Events::Rule")
        .flat_map(|(name, p)| list(&p["Targets"]).iter().map(move |target| (name, target)));
    let schedules = template
        .resources("AWS::Scheduler::Schedule")
        .map(|(name, p)| (name, &p["Target"]));
    let mut found = Vec::new();
    for (name, invoked) in rules.chain(schedules) {
        if invoked["DeadLetterConfig"].is_null() {
            found.push(format!("{name} has no DeadLetterConfig"));
        }
        let function = target(&invoked["Arn"]).unwrap_or_default();
        let on_failure =
            &template.properties(function)["EventInvokeConfig"]["DestinationConfig"]["OnFailure"];
        if on_failure.is_null() {
            found.push(format!(
                "{function}, which {name} invokes, has no destination for failures"
            ));
        }
    }
    found
}

/// The queues that hold what failed: dead letters of other queues, and invocations nobody waits for.
pub(super) fn holders(template: &Template) -> BTreeSet<&str> {
    let queues = template.resources(QUEUE).filter_map(|(_, p)| dead_letters_of(p));
    let functions = template.resources(FUNCTION).filter_map(|(_, p)| {
        target(&p["EventInvokeConfig"]["DestinationConfig"]["OnFailure"]["Destination"])
    });
    let mappings = template
        .resources("AWS::Lambda::EventSourceMapping")
        .filter_map(|(_, p)| target(&p["DestinationConfig"]["OnFailure"]["Destination"]));
    queues.chain(functions).chain(mappings).collect()
}

fn dead_letters_of(queue: &Value) -> Option<&str> {
    target(&queue["RedrivePolicy"]["deadLetterTargetArn"])
}

/// Every queue keeps messages as long as SQS can, encrypted, has dead letters or holds them, and gives nothing up in an
/// outage.
pub(super) fn queues(template: &Template) -> Vec<String> {
    let holders = holders(template);
    let mut found = Vec::new();
    for (name, properties) in template.resources(QUEUE) {
        if dead_letters_of(properties).is_none() && !holders.contains(name) {
            found.push(format!("{name} has no queue for dead letters"));
        }
        if properties["MessageRetentionPeriod"].as_u64() != Some(RETENTION_S) {
            found.push(format!(
                "{name} does not say that it keeps messages for {RETENTION_S} s"
            ));
        }
        let tries = &properties["RedrivePolicy"]["maxReceiveCount"];
        let lasts_s = tries
            .as_u64()
            .unwrap_or(u64::MAX)
            .saturating_mul(visibility_s(properties));
        if lasts_s < OUTAGE_S {
            found.push(format!(
                "{name} gives a message up after {lasts_s} s of an outage"
            ));
        }
        if properties["KmsMasterKeyId"].is_null() {
            found.push(format!("{name} is not encrypted with our key"));
        }
    }
    found
}

/// A batch says which of its messages failed, a queue has one consumer, and waits for it long enough.
pub(super) fn mappings(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    let mut seen = BTreeSet::new();
    let queues = |(_, properties): &(&str, &Value)| properties["StartingPosition"].is_null();
    for (name, properties) in template
        .resources("AWS::Lambda::EventSourceMapping")
        .filter(queues)
    {
        if !list(&properties["FunctionResponseTypes"]).contains(&"ReportBatchItemFailures".into()) {
            found.push(format!("{name} does not report failures message by message"));
        }
        let queue = target(&properties["EventSourceArn"]).unwrap_or_default();
        let size = properties["BatchSize"].as_u64().unwrap_or(u64::MAX);
        let window = properties["MaximumBatchingWindowInSeconds"].as_u64().unwrap_or(0);
        if size > BATCH_MAX {
            found.push(format!("{name} takes batches of more than {BATCH_MAX}"));
        }
        if size > WITHOUT_WINDOW && window == 0 {
            found.push(format!(
                "{name} takes more than {WITHOUT_WINDOW} messages without a window: AWS refuses it"
            ));
        }
        if template.properties(queue)["FifoQueue"] == true && (size > WITHOUT_WINDOW || window > 0) {
            found.push(format!(
                "{name} gathers messages of {queue}, which is first in, first out: AWS refuses it"
            ));
        }
        if !seen.insert(queue) {
            found.push(format!("{name} steals messages: {queue} has another consumer"));
        }
        let function = target(&properties["FunctionName"]).unwrap_or_default();
        let timeout = template.properties(function)["Timeout"]
            .as_u64()
            .unwrap_or(u64::MAX);
        let visibility = visibility_s(template.properties(queue));
        if visibility < timeout.saturating_mul(6).saturating_add(window) {
            found.push(format!(
                "{queue} hides a message for {visibility} s, {function} may take {timeout} s"
            ));
        }
    }
    found
}

/// How long a queue hides a message that somebody has received.
fn visibility_s(queue: &Value) -> u64 {
    queue["VisibilityTimeout"].as_u64().unwrap_or(30)
}

/// Every statement has a name of its own, names its actions, and names its resources where they can be named.
pub(super) fn statements(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    for (role, properties) in template.resources("AWS::IAM::Role") {
        let mut names = BTreeSet::new();
        let policies = list(&properties["Policies"]).iter();
        for statement in policies.flat_map(|policy| list(&policy["PolicyDocument"]["Statement"])) {
            let sid = statement["Sid"].as_str().unwrap_or_default();
            if sid.is_empty() || !names.insert(sid) {
                found.push(format!(
                    "{role}: the statement name \"{sid}\" is missing or not unique"
                ));
            }
            let actions = &statement["Action"];
            let wild = |action: &Value| action.as_str().is_none_or(|action| action.contains('*'));
            if list(actions).iter().any(wild) || (actions.is_string() && wild(actions)) {
                found.push(format!("{role}/{sid} does not name its actions"));
            }
            if statement["Resource"] == "*" && !ANY_RESOURCE.contains(&sid) {
                found.push(format!("{role}/{sid} allows its actions on everything"));
            }
        }
    }
    found
}

/// Each function has a role of its own, and the intake answers before its caller gives up.
pub(super) fn functions(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    let mut roles = BTreeSet::new();
    for (name, properties) in template.resources(FUNCTION) {
        let role = target(&properties["Role"]).unwrap_or_default();
        if role.is_empty() || !roles.insert(role) {
            found.push(format!("{name} has no role of its own"));
        }
    }
    let intake = template.properties("WebhookIntake")["Timeout"].as_u64();
    if intake.is_none_or(|seconds| seconds >= INTAKE_TIMEOUT_S) {
        found.push(format!("WebhookIntake may take {INTAKE_TIMEOUT_S} s or more"));
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_queue_that_gives_up_before_an_outage_is_over_is_named() {
        let template = |tries: u64| {
            let dead = json!({"Fn::GetAtt": ["InboxDlq", "Arn"]});
            Template(json!({"Resources": {"Inbox": {"Type": QUEUE, "Properties": {
                "VisibilityTimeout": 180, "MessageRetentionPeriod": RETENTION_S, "KmsMasterKeyId": "key",
                "RedrivePolicy": {"deadLetterTargetArn": dead, "maxReceiveCount": tries},
            }}}}))
        };
        assert_eq!(queues(&template(1_000)), Vec::<String>::new());
        assert_eq!(
            queues(&template(10)),
            ["Inbox gives a message up after 1800 s of an outage"]
        );
    }

    #[test]
    fn a_batch_that_aws_would_refuse_or_nobody_has_measured_is_named() {
        let found = |size: u64, window: u64, fifo: bool| {
            mappings(&Template(json!({"Resources": {
                "Work": {"Type": QUEUE, "Properties": {"VisibilityTimeout": 750, "FifoQueue": fifo}},
                "Writer": {"Type": FUNCTION, "Properties": {"Timeout": 120}},
                "Batches": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
                    "EventSourceArn": {"Fn::GetAtt": ["Work", "Arn"]}, "FunctionName": {"Ref": "Writer"},
                    "FunctionResponseTypes": ["ReportBatchItemFailures"],
                    "BatchSize": size, "MaximumBatchingWindowInSeconds": window,
                }},
            }})))
        };
        assert_eq!(found(25, 1, false), Vec::<String>::new());
        assert_eq!(found(10, 0, true), Vec::<String>::new());
        assert_eq!(found(26, 1, false), ["Batches takes batches of more than 25"]);
        let without = "Batches takes more than 10 messages without a window: AWS refuses it";
        assert_eq!(found(25, 0, false), [without]);
        let in_order = "Batches gathers messages of Work, which is first in, first out: AWS refuses it";
        assert_eq!(found(10, 1, true), [in_order]);
        assert_eq!(
            found(25, 60, false),
            ["Work hides a message for 750 s, Writer may take 120 s"]
        );
    }

    #[test]
    fn a_function_whose_every_invocation_is_logged_is_named() {
        let found = |level: &str| {
            log_groups(&Template(json!({"Resources": {
                "Log": {"Type": "AWS::Logs::LogGroup", "Properties": {"RetentionInDays": 30, "KmsKeyId": "key"}},
                "Writer": {"Type": FUNCTION, "Properties": {"LoggingConfig": {
                    "LogGroup": {"Ref": "Log"}, "ApplicationLogLevel": "DEBUG", "SystemLogLevel": level,
                }}},
            }})))
        };
        assert_eq!(found("WARN"), Vec::<String>::new());
        assert_eq!(found("INFO"), ["Writer lets Lambda log every invocation"]);
    }
}

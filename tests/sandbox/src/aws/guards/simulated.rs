//! What the simulation and the benchmark's cloud take for granted is what the template says.

use serde_json::{Value, json};
use simulation::{
    Function,
    set_up::{ASYNC_RETRIES, ENDPOINT_MS, MAPPINGS, ON_FAILURE, QUEUES, RETENTION_S, STREAM},
};

use crate::aws::template::{Template, target};

/// Numbers and names that differ.
pub(super) fn as_set_up(template: &Template) -> Vec<String> {
    let mut found = Compared::default();
    for function in Function::ALL {
        let resource = function.resource();
        let properties = template.properties(&resource);
        found.compare(&resource, "Timeout", &properties["Timeout"], function.timeout_s());
    }
    for queue in QUEUES {
        let (resource, properties) = (queue.resource, template.properties(queue.resource));
        let name = properties["QueueName"]["Fn::Sub"].as_str().unwrap_or_default();
        let name = name.trim_start_matches("${AWS::StackName}-");
        found.compare(resource, "QueueName", &json!(name), queue.name);
        let visibility = properties["VisibilityTimeout"].as_u64().unwrap_or(30);
        found.compare(
            resource,
            "VisibilityTimeout",
            &json!(visibility),
            queue.visibility_s,
        );
        let kept = &properties["MessageRetentionPeriod"];
        found.compare(resource, "MessageRetentionPeriod", kept, RETENTION_S);
        let redrive = &properties["RedrivePolicy"];
        let (dead, most) = queue.dead_letters.unzip();
        let there = json!(target(&redrive["deadLetterTargetArn"]));
        found.compare(resource, "deadLetterTargetArn", &there, dead);
        found.compare(resource, "maxReceiveCount", &redrive["maxReceiveCount"], most);
    }
    for mapping in MAPPINGS {
        let (resource, properties) = (mapping.resource, template.properties(mapping.resource));
        let queue = json!(target(&properties["EventSourceArn"]));
        found.compare(resource, "EventSourceArn", &queue, mapping.queue);
        let function = json!(target(&properties["FunctionName"]));
        found.compare(resource, "FunctionName", &function, mapping.function.resource());
        found.compare(resource, "BatchSize", &properties["BatchSize"], mapping.batch);
        let at_once = resolved(template, &properties["ScalingConfig"]["MaximumConcurrency"]);
        found.compare(resource, "MaximumConcurrency", &at_once, mapping.at_once);
        let window = properties["MaximumBatchingWindowInSeconds"].as_u64();
        let window = json!(window.unwrap_or_default());
        found.compare(
            resource,
            "MaximumBatchingWindowInSeconds",
            &window,
            mapping.window_s,
        );
    }
    found.stream(template);
    for (function, queue) in ON_FAILURE {
        let resource = function.resource();
        let invoked = &template.properties(&resource)["EventInvokeConfig"];
        let destination = json!(target(&invoked["DestinationConfig"]["OnFailure"]["Destination"]));
        found.compare(&resource, "OnFailure", &destination, queue);
        let retries = &invoked["MaximumRetryAttempts"];
        found.compare(&resource, "MaximumRetryAttempts", retries, ASYNC_RETRIES);
    }
    let endpoint = &template.properties("WebhookIntegration")["TimeoutInMillis"];
    found.compare("WebhookIntegration", "TimeoutInMillis", endpoint, ENDPOINT_MS);
    found.unknown(template);
    found.0
}

#[derive(Default)]
struct Compared(Vec<String>);

impl Compared {
    fn compare(&mut self, resource: &str, what: &str, there: &Value, here: impl serde::Serialize) {
        let here = json!(here);
        if *there != here {
            let says = format!("{resource}: {what} is {there}, {here} is played");
            self.0.push(says);
        }
    }

    /// The mapping of the table's stream.
    fn stream(&mut self, template: &Template) {
        let (resource, properties) = (STREAM.resource, template.properties(STREAM.resource));
        let table = json!(target(&properties["EventSourceArn"]));
        self.compare(resource, "EventSourceArn", &table, STREAM.table);
        self.compare(resource, "BatchSize", &properties["BatchSize"], STREAM.batch);
        let window = &properties["MaximumBatchingWindowInSeconds"];
        self.compare(
            resource,
            "MaximumBatchingWindowInSeconds",
            window,
            STREAM.window_s,
        );
        // The shards are those that a table begins with which is billed like this.
        let billing = &template.properties(STREAM.table)["BillingMode"];
        self.compare(STREAM.table, "BillingMode", billing, "PAY_PER_REQUEST");
    }

    /// Queues and mappings of queues that are not played.
    fn unknown(&mut self, template: &Template) {
        let queues = template.resources(super::stack::QUEUE).map(|(name, _)| name);
        let queues = queues.filter(|name| QUEUES.iter().all(|queue| queue.resource != *name));
        let mappings = template.resources("AWS::Lambda::EventSourceMapping");
        let of_queues = mappings.filter(|(_, properties)| {
            let source = target(&properties["EventSourceArn"]).unwrap_or_default();
            QUEUES.iter().any(|queue| queue.resource == source)
        });
        let mappings = of_queues.map(|(name, _)| name);
        let mappings = mappings.filter(|name| MAPPINGS.iter().all(|mapping| mapping.resource != *name));
        let unknown = queues
            .chain(mappings)
            .map(|name| format!("{name} is not simulated"));
        self.0.extend(unknown);
    }
}

/// A number, or what a parameter's default finds in a mapping.
fn resolved(template: &Template, value: &Value) -> Value {
    let Some([map, key, name]) = value["Fn::FindInMap"].as_array().map(Vec::as_slice) else {
        return value.clone();
    };
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let parameter = &template.0["Parameters"][text(&key["Ref"])]["Default"];
    template.0["Mappings"][text(map)][text(parameter)][text(name)].clone()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_number_that_differs_is_named_and_so_is_a_queue_that_is_not_played() {
        let template = Template(json!({"Resources": {
            "PaymentCapture": {"Type": super::super::stack::FUNCTION, "Properties": {"Timeout": 61}},
            "AuditRecorderBatches": {"Properties": {"BatchSize": 100}},
            "Another": {"Type": super::super::stack::QUEUE, "Properties": {}},
        }}));
        let found = as_set_up(&template);
        assert!(found.contains(&"PaymentCapture: Timeout is 61, 60 is played".to_owned()));
        assert!(found.contains(&"AuditRecorderBatches: BatchSize is 100, 500 is played".to_owned()));
        assert!(found.contains(&"Another is not simulated".to_owned()));
    }

    #[test]
    fn a_parameters_default_is_looked_up() {
        let template = Template(json!({
            "Parameters": {"Batches": {"Default": "10"}},
            "Mappings": {"Concurrency": {"10": {"Batches": 10}}},
        }));
        let value = json!({"Fn::FindInMap": ["Concurrency", {"Ref": "Batches"}, "Batches"]});
        assert_eq!(resolved(&template, &value), json!(10));
        assert_eq!(resolved(&template, &json!(2)), json!(2));
    }
}

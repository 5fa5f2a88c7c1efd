//! Whatever can go wrong where nobody looks has an alarm, and every alarm reaches the topic.

use serde_json::Value;

use super::list;
use super::stack::{FUNCTION, QUEUE, holders};
use crate::aws::template::{Template, target};

/// The type of an alarm on one metric.
pub(super) const ALARM: &str = "AWS::CloudWatch::Alarm";
/// What of a function's time-out is "about to run out", in milliseconds for each second of it.
const SLOW_MS_PER_S: u64 = 800;

/// Every queue has an alarm: on its oldest message, or, when it holds dead letters, on any message.
pub(super) fn queues(template: &Template) -> Vec<String> {
    let holders = holders(template);
    let mut found = Vec::new();
    for (queue, _) in template.resources(QUEUE) {
        let (metric, what) = if holders.contains(queue) {
            ("ApproximateNumberOfMessagesVisible", "dead letters")
        } else {
            ("ApproximateAgeOfOldestMessage", "old messages")
        };
        if on(template, "AWS/SQS", metric, queue).next().is_none() {
            found.push(format!("{queue} has no alarm on {what}"));
        }
    }
    found
}

/// Every function has an alarm on errors, on throttles, and on a duration near its time-out.
pub(super) fn functions(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    for (function, properties) in template.resources(FUNCTION) {
        for metric in ["Errors", "Throttles"] {
            if on(template, "AWS/Lambda", metric, function).next().is_none() {
                found.push(format!("{function} has no alarm on {metric}"));
            }
        }
        let timeout_s = properties["Timeout"].as_u64().unwrap_or(3);
        let near = |alarm: &&Value| {
            alarm["ExtendedStatistic"] == "p99" && alarm["Threshold"] == timeout_s * SLOW_MS_PER_S
        };
        if !on(template, "AWS/Lambda", "Duration", function).any(|alarm| near(&alarm)) {
            found.push(format!(
                "{function} has no alarm on a p99 duration of {} ms",
                timeout_s * SLOW_MS_PER_S
            ));
        }
    }
    found
}

/// Every alarm tells the topic, and says what silence means.
pub(super) fn heard(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    for (name, alarm) in template.resources(ALARM) {
        if !list(&alarm["AlarmActions"])
            .iter()
            .any(|to| target(to) == Some("ReviewTopic"))
        {
            found.push(format!("{name} tells nobody"));
        }
        if alarm["TreatMissingData"].is_null() {
            found.push(format!("{name} does not say what missing data mean"));
        }
    }
    found
}

/// The alarms on this metric of AWS's own whose one dimension is this resource.
fn on<'a>(
    template: &'a Template,
    namespace: &'a str,
    metric: &'a str,
    resource: &'a str,
) -> impl Iterator<Item = &'a Value> {
    template
        .resources(ALARM)
        .map(|(_, alarm)| alarm)
        .filter(move |alarm| {
            alarm["Namespace"] == namespace
                && alarm["MetricName"] == metric
                && matches!(list(&alarm["Dimensions"]), [one] if target(&one["Value"]) == Some(resource))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn alarm(metric: &str, namespace: &str, of: &Value) -> Value {
        json!({"Type": ALARM, "Properties": {
            "Namespace": namespace, "MetricName": metric, "Dimensions": [{"Name": "any", "Value": of}],
        }})
    }

    #[test]
    fn a_queue_without_its_alarm_is_named() {
        let of = |queue: &str| json!({"Fn::GetAtt": [queue, "QueueName"]});
        let dead = json!({"deadLetterTargetArn": {"Fn::GetAtt": ["Dlq", "Arn"]}});
        let template = |alarms: [Value; 2]| {
            Template(json!({"Resources": {
                "Work": {"Type": QUEUE, "Properties": {"RedrivePolicy": dead}},
                "Dlq": {"Type": QUEUE, "Properties": {}}, "One": alarms[0], "Two": alarms[1],
            }}))
        };
        let age = alarm("ApproximateAgeOfOldestMessage", "AWS/SQS", &of("Work"));
        let dead = alarm("ApproximateNumberOfMessagesVisible", "AWS/SQS", &of("Dlq"));
        let other = alarm("ApproximateNumberOfMessagesVisible", "AWS/SQS", &of("Work"));
        assert_eq!(queues(&template([age.clone(), dead])), Vec::<String>::new());
        assert_eq!(
            queues(&template([age, other])),
            ["Dlq has no alarm on dead letters"]
        );
    }

    #[test]
    fn a_function_whose_alarm_on_its_duration_is_not_near_its_time_out_is_named() {
        let of = json!({"Ref": "Writer"});
        let template = |threshold: u64| {
            let mut slow = alarm("Duration", "AWS/Lambda", &of);
            slow["Properties"]["ExtendedStatistic"] = json!("p99");
            slow["Properties"]["Threshold"] = json!(threshold);
            Template(json!({"Resources": {
                "Writer": {"Type": FUNCTION, "Properties": {"Timeout": 120}}, "Slow": slow,
                "Errors": alarm("Errors", "AWS/Lambda", &of), "Throttles": alarm("Throttles", "AWS/Lambda", &of),
            }}))
        };
        assert_eq!(functions(&template(96_000)), Vec::<String>::new());
        assert_eq!(
            functions(&template(6_400)),
            ["Writer has no alarm on a p99 duration of 96000 ms"]
        );
    }

    #[test]
    fn an_alarm_that_tells_nobody_is_named() {
        let silent = Template(json!({"Resources": {"Silent": alarm("Errors", "AWS/Lambda", &json!("f"))}}));
        assert_eq!(
            heard(&silent),
            [
                "Silent tells nobody",
                "Silent does not say what missing data mean"
            ]
        );
    }
}

//! No fact is lost to the audit trail: whatever a function may write is on its stream or has a reason not to be, and
//! what the recorder fails on goes somewhere.

use std::collections::BTreeSet;

use audit::{AUDITED, NOT_AUDITED};
use serde_json::Value;

use super::{Template, list};
use crate::aws::template::target;

/// A stream keeps its records for a day.
const STREAM_S: u64 = 24 * 60 * 60;

pub(super) fn stream(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    if template.properties("Table")["StreamSpecification"]["StreamViewType"] != "NEW_AND_OLD_IMAGES" {
        found.push("Table has no stream of old and new images".to_owned());
    }
    let of_stream = |(_, properties): &(&str, &Value)| !properties["StartingPosition"].is_null();
    let mut mappings = template
        .resources("AWS::Lambda::EventSourceMapping")
        .filter(of_stream);
    let Some((name, mapping)) = mappings.next() else {
        found.push("nobody reads the stream of Table".to_owned());
        return found;
    };
    if target(&mapping["EventSourceArn"]) != Some("Table") || mapping["StartingPosition"] != "TRIM_HORIZON" {
        found.push(format!(
            "{name} does not read the stream of Table from its beginning"
        ));
    }
    if mapping["BisectBatchOnFunctionError"] != true {
        found.push(format!("{name} does not halve a batch that fails"));
    }
    let age = mapping["MaximumRecordAgeInSeconds"].as_u64();
    if age.is_none_or(|seconds| seconds >= STREAM_S) || mapping["DestinationConfig"]["OnFailure"].is_null() {
        found.push(format!("{name} lets records expire unheard"));
    }
    found.extend(filters(name, mapping));
    found.extend(
        writable(template)
            .filter(|prefix| !known(prefix))
            .map(|prefix| format!("{prefix}* is written, and is neither audited nor has a reason not to be")),
    );
    found
}

fn known(prefix: &str) -> bool {
    AUDITED
        .iter()
        .chain(&NOT_AUDITED)
        .any(|known| prefix.starts_with(known))
}

/// The stream brings what is audited, and nothing else.
fn filters(name: &str, mapping: &Value) -> Option<String> {
    let patterns = list(&mapping["FilterCriteria"]["Filters"]).iter();
    let patterns =
        patterns.filter_map(|filter| serde_json::from_str::<Value>(filter["Pattern"].as_str()?).ok());
    let brought: BTreeSet<String> = patterns
        .flat_map(|pattern| list(&pattern["dynamodb"]["Keys"]["pk"]["S"]).to_vec())
        .filter_map(|rule| rule["prefix"].as_str().map(str::to_owned))
        .collect();
    let audited: BTreeSet<String> = AUDITED.map(str::to_owned).into();
    (brought != audited).then(|| format!("{name} brings {brought:?}, not {audited:?}"))
}

/// What the keys begin with that roles may write.
fn writable(template: &Template) -> impl Iterator<Item = String> {
    let statements = template.resources("AWS::IAM::Role").flat_map(|(_, role)| {
        let policies = list(&role["Policies"]).iter();
        policies.flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]))
    });
    let keys = statements.flat_map(|statement| {
        list(&statement["Condition"]["ForAllValues:StringLike"]["dynamodb:LeadingKeys"])
    });
    let keys = keys.filter_map(|key| Some(key.as_str()?.trim_end_matches('*').to_owned()));
    keys.collect::<BTreeSet<_>>().into_iter()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template(prefixes: &[&str], writes: &str) -> Template {
        let rules: Vec<Value> = prefixes.iter().map(|prefix| json!({"prefix": prefix})).collect();
        let pattern = json!({"dynamodb": {"Keys": {"pk": {"S": rules}}}}).to_string();
        let statement = json!({"Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": [writes]}}});
        Template(json!({"Resources": {
            "Table": {"Properties": {"StreamSpecification": {"StreamViewType": "NEW_AND_OLD_IMAGES"}}},
            "Role": {"Type": "AWS::IAM::Role", "Properties": {"Policies": [{"PolicyDocument": {"Statement": [statement]}}]}},
            "Batches": {"Type": "AWS::Lambda::EventSourceMapping", "Properties": {
                "EventSourceArn": {"Fn::GetAtt": ["Table", "StreamArn"]}, "StartingPosition": "TRIM_HORIZON",
                "BisectBatchOnFunctionError": true, "MaximumRecordAgeInSeconds": 43_200,
                "DestinationConfig": {"OnFailure": {"Destination": "queue"}},
                "FilterCriteria": {"Filters": [{"Pattern": pattern}]},
            }},
        }}))
    }

    #[test]
    fn what_is_written_and_not_audited_is_named() {
        assert_eq!(stream(&template(&AUDITED, "effect/void/*")), Vec::<String>::new());
        assert_eq!(stream(&template(&AUDITED, "cursor/*")), Vec::<String>::new());
        let unknown = stream(&template(&AUDITED, "refund-request/*"));
        assert!(unknown[0].starts_with("refund-request/*"), "{unknown:?}");
        let missed = stream(&template(&AUDITED[1..], "effect/void/*"));
        assert!(missed[0].contains("brings"), "{missed:?}");
    }
}

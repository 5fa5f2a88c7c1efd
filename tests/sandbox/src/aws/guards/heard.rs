//! A review that nobody hears of waits for ever: whoever may open one either writes to the topic, or has its log line
//! counted for the alarm.

use serde_json::Value;

use super::{Template, list};

/// Roles that may put reviews into the table while no metric filter reads "review opened" in their function's log and
/// the topic is not theirs to write to.
pub(super) fn reviews(template: &Template) -> Vec<String> {
    let opening = template.resources("AWS::IAM::Role").filter(|(_, properties)| {
        statements(properties).any(|s| allows(s, "dynamodb:PutItem") && s.to_string().contains("\"review/"))
    });
    opening
        .filter(|(_, properties)| !statements(properties).any(|s| allows(s, "sns:Publish")))
        .map(|(role, _)| role.trim_end_matches("Role"))
        .filter(|function| !counted(template, &format!("{function}Logs")))
        .map(|function| format!("{function} may open reviews, but nobody hears of them"))
        .collect()
}

fn statements(role: &Value) -> impl Iterator<Item = &Value> {
    list(&role["Policies"])
        .iter()
        .flat_map(|policy| list(&policy["PolicyDocument"]["Statement"]))
}

fn allows(statement: &Value, action: &str) -> bool {
    let actions = &statement["Action"];
    actions == action || list(actions).contains(&action.into())
}

fn counted(template: &Template, log_group: &str) -> bool {
    template
        .resources("AWS::Logs::MetricFilter")
        .any(|(_, properties)| {
            properties["LogGroupName"]
                .to_string()
                .contains(&format!("\"{log_group}\""))
                && properties["FilterPattern"]
                    .as_str()
                    .is_some_and(|pattern| pattern.contains("review opened"))
        })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_role_that_opens_reviews_in_silence_is_named() {
        let statement = json!({
            "Sid": "OwnItems", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"],
            "Condition": {"ForAllValues:StringLike": {"dynamodb:LeadingKeys": ["review/*"]}}
        });
        let role = json!({"Type": "AWS::IAM::Role", "Properties": {
            "Policies": [{"PolicyDocument": {"Statement": [statement]}}]
        }});
        let silent = Template(json!({"Resources": {"OrderWriterRole": role}}));
        assert_eq!(
            reviews(&silent),
            ["OrderWriter may open reviews, but nobody hears of them"]
        );
        let filter = json!({"Type": "AWS::Logs::MetricFilter", "Properties": {
            "LogGroupName": {"Ref": "OrderWriterLogs"}, "FilterPattern": "\"review opened\""
        }});
        let heard = Template(json!({"Resources": {"OrderWriterRole": role, "OrderWriterReviews": filter}}));
        assert_eq!(reviews(&heard), Vec::<String>::new());
    }
}

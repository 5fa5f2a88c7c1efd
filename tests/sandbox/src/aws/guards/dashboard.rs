//! The dashboard is a text to CloudFormation: what is wrong in it shows only on the page, or not at all.

use std::collections::BTreeSet;

use serde_json::Value;

use super::list;
use super::stack::{FUNCTION, QUEUE};
use crate::aws::Template;

/// Columns of a dashboard's grid.
const COLUMNS: u64 = 24;

/// The body is JSON, its widgets lie beside each other on the grid, and no function and no queue is left out.
pub(super) fn whole(template: &Template) -> Vec<String> {
    let mut found = Vec::new();
    for (name, properties) in template.resources("AWS::CloudWatch::Dashboard") {
        let text = properties["DashboardBody"]["Fn::Sub"]
            .as_str()
            .unwrap_or_default();
        match serde_json::from_str::<Value>(text) {
            Ok(body) => found.extend(overlaps(list(&body["widgets"]))),
            Err(error) => found.push(format!("the body of {name} is no JSON: {error}")),
        }
        let all = template.resources(FUNCTION).chain(template.resources(QUEUE));
        let missing = all.filter(|(one, _)| {
            !["}", ".QueueName}"]
                .iter()
                .any(|end| text.contains(&format!("${{{one}{end}")))
        });
        found.extend(missing.map(|(one, _)| format!("{name} does not show {one}")));
    }
    found
}

/// Widgets that lie on each other, or beside the grid.
fn overlaps(widgets: &[Value]) -> Vec<String> {
    let mut taken = BTreeSet::new();
    let mut found = Vec::new();
    for (number, widget) in widgets.iter().enumerate() {
        let [x, y, width, height] =
            ["x", "y", "width", "height"].map(|side| widget[side].as_u64().unwrap_or(COLUMNS));
        let cells = (x..x + width).flat_map(|x| (y..y + height).map(move |y| (x, y)));
        let twice = cells.filter(|cell| !taken.insert(*cell)).count();
        if twice > 0 || x + width > COLUMNS {
            found.push(format!("widget {number} of the dashboard is not where it can be"));
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn template(body: &str) -> Template {
        Template(json!({"Resources": {
            "Board": {"Type": "AWS::CloudWatch::Dashboard", "Properties": {"DashboardBody": {"Fn::Sub": body}}},
            "Writer": {"Type": FUNCTION, "Properties": {}},
        }}))
    }

    fn body(second_x: u64) -> String {
        let widget = |x| json!({"x": x, "y": 0, "width": 12, "height": 6, "of": "${Writer}"});
        json!({"widgets": [widget(0), widget(second_x)]}).to_string()
    }

    #[test]
    fn widgets_on_each_other_and_functions_left_out_are_named() {
        assert_eq!(whole(&template(&body(12))), Vec::<String>::new());
        let wrong = ["widget 1 of the dashboard is not where it can be"];
        assert_eq!(whole(&template(&body(11))), wrong);
        assert_eq!(whole(&template(&body(13))), wrong);
        assert_eq!(
            whole(&template("{\"widgets\": []}")),
            ["Board does not show Writer"]
        );
    }
}

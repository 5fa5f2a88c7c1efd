//! Least privilege, statement by statement: which there are, the template without one of them, and which of them the
//! emulator cannot miss.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use serde_json::Value;

use super::Template;
use crate::places::repository;

/// One statement of a role of the template.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// The role's logical name.
    pub role: String,
    /// The statement's name, unique in its role.
    pub sid: String,
}

/// A statement whose absence cannot show in the emulator.
#[derive(Clone, Debug, Deserialize)]
pub struct NotEnforceable {
    /// The role's logical name, or `*`.
    pub role: String,
    /// The statement's name.
    pub sid: String,
    /// Why it does not show.
    pub reason: String,
    /// The statement of the same role that the emulator cannot tell from it: they are taken away together.
    #[serde(default)]
    pub like: Option<String>,
}

impl NotEnforceable {
    /// Whether it speaks of this statement.
    pub fn covers(&self, statement: &Statement) -> bool {
        self.sid == statement.sid && (self.role == "*" || self.role == statement.role)
    }
}

/// Every statement of every role, in the template's order.
pub fn statements(template: &Template) -> Vec<Statement> {
    let mut found = Vec::new();
    for (role, properties) in template.resources("AWS::IAM::Role") {
        for policy in properties["Policies"].as_array().into_iter().flatten() {
            for statement in policy["PolicyDocument"]["Statement"]
                .as_array()
                .into_iter()
                .flatten()
            {
                let sid = statement["Sid"].as_str().unwrap_or_default().to_owned();
                found.push(Statement {
                    role: role.to_owned(),
                    sid,
                });
            }
        }
    }
    found
}

/// The template without exactly that statement.
///
/// # Errors
/// When there is none of that name, or more than one.
pub fn without(template: &Template, statement: &Statement) -> Result<Template> {
    let mut variant = template.clone();
    let policies = variant
        .0
        .pointer_mut(&format!("/Resources/{}/Properties/Policies", statement.role))
        .and_then(Value::as_array_mut)
        .with_context(|| format!("the template has no role {}", statement.role))?;
    let mut removed = 0;
    for policy in policies {
        if let Some(all) = policy
            .pointer_mut("/PolicyDocument/Statement")
            .and_then(Value::as_array_mut)
        {
            let before = all.len();
            all.retain(|one| one["Sid"] != statement.sid.as_str());
            removed += before - all.len();
        }
    }
    ensure!(
        removed == 1,
        "{removed} statements {} in {}, not one",
        statement.sid,
        statement.role
    );
    Ok(variant)
}

/// What `infra/not-enforceable-locally.toml` says.
///
/// # Errors
/// When it is not there, or not of that shape.
pub fn not_enforceable() -> Result<Vec<NotEnforceable>> {
    #[derive(Deserialize)]
    struct File {
        statement: Vec<NotEnforceable>,
    }
    let path = repository().join("infra/not-enforceable-locally.toml");
    let text = std::fs::read_to_string(&path).with_context(|| format!("reading {}", path.display()))?;
    let file: File = toml::from_str(&text).with_context(|| format!("reading {}", path.display()))?;
    Ok(file.statement)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn template() -> Template {
        let statements = json!([{"Sid": "Read", "Effect": "Allow"}, {"Sid": "Write", "Effect": "Allow"}]);
        let policies = json!([{"PolicyDocument": {"Statement": statements}}]);
        let role = json!({"Type": "AWS::IAM::Role", "Properties": {"Policies": policies}});
        Template(json!({"Resources": {"A": role.clone(), "B": role}}))
    }

    #[test]
    fn a_variant_lacks_one_statement_and_nothing_else() {
        let all = statements(&template());
        assert_eq!(all.len(), 4);
        for one in &all {
            let left = statements(&without(&template(), one).unwrap());
            let expected: Vec<_> = all.iter().filter(|other| *other != one).cloned().collect();
            assert_eq!(left, expected);
        }
    }

    #[test]
    fn a_statement_that_is_not_there_cannot_be_removed() {
        let unknown = Statement {
            role: "A".into(),
            sid: "Fly".into(),
        };
        assert!(without(&template(), &unknown).is_err());
    }
}

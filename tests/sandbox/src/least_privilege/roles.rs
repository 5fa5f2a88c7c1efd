//! The roles as they are deployed: one statement taken out, and put back.

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::aws::{Deployed, Statement, not_enforceable, settings};

/// The name every role of the template gives its policy.
const POLICY: &str = "own";

/// The deployed roles and the functions that have them.
pub(super) struct Roles {
    iam: aws_sdk_iam::Client,
    lambda: aws_sdk_lambda::Client,
}

/// A role with a statement less.
pub(super) struct Lessened {
    role: String,
    function: String,
    /// The policy as it was.
    whole: String,
}

impl Roles {
    pub(super) async fn of(deployed: &Deployed) -> Self {
        let settings = settings(&deployed.endpoint).await;
        Self {
            iam: aws_sdk_iam::Client::new(&settings),
            lambda: aws_sdk_lambda::Client::new(&settings),
        }
    }

    /// Takes the statement out of its role, and those that the emulator cannot tell from it; the function begins anew, so
    /// that nothing it has read before helps it.
    pub(super) async fn take_away(&self, deployed: &Deployed, statement: &Statement) -> Result<Lessened> {
        let excused = not_enforceable()?.into_iter();
        let like =
            excused.filter(|one| one.role == statement.role && one.like.as_ref() == Some(&statement.sid));
        let taken: Vec<String> = like.map(|one| one.sid).chain([statement.sid.clone()]).collect();
        let function = deployed.output(function_of(statement))?.to_owned();
        let ask = self.lambda.get_function_configuration().function_name(&function);
        let role = ask
            .send()
            .await
            .with_context(|| format!("looking at {function}"))?
            .role
            .unwrap_or_default();
        let role = role.rsplit('/').next().unwrap_or_default().to_owned();
        let ask = self.iam.get_role_policy().role_name(&role).policy_name(POLICY);
        let whole = ask
            .send()
            .await
            .with_context(|| format!("reading the policy of {role}"))?;
        let whole = percent_encoding::percent_decode_str(&whole.policy_document)
            .decode_utf8()?
            .into_owned();
        let lessened = Lessened {
            role,
            function,
            whole,
        };
        self.put(&lessened, &without(&lessened.whole, &taken)?).await?;
        Ok(lessened)
    }

    /// Puts the role back as it was; the function begins anew.
    pub(super) async fn give_back(&self, lessened: &Lessened) -> Result<()> {
        self.put(lessened, &lessened.whole).await
    }

    async fn put(&self, lessened: &Lessened, policy: &str) -> Result<()> {
        let put = self
            .iam
            .put_role_policy()
            .role_name(&lessened.role)
            .policy_name(POLICY);
        put.policy_document(policy)
            .send()
            .await
            .with_context(|| format!("writing the policy of {}", lessened.role))?;
        let function = lessened.function.as_str();
        let ask = self.lambda.get_function_configuration().function_name(function);
        let timeout = ask
            .send()
            .await
            .with_context(|| format!("looking at {function}"))?
            .timeout;
        // A change of the configuration, even to what it was, ends the environments that are warm.
        let change = self
            .lambda
            .update_function_configuration()
            .function_name(function);
        change
            .set_timeout(timeout)
            .send()
            .await
            .with_context(|| format!("starting {function} anew"))?;
        Ok(())
    }
}

/// The output that names the function of a role.
pub(super) fn function_of(statement: &Statement) -> &str {
    statement.role.strip_suffix("Role").unwrap_or(&statement.role)
}

/// The policy without exactly these statements.
fn without(policy: &str, taken: &[String]) -> Result<String> {
    let mut policy: Value = serde_json::from_str(policy).context("reading a policy")?;
    let statements = policy["Statement"]
        .as_array_mut()
        .context("the policy has no statements")?;
    let before = statements.len();
    statements.retain(|statement| !taken.iter().any(|sid| statement["Sid"] == sid.as_str()));
    ensure!(
        statements.len() + taken.len() == before,
        "the policy has not each of {taken:?}, or one of them several times"
    );
    Ok(policy.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn one_statement_is_taken_out_and_the_others_stay() {
        let policy = r#"{"Version":"2012-10-17","Statement":[{"Sid":"Read"},{"Sid":"Write"}]}"#;
        let left: Value = serde_json::from_str(&without(policy, &["Read".to_owned()]).unwrap()).unwrap();
        assert_eq!(
            left,
            json!({"Statement": [{"Sid": "Write"}], "Version": "2012-10-17"})
        );
        assert!(without(policy, &["Fly".to_owned()]).is_err());
    }
}

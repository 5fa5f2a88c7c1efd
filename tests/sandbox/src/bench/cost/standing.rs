//! What a month costs however many orders there are.

use anyhow::Result;
use serde::Serialize;

use super::prices::Prices;
use crate::aws::Template;

/// Stores of the merchant's configuration as it comes.
const STORES: u64 = 2;

/// A month without orders.
#[derive(Clone, Debug, Serialize)]
pub struct Standing {
    /// Millionths of a dollar.
    pub micro_usd: u64,
    /// What for.
    pub parts: Vec<String>,
}

impl Standing {
    /// Counted in the template.
    ///
    /// # Errors
    /// When a price is missing.
    pub fn of(template: &Template, prices: &Prices) -> Result<Self> {
        let count = |of: &str| template.resources(of).count() as u64;
        // A secret of each store is made by hand.
        let secrets = count("AWS::SecretsManager::Secret") + STORES;
        let positions = [
            (
                "alarms",
                "cloudwatch_alarm_month",
                count("AWS::CloudWatch::Alarm"),
            ),
            (
                "dashboards",
                "cloudwatch_dashboard_month",
                count("AWS::CloudWatch::Dashboard"),
            ),
            ("secrets", "secret_month", secrets),
            ("keys", "kms_key_month", count("AWS::KMS::Key")),
        ];
        let mut standing = Self {
            micro_usd: 0,
            parts: Vec::new(),
        };
        for (what, price, count) in positions {
            standing.micro_usd += count * prices.nano_usd(price)? / 1000;
            standing.parts.push(format!("{count} {what}"));
        }
        Ok(standing)
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_billed_by_the_month_is_counted_and_the_stores_secrets_with_it() {
        let template = Template(json!({"Resources": {
            "Key": {"Type": "AWS::KMS::Key"},
            "Table": {"Type": "AWS::DynamoDB::Table"},
            "OdooSecret": {"Type": "AWS::SecretsManager::Secret"},
            "OldestOrder": {"Type": "AWS::CloudWatch::Alarm"},
            "OldestMessage": {"Type": "AWS::CloudWatch::Alarm"},
        }}));
        let standing = Standing::of(&template, &Prices::read().unwrap()).unwrap();
        assert_eq!(
            standing.parts,
            ["2 alarms", "0 dashboards", "3 secrets", "1 keys"]
        );
        // At $0.10, $0.40 and $1.
        assert_eq!(standing.micro_usd, 2 * 100_000 + 3 * 400_000 + 1_000_000);
    }
}

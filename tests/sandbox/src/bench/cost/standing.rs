//! What a month costs however many orders there are.

use anyhow::Result;

use super::prices::Prices;

static TEMPLATE: &str = include_str!("../../../../../infra/template.yaml");

/// Stores of the merchant's configuration as it comes.
const STORES: u64 = 2;

/// A month without orders.
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
    pub fn of(prices: &Prices) -> Result<Self> {
        let count = |of: &str| TEMPLATE.matches(&format!("Type: {of}\n")).count() as u64;
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

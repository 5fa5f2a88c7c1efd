//! Heartland: our credentials and the accounts they open.

use std::collections::BTreeSet;

use anyhow::Result;

use super::{Finding, Looking};
pub(super) async fn heartland(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    const SECRET: &str = "see whether app_id, app_key and base_url in the secret are right (infra/README.md)";
    let opened = async {
        let (client, own) = looking.systems.gateway().await?;
        Ok::<_, domain::failure::Failure>((client.accounts().await?, own))
    };
    let (accounts, own) = match opened.await {
        Ok(opened) => opened,
        Err(failure) => return Ok(vec![Finding::failure(&failure.what, SECRET)]),
    };
    let configured = looking.systems.merchant.merchant_accounts.values();
    let wanted: BTreeSet<String> = configured
        .map(|account| account.gateway_account.clone().unwrap_or_else(|| own.clone()))
        .collect();
    let unknown = wanted.iter().filter(|name| !accounts.contains(name));
    let mut findings: Vec<Finding> = unknown
        .map(|name| {
            let what = format!(
                "the credentials open no account {name:?}; they open {}",
                accounts.join(", ")
            );
            Finding::failure(
                what,
                "correct account_name in the secret, or gateway_account in merchant.toml",
            )
        })
        .collect();
    if findings.is_empty() {
        let names: Vec<String> = wanted.into_iter().collect();
        findings.push(Finding::ok(format!(
            "Heartland knows us; account {}",
            names.join(", ")
        )));
    }
    Ok(findings)
}

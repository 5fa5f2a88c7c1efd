//! Heartland, and whether any system is left alone.

use std::collections::BTreeSet;

use anyhow::Result;
use effects::UnixMillis;

use super::{Finding, Looking};
use crate::output::count;
use crate::time::when;

pub(super) async fn breakers(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let breaker = looking.stack.breaker()?;
    let now = looking.stack.clock().now();
    let mut findings = Vec::new();
    let systems = looking.systems.names();
    for system in &systems {
        let standing = breaker.standing(system).await?;
        let since = standing.open_since_ms.map(|since| when(UnixMillis(since), now));
        if let Some(paused) = standing.paused {
            let what = format!(
                "{system} is paused by {} since {}: {}",
                paused.by,
                when(UnixMillis(paused.since_ms), now),
                paused.reason
            );
            findings.push(Finding::failure(
                what,
                format!("`odoo-heartland resume {system}` when it may be called again"),
            ));
        } else if let Some(since) = since {
            let (why, remedy) = match standing.misconfigured {
                true => (
                    "does not accept our credentials",
                    "put the right key into its secret; it is tried again by itself",
                ),
                false => (
                    "does not answer",
                    "see whether it is up; it is tried again by itself and work goes on",
                ),
            };
            findings.push(Finding::failure(
                format!("{system} {why}, and is left alone since {since}"),
                remedy,
            ));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok(format!(
            "{} called as usual",
            count(systems.len(), "system")
        )));
    }
    Ok(findings)
}

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

//! Every shop: its keys, and whether its webhooks are there, on, and come to this stack.

use anyhow::Result;
use domain::merchant::{Scheme, Store};
use shop::Hook;

use super::{Finding, Looking};
use crate::webhooks::{TOPICS, standing};

pub(super) async fn shops(looking: &Looking<'_>) -> Result<Vec<Finding>> {
    let mut findings = Vec::new();
    for store in looking.systems.merchant.stores.values() {
        findings.extend(one(looking, store).await?);
    }
    Ok(findings)
}

async fn one(looking: &Looking<'_>, store: &Store) -> Result<Vec<Finding>> {
    let secret = looking.systems.shop_secret(&store.id);
    let hooks = async {
        let shop = looking.systems.shop(store).await?;
        shop.webhook_health().await
    };
    let health = match hooks.await {
        Ok(health) => health,
        Err(failure) => {
            let otherwise = format!("see whether the shop is up, and whether the secret {secret} is right");
            let what = format!("{}: {}", store.id, failure.what);
            let found = Finding::failure(what, failure.remedy.unwrap_or(otherwise));
            return Ok(vec![found]);
        }
    };
    let url = looking.options.webhooks.of(looking.stack, store)?;
    Ok(judged(store, &health.hooks, &url))
}

fn judged(store: &Store, hooks: &[Hook], url: &str) -> Vec<Finding> {
    let id = &store.id;
    let topics: &[&str] = match store.scheme {
        Scheme::WooCommerce(_) => &TOPICS,
        // A shop of one's own may tell everything under one topic.
        Scheme::Standard => &TOPICS[1..],
    };
    let mend = match store.scheme {
        Scheme::WooCommerce(_) => format!("`odoo-heartland setup shop {id}` puts it right"),
        Scheme::Standard => format!("switch it on in the shop, to {url}"),
    };
    let mut findings = Vec::new();
    for topic in topics {
        let standing = standing(hooks, topic, url);
        if let Some(what) = standing.what_is_wrong(topic, url) {
            findings.push(Finding::failure(format!("{id}: {what}"), mend.clone()));
        }
    }
    if findings.is_empty() {
        findings.push(Finding::ok(format!(
            "{id}: key accepted, webhooks on and coming here"
        )));
    }
    findings
}

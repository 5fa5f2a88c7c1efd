//! Where a shop's webhooks have to go, and how they stand.

use anyhow::Result;
use clap::Args;
use domain::merchant::Store;
use shop::Hook;

use crate::stack::Stack;

/// The topics a shop has to tell us of.
pub const TOPICS: [&str; 2] = ["order.created", "order.updated"];

/// Where shops send their webhooks.
#[derive(Args, Clone, Debug)]
pub struct WebhookAddress {
    /// Where shops send their webhooks, when it is not the stack's own address but a domain of yours in front of it;
    /// {source} stands for the store's id.
    #[arg(long, env = "ODOO_HEARTLAND_WEBHOOK_URL", value_name = "URL")]
    webhook_url: Option<String>,
}

impl WebhookAddress {
    /// The address for a store.
    ///
    /// # Errors
    /// Those of [`Stack::output`].
    pub fn of(&self, stack: &Stack, store: &Store) -> Result<String> {
        let pattern = match &self.webhook_url {
            Some(url) => url,
            None => stack.output("WebhookUrl")?,
        };
        Ok(pattern.replace("{source}", store.id.as_str()))
    }
}

/// How the webhook of a topic stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing<'a> {
    /// On, and coming here.
    On,
    /// Coming here, but switched off.
    Off(&'a Hook),
    /// For this store, but going somewhere else.
    Elsewhere(&'a Hook),
    /// There is none.
    Missing,
}

impl Standing<'_> {
    /// What is wrong, when something is.
    pub fn what_is_wrong(&self, topic: &str, url: &str) -> Option<String> {
        match self {
            Self::On => None,
            Self::Off(_) => Some(format!("the webhook {topic} is switched off")),
            Self::Elsewhere(hook) => Some(format!(
                "the webhook {topic} goes to {}, not to {url}",
                hook.delivery_url
            )),
            Self::Missing => Some(format!("there is no webhook {topic} to {url}")),
        }
    }
}

/// How the webhook of a topic stands. Webhooks of others are not our business; one that ends in the path of this
/// store's webhooks was meant for us.
pub fn standing<'a>(hooks: &'a [Hook], topic: &str, url: &str) -> Standing<'a> {
    let url = url.trim_end_matches('/');
    let path = url.rfind("/webhooks/").map_or(url, |at| &url[at..]);
    let of_topic = || hooks.iter().filter(|hook| hook.topic == topic);
    let address = |hook: &Hook| hook.delivery_url.trim_end_matches('/').to_owned();
    let here = || of_topic().filter(|hook| address(hook) == url);
    if here().any(|hook| hook.is_active) {
        return Standing::On;
    }
    if let Some(hook) = here().next() {
        return Standing::Off(hook);
    }
    let meant = of_topic().find(|hook| address(hook).ends_with(path));
    meant.map_or(Standing::Missing, Standing::Elsewhere)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hook(topic: &str, url: &str, is_active: bool) -> Hook {
        Hook {
            id: "4".into(),
            topic: topic.into(),
            delivery_url: url.into(),
            is_active,
        }
    }

    #[test]
    fn a_webhook_is_ours_by_its_address() {
        const URL: &str = "https://api.example/webhooks/woo";
        let off = hook(TOPICS[0], URL, false);
        let elsewhere = hook(TOPICS[0], "https://old.example/webhooks/woo/", true);
        let strangers = hook(TOPICS[0], "https://mail.example/orders", true);
        let standing = |hooks: &[Hook]| standing(hooks, TOPICS[0], URL).what_is_wrong(TOPICS[0], URL);
        assert_eq!(
            standing(&[off.clone(), hook(TOPICS[0], &format!("{URL}/"), true)]),
            None
        );
        let off = standing(&[elsewhere.clone(), off]).unwrap();
        assert!(off.contains("switched off"), "{off}");
        let elsewhere = standing(&[strangers.clone(), elsewhere]).unwrap();
        assert!(elsewhere.contains("https://old.example"), "{elsewhere}");
        let missing = standing(&[strangers, hook(TOPICS[1], URL, true)]).unwrap();
        assert!(missing.contains("no webhook order.created"), "{missing}");
    }
}

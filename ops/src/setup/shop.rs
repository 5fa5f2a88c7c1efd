//! `setup shop`: the webhooks of a shop, registered to come here.

use anyhow::Result;
use clap::Args;
use domain::ids::StoreId;
use domain::merchant::{Scheme, Store};
use effects::UnixMillis;
use secrecy::SecretString;
use serde::Serialize;
use shop::woocommerce::WooCommerceClient;

use crate::exit::{Exit, Stop};
use crate::output::Show;
use crate::systems::Systems;
use crate::tool::Tool;
use crate::webhooks::{Standing, TOPICS, WebhookAddress, standing};

/// Register a shop's webhooks to come to this stack, signed with the secret of the store.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland setup shop woo --dry-run     what would be done
  odoo-heartland setup shop woo               create what is missing, switch on what is off, put right what goes elsewhere
  odoo-heartland setup shop                   the same for every store of merchant.toml

A shop of your own (scheme \"standard\") is told what to configure.")]
pub struct Options {
    /// The store's id in merchant.toml; without it all of them.
    store: Option<StoreId>,
    /// Say what would be done, and do nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    webhooks: WebhookAddress,
}

/// What became of the webhooks.
#[derive(Debug, Serialize)]
struct Answer {
    store: StoreId,
    url: String,
    dry_run: bool,
    /// One sentence each; empty when all were right already.
    done: Vec<String>,
    /// What the shop's people have to do themselves.
    to_do: Vec<String>,
}

impl Show for Answer {
    fn people(&self, _now: UnixMillis) -> String {
        let mut lines: Vec<String> = Vec::new();
        lines.extend(self.to_do.iter().cloned());
        lines.extend(self.done.iter().map(|what| match self.dry_run {
            true => format!("would do: {what}"),
            false => format!("done: {what}"),
        }));
        if lines.is_empty() {
            lines.push(format!(
                "{}: the webhooks are on and come to {}; nothing to do",
                self.store, self.url
            ));
        }
        lines.join("\n")
    }
}

/// All shops.
#[derive(Debug, Serialize)]
struct Answers {
    shops: Vec<Answer>,
}

impl Show for Answers {
    fn people(&self, now: UnixMillis) -> String {
        let shops: Vec<String> = self.shops.iter().map(|shop| shop.people(now)).collect();
        shops.join("\n\n")
    }
}

pub(super) async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    let stack = tool.stack().await?;
    let systems = Systems::of(&stack)?;
    let mut shops = Vec::new();
    for store in wanted(&systems, options.store.as_ref())? {
        tool.progress
            .doing(format!("asking {} for its webhooks", store.title));
        let mut answer = Answer {
            store: store.id.clone(),
            url: options.webhooks.of(&stack, store)?,
            dry_run: options.dry_run,
            done: Vec::new(),
            to_do: Vec::new(),
        };
        match &store.scheme {
            Scheme::WooCommerce(settings) => {
                let secret = systems.shop_settings(store).await?;
                let client = WooCommerceClient::new(settings.clone(), &secret)?;
                let signing = secret.webhook_secrets.first().cloned().unwrap_or_default();
                register(&client, &signing, &mut answer).await?;
            }
            Scheme::Standard => answer.to_do.extend(by_hand(store, &answer.url, &systems)),
        }
        shops.push(answer);
    }
    tool.progress.done();
    tool.output.show(&Answers { shops })?;
    Ok(Exit::Fine)
}

fn wanted(systems: &Systems, id: Option<&StoreId>) -> Result<Vec<&'static Store>> {
    let stores = &systems.merchant.stores;
    let Some(id) = id else {
        return Ok(stores.values().collect());
    };
    match stores.get(id) {
        Some(store) => Ok(vec![store]),
        None => {
            let known: Vec<&str> = stores.keys().map(StoreId::as_str).collect();
            let stop = Stop::usage(format!("merchant.toml has no store {id}"));
            Err(stop.remedy(format!("the stores are {}", known.join(", "))).into())
        }
    }
}

async fn register(client: &WooCommerceClient, signing: &SecretString, answer: &mut Answer) -> Result<()> {
    use shop::ShopClient;
    let hooks = client.webhook_health().await?.hooks;
    let url = answer.url.clone();
    for topic in TOPICS {
        let standing = standing(&hooks, topic, &url);
        let what = match &standing {
            Standing::On => continue,
            Standing::Off(_) => format!("webhook {topic} switched on again"),
            Standing::Elsewhere(hook) => {
                format!("webhook {topic} sent here instead of to {}", hook.delivery_url)
            }
            Standing::Missing => format!("webhook {topic} to {url} created"),
        };
        if !answer.dry_run {
            match standing {
                Standing::Off(hook) | Standing::Elsewhere(hook) => {
                    client.mend_webhook(hook, &url, signing).await?
                }
                Standing::Missing | Standing::On => client.create_webhook(topic, &url, signing).await?,
            }
        }
        answer.done.push(what);
    }
    Ok(())
}

fn by_hand(store: &Store, url: &str, systems: &Systems) -> Vec<String> {
    let secret = systems.shop_secret(&store.id);
    vec![
        format!("{} is a shop of your own: configure in it", store.title),
        format!("  address of its webhooks:   {url}"),
        format!(
            "  topics:                    {} (Standard Webhooks, see events/README.md)",
            TOPICS.join(", ")
        ),
        format!("  signing secret:            the first of webhook_secrets in the secret {secret}"),
        "then `odoo-heartland doctor --only shops` sees whether it is on".to_owned(),
    ]
}

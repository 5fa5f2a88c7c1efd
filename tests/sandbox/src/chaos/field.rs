//! Where the faults happen: the real stack, with shorter waits of its queues and a proxy before DynamoDB.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use super::proxy::Proxy;
use super::watch::Watch;
use crate::aws::{Template, environments};
use crate::places::Places;
use crate::progress;
use crate::shop::Kind;
use crate::witness::Witness;
use crate::world::{Description, Parts, Remote, Stack};

/// Factor on the waits and retry delays of the state machine, whose longest wait is a minute here.
pub const WAIT_SCALE: f64 = 0.1;
/// Factor on the visibility of messages: the queues' own, and what functions ask for.
pub const QUEUE_SCALE: f64 = 0.01;
/// Queues whose messages wait while a system is down.
const QUEUES: [&str; 3] = ["Inbox", "OrderWork", "InvoiceWork"];
/// An order whose webhook was lost is found by the next poll.
const POLL_RATE: &str = "rate(1 minute)";

/// A running stack with everything that faults and their witnesses need.
pub struct Field {
    /// What every system itself says.
    pub witness: Witness,
    /// Odoo is killed and started through it.
    pub world: Remote,
    /// Sees breakers and queues.
    pub watch: Watch,
    proxy: Option<Proxy>,
    // Last: it ends when nobody looks any more.
    _stack: Option<Stack>,
}

impl Field {
    /// Starts a stack of its own.
    ///
    /// # Errors
    /// When it does not start; the message says what to do.
    pub async fn start(places: Places) -> Result<Self> {
        let proxy = Proxy::start(QUEUE_SCALE).await?;
        let parts = Parts {
            wait_scale: WAIT_SCALE,
            parameters: BTreeMap::from([("PollRate".to_owned(), POLL_RATE.to_owned())]),
            template: Some(template(&places, proxy.url()).await?),
            ..Parts::default()
        };
        let stack = Stack::start(places, parts).await?;
        proxy.towards(stack.deployed()).await;
        let mut field = Self::beside(stack.world().description().clone()).await?;
        field.proxy = Some(proxy);
        field._stack = Some(stack);
        Ok(field)
    }

    /// A stack that runs already, as it is: without a proxy, its queues as patient as on AWS.
    ///
    /// # Errors
    /// When the world has no deployed stack.
    pub async fn beside(world: Description) -> Result<Self> {
        let witness = Witness::of(&world).await?;
        Ok(Self {
            watch: Watch::of(&witness.deployed).await,
            witness,
            world: Remote::of(world),
            proxy: None,
            _stack: None,
        })
    }

    /// The proxy before DynamoDB.
    ///
    /// # Errors
    /// When this stack has none.
    pub fn proxy(&self) -> Result<&Proxy> {
        self.proxy
            .as_ref()
            .context("this stack has no proxy before DynamoDB")
    }

    /// Kills all processes that run functions now; how many.
    ///
    /// # Errors
    /// When the processes of this machine cannot be listed.
    pub fn kill_functions(&self) -> Result<u64> {
        let running = environments(&self.witness.deployed)?;
        Ok(running.iter().filter(|one| one.kill()).count() as u64)
    }

    /// Takes all faults back, and lets the shop tell us of orders again, should it have given up.
    ///
    /// # Errors
    /// When a system does not answer.
    pub async fn mend(&self) -> Result<()> {
        if let Some(proxy) = &self.proxy {
            proxy.throttle(0);
        }
        let Witness {
            gateway,
            shop,
            deployed,
            ..
        } = &self.witness;
        gateway.clear_faults().await?;
        shop.clear_faults().await?;
        self.world.start_odoo().await?;
        if !shop.hook_is_active(Kind::Woo).await? {
            progress::say("the shop had switched its webhook off, as shops do: it is switched on again");
            let url = deployed.webhook_url(Kind::Woo.store())?;
            shop.subscribe(Kind::Woo, &url).await?;
        }
        Ok(())
    }
}

/// The template that goes to AWS, its functions calling DynamoDB and SQS through the proxy, its queues less patient.
async fn template(places: &Places, proxy: &str) -> Result<String> {
    let mut template = Template::ours(places).await?;
    let variables = &mut template.0["Globals"]["Function"]["Environment"]["Variables"];
    for service in ["DYNAMODB", "SQS"] {
        variables[format!("AWS_ENDPOINT_URL_{service}")] = json!(proxy);
    }
    for queue in QUEUES {
        let visibility = &mut template.0["Resources"][queue]["Properties"]["VisibilityTimeout"];
        let seconds = visibility
            .as_f64()
            .with_context(|| format!("{queue} has no VisibilityTimeout"))?;
        *visibility = scaled(seconds);
    }
    Ok(template.text())
}

/// At least a second.
fn scaled(seconds: f64) -> Value {
    json!((seconds * QUEUE_SCALE).round().max(1.0) as u32)
}

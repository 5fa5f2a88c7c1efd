//! Everything at once: Odoo, the gateway, the shops, AWS and the deployed functions.

use std::collections::BTreeMap;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};

use super::parts::{Parts, World};
use crate::aws::{self, Deployed, MiniStack};
use crate::gp_api::{self, RunningGpApi};
use crate::places::Places;
use crate::progress;
use crate::shop::{self, Kind, RunningShop};

/// What `world.json` calls the gateway's simulator.
pub const GP_API: &str = "gp-api";
/// What `world.json` calls the simulated shops.
pub const SHOP: &str = "shop";
/// What `world.json` calls the deployed stack.
pub const AWS: &str = "aws";

/// Where a simulator is steered from.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Simulator {
    /// What its `Control` is made with.
    pub control_url: String,
}

/// The running whole. Everything ends when it is dropped.
pub struct Stack {
    // In the order in which they end: those that call before those that are called.
    deployed: Deployed,
    _ministack: MiniStack,
    _shop: RunningShop,
    _gp_api: RunningGpApi,
    world: World,
}

impl Stack {
    /// Starts everything, what does not need each other side by side, and deploys the functions. The shops tell their
    /// webhooks to the deployed API from then on.
    ///
    /// # Errors
    /// When a part does not start; the message says what to do.
    pub async fn start(places: Places, parts: Parts) -> Result<Self> {
        let settings = aws::Settings {
            rights: true,
            wait_scale: parts.wait_scale,
        };
        let functions = async {
            let built = aws::build(&places).await?;
            Ok((built, MiniStack::start(&places, "world", &settings).await?))
        };
        let (mut world, (built, ministack)) =
            tokio::try_join!(World::start(places.clone(), parts.clone()), functions)?;
        let gp_api = gp_api::start(gp_api::Options::default())
            .await
            .context("the simulator of GP-API")?;
        let shop = shop::start().await.context("the simulated shops")?;
        let secrets = secrets(&world, &gp_api, &shop)?;
        let options = aws::Options {
            parameters: parts.parameters,
            template: parts.template,
        };
        let deployed = aws::deploy(&places, &ministack, &built, &options, &secrets).await?;
        for kind in [Kind::Woo, Kind::Own] {
            shop.control()
                .subscribe(kind, &deployed.webhook_url(kind.store())?)
                .await?;
        }
        world.describe(
            GP_API,
            Simulator {
                control_url: gp_api.control_url.clone(),
            },
        )?;
        world.describe(
            SHOP,
            Simulator {
                control_url: shop.control_url.clone(),
            },
        )?;
        world.describe(AWS, &deployed)?;
        progress::say("the local world is up");
        Ok(Self {
            deployed,
            _ministack: ministack,
            _shop: shop,
            _gp_api: gp_api,
            world,
        })
    }

    /// Odoo, and the description that other processes read.
    pub fn world(&self) -> &World {
        &self.world
    }

    /// The deployed stack.
    pub fn deployed(&self) -> &Deployed {
        &self.deployed
    }
}

fn secrets(world: &World, gp_api: &RunningGpApi, shop: &RunningShop) -> Result<aws::Secrets> {
    let odoo = world
        .description()
        .odoo
        .as_ref()
        .context("the world has no Odoo")?;
    let account = gp_api::Options::default();
    let of = |access: &shop::Access| aws::ShopSecret {
        base_url: access.base_url.clone(),
        consumer_key: access.consumer_key.clone(),
        consumer_secret: access.consumer_secret.clone(),
        webhook_secrets: access.webhook_secrets.clone(),
    };
    Ok(aws::Secrets {
        gp_api: aws::GpApiSecret {
            base_url: gp_api.base_url.clone(),
            app_id: account.app_id,
            app_key: account.app_key,
            account_name: "transaction_processing".to_owned(),
        },
        odoo: aws::OdooSecret {
            url: odoo.url.clone(),
            database: odoo.database.clone(),
            api_key: odoo.bot_key.clone(),
            dialect: "json2".to_owned(),
            login: None,
        },
        shops: BTreeMap::from([
            (Kind::Woo.store().to_owned(), of(&shop.woo)),
            (Kind::Own.store().to_owned(), of(&shop.own)),
        ]),
    })
}

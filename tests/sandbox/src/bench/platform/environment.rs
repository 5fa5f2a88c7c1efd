//! What functions are started with: their variables, and the secrets that say where the other systems are.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::table::TABLE;
use crate::aws::{GpApiSecret, OdooSecret, REGION, ShopSecret};
use crate::gp_api::{self, RunningGpApi};
use crate::odoo;
use crate::shop::{self, RunningShop};

const PREFIX: &str = "/bench/shop/";
const FACT_KEY: &str = "/bench/fact-key";
const GP_API: &str = "/bench/gp-api";
const ODOO: &str = "/bench/odoo";
const AUDIT_KEY: &str = "/bench/audit-key";

/// The other systems.
pub struct Remotes {
    /// The gateway.
    pub gateway: RunningGpApi,
    /// The shops.
    pub shop: RunningShop,
    /// Odoo; where there is none, nobody asks for it.
    pub odoo: Option<odoo::Access>,
}

impl Remotes {
    /// Starts the simulated ones.
    ///
    /// # Errors
    /// When one does not start.
    pub async fn start(odoo: Option<odoo::Access>) -> anyhow::Result<Self> {
        Ok(Self {
            gateway: gp_api::start(gp_api::Options::default()).await?,
            shop: shop::start().await?,
            odoo,
        })
    }

    /// Every secret, by its name.
    pub fn secrets(&self) -> BTreeMap<String, Value> {
        let account = gp_api::Options::default();
        let access = |access: &shop::Access| {
            json!(ShopSecret {
                base_url: access.base_url.clone(),
                consumer_key: access.consumer_key.clone(),
                consumer_secret: access.consumer_secret.clone(),
                webhook_secrets: access.webhook_secrets.clone(),
            })
        };
        let gp_api = GpApiSecret {
            base_url: self.gateway.base_url.clone(),
            app_id: account.app_id,
            app_key: account.app_key,
            account_name: "transaction_processing".to_owned(),
        };
        let there = |of: fn(&odoo::Access) -> &String, otherwise: &str| {
            self.odoo
                .as_ref()
                .map_or_else(|| otherwise.to_owned(), |odoo| of(odoo).clone())
        };
        let odoo = OdooSecret {
            // Without an Odoo nobody listens there: it is configured and never asked.
            url: there(|odoo| &odoo.url, "http://127.0.0.1:9"),
            database: there(|odoo| &odoo.database, "none"),
            api_key: there(|odoo| &odoo.bot_key, "none"),
            dialect: "json2".to_owned(),
            login: None,
        };
        let key = json!({"key_id": "1", "key": "a key of sixty-four characters that nobody has to keep to himself"});
        BTreeMap::from([
            (GP_API.to_owned(), json!(gp_api)),
            (ODOO.to_owned(), json!(odoo)),
            (FACT_KEY.to_owned(), key.clone()),
            (AUDIT_KEY.to_owned(), key),
            (format!("{PREFIX}woo"), access(&self.shop.woo)),
            (format!("{PREFIX}own"), access(&self.shop.own)),
        ])
    }

    /// What a function is started with.
    pub fn environment(&self, aws: &str, function: &str) -> BTreeMap<String, String> {
        let arn = |kind: &str| format!("arn:aws:{kind}:{REGION}:000000000000:bench");
        let queue = |name: &str| format!("{aws}/000000000000/{name}");
        let named = [
            ("AWS_ENDPOINT_URL", aws.to_owned()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "bench".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "bench".to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", function.to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "bench".to_owned()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
            ("METRICS_NAMESPACE", "bench".to_owned()),
            ("LOG_LEVEL", "info".to_owned()),
            ("AWS_LC_SYS_NO_JITTER_ENTROPY", "1".to_owned()),
            ("TABLE", TABLE.to_owned()),
            ("AUDIT_TABLE", "bench-audit".to_owned()),
            ("AUDIT_KEY_SECRET", AUDIT_KEY.to_owned()),
            ("FACT_KEY_SECRET", FACT_KEY.to_owned()),
            ("GP_API_SECRET", GP_API.to_owned()),
            ("ODOO_SECRET", ODOO.to_owned()),
            ("SHOP_SECRET_PREFIX", PREFIX.to_owned()),
            ("STATE_MACHINE_ARN", arn("states")),
            ("REVIEW_TOPIC_ARN", arn("sns")),
            ("INBOX_URL", queue("inbox.fifo")),
            ("ORDER_WORK_URL", queue("order-work")),
            ("INVOICE_WORK_URL", queue("invoice-work")),
        ];
        named
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }
}

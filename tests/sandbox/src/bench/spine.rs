//! The same orders through one function after the other, each driven by itself: the own time of those that need no Odoo.
//! What one function hands on is what the next is given.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, Result};
use secrecy::SecretString;
use serde_json::{Value, json};

use super::instant_aws::InstantAws;
use super::process::Function;
use crate::aws::{GpApiSecret, OdooSecret, REGION, ShopSecret};
use crate::backlog;
use crate::gp_api::{self, RunningGpApi};
use crate::shop::{self, RunningShop};

/// So many events warm a function up; they do not count.
const WARM_UP: usize = 50;
const PREFIX: &str = "/bench/shop/";
const FACT_KEY: &str = "/bench/fact-key";
const GP_API: &str = "/bench/gp-api";
const ODOO: &str = "/bench/odoo";
const AUDIT_KEY: &str = "/bench/audit-key";

/// Systems that answer at once.
pub struct Instant {
    aws: InstantAws,
    gateway: RunningGpApi,
    shop: RunningShop,
}

/// What a function was driven through.
pub struct Driven {
    /// The function, and what it did.
    pub name: &'static str,
    /// One for each event.
    pub times: Vec<Duration>,
    /// The most memory it had resident, KiB.
    pub peak_kib: u64,
}

impl Instant {
    /// Starts them.
    ///
    /// # Errors
    /// When one does not start.
    pub async fn start() -> Result<Self> {
        let gateway = gp_api::start(gp_api::Options::default()).await?;
        let shop = shop::start().await?;
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
            base_url: gateway.base_url.clone(),
            app_id: account.app_id,
            app_key: account.app_key,
            account_name: "transaction_processing".to_owned(),
        };
        // Nobody listens there: it is configured and never asked.
        let odoo = OdooSecret {
            url: "http://127.0.0.1:9".to_owned(),
            database: "none".to_owned(),
            api_key: "none".to_owned(),
            dialect: "json2".to_owned(),
            login: None,
        };
        let key = json!({"key_id": "1", "key": "a key of sixty-four characters that nobody has to keep to himself"});
        let secrets = BTreeMap::from([
            (GP_API.to_owned(), json!(gp_api)),
            (ODOO.to_owned(), json!(odoo)),
            (FACT_KEY.to_owned(), key.clone()),
            (AUDIT_KEY.to_owned(), key),
            (format!("{PREFIX}woo"), access(&shop.woo)),
            (format!("{PREFIX}own"), access(&shop.own)),
        ]);
        Ok(Self {
            aws: InstantAws::start(secrets).await?,
            gateway,
            shop,
        })
    }

    /// What every function is started with.
    pub fn environment(&self, function: &str) -> BTreeMap<String, String> {
        let arn = |kind: &str| format!("arn:aws:{kind}:{REGION}:000000000000:bench");
        let named = [
            ("AWS_ENDPOINT_URL", self.aws.url.clone()),
            ("AWS_REGION", REGION.to_owned()),
            ("AWS_ACCESS_KEY_ID", "bench".to_owned()),
            ("AWS_SECRET_ACCESS_KEY", "bench".to_owned()),
            ("AWS_LAMBDA_FUNCTION_NAME", function.to_owned()),
            ("AWS_LAMBDA_FUNCTION_VERSION", "$LATEST".to_owned()),
            ("AWS_LAMBDA_FUNCTION_MEMORY_SIZE", "256".to_owned()),
            ("AWS_LAMBDA_LOG_GROUP_NAME", "bench".to_owned()),
            ("AWS_LAMBDA_LOG_STREAM_NAME", "bench".to_owned()),
            ("TABLE", "bench".to_owned()),
            ("AUDIT_TABLE", "bench-audit".to_owned()),
            ("AUDIT_KEY_SECRET", AUDIT_KEY.to_owned()),
            ("FACT_KEY_SECRET", FACT_KEY.to_owned()),
            ("GP_API_SECRET", GP_API.to_owned()),
            ("ODOO_SECRET", ODOO.to_owned()),
            ("SHOP_SECRET_PREFIX", PREFIX.to_owned()),
            ("STATE_MACHINE_ARN", arn("states")),
            ("REVIEW_TOPIC_ARN", arn("sns")),
            ("INBOX_URL", format!("{}/000000000000/inbox.fifo", self.aws.url)),
            (
                "ORDER_WORK_URL",
                format!("{}/000000000000/order-work", self.aws.url),
            ),
            (
                "INVOICE_WORK_URL",
                format!("{}/000000000000/invoice-work", self.aws.url),
            ),
        ];
        named
            .into_iter()
            .map(|(name, value)| (name.to_owned(), value))
            .collect()
    }

    /// Takes so many orders through the functions, one after the other.
    ///
    /// # Errors
    /// When a function does not start, or fails with an event.
    pub async fn drive(&self, built: impl Fn(&str) -> PathBuf, events: usize) -> Result<Vec<Driven>> {
        let mut driven = Vec::new();
        let nothing = vec![Value::Null; events + WARM_UP];
        driven.push(
            self.through("empty-function", "empty-function", &built, &nothing)
                .await?
                .0,
        );

        let webhooks = self.webhooks(events + WARM_UP).await?;
        let (intake, _) = self
            .through("webhook-intake", "webhook-intake", &built, &webhooks)
            .await?;
        driven.push(intake);

        let inbox: Vec<Value> = self.aws.take_sent().iter().map(received).collect();
        let (router, _) = self
            .through("event-router", "event-router", &built, &inbox)
            .await?;
        driven.push(router);

        let runs = self.aws.take_started();
        let step = |run: &Value, more: Value| {
            let mut input = run.clone();
            if let (Value::Object(input), Value::Object(more)) = (&mut input, more) {
                input.extend(more);
            }
            input
        };
        let asked: Vec<Value> = runs
            .iter()
            .map(|run| step(run, json!({"action": "authorize"})))
            .collect();
        let (authorize, payments) = self
            .through("payment-capture", "payment-capture, authorize", &built, &asked)
            .await?;
        driven.push(authorize);

        let paid = |payment: &Value| json!({"action": "capture", "payment": payment});
        let asked: Vec<Value> = runs
            .iter()
            .zip(&payments)
            .map(|(run, payment)| step(run, paid(payment)))
            .collect();
        let (capture, payments) = self
            .through("payment-capture", "payment-capture, capture", &built, &asked)
            .await?;
        driven.push(capture);

        let told = |payment: &Value| {
            json!({"action": "notify", "outcome": "paid", "close": "completed", "payment": payment,
                   "sale_order": {"id": 42, "name": "S00042"}, "invoice": {"id": 77, "name": "INV/2026/00042"}})
        };
        let asked: Vec<Value> = runs
            .iter()
            .zip(&payments)
            .map(|(run, payment)| step(run, told(payment)))
            .collect();
        let (notify, _) = self
            .through("order-notifier", "order-notifier", &built, &asked)
            .await?;
        driven.push(notify);
        Ok(driven)
    }

    /// One process, one event after the other: how long each took without those that warm it up, and all answers.
    async fn through(
        &self,
        function: &str,
        name: &'static str,
        built: &impl Fn(&str) -> PathBuf,
        events: &[Value],
    ) -> Result<(Driven, Vec<Value>)> {
        let mut process = Function::start(&built(function), &self.environment(function)).await?;
        let (mut times, mut answers) = (Vec::new(), Vec::new());
        for event in events {
            let (took, answer) = process.invoke(event).await.with_context(|| name)?;
            times.push(took);
            answers.push(answer);
        }
        let driven = Driven {
            name,
            times: times.split_off(WARM_UP.min(times.len())),
            peak_kib: process.peak_kib()?,
        };
        Ok((driven, answers))
    }

    /// Orders of the shop as its webhooks bring them, each signed.
    async fn webhooks(&self, count: usize) -> Result<Vec<Value>> {
        let (shop, gateway) = (self.shop.control(), self.gateway.control());
        let secret = self
            .shop
            .woo
            .webhook_secrets
            .last()
            .context("the shop signs nothing")?;
        let secret = SecretString::from(secret.clone());
        let card = gateway.store_card("visa").await?;
        let mut events = Vec::new();
        for number in 0..u64::try_from(count)? {
            let (draft, _) = backlog::draft(backlog::fresh_id(), number, &card);
            shop.place(&draft).await?;
            let body = draft.order().to_string();
            let signature = ::shop::woocommerce::sign(&secret, body.as_bytes());
            events.push(called(&body, &signature));
        }
        Ok(events)
    }
}

/// A webhook as API Gateway hands it to a function.
fn called(body: &str, signature: &str) -> Value {
    json!({
        "version": "2.0", "routeKey": "POST /webhooks/woo", "rawPath": "/webhooks/woo", "rawQueryString": "",
        "headers": {"content-type": "application/json", "x-wc-webhook-topic": "order.created",
                    "x-wc-webhook-signature": signature, "x-wc-webhook-id": "4"},
        "requestContext": {
            "accountId": "000000000000", "apiId": "bench", "stage": "$default", "requestId": "bench",
            "routeKey": "POST /webhooks/woo", "domainName": "bench.local", "domainPrefix": "bench",
            "time": "23/Nov/2026:14:20:00 +0000", "timeEpoch": 1_795_443_600_000_u64,
            "http": {"method": "POST", "path": "/webhooks/woo", "protocol": "HTTP/1.1",
                     "sourceIp": "203.0.113.7", "userAgent": "WooCommerce/10.3.5"},
        },
        "body": body, "isBase64Encoded": false,
    })
}

/// A message as its queue hands it on.
fn received(sent: &Value) -> Value {
    json!({"Records": [{
        "messageId": "059f36b4-87a3-44ab-83d2-661975970000", "receiptHandle": "bench", "body": sent["MessageBody"],
        "attributes": {"ApproximateReceiveCount": "1", "MessageGroupId": sent["MessageGroupId"],
                       "MessageDeduplicationId": sent["MessageDeduplicationId"],
                       "SentTimestamp": "1795443307000", "ApproximateFirstReceiveTimestamp": "1795443307100"},
        "messageAttributes": {}, "eventSource": "aws:sqs",
        "eventSourceARN": format!("arn:aws:sqs:{REGION}:000000000000:inbox.fifo"), "awsRegion": REGION,
    }]})
}

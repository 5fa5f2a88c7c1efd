//! What every system itself says about an order: the gateway, Odoo, the shop, the workflow. Nothing here goes through
//! the functions' own clients, so that what they believe is not what is checked.

mod books;
mod documents;

pub use books::Auditor;
pub use documents::{Books, Documents, Invoice, Payment, SaleOrder, Stock};

use std::time::Duration;

use anyhow::{Context, Result, bail};
use domain::ids::OrderKey;
use serde_json::{Value, json};

use crate::aws::{Aws, Deployed, Execution};
use crate::world::{AWS, Description, GP_API, SHOP, Simulator};
use crate::{gp_api, shop};

/// How long an order may take from its webhook to its end, on a machine that is busy with other things.
pub const PATIENCE: Duration = Duration::from_secs(120);

/// How often somebody who waits looks again.
const GLANCE: Duration = Duration::from_millis(150);

/// Everybody who can be asked.
pub struct Witness {
    /// The card payment gateway.
    pub gateway: gp_api::Control,
    /// Both shops.
    pub shop: shop::Control,
    /// AWS, with all rights.
    pub aws: Aws,
    /// The deployed stack.
    pub deployed: Deployed,
    /// Odoo's books.
    pub books: Auditor,
    /// How long it waits for what has to come.
    pub patience: Duration,
    odoo_url: String,
    letters_before: usize,
}

/// A card payment as the gateway has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Transaction {
    /// `TRN_…`.
    pub id: String,
    /// `SALE` or `REFUND`.
    pub kind: String,
    /// `PREAUTHORIZED`, `CAPTURED`, `DECLINED`, `REVERSED`…
    pub status: String,
    /// Minor units, as the gateway writes them.
    pub amount: String,
    /// ISO 4217.
    pub currency: String,
    /// What its caller named it.
    pub reference: String,
}

impl Witness {
    /// The witnesses of a running world.
    ///
    /// # Errors
    /// When the world has no deployed stack, or its Odoo no administrator.
    pub async fn of(world: &Description) -> Result<Self> {
        let deployed: Deployed = world.part(AWS)?;
        let gateway: Simulator = world.part(GP_API)?;
        let shop: Simulator = world.part(SHOP)?;
        let odoo = world.odoo.as_ref().context("the running world has no Odoo")?;
        // An Odoo that was already there is read with the rights of the integration's own user.
        let caller = if odoo.admin.is_some() {
            odoo.as_admin()?
        } else {
            odoo.as_bot()?
        };
        let books = Auditor::new(caller);
        // Odoo itself announces new users and keys while it is set up.
        let letters_before = books.letters().await?;
        Ok(Self {
            patience: PATIENCE,
            odoo_url: odoo.url.clone(),
            letters_before,
            gateway: gp_api::Control::new(&gateway.control_url),
            shop: shop::Control::new(&shop.control_url),
            aws: Aws::connect(&deployed.endpoint).await,
            deployed,
            books,
        })
    }

    /// The address of a document's page in Odoo.
    pub fn page(&self, model: &str, id: i64) -> String {
        format!("{}/odoo/{model}/{id}", self.odoo_url)
    }

    /// How many letters Odoo has written or would have since these witnesses were called.
    ///
    /// # Errors
    /// When Odoo does not answer.
    pub async fn letters(&self) -> Result<usize> {
        Ok(self.books.letters().await?.saturating_sub(self.letters_before))
    }

    /// The gateway's transactions that were made under the order's references, oldest first.
    ///
    /// # Errors
    /// When the simulator does not answer.
    pub async fn transactions(&self, order: &OrderKey) -> Result<Vec<Transaction>> {
        let prefix = format!("{}-{}-", order.store, order.id);
        let all = self.gateway.transactions().await?;
        let mut ours: Vec<Transaction> = all
            .iter()
            .map(transaction)
            .filter(|t| t.reference.starts_with(&prefix))
            .collect();
        ours.reverse();
        Ok(ours)
    }

    /// One transaction of the gateway.
    ///
    /// # Errors
    /// When there is none.
    pub async fn transaction(&self, id: &str) -> Result<Transaction> {
        let all = self.gateway.transactions().await?;
        let found = all.iter().map(transaction).find(|t| t.id == id);
        found.with_context(|| format!("the gateway has no transaction {id}"))
    }

    /// The name under which AWS knows a run of an order.
    pub fn run_arn(&self, order: &OrderKey, generation: u32) -> Result<String> {
        let machine = self.deployed.output("StateMachine")?;
        Ok(format!(
            "{}:{}-{generation}",
            machine.replace(":stateMachine:", ":execution:"),
            order.slug()
        ))
    }

    /// Waits until a run of an order is there, and then until it has ended.
    ///
    /// # Errors
    /// When it is not there or has not ended after its patience.
    pub async fn run_ended(&self, order: &OrderKey, generation: u32) -> Result<Execution> {
        let arn = self.run_arn(order, generation)?;
        let started = format!("a run of {order}");
        self.until(&started, async || Ok(self.aws.execution(&arn).await.ok()))
            .await?;
        self.aws.ended(&arn, self.patience).await
    }

    /// Waits until an order has a review item that is open, and gives it.
    ///
    /// # Errors
    /// When there is none after its patience.
    pub async fn open_review(&self, order: &OrderKey) -> Result<Value> {
        let what = format!("a review of {order}");
        self.until(&what, async || {
            Ok(self.open_reviews(order).await?.into_iter().next())
        })
        .await
    }

    /// The order's review items that are open.
    ///
    /// # Errors
    /// When the function that keeps them does not answer.
    pub async fn open_reviews(&self, order: &OrderKey) -> Result<Vec<Value>> {
        let all = self
            .review_desk(&json!({"action": "list", "order": order}))
            .await?;
        let reviews = all["reviews"].as_array().cloned().unwrap_or_default();
        Ok(reviews
            .into_iter()
            .filter(|review| review["order"] == json!(order))
            .collect())
    }

    /// All reviews, decided ones included, that mention `text`: an order's key or slug, an event, a message.
    ///
    /// # Errors
    /// When the table does not answer.
    pub async fn reviews_of(&self, text: &str) -> Result<Vec<Value>> {
        let items = self.aws.items(&self.deployed, "review/").await?;
        let bodies = items
            .iter()
            .filter_map(|item| serde_json::from_str::<Value>(item["body"].as_str()?).ok());
        Ok(bodies
            .filter(|review| review.to_string().contains(text))
            .collect())
    }

    /// Asks the function that keeps the reviews, as an operator does.
    ///
    /// # Errors
    /// What the function says.
    pub async fn review_desk(&self, input: &Value) -> Result<Value> {
        let mut input = input.clone();
        input["schema"] = json!(1);
        self.aws.invoke(self.deployed.output("ReviewDesk")?, &input).await
    }

    /// Waits until `look` sees something.
    ///
    /// # Errors
    /// When it has not after its patience, or `look` fails.
    pub async fn until<T>(&self, what: &str, mut look: impl AsyncFnMut() -> Result<Option<T>>) -> Result<T> {
        let deadline = tokio::time::Instant::now() + self.patience;
        loop {
            if let Some(seen) = look().await? {
                return Ok(seen);
            }
            if tokio::time::Instant::now() > deadline {
                bail!("{what} did not appear within {} s", self.patience.as_secs());
            }
            tokio::time::sleep(GLANCE).await;
        }
    }
}

fn transaction(row: &Value) -> Transaction {
    let text = |name: &str| row[name].as_str().unwrap_or_default().to_owned();
    Transaction {
        id: text("id"),
        kind: text("type"),
        status: text("status"),
        amount: text("amount"),
        currency: text("currency"),
        reference: text("reference"),
    }
}

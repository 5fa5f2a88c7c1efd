//! What orders and reviews of long ago have left in the tables: copies of what one left that the functions really wrote.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use asl::Status;
use serde_json::Value;

use crate::backlog::{draft, fresh_id};
use crate::bench::build::Built;
use crate::bench::orders::listen;
use crate::bench::platform::{Kept, Remotes, Running, Settings};
use crate::shop::Draft;

/// No order takes longer.
const PATIENCE: Duration = Duration::from_secs(120);
/// Digits of a copy's number where it takes the place of the end of a name.
const DIGITS: usize = 8;

/// What one order left.
pub struct Model {
    /// The shop's id of it.
    order: String,
    /// Other names of its items: of its review, its transaction. They are in no other order.
    names: Vec<String>,
    /// Its items as JSON text, each with its table.
    items: Vec<(String, String)>,
}

/// What is copied.
pub struct Models {
    /// An order that is done.
    pub done: Model,
    /// An order under review.
    pub in_review: Model,
}

/// Plays an order to its end and another one into a review.
///
/// # Errors
/// When one does not come to where it has to.
pub async fn models(built: &Built, remotes: &Remotes) -> Result<Models> {
    let mut running = Running::start(remotes, |f| built.executable(f), Settings::default()).await?;
    listen(&running, remotes).await?;
    // What every order shares is there after the first one.
    left(
        &mut running,
        remotes,
        |id, token| draft(id, 0, token).0,
        Some(Status::Succeeded),
    )
    .await?;
    let good = |id, token: &str| draft(id, 1, token).0;
    let unknown = |id, token: &str| Draft::sample("woocommerce/order-unknown-sku").id(id).token(token);
    Ok(Models {
        done: left(&mut running, remotes, good, Some(Status::Succeeded)).await?,
        in_review: left(&mut running, remotes, unknown, None).await?,
    })
}

async fn left(
    running: &mut Running,
    remotes: &Remotes,
    order: impl Fn(u64, &str) -> Draft,
    ends: Option<Status>,
) -> Result<Model> {
    let before: BTreeSet<_> = running.cloud.aws.kept().iter().map(Kept::key).collect();
    let id = fresh_id();
    let token = remotes.gateway.control().store_card("visa").await?;
    let order = order(id, &token).customer(id, &format!("customer{id}@example.com"));
    remotes.shop.control().place(&order).await?;
    let ran = tokio::time::timeout(PATIENCE, running.ran.recv()).await;
    let ran = ran.context("an order does not come to its end")?;
    let ran = ran.context("the cloud has ended")??;
    ensure!(
        ran.status == ends,
        "{} ended as {:?}, not {ends:?}",
        ran.name,
        ran.status
    );
    running.settle().await?;
    let items = running.cloud.aws.kept().into_iter();
    let own: Vec<Kept> = items.filter(|item| !before.contains(&item.key())).collect();
    Ok(Model::of(id, &own))
}

impl Model {
    fn of(order: u64, items: &[Kept]) -> Self {
        let order = order.to_string();
        let name = |item: &Kept| {
            let (_, pk, sk) = item.key();
            let name = [pk, sk]
                .join("/")
                .trim_end_matches('/')
                .rsplit('/')
                .next()?
                .to_owned();
            let (_, pk, _) = item.key();
            (!pk.contains(&order) && name.len() > DIGITS).then_some(name)
        };
        Self {
            names: items.iter().filter_map(name).collect(),
            items: items
                .iter()
                .map(|item| (item.table.clone(), item.item.to_string()))
                .collect(),
            order,
        }
    }

    /// What another order would have left, by its number.
    ///
    /// # Errors
    /// When an item is not JSON any more.
    pub fn copy(&self, number: u64) -> Result<Vec<Kept>> {
        let items = self.items.iter().map(|(table, text)| {
            let mut text = text.replace(&self.order, &format!("9{number:012}"));
            for name in &self.names {
                let kept = name.get(..name.len() - DIGITS).unwrap_or_default();
                text = text.replace(name.as_str(), &format!("{kept}{number:08x}"));
            }
            let item: Value = serde_json::from_str(&text)?;
            Ok(Kept {
                table: table.clone(),
                item,
            })
        });
        items.collect()
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn copies_are_of_other_orders() {
        let item = |pk: &str, body: &str| Kept {
            table: "t".to_owned(),
            item: json!({"pk": {"S": pk}, "body": {"S": body}}),
        };
        let items = [
            item(
                "order/woo/7430620001002",
                "{\"paid_by\":\"TRN_0123456789abcdef\"}",
            ),
            item(
                "payment-used/TRN_0123456789abcdef",
                "{\"order\":\"woo/7430620001002\"}",
            ),
        ];
        let copies = Model::of(7_430_620_001_002, &items).copy(255).unwrap();
        let there = [
            item(
                "order/woo/9000000000255",
                "{\"paid_by\":\"TRN_01234567000000ff\"}",
            ),
            item(
                "payment-used/TRN_01234567000000ff",
                "{\"order\":\"woo/9000000000255\"}",
            ),
        ];
        assert_eq!(copies, there);
    }
}

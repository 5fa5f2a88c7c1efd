//! What orders and reviews of long ago have left in the tables: copies of what one left that the functions really wrote.

use std::collections::BTreeSet;
use std::time::Duration;

use anyhow::{Context, Result, ensure};
use asl::Status;
use serde_json::Value;

use crate::backlog::{draft, fresh_id};
use crate::bench::build::Built;
use crate::bench::orders::listen;
use crate::bench::platform::{Kept, Remotes, Running, Settings, TABLE};
use crate::shop::Draft;

/// No order takes longer.
const PATIENCE: Duration = Duration::from_secs(120);
/// Digits of a copy's number where it takes the place of the end of a name.
const DIGITS: usize = 8;

/// What one order left.
pub struct Model {
    /// The beginnings of the names of its items that do not have the order's id, as those of its review and of its
    /// transaction: without their last digits, which are a copy's own.
    names: Vec<String>,
    items: Vec<Item>,
}

/// An item that is copied.
struct Item {
    table: String,
    /// As it is in every copy, without what is a copy's own.
    item: Value,
    /// The attributes that are a copy's own.
    own: Vec<(String, Vec<Piece>)>,
}

/// A piece of an attribute's text.
#[derive(Clone, Debug)]
enum Piece {
    /// The same in every copy.
    Same(String),
    /// The shop's id of the order.
    Order,
    /// A name, by its place.
    Name(usize),
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
    let settings = Settings {
        // The audit trail is waited for, and not copied.
        stream: Duration::from_secs(1),
        // Nobody comes whom an order that is alone could wait for.
        window: Duration::ZERO,
        ..Settings::default()
    };
    let mut running = Running::start(remotes, |f| built.executable(f), settings).await?;
    listen(&running, remotes).await?;
    let good = |id, token: &str| draft(id, 1, token).0;
    // What every order shares is there after the first one.
    left(&mut running, remotes, good, Some(Status::Succeeded)).await?;
    let unknown = |id, token: &str| Draft::sample("woocommerce/order-unknown-sku").id(id).token(token);
    let (done, left_done) = left(&mut running, remotes, good, Some(Status::Succeeded)).await?;
    let (in_review, left_in_review) = left(&mut running, remotes, unknown, None).await?;
    Ok(Models {
        done: Model::of(done, &left_done)?,
        in_review: Model::of(in_review, &left_in_review)?,
    })
}

/// Plays an order; its id, and the items that were not there before it.
async fn left(
    running: &mut Running,
    remotes: &Remotes,
    order: impl Fn(u64, &str) -> Draft,
    ends: Option<Status>,
) -> Result<(u64, Vec<Kept>)> {
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
    // None of the functions that are measured reads the audit trail.
    let own = items.filter(|item| item.table == TABLE && !before.contains(&item.key()));
    let own: Vec<Kept> = own.collect();
    Ok((id, own))
}

impl Model {
    fn of(order: u64, items: &[Kept]) -> Result<Self> {
        let order = order.to_string();
        let name = |item: &Kept| {
            let (_, pk, _) = item.key();
            let name = pk.rsplit('/').next()?;
            (!pk.contains(&order) && name.len() > DIGITS).then(|| name.to_owned())
        };
        let names: Vec<String> = items.iter().filter_map(name).collect();
        let item = |kept: &Kept| {
            let mut item = kept.item.clone();
            let attributes = kept.item.as_object().into_iter().flatten();
            let own = attributes.filter_map(|(attribute, typed)| {
                let pieces = pieces(typed["S"].as_str()?, &order, &names);
                let is_own = pieces.iter().any(|piece| !matches!(piece, Piece::Same(_)));
                is_own.then(|| (attribute.clone(), pieces))
            });
            let own: Vec<_> = own.collect();
            for (attribute, _) in &own {
                item[attribute.as_str()]["S"] = Value::Null;
            }
            Item {
                table: kept.table.clone(),
                item,
                own,
            }
        };
        let items: Vec<Item> = items.iter().map(item).collect();
        // An item that is the same in every copy would be there once, however many are made.
        let has_key = |item: &Item| item.own.iter().any(|(attribute, _)| attribute == "pk");
        ensure!(
            items.iter().all(has_key),
            "an item that an order has left is not its own"
        );
        let begun = |name: &String| Some(name.get(..name.len() - DIGITS)?.to_owned());
        Ok(Self {
            items,
            names: names.iter().filter_map(begun).collect(),
        })
    }

    /// What another order would have left, by its number.
    pub fn copy(&self, number: u64) -> impl Iterator<Item = Kept> {
        // Hundreds of thousands are made: what is the same in all items of a copy is written once.
        let (order, digits) = (format!("9{number:012}"), format!("{number:08x}"));
        self.items.iter().map(move |model| {
            let mut item = model.item.clone();
            for (attribute, pieces) in &model.own {
                let mut text = String::new();
                for piece in pieces {
                    match piece {
                        Piece::Same(same) => text.push_str(same),
                        Piece::Order => text.push_str(&order),
                        Piece::Name(place) => {
                            text.extend(self.names.get(*place).map(String::as_str));
                            text.push_str(&digits);
                        }
                    }
                }
                item[attribute.as_str()]["S"] = Value::String(text);
            }
            Kept {
                table: model.table.clone(),
                item,
            }
        })
    }
}

/// A text, taken apart where it has the order's id or a name.
fn pieces(text: &str, order: &str, names: &[String]) -> Vec<Piece> {
    let names = names.iter().enumerate();
    let names = names.map(|(place, name)| (name.as_str(), Piece::Name(place)));
    let mut pieces = vec![Piece::Same(text.to_owned())];
    for (needle, found) in names.chain([(order, Piece::Order)]) {
        let split = |piece: Piece| match piece {
            Piece::Same(text) => {
                let mut parts = Vec::new();
                for (place, part) in text.split(needle).enumerate() {
                    if place > 0 {
                        parts.push(found.clone());
                    }
                    parts.push(Piece::Same(part.to_owned()));
                }
                parts
            }
            other => vec![other],
        };
        pieces = pieces.into_iter().flat_map(split).collect();
    }
    pieces
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
        let copies = Model::of(7_430_620_001_002, &items).unwrap();
        let copies: Vec<Kept> = copies.copy(255).collect();
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

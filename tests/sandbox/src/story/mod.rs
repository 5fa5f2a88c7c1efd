//! The demo's stories: five orders through the webhook URL, told from what the systems themselves hold. Each checks
//! every fact it tells; the end-to-end tests play them as well.

mod authorized;
mod declined;
mod fact;
mod own_order;
mod paid;
mod shelf;
mod thrice;
mod told;
mod unknown_sku;

pub use fact::{Fact, Sheet, table};
pub use own_order::own_order;
pub use told::{Expected, paid as check_paid};

use anyhow::{Context, Result};
use domain::ids::OrderKey;
use futures::future::LocalBoxFuture;

use crate::shop::{Draft, Kind};
use crate::witness::Witness;

/// A story: its name, what it is about, and how it goes.
pub struct Story {
    /// Its name in the table.
    pub name: &'static str,
    /// What happens, in one line.
    pub about: &'static str,
    tell: for<'a> fn(&'a Witness, &'a mut Sheet) -> LocalBoxFuture<'a, Result<()>>,
}

/// All stories, in the order in which they are told.
pub const STORIES: [Story; 5] = [
    Story {
        name: "paid order",
        about: "two products with tax and shipping, paid by card",
        tell: |w, s| Box::pin(paid::tell(w, s)),
    },
    Story {
        name: "declined card",
        about: "the issuer says no; the shop is told, Odoo never hears of it",
        tell: |w, s| Box::pin(declined::tell(w, s)),
    },
    Story {
        name: "webhook three times",
        about: "the shop delivers the same webhook three times",
        tell: |w, s| Box::pin(thrice::tell(w, s)),
    },
    Story {
        name: "authorized by the shop",
        about: "the shop's own plugin has authorized; we verify and capture",
        tell: |w, s| Box::pin(authorized::tell(w, s)),
    },
    Story {
        name: "unknown SKU",
        about: "parked for review; the product is created, the review redriven, the order completes",
        tell: |w, s| Box::pin(unknown_sku::tell(w, s)),
    },
];

impl Story {
    /// Plays the story. What breaks it off stands on the sheet.
    pub async fn play(&self, witness: &Witness) -> Sheet {
        let mut sheet = Sheet::open(self.name, self.about);
        if let Err(error) = (self.tell)(witness, &mut sheet).await {
            sheet.tell(format!("✗ broken off: {error:#}"));
            sheet.broken_off = Some(format!("{error:#}"));
        }
        sheet
    }
}

/// Puts an order into its shop, which tells the webhook URL, and checks the answer.
///
/// # Errors
/// When the shop did not place it, or told nobody.
pub async fn place(sheet: &mut Sheet, witness: &Witness, draft: &Draft) -> Result<OrderKey> {
    let kind = draft.kind();
    let id = witness.shop.place(draft).await?;
    sheet.tell(format!(
        "shop: order {id} over {} is placed; its webhook goes out",
        total(draft)
    ));
    let told = witness
        .until("the shop's webhook", async || {
            let all = witness.shop.deliveries(kind).await?;
            Ok(all
                .into_iter()
                .find(|delivery| delivery.order.as_deref() == Some(&id)))
        })
        .await?;
    sheet.check(
        "webhook: HTTP status",
        200,
        told.status.map_or("none".to_owned(), |s| s.to_string()),
    );
    sheet.tell(format!("webhook: {}", told.answer));
    format!("{}/{id}", kind.store())
        .parse()
        .context("the shop's order id")
}

fn total(draft: &Draft) -> String {
    let order = draft.order();
    match draft.kind() {
        Kind::Woo => format!(
            "{} {}",
            order["total"].as_str().unwrap_or_default(),
            order["currency"].as_str().unwrap_or_default()
        ),
        Kind::Own => format!(
            "{} minor units of {}",
            order["total_minor"],
            order["currency"].as_str().unwrap_or_default()
        ),
    }
}

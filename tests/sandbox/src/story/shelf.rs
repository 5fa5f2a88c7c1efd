//! The shop's side of a story: what it offers before and after, and what it was told.

use std::collections::BTreeMap;

use anyhow::Result;
use domain::ids::OrderKey;

use super::Sheet;
use crate::shop::{Draft, Kind};
use crate::witness::Witness;

/// What the shop offered of an order's goods before it was placed.
pub(super) struct Shelf(Vec<Goods>);

struct Goods {
    sku: String,
    ordered: i64,
    before: i64,
}

/// Whether the order's goods left the shelf.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Sold {
    Yes,
    No,
}

impl Shelf {
    /// Looks at the goods of a WooCommerce order, as far as the shop counts them.
    pub async fn before(witness: &Witness, draft: &Draft) -> Result<Self> {
        let mut ordered = BTreeMap::<&str, i64>::new();
        for line in draft.order()["line_items"].as_array().into_iter().flatten() {
            let sku = line["sku"].as_str().unwrap_or_default();
            *ordered.entry(sku).or_default() += line["quantity"].as_i64().unwrap_or_default();
        }
        let mut goods = Vec::new();
        for (sku, ordered) in ordered {
            if let Some(before) = witness.shop.stock(Kind::Woo, sku).await? {
                let sku = sku.to_owned();
                goods.push(Goods { sku, ordered, before });
            }
        }
        Ok(Self(goods))
    }

    /// Checks what the shop offers now.
    pub async fn check(&self, sheet: &mut Sheet, witness: &Witness, sold: Sold) -> Result<()> {
        for goods in &self.0 {
            let after = witness
                .shop
                .stock(Kind::Woo, &goods.sku)
                .await?
                .unwrap_or_default();
            let odoo = witness.books.stock(&goods.sku).await?;
            sheet.tell(format!(
                "stock of {}: {} before, {after} after; Odoo has {} of which {} are promised",
                goods.sku, goods.before, odoo.on_hand, odoo.promised
            ));
            let taken = if sold == Sold::Yes { goods.ordered } else { 0 };
            sheet.check(
                &format!("shop: stock of {}", goods.sku),
                goods.before - taken,
                after,
            );
        }
        Ok(())
    }
}

/// Checks the status that the shop was told, and tells the notes it got.
pub(super) async fn told(sheet: &mut Sheet, witness: &Witness, order: &OrderKey, status: &str) -> Result<()> {
    let id = order.id.as_str();
    let found = witness.shop.status(Kind::Woo, id).await?.unwrap_or_default();
    sheet.check("shop: the order's status", status, found);
    for note in witness.shop.notes(Kind::Woo, id).await? {
        sheet.tell(format!("shop was told: {note}"));
    }
    Ok(())
}

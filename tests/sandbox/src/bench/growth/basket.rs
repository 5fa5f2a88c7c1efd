//! Orders of as many lines as are wanted, each line of another product.

use serde_json::{Value, json};

use crate::backlog::{Goods, draft_of};
use crate::shop::Draft;

/// Cents of one piece.
const PRICE: u64 = 495;

/// The SKU of a product.
pub fn sku(number: u64) -> String {
    format!("GROWTH-{number:06}")
}

/// The e-mail address of a contact.
pub fn email(number: u64) -> String {
    format!("growth{number}@example.com")
}

/// An order of so many lines, of a new customer, as WooCommerce sends them: with picture and parent of each product.
/// Orders whose ids follow each other share no product as long as `products` are enough, so that nothing that is
/// remembered of one helps the next.
pub fn order(id: u64, lines: u64, products: u64, token: &str) -> Draft {
    let goods = (0..lines).map(|line| -> Goods {
        let product = (id % products * lines + line) % products + 1;
        (sku(product), format!("Paper filters, type {product}"), 2, PRICE)
    });
    let (draft, _) = draft_of(id, 0, token, goods);
    let draft = draft.customer(id, &format!("customer{id}@example.com"));
    draft.with(|order| {
        for line in order["line_items"].as_array_mut().into_iter().flatten() {
            line["global_unique_id"] = json!("");
            line["parent_name"] = Value::Null;
            line["image"] = json!({
                "id": "501", "src": "https://shop.example/wp-content/uploads/2026/01/hl-filter-100.jpg",
            });
        }
    })
}

/// Bytes of the body of an order of so many lines.
pub fn bytes(lines: u64) -> usize {
    // Ids are as long as those of other orders.
    let token = "PMT_00000000-0000-0000-0000-000000000000";
    let order = order(crate::backlog::fresh_id(), lines, lines, token);
    order.order().to_string().len()
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn skus(id: u64) -> BTreeSet<String> {
        let order = order(id, 500, 3_000, "PMT_1");
        let lines = order.order()["line_items"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        lines.iter().map(|line| line["sku"].to_string()).collect()
    }

    #[test]
    fn orders_that_follow_each_other_share_no_product() {
        assert_eq!(skus(7).len(), 500);
        assert!(skus(7).is_disjoint(&skus(8)));
        assert!(skus(7).is_disjoint(&skus(12)));
    }

    #[test]
    fn a_body_grows_with_its_lines() {
        assert!((300..600).contains(&(bytes(101) - bytes(100))));
    }
}

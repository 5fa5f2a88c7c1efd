//! The content of a made-up order.

use serde_json::{Value, json};

use crate::shop::Draft;

/// How many customers place the orders of a backlog.
const CUSTOMERS: u64 = 20;
/// New Jersey's tax, in thousandths of a percent.
const TAX: u64 = 6_625;
/// No order has more lines, so that no two lines of the shop have the same id.
const LINES_MAX: u64 = 1_000;

/// What is ordered: SKU, name, quantity, and the price of one piece in cents.
pub(crate) type Goods = (String, String, u64, u64);

/// An order of two or three lines with tax and shipping, to another address than the customer's, and its total in cents.
/// Rounded line by line as WooCommerce does, its tax is a cent off what Odoo computes: it has to be forced.
pub(crate) fn order(id: u64, number: u64, token: &str) -> (Draft, u64) {
    let mut goods = vec![
        ("HL-COFFEE-1KG", "Coffee beans, 1 kg", 1 + 2 * (number % 2), 999),
        ("HL-FILTER-100", "Paper filters, 100 pieces", 2, 495),
    ];
    if number % 2 == 1 {
        goods.push(("HL-MUG-BLUE", "Mug - Blue", 1, 1_995));
    }
    let goods = goods.into_iter();
    let goods = goods.map(|(sku, name, quantity, price)| (sku.to_owned(), name.to_owned(), quantity, price));
    order_of(id, number, token, goods)
}

/// The same kind of order, of these goods.
pub(crate) fn order_of(
    id: u64,
    number: u64,
    token: &str,
    goods: impl IntoIterator<Item = Goods>,
) -> (Draft, u64) {
    let lines: Vec<Line> = goods
        .into_iter()
        .enumerate()
        .map(|(at, (sku, name, quantity, price))| Line {
            id: id * LINES_MAX + at as u64,
            sku,
            name,
            quantity,
            price,
        })
        .collect();
    let (shipping, shipping_tax) = (750, tax_on(750));
    let net: u64 = lines.iter().map(Line::net).sum();
    let tax: u64 = lines.iter().map(|line| tax_on(line.net())).sum();
    let total = net + tax + shipping + shipping_tax;
    let customer = number % CUSTOMERS;
    let draft = Draft::sample("woocommerce/order-usd-two-taxes")
        .id(id)
        .customer(9_000 + customer, &format!("customer{customer}@example.com"))
        .token(token)
        .with(|order| {
            order["line_items"] = lines.iter().map(Line::as_sent).collect();
            let there = [
                ("first_name", "John"),
                ("address_1", "7 Nassau Street"),
                ("address_2", ""),
                ("city", "Trenton"),
                ("postcode", "08608"),
            ];
            for (name, value) in there {
                order["shipping"][name] = json!(value);
            }
            order["cart_tax"] = json!(money(tax));
            order["shipping_tax"] = json!(money(shipping_tax));
            order["total_tax"] = json!(money(tax + shipping_tax));
            order["total"] = json!(money(total));
            if let Some(lines) = order["tax_lines"].as_array_mut() {
                lines.truncate(1);
            }
            order["tax_lines"][0]["tax_total"] = json!(money(tax));
            order["tax_lines"][0]["shipping_tax_total"] = json!(money(shipping_tax));
        });
    (draft, total)
}

struct Line {
    id: u64,
    sku: String,
    name: String,
    quantity: u64,
    /// Of one piece, in cents.
    price: u64,
}

impl Line {
    fn net(&self) -> u64 {
        self.quantity * self.price
    }

    fn as_sent(&self) -> Value {
        let (net, tax) = (money(self.net()), money(tax_on(self.net())));
        let whole_cents = serde_json::from_str::<Value>(&money(self.price)).unwrap_or_default();
        json!({
            "id": self.id, "name": self.name, "sku": self.sku, "product_id": 101, "variation_id": 0,
            "quantity": self.quantity, "tax_class": "", "price": whole_cents, "meta_data": [],
            "subtotal": net, "subtotal_tax": tax, "total": net, "total_tax": tax,
            "taxes": [{"id": 11, "total": tax, "subtotal": tax}],
        })
    }
}

/// Rounded half up, as WooCommerce does.
fn tax_on(net: u64) -> u64 {
    (net * TAX + 50_000) / 100_000
}

fn money(cents: u64) -> String {
    format!("{}.{:02}", cents / 100, cents % 100)
}

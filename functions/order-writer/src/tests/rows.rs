use super::*;
use crate::plan::{invoice, sale};
use domain::failure::FailureName;
use proptest::prelude::*;
use rust_decimal::{Decimal, RoundingStrategy};

#[tokio::test]
async fn a_sales_order_says_everything_odoo_would_make_up() {
    let world = World::new().await;
    let order = order();
    let lines = world.lines(&order);
    let (merchant, store, books) = (&world.merchant, world.store(), &world.books);
    let record = sale::record(&order, &names(&order), &PARTIES, &lines, merchant, store, books).unwrap();
    let head = |column| record.get(column).unwrap();
    assert_eq!(head("id"), "heartland.woo_1001_g1");
    assert_eq!(head("x_heartland_id"), "woo_1001_g1");
    assert_eq!(
        (head("partner_id/.id"), head("partner_shipping_id/.id")),
        ("7", "8")
    );
    assert_eq!(
        (
            head("user_id"),
            head("payment_term_id/.id"),
            head("warehouse_id/.id")
        ),
        ("", "1", "1")
    );
    assert_eq!(
        (head("client_order_ref"), head("date_order")),
        ("#1001", "2026-11-20 03:00:00")
    );
    let shown = |line| {
        ["id", "discount", "product_uom_qty", "price_unit"].map(|field| {
            let column = format!("order_line/{field}");
            cell(&record, line, &column).to_owned()
        })
    };
    assert_eq!(shown(0), ["heartland.woo_1001_g1_line_11", "0", "3", "9.99"]);
    assert_eq!(shown(1), ["heartland.woo_1001_g1_charge_12", "0", "1", "7.5"]);
    assert_eq!(shown(2), ["heartland.woo_1001_g1_discount_13", "0", "1", "-5"]);
    let ids: Vec<String> = ["us-nj-state", "us-nj-local"]
        .map(|key| books.tax(&merchant.odoo.taxes[key]).unwrap().id.to_string())
        .to_vec();
    assert_eq!(cell(&record, 0, "order_line/tax_ids/.id"), ids.join(","));
    assert_eq!(cell(&record, 1, "order_line/tax_ids/.id"), ids[0]);
}

#[tokio::test]
async fn no_tax_is_an_empty_cell_and_not_a_missing_one() {
    let world = World::new().await;
    let mut order = order();
    order.lines[0].taxes.clear();
    let lines = world.lines(&order);
    let (merchant, store, books) = (&world.merchant, world.store(), &world.books);
    let record = sale::record(&order, &names(&order), &PARTIES, &lines, merchant, store, books).unwrap();
    assert_eq!(cell(&record, 0, "order_line/tax_ids/.id"), "");
}

#[tokio::test]
async fn an_invoice_is_dated_on_the_merchants_day_and_linked_to_the_order() {
    let world = World::new().await;
    let order = order();
    let lines = world.lines(&order);
    let names = names(&order);
    let record = invoice::record(
        &order,
        &names,
        &PARTIES,
        &lines,
        "TRN_1",
        &world.merchant,
        &world.books,
    )
    .unwrap();
    let head = |column| record.get(column).unwrap();
    assert_eq!((head("invoice_date"), head("date")), ("2026-11-19", "2026-11-19"));
    assert_eq!(
        (
            head("payment_reference"),
            head("move_type"),
            head("invoice_user_id")
        ),
        ("TRN_1", "out_invoice", "")
    );
    for (line, part) in ["line_11", "charge_12", "discount_13"].iter().enumerate() {
        let linked = cell(&record, line, "invoice_line_ids/sale_line_ids/id");
        assert_eq!(linked, format!("heartland.woo_1001_g1_{part}"));
        assert_eq!(
            cell(&record, line, "invoice_line_ids/id"),
            format!("heartland.woo_1001_g1_invoice_{part}")
        );
    }
}

#[tokio::test]
async fn what_is_missing_names_the_field_and_the_way_out() {
    let world = World::new().await;
    let (merchant, store, books) = (&world.merchant, world.store(), &world.books);
    let mut order = order();
    order.charges[0].taxes = vec!["US-ELSEWHERE".to_owned()];
    let skus = lines::skus(&order, merchant).into_iter();
    let products: Products = skus.map(|(sku, _)| (sku.to_owned(), Ok(1))).collect();
    let refused = lines::plan(&order, merchant, store, books, &products).unwrap_err();
    assert_eq!(refused.name, FailureName::Refused);
    assert_eq!(refused.field.as_deref(), Some("stores.woo.taxes.US-ELSEWHERE"));
    assert!(refused.remedy.is_some());
}

#[tokio::test]
async fn names_of_customers_do_not_meet() {
    let mut orders = vec![order()];
    let change = |change: fn(&mut Order)| {
        let mut order = order();
        change(&mut order);
        order
    };
    orders.push(change(|order| order.customer.shop_id = Some("78".to_owned())));
    orders.push(change(|order| order.customer.shop_id = None));
    orders.push(change(|order| {
        (order.customer.shop_id, order.customer.email) = (None, None)
    }));
    orders.push(change(|order| order.customer.company = Some("Blue".to_owned())));
    orders.push(change(|order| order.customer.company = Some("Green".to_owned())));
    orders.push(change(|order| order.key = "own/1001".parse().unwrap()));
    let mut seen: Vec<String> = orders
        .iter()
        .map(|order| names(order).customer.to_string())
        .collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen.len(), orders.len(), "{seen:?}");
    let same = change(|order| order.customer.email = Some("ann@example.com".to_owned()));
    let guest = |mut order: Order| {
        order.customer.shop_id = None;
        names(&order).customer.to_string()
    };
    assert_eq!(
        guest(same),
        guest(order()),
        "an e-mail address is the same in any case"
    );
}

proptest! {
    /// What Odoo makes of quantity and unit price is the line's total again, in every currency.
    #[test]
    fn a_unit_price_carries_the_total(
        net_minor in -100_000_000_i64..100_000_000,
        hundredths in 1_i64..10_000_000,
        currency in prop::sample::select(vec!["USD", "JPY", "KWD"]),
    ) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
        let world = runtime.block_on(World::new());
        let mut order = order();
        order.currency = currency.parse().unwrap();
        order.lines[0].quantity = Decimal::new(hundredths, 2);
        order.lines[0].net_minor = net_minor;
        let line = &world.lines(&order)[0];
        let digits = order.currency.exponent();
        let computed = (line.quantity * line.price_unit).round_dp_with_strategy(digits, RoundingStrategy::MidpointAwayFromZero);
        prop_assert_eq!(computed, Decimal::new(net_minor, digits));
    }
}

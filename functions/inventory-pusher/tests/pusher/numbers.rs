//! Which number is told, and of what.

use crate::bench::{bench, goods, merchant, with};
use domain::{decide::OrderState, failure::FailureName, merchant::Merchant};
use inventory_pusher::Pushed;
use odoo::stock::{Counted, Part, Uncounted};
use runtime::stores::OrderItem;
use rust_decimal::Decimal;
use shop::memory::MemoryShop;
use std::sync::{Arc, atomic::Ordering};

#[tokio::test]
async fn what_is_free_is_published_for_the_orders_products_only() {
    let bench = bench();
    bench.accept("woo/1001", &[("MUG", 1), ("PEN", 2)], true).await;
    for (sku, product) in [("MUG", 1), ("PEN", 2), ("CUP", 3)] {
        bench.shop.put_product(sku, 99);
        bench.count(sku, Counted::Goods(goods(product, 10, product)));
    }
    assert_eq!(bench.push("woo/1001").await.unwrap().pushed, 2);
    let published = ["MUG", "PEN", "CUP"].map(|sku| bench.shop.stock(sku).unwrap());
    assert_eq!(published, [9, 8, 99]);
}

#[tokio::test]
async fn accepted_orders_that_odoo_does_not_know_are_subtracted_whatever_shop_of_the_warehouse_took_them() {
    let bench = bench();
    bench.shop.put_product("MUG", 0);
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench.accept("woo/1001", &[("MUG", 1)], true).await;
    bench.accept("woo/1002", &[("MUG", 2)], false).await;
    bench.accept("own/7", &[("MUG", 3)], false).await;
    bench.push("woo/1001").await.unwrap();
    assert_eq!(bench.shop.stock("MUG"), Some(5));
}

#[tokio::test]
async fn an_order_that_came_to_nothing_takes_nothing_any_more_also_what_a_correction_had_taken() {
    let bench = bench();
    for (sku, product) in [("MUG", 1), ("CUP", 2)] {
        bench.shop.put_product(sku, 0);
        bench.count(sku, Counted::Goods(goods(product, 10, 0)));
    }
    bench.accept("woo/1001", &[("MUG", 3)], false).await;
    let corrected = |there: Option<&OrderItem>| {
        let mut item = there.unwrap().clone();
        item.accepted_lines[0].sku = "CUP".into();
        item.state = OrderState::Closed;
        (Some(item), ())
    };
    let key = "woo/1001".parse().unwrap();
    bench.pusher.orders.change(&key, corrected).await.unwrap();
    bench.push("woo/1001").await.unwrap();
    assert_eq!(["MUG", "CUP"].map(|sku| bench.shop.stock(sku).unwrap()), [10, 10]);
}

#[tokio::test]
async fn a_kit_offers_what_its_parts_make_and_an_accepted_kit_takes_its_parts() {
    let bench = bench();
    let parts = vec![
        Part {
            goods: goods(1, 10, 0),
            per_kit: Decimal::ONE,
        },
        Part {
            goods: goods(2, 9, 1),
            per_kit: Decimal::TWO,
        },
    ];
    bench.count("KIT", Counted::Kit(parts));
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    for sku in ["KIT", "MUG"] {
        bench.shop.put_product(sku, 0);
    }
    bench.accept("woo/1001", &[("KIT", 1), ("MUG", 1)], true).await;
    bench.accept("woo/1002", &[("KIT", 1)], false).await;
    bench.push("woo/1001").await.unwrap();
    assert_eq!(
        (bench.shop.stock("KIT"), bench.shop.stock("MUG")),
        (Some(3), Some(9))
    );
}

#[tokio::test]
async fn a_thousand_orders_waiting_for_their_delivery_hide_no_order_that_odoo_does_not_know() {
    let bench = bench();
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench.shop.put_product("MUG", 99);
    for id in 0..1_000 {
        bench.accept(&format!("woo/{id}"), &[("PEN", 1)], true).await;
    }
    bench.clock.advance_ms(1);
    bench.accept("woo/5000", &[("MUG", 4)], false).await;
    bench.accept("woo/5001", &[("MUG", 1)], true).await;
    bench.push("woo/5001").await.unwrap();
    assert_eq!(bench.shop.stock("MUG"), Some(6));
}

#[tokio::test]
async fn with_more_accepted_orders_than_can_be_counted_nothing_is_told() {
    let bench = bench();
    bench.count("MUG", Counted::Goods(goods(1, 10_000, 0)));
    bench.shop.put_product("MUG", 99);
    for id in 0..2_001 {
        bench.accept(&format!("woo/{id}"), &[("MUG", 1)], false).await;
    }
    let refused = bench.push("woo/7").await.unwrap_err();
    assert_eq!(
        (refused.name, bench.shop.stock("MUG")),
        (FailureName::InProgress, Some(99))
    );
}

#[tokio::test]
async fn what_is_not_counted_or_not_sold_is_no_failure() {
    let bench = bench();
    bench.shop.put_product("SVC", 7);
    bench.count("SVC", Counted::Not(Uncounted::NotStored));
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    bench
        .accept("woo/1001", &[("SVC", 1), ("MUG", 1), ("GONE", 1)], true)
        .await;
    let pushed = bench.push("woo/1001").await.unwrap();
    assert_eq!(
        pushed,
        Pushed {
            pushed: 0,
            unknown: 1,
            uncounted: 2,
            ..Pushed::default()
        }
    );
    assert_eq!(bench.shop.stock("SVC"), Some(7));
    assert_eq!(
        bench.push("woo/1001").await.unwrap(),
        pushed,
        "every flight has landed"
    );
}

#[tokio::test]
async fn a_store_that_does_not_publish_is_left_alone_and_a_buffer_is_held_back() {
    let woo = |publishes: bool| {
        move |merchant: &mut Merchant| {
            let store = merchant.stores.get_mut(&"woo".parse().unwrap()).unwrap();
            (store.push_stock, store.stock_buffer) = (publishes, 4);
        }
    };
    let shop = Arc::new(MemoryShop::default());
    let buffered = with(shop.clone(), shop.clone(), merchant(woo(true)));
    shop.put_product("MUG", 99);
    buffered.count("MUG", Counted::Goods(goods(1, 10, 0)));
    buffered.accept("woo/1001", &[("MUG", 1)], true).await;
    buffered.push("woo/1001").await.unwrap();
    assert_eq!(shop.stock("MUG"), Some(6));

    let silent = with(shop.clone(), shop.clone(), merchant(woo(false)));
    silent.accept("woo/1001", &[("MUG", 1)], true).await;
    assert_eq!(silent.push("woo/1001").await.unwrap(), Pushed::default());
    assert_eq!(silent.stock.reads.load(Ordering::SeqCst), 0);
}

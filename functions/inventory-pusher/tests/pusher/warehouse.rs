//! Several shops that sell from one warehouse.

use crate::bench::{Bench, goods, merchant, with};
use domain::failure::{Failure, FailureName};
use odoo::stock::Counted;
use shop::{ShopClient, memory::MemoryShop};
use std::sync::{Arc, atomic::Ordering};

/// Two shops that sell the 10 mugs of one warehouse, with a buffer of 4 in the second.
fn two_shops() -> (Bench, Arc<MemoryShop>) {
    let (woo, own) = (Arc::new(MemoryShop::default()), Arc::new(MemoryShop::default()));
    let both = merchant(|merchant| {
        let store = merchant.stores.get_mut(&"own".parse().unwrap()).unwrap();
        (store.push_stock, store.stock_buffer) = (true, 4);
    });
    woo.put_product("MUG", 99);
    own.put_product("MUG", 99);
    let mut bench = with(woo.clone(), woo, both);
    bench.count("MUG", Counted::Goods(goods(1, 10, 0)));
    let client: Arc<dyn ShopClient> = own.clone();
    let pusher = Arc::get_mut(&mut bench.pusher).unwrap();
    pusher.shops.insert("own".parse().unwrap(), client);
    (bench, own)
}

#[tokio::test]
async fn every_shop_of_the_warehouse_is_told_by_one_reading_each_with_its_buffer() {
    let (bench, own) = two_shops();
    bench.count("PEN", Counted::Goods(goods(2, 7, 0)));
    bench.shop.put_product("PEN", 99);
    bench.accept("woo/1001", &[("MUG", 1), ("PEN", 1)], true).await;
    let pushed = bench.push("woo/1001").await.unwrap();
    assert_eq!((pushed.pushed, pushed.unknown, pushed.elsewhere), (2, 0, 1));
    assert_eq!((bench.shop.stock("MUG"), own.stock("MUG")), (Some(10), Some(6)));
    assert_eq!(bench.stock.reads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn a_shop_that_is_away_does_not_stop_the_other_and_is_told_by_the_repeat() {
    let (bench, own) = two_shops();
    own.fail_next(Failure::new(FailureName::SystemUnavailable, "the shop is away"));
    bench.accept("woo/1001", &[("MUG", 1)], true).await;
    let failed = bench.push("woo/1001").await.unwrap_err();
    assert_eq!(failed.name, FailureName::SystemUnavailable);
    assert_eq!((bench.shop.stock("MUG"), own.stock("MUG")), (Some(10), Some(99)));
    bench.push("woo/1001").await.unwrap();
    assert_eq!(own.stock("MUG"), Some(6));
}

#[tokio::test]
async fn what_may_go_by_itself_is_not_hidden_by_what_needs_a_person() {
    let (bench, own) = two_shops();
    own.fail_next(Failure::new(FailureName::Conflict, "two products of one SKU"));
    bench
        .shop
        .fail_next(Failure::new(FailureName::SystemUnavailable, "the shop is away"));
    bench.accept("woo/1001", &[("MUG", 1)], true).await;
    let failed = bench.push("woo/1001").await.unwrap_err();
    assert_eq!(failed.name, FailureName::SystemUnavailable);
    assert!(failed.what.contains("the shop woo"), "{failed}");
}

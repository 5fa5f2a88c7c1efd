//! What the writer makes of an Odoo that does not answer as it should.

use super::*;
use crate::{ProductCache, Writer};
use domain::failure::FailureName;
use odoo::{OdooError, books::BooksCache, fake::Fake};

async fn write_to(error: OdooError) -> (FailureName, usize) {
    let world = World::new().await;
    let fake = Fake::new(move |_| Err(error.clone()));
    let (books, products) = (BooksCache::default(), ProductCache::default());
    let writer = Writer {
        odoo: &fake,
        merchant: &world.merchant,
        books: &books,
        products: &products,
    };
    let mut outcomes = writer.write(&[to_write(order()), to_write(order())]).await;
    assert_eq!(outcomes.len(), 2);
    (outcomes.remove(0).unwrap_err().name, fake.calls().len())
}

#[tokio::test]
async fn an_odoo_that_is_away_is_asked_once_for_the_whole_batch() {
    let away = OdooError::NotSent("connection refused".to_owned());
    assert_eq!(write_to(away).await, (FailureName::SystemUnavailable, 1));
    let unknown_key = OdooError::Misconfigured("401".to_owned());
    assert_eq!(write_to(unknown_key).await, (FailureName::Misconfigured, 1));
}

#[tokio::test]
async fn a_bad_order_costs_no_call() {
    let world = World::new().await;
    let fake = Fake::new(|call| panic!("{} was called", call.name()));
    let (books, products) = (BooksCache::default(), ProductCache::default());
    let writer = Writer {
        odoo: &fake,
        merchant: &world.merchant,
        books: &books,
        products: &products,
    };
    let mut wrong = order();
    wrong.total_minor += 1;
    let outcomes = writer.write(&[to_write(wrong)]).await;
    assert_eq!(outcomes[0].as_ref().unwrap_err().name, FailureName::Conflict);
}

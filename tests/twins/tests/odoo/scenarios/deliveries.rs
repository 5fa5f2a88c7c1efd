//! Orders whose goods leave, in part or as a whole, and what has become of their invoices by then.

use crate::{
    orders,
    world::{World, to_invoice},
};
use domain::failure::FailureName;
use odoo::Call;
use serde_json::json;

pub async fn delivered(world: &World) {
    let order = orders::order();
    assert_eq!(
        world.delivered(&order).await.unwrap_err().name,
        FailureName::Conflict
    );
    let written = world.write_order(&order).await.unwrap();
    assert_eq!(
        world.delivered(&order).await.unwrap_err().name,
        FailureName::DeliveryPending
    );
    world.deliver(written.sale_order.id).await;
    assert_eq!(world.delivered(&order).await, Ok(()));
    assert_eq!(
        world.cancel(&order).await.unwrap_err().name,
        FailureName::Conflict
    );
    world.write_invoice(&to_invoice(&order, &written)).await.unwrap();
}

/// One of two leaves, and the rest is given up: nothing is left to wait for.
pub async fn delivered_in_part(world: &World) {
    for sku in ["SKU-1", "KIT-1"] {
        let mut order = orders::plain("USD", sku, 2, 2000);
        order.order.lines.push(orders::line("2", "SVC-1", 1, 5000, &[]));
        order.order.total_minor = 7000;
        let written = world.write_order(&order).await.unwrap();
        world.deliver_in_part(written.sale_order.id).await;
        let conflict = world.delivered(&order).await.unwrap_err();
        let field = Some("sale_order.qty_delivered");
        assert_eq!(
            (conflict.name, conflict.field.as_deref()),
            (FailureName::Conflict, field),
            "{conflict}"
        );
    }
}

pub async fn delivered_into_a_closed_period(world: &World) {
    let mut order = orders::order();
    order.order.placed_at = "2026-02-12T12:00:00Z".parse().unwrap();
    let written = world.write_order(&order).await.unwrap();
    world.deliver(written.sale_order.id).await;
    world.close_books(json!("2026-02-28")).await;
    let closed = world.delivered(&order).await;
    world.close_books(json!(false)).await;
    let closed = closed.unwrap_err();
    assert_eq!(
        (closed.name, closed.field.as_deref()),
        (FailureName::Refused, Some("invoice.date")),
        "{closed}"
    );
    assert_eq!(world.delivered(&order).await, Ok(()));
}

/// The draft is gone before the money is taken.
pub async fn delivered_without_a_draft(world: &World) {
    let order = orders::order();
    let written = world.write_order(&order).await.unwrap();
    world.deliver(written.sale_order.id).await;
    world
        .call(Call::effect("account.move", "unlink").ids([written.draft.id]))
        .await;
    let lost = world.delivered(&order).await.unwrap_err();
    assert_eq!(
        (lost.name, lost.field.as_deref()),
        (FailureName::Conflict, Some("invoice")),
        "{lost}"
    );
}

pub async fn kit_and_service(world: &World) {
    let mut order = orders::plain("USD", "KIT-1", 2, 9000);
    order.order.lines.push(orders::line("2", "SVC-1", 1, 5000, &[]));
    order.order.total_minor = 14000;
    let written = world.write_order(&order).await.unwrap();
    world.write_invoice(&to_invoice(&order, &written)).await.unwrap();
    world.deliver(written.sale_order.id).await;
    assert_eq!(world.delivered(&order).await, Ok(()));
    let service = orders::plain("USD", "SVC-1", 1, 5000);
    world.write_order(&service).await.unwrap();
    assert_eq!(world.delivered(&service).await, Ok(()), "nothing has to leave");
}

//! All scenarios on a twin, and what only a twin can be made to do.

use crate::{
    orders,
    scenarios::SCENARIOS,
    world::{World, to_invoice, twin},
};
use domain::failure::FailureName;
use odoo::{Call, OdooError};
use serde_json::json;
use twins::odoo::{Collision, collided};

#[tokio::test]
async fn every_scenario_holds_and_asks_for_nothing_strange() {
    for (name, scenario) in SCENARIOS {
        let twin = twin();
        let world = World::on(&twin);
        scenario(&world).await;
        assert_eq!(twin.unknown(), Vec::<String>::new(), "{name}");
        assert!(!world.bot.take().is_empty(), "{name} asks Odoo");
    }
}

#[tokio::test]
async fn what_is_not_simulated_is_refused_and_remembered() {
    let twin = twin();
    let calls = [
        Call::search_read("hr.employee", json!([]), &["name"]),
        Call::search_read("res.partner", json!([]), &["barcode"]),
        Call::search_read("res.partner", json!([["name", "ilike", "a"]]), &["name"]),
        Call::search_read("res.partner", json!([]), &["name"]).arg("offset", 1),
        Call::effect("sale.order", "action_quotation_send").ids([1]),
    ];
    for call in &calls {
        assert!(
            matches!(twin.answer(call), Err(OdooError::Malformed(_))),
            "{}",
            call.name()
        );
    }
    assert_eq!(twin.unknown().len(), calls.len());
}

#[tokio::test]
async fn a_load_is_all_or_nothing() {
    let twin = twin();
    let before = twin.contacts();
    let fields = json!(["id", "name", "country_id/.id"]);
    let data = json!([
        ["heartland.a", "Ann", ""],
        ["heartland.b", "Bob", "999999"],
        ["heartland.c", "", ""]
    ]);
    let call = Call::effect("res.partner", "load")
        .arg("fields", fields)
        .arg("data", data);
    let answer = twin.answer(&call).unwrap();
    assert_eq!(answer["ids"], false);
    let rows: Vec<_> = answer["messages"]
        .as_array()
        .unwrap()
        .iter()
        .map(|each| &each["rows"]["from"])
        .collect();
    assert_eq!(rows, [1, 2]);
    assert_eq!(twin.contacts(), before);
}

#[tokio::test]
async fn a_refused_button_changes_no_record_of_its_batch() {
    let twin = twin();
    let world = World::on(&twin);
    let batch = [orders::order(), orders::order()];
    let written: Vec<_> = world
        .write_orders(&batch)
        .await
        .into_iter()
        .map(Result::unwrap)
        .collect();
    let ids = written.iter().map(|each| each.draft.id);
    twin.answer(&Call::effect("account.move", "button_cancel").ids([written[1].draft.id]))
        .unwrap();
    let refused = twin.answer(&Call::effect("account.move", "action_post").ids(ids));
    assert!(matches!(refused, Err(OdooError::Rejected { .. })), "{refused:?}");
    assert!(twin.invoices().iter().all(|invoice| invoice.state != "posted"));
}

#[tokio::test]
async fn collisions_pass_and_a_refused_key_is_everybodys() {
    let twin = twin();
    let confirm = Call::effect("sale.order", "action_confirm").ids([1]);
    for collision in [Collision::Serialization, Collision::Deadlock, Collision::Lock] {
        let error = collided(&confirm, collision).unwrap_err();
        assert_eq!(error.failure(confirm.kind).name, FailureName::SystemUnavailable);
        let loaded = collided(&Call::effect("res.partner", "load"), collision).unwrap();
        assert_eq!(loaded["ids"], false);
    }
    twin.refuse_key(true);
    let refused = World::on(&twin).write_order(&orders::order()).await.unwrap_err();
    assert_eq!(refused.name, FailureName::Misconfigured);
    assert!(twin.sale_orders().is_empty());
}

#[tokio::test]
async fn a_locked_order_is_unlocked_and_cancelled() {
    let twin = twin();
    twin.lock_confirmed_orders(true);
    let world = World::on(&twin);
    let order = orders::order();
    world.write_order(&order).await.unwrap();
    let id = twin.sale_orders()[0].id;
    assert!(
        twin.answer(&Call::effect("sale.order", "action_cancel").ids([id]))
            .is_err()
    );
    world.cancel(&order).await.unwrap();
    let sale = twin.sale_orders().remove(0);
    assert_eq!(
        (sale.state.as_str(), sale.deliveries[0].as_str()),
        ("cancel", "cancel")
    );
    assert_eq!(twin.invoices()[0].state, "cancel");
    assert_eq!(twin.unknown(), Vec::<String>::new());
}

#[tokio::test]
async fn a_payment_that_is_posted_again_stays_paid() {
    let twin = twin();
    let world = World::on(&twin);
    let order = orders::order();
    let written = world.write_order(&order).await.unwrap();
    let payment = world
        .write_invoice(&to_invoice(&order, &written))
        .await
        .unwrap()
        .payment
        .id;
    twin.answer(&Call::effect("account.payment", "action_post").ids([payment]))
        .unwrap();
    assert_eq!(twin.payments()[0].state, "paid");
}

#[tokio::test]
async fn an_order_that_is_paid_again_is_not_written_beside_one_whose_goods_have_left() {
    let twin = twin();
    let world = World::on(&twin);
    let mut order = orders::order();
    let written = world.write_order(&order).await.unwrap();
    world.deliver(written.sale_order.id).await;
    let kept = world.cancel(&order).await.unwrap_err();
    assert_eq!(kept.name, FailureName::Conflict);
    order.generation += 1;
    let refused = world.write_order(&order).await.unwrap_err();
    assert_eq!(refused.name, FailureName::Conflict, "{refused:?}");
    assert_eq!(twin.sale_orders().len(), 1);
}

#[tokio::test]
async fn an_order_that_is_paid_again_is_written_when_the_one_before_was_taken_back() {
    let twin = twin();
    let world = World::on(&twin);
    let mut order = orders::order();
    world.write_order(&order).await.unwrap();
    world.cancel(&order).await.unwrap();
    order.generation += 1;
    world.write_order(&order).await.unwrap();
    let states: Vec<_> = twin.sale_orders().into_iter().map(|sale| sale.state).collect();
    assert_eq!(states, ["cancel", "sale"]);
}

//! Stock as a real Odoo tells it that was set up from `infra/merchant.toml`. Where it is comes from the environment:
//! `ODOO_URL`, `ODOO_DB`, `ODOO_KEY` (the bot's), `ODOO_ADMIN_KEY`.

#![allow(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use domain::stock::Reading;
use effects::{Clock, SystemClock};
use inventory_pusher::{Accepted, OdooStock, StockSource, number_to_publish};
use odoo::{
    Call, Client, Odoo, Settings,
    stock::{Counted, Uncounted},
};
use odoo_work::LiveOdoo;
use runtime::{
    Invocation,
    breaker::Breaker,
    guard::Guard,
    items::MemoryItems,
    secrets::{MemorySecrets, Secrets},
};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

fn settings(key: &str) -> Value {
    let of = |name: &str| std::env::var(name).unwrap();
    json!({"url": of("ODOO_URL"), "database": of("ODOO_DB"), "api_key": of(key), "dialect": "json2"})
}

async fn stock() -> OdooStock {
    let clock: Arc<dyn Clock> = Arc::new(SystemClock);
    let source = Arc::new(MemorySecrets::default());
    source.set("odoo", &settings("ODOO_KEY"));
    let secrets = Arc::new(Secrets::new(source, clock.clone()));
    let breaker = Arc::new(Breaker::new(Arc::new(MemoryItems::default()), clock.clone()));
    let guard = Guard::new(breaker, "odoo");
    let odoo = LiveOdoo::new(secrets, "odoo", guard, clock);
    OdooStock::new(runtime::merchant().unwrap(), odoo)
}

async fn read(stock: &OdooStock, skus: &[&str]) -> BTreeMap<String, Counted> {
    let merchant = runtime::merchant().unwrap();
    let store = merchant.store(&"woo".parse().unwrap()).unwrap();
    let skus: BTreeSet<String> = skus.iter().map(|sku| (*sku).to_owned()).collect();
    let invocation = Invocation::new("test", SystemClock.now().plus_ms(60_000));
    stock.read(store, &skus, &invocation).await.unwrap()
}

fn reading(counted: &Counted) -> Reading {
    let Counted::Goods(goods) = counted else {
        panic!("{counted:?} is not counted by pieces")
    };
    goods.reading
}

/// Confirms an order of one product and gives its id.
async fn sell(admin: &Client, sku: &str, quantity: i64) -> i64 {
    let search = |model, domain: Value| Call::search_read(model, domain, &["id"]).arg("limit", 1);
    let first = async |call: Call| admin.call(&call).await.unwrap()[0]["id"].as_i64().unwrap();
    let product = first(search("product.product", json!([["default_code", "=", sku]]))).await;
    let partner = first(search("res.partner", json!([]))).await;
    let line = json!([0, 0, {"product_id": product, "product_uom_qty": quantity}]);
    let order = json!([{"partner_id": partner, "order_line": [line]}]);
    let created = admin
        .call(&Call::effect("sale.order", "create").arg("vals_list", order))
        .await
        .unwrap();
    let id = created[0].as_i64().unwrap();
    admin
        .call(&Call::effect("sale.order", "action_confirm").ids([id]))
        .await
        .unwrap();
    id
}

#[tokio::test]
async fn promised_goods_are_not_free_and_a_kit_is_as_scarce_as_its_parts() {
    let stock = stock().await;
    let all = read(
        &stock,
        &[
            "SKU-1", "SKU-2", "KIT-1", "SVC-1", "SKU-OLD", "SKU-TWIN", "NO-SUCH",
        ],
    )
    .await;
    assert_eq!(all["SVC-1"], Counted::Not(Uncounted::NotStored));
    assert_eq!(
        all["SKU-OLD"],
        Counted::Not(Uncounted::Unknown),
        "archived products are not sold"
    );
    assert_eq!(all["NO-SUCH"], Counted::Not(Uncounted::Unknown));
    assert_eq!(all["SKU-TWIN"], Counted::Not(Uncounted::Ambiguous));
    let (one, two) = (reading(&all["SKU-1"]), reading(&all["SKU-2"]));
    let Counted::Kit(parts) = &all["KIT-1"] else {
        panic!("{:?} is no kit", all["KIT-1"])
    };
    let per_kit: Vec<_> = parts
        .iter()
        .map(|part| (part.goods.reading, part.per_kit))
        .collect();
    assert_eq!(per_kit, [(one, Decimal::ONE), (two, Decimal::TWO)]);

    let settings: Settings = serde_json::from_value(settings("ODOO_ADMIN_KEY")).unwrap();
    let admin = Client::new(settings).unwrap();
    let order = sell(&admin, "KIT-1", 3).await;
    let after = read(&stock, &["SKU-1", "SKU-2", "KIT-1"]).await;
    let promised = |before: Reading, sku: &str| reading(&after[sku]).outgoing_qty - before.outgoing_qty;
    assert_eq!(
        (promised(one, "SKU-1"), promised(two, "SKU-2")),
        (Decimal::from(3), Decimal::from(6))
    );

    let none = Accepted::default();
    let kits = number_to_publish(&after["KIT-1"], &none, 0).unwrap();
    let free = |sku: &str| number_to_publish(&after[sku], &none, 0).unwrap();
    assert_eq!(kits, free("SKU-1").min(free("SKU-2") / 2));
    let sold = BTreeMap::from([("KIT-1".to_owned(), Decimal::from(5))]);
    let accepted = Accepted::of(&sold, &after);
    assert_eq!(
        number_to_publish(&after["SKU-2"], &accepted, 0),
        Some(free("SKU-2") - 10)
    );
    admin
        .call(&Call::effect("sale.order", "action_cancel").ids([order]))
        .await
        .unwrap();
}

use super::*;
use crate::fake::Fake;

fn skus(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

fn row(id: i64, sku: &str, available: f64, outgoing: f64) -> Value {
    json!({"id": id, "default_code": sku, "type": "consu", "product_tmpl_id": [id + 100, "x"], "uom_id": [1, "Units"],
           "qty_available": available, "outgoing_qty": outgoing, "is_kits": false, "is_storable": true})
}

fn with(mut row: Value, field: &str, value: Value) -> Value {
    row[field] = value;
    row
}

fn every_field() -> Value {
    json!({"is_kits": {"type": "boolean"}, "is_storable": {"type": "boolean"}})
}

fn line(product: Value, quantity: f64) -> Value {
    json!({"product_id": product, "product_qty": quantity, "product_uom_id": 1,
           "bom_product_template_attribute_value_ids": []})
}

fn bill(template: i64, lines: &[Value]) -> Value {
    json!({"id": 1, "product_id": false, "product_tmpl_id": template, "product_qty": 1.0, "bom_line_ids": lines})
}

async fn read(odoo: &Fake, names: &[&str]) -> BTreeMap<String, Counted> {
    let context = Context::new("en_US", "UTC", Some(1));
    StockReader::default()
        .read(odoo, &context, 7, &skus(names))
        .await
        .unwrap()
}

fn goods(product: i64, available: i64, outgoing: i64) -> Goods {
    let reading = Reading {
        qty_available: available.into(),
        outgoing_qty: outgoing.into(),
    };
    Goods { product, reading }
}

#[tokio::test]
async fn every_sku_is_counted_or_told_why_not_and_the_warehouse_is_named() {
    let odoo = Fake::answering([
        every_field(),
        json!([
            row(1, "A", 10.0, 3.0),
            with(row(2, "S", 0.0, 0.0), "is_storable", json!(false)),
            row(3, "T", 1.0, 0.0),
            row(4, "T", 2.0, 0.0),
        ]),
    ]);
    let counted = read(&odoo, &["A", "S", "T", "X"]).await;
    assert_eq!(counted["A"], Counted::Goods(goods(1, 10, 3)));
    assert_eq!(counted["S"], Counted::Not(Uncounted::NotStored));
    assert_eq!(counted["T"], Counted::Not(Uncounted::Ambiguous));
    assert_eq!(counted["X"], Counted::Not(Uncounted::Unknown));
    let call = &odoo.calls()[1];
    assert_eq!(call.context.as_ref().unwrap().to_value()["warehouse_id"], 7);
}

#[tokio::test]
async fn a_kit_is_counted_by_its_stored_parts() {
    let service = with(row(9, "W", 0.0, 0.0), "is_storable", json!(false));
    let kit = with(row(5, "K", 5.0, 0.0), "is_kits", json!(true));
    let lines = [
        line(row(1, "A", 10.0, 3.0), 1.0),
        line(row(2, "B", 9.0, 0.0), 2.0),
        line(service, 1.0),
    ];
    let odoo = Fake::answering([
        every_field(),
        json!([kit]),
        json!({"records": [bill(105, &lines)]}),
    ]);
    let parts = vec![
        Part {
            goods: goods(1, 10, 3),
            per_kit: Decimal::ONE,
        },
        Part {
            goods: goods(2, 9, 0),
            per_kit: Decimal::TWO,
        },
    ];
    assert_eq!(read(&odoo, &["K"]).await["K"], Counted::Kit(parts));
}

#[tokio::test]
async fn a_kit_that_is_not_simply_the_sum_of_its_parts_is_left_alone() {
    let inner = with(row(1, "A", 1.0, 0.0), "is_kits", json!(true));
    let other_unit = with(line(row(1, "A", 1.0, 0.0), 1.0), "product_uom_id", json!(2));
    let variant = json!([4]);
    let by_variant = with(
        line(row(1, "A", 1.0, 0.0), 1.0),
        "bom_product_template_attribute_value_ids",
        variant,
    );
    let good = line(row(1, "A", 1.0, 0.0), 1.0);
    let bills = [
        vec![bill(105, &[line(inner, 1.0)])],
        vec![bill(105, &[other_unit])],
        vec![bill(105, &[by_variant])],
        vec![bill(105, std::slice::from_ref(&good)), bill(105, &[good])],
        vec![],
    ];
    for bills in bills {
        let kit = with(row(5, "K", 5.0, 0.0), "is_kits", json!(true));
        let odoo = Fake::answering([every_field(), json!([kit]), json!({"records": bills})]);
        assert_eq!(
            read(&odoo, &["K"]).await["K"],
            Counted::Not(Uncounted::UnclearParts)
        );
    }
}

#[tokio::test]
async fn an_odoo_without_kits_or_the_newer_field_is_read_all_the_same() {
    let mut stored = json!({"id": 1, "default_code": "A", "type": "product", "product_tmpl_id": [101, "x"],
                            "uom_id": [1, "Units"], "qty_available": 4.0, "outgoing_qty": 0.0});
    let odoo = Fake::answering([json!({}), json!([stored])]);
    assert_eq!(read(&odoo, &["A"]).await["A"], Counted::Goods(goods(1, 4, 0)));
    let asked = odoo.calls()[1].args["fields"].to_string();
    assert!(
        !asked.contains("is_kits") && !asked.contains("is_storable"),
        "{asked}"
    );
    stored["type"] = json!("consu");
    let odoo = Fake::answering([json!({}), json!([stored])]);
    assert_eq!(read(&odoo, &["A"]).await["A"], Counted::Not(Uncounted::NotStored));
}

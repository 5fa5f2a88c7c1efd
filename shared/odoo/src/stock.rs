//! What of some products is on hand and promised in one warehouse. Goods are counted in pieces; a kit has no stock of
//! its own, it is counted by its parts; services and whatever else is not stored have none.

use crate::{
    Odoo,
    call::{Call, Kind},
    context::Context,
    error::OdooError,
    value::{decimal, id, records, text},
};
use domain::{failure::Failure, stock::Reading};
use rust_decimal::Decimal;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tokio::sync::OnceCell;

/// A product that is stored.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Goods {
    /// `product.product`.
    pub product: i64,
    /// What of it is there.
    pub reading: Reading,
}

/// A part of a kit.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Part {
    /// What it is.
    pub goods: Goods,
    /// How many go into one kit. More than zero.
    pub per_kit: Decimal,
}

/// How a SKU is counted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Counted {
    /// By its own pieces.
    Goods(Goods),
    /// By its parts that are stored; there is at least one.
    Kit(Vec<Part>),
    /// Not at all.
    Not(Uncounted),
}

/// Why a SKU is not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Uncounted {
    /// No active product has it.
    Unknown,
    /// More than one product has it.
    Ambiguous,
    /// A service, or goods that are not stored.
    NotStored,
    /// A kit whose parts depend on more than their number: kits in kits, other units, parts by variant, several bills.
    UnclearParts,
}

/// Which fields this Odoo has: they came with versions and modules.
#[derive(Clone, Copy, Debug)]
struct Fields {
    kits: bool,
    storable: bool,
}

/// Reads stock.
#[derive(Default)]
pub struct StockReader {
    fields: OnceCell<Fields>,
}

/// What is known of a product before its kit is looked up.
struct Product {
    id: i64,
    template: i64,
    is_kit: bool,
    counted: Counted,
}

impl StockReader {
    /// Reads the stock of some SKUs in a warehouse. One call, two when there are kits among them; the first one of a
    /// process asks which fields there are. Every SKU is in the answer.
    ///
    /// # Errors
    /// As the calls fail.
    pub async fn read(
        &self,
        odoo: &dyn Odoo,
        context: &Context,
        warehouse: i64,
        skus: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Counted>, Failure> {
        let context = context.with("warehouse_id", warehouse);
        self.read_counted(odoo, &context, skus)
            .await
            .map_err(|error| error.failure(Kind::Read))
    }

    async fn read_counted(
        &self,
        odoo: &dyn Odoo,
        context: &Context,
        skus: &BTreeSet<String>,
    ) -> Result<BTreeMap<String, Counted>, OdooError> {
        let fields = *self.fields.get_or_try_init(|| fields(odoo)).await?;
        let domain = json!([["default_code", "in", skus]]);
        let call = Call::search_read("product.product", domain, &fields.names()).context(context);
        let answer = odoo.call(&call).await?;
        let mut products: HashMap<&str, Vec<Product>> = HashMap::new();
        for row in records(&answer) {
            if let Some(sku) = text(&row["default_code"]) {
                products.entry(sku).or_default().push(product(row, fields)?);
            }
        }
        let kits = products.values().flatten().filter(|product| product.is_kit);
        let kits: Vec<(i64, i64)> = kits.map(|product| (product.id, product.template)).collect();
        let mut parts = self.kits(odoo, context, fields, &kits).await?;
        Ok(skus
            .iter()
            .map(|sku| {
                let counted = match products.get_mut(sku.as_str()).map(Vec::as_mut_slice) {
                    None | Some([]) => Counted::Not(Uncounted::Unknown),
                    Some([one]) if one.is_kit => parts
                        .remove(&one.id)
                        .unwrap_or(Counted::Not(Uncounted::UnclearParts)),
                    Some([one]) => one.counted.clone(),
                    Some(_) => Counted::Not(Uncounted::Ambiguous),
                };
                (sku.clone(), counted)
            })
            .collect())
    }

    /// The kits' bills of materials with the stock of their parts. `kits` are products with their templates.
    async fn kits(
        &self,
        odoo: &dyn Odoo,
        context: &Context,
        fields: Fields,
        kits: &[(i64, i64)],
    ) -> Result<HashMap<i64, Counted>, OdooError> {
        if kits.is_empty() {
            return Ok(HashMap::new());
        }
        let (products, templates): (Vec<i64>, Vec<i64>) = kits.iter().copied().unzip();
        let domain = json!([
            ["type", "=", "phantom"],
            "|",
            ["product_id", "in", products],
            "&",
            ["product_id", "=", false],
            ["product_tmpl_id", "in", templates]
        ]);
        let part: serde_json::Map<String, Value> = fields
            .names()
            .into_iter()
            .map(|name| (name.to_owned(), json!({})))
            .collect();
        let specification = json!({"product_id": {}, "product_tmpl_id": {}, "product_qty": {}, "bom_line_ids": {"fields": {
            "product_id": {"fields": part}, "product_qty": {}, "product_uom_id": {},
            "bom_product_template_attribute_value_ids": {}}}});
        let call = Call::web_search_read("mrp.bom", domain, specification).context(context);
        let answer = odoo.call(&call).await?;
        let bills = records(&answer["records"]);
        let of = |(product, template): (i64, i64)| {
            let bills = bills.iter().filter(move |bill| match id(&bill["product_id"]) {
                Some(own) => own == product,
                None => id(&bill["product_tmpl_id"]) == Some(template),
            });
            let mut bills = bills.map(|bill| bill_of(bill, fields));
            let (first, second) = (bills.next(), bills.next());
            let counted = match (first, second) {
                (Some(bill), None) => bill?,
                _ => Counted::Not(Uncounted::UnclearParts),
            };
            Ok((product, counted))
        };
        kits.iter().map(|kit| of(*kit)).collect()
    }
}

async fn fields(odoo: &dyn Odoo) -> Result<Fields, OdooError> {
    let call = Call::read("product.product", "fields_get")
        .arg("allfields", json!(["is_kits", "is_storable"]))
        .arg("attributes", json!(["type"]));
    let answer = odoo.call(&call).await?;
    let has = |name: &str| answer.get(name).is_some();
    Ok(Fields {
        kits: has("is_kits"),
        storable: has("is_storable"),
    })
}

impl Fields {
    fn names(self) -> Vec<&'static str> {
        let mut names = vec![
            "default_code",
            "type",
            "product_tmpl_id",
            "uom_id",
            "qty_available",
            "outgoing_qty",
        ];
        names.extend(self.kits.then_some("is_kits"));
        names.extend(self.storable.then_some("is_storable"));
        names
    }

    fn is_kit(self, row: &Value) -> bool {
        self.kits && row["is_kits"] == true
    }

    /// Up to Odoo 17 storing was a type of product.
    fn is_stored(self, row: &Value) -> bool {
        match self.storable {
            true => row["is_storable"] == true,
            false => row["type"] == "product",
        }
    }
}

fn product(row: &Value, fields: Fields) -> Result<Product, OdooError> {
    let malformed = || OdooError::Malformed("a product without id or template".into());
    let counted = match fields.is_stored(row) {
        true => Counted::Goods(goods(row)?),
        false => Counted::Not(Uncounted::NotStored),
    };
    Ok(Product {
        id: id(&row["id"]).ok_or_else(malformed)?,
        template: id(&row["product_tmpl_id"]).ok_or_else(malformed)?,
        is_kit: fields.is_kit(row),
        counted,
    })
}

fn goods(row: &Value) -> Result<Goods, OdooError> {
    let malformed = || OdooError::Malformed("a product without id".into());
    Ok(Goods {
        product: id(&row["id"]).ok_or_else(malformed)?,
        reading: Reading {
            qty_available: decimal(&row["qty_available"])?,
            outgoing_qty: decimal(&row["outgoing_qty"])?,
        },
    })
}

fn bill_of(bill: &Value, fields: Fields) -> Result<Counted, OdooError> {
    let unclear = Ok(Counted::Not(Uncounted::UnclearParts));
    let makes = decimal(&bill["product_qty"])?;
    let mut parts: BTreeMap<i64, Part> = BTreeMap::new();
    for line in records(&bill["bom_line_ids"]) {
        let row = &line["product_id"];
        let by_variant = !records(&line["bom_product_template_attribute_value_ids"]).is_empty();
        let other_unit = id(&line["product_uom_id"]) != id(&row["uom_id"]);
        if by_variant || other_unit || fields.is_kit(row) {
            return unclear;
        }
        if !fields.is_stored(row) {
            continue;
        }
        let (goods, quantity) = (goods(row)?, decimal(&line["product_qty"])?);
        let Some(per_kit) = quantity
            .checked_div(makes)
            .filter(|per_kit| *per_kit > Decimal::ZERO)
        else {
            return unclear;
        };
        let part = parts.entry(goods.product).or_insert(Part {
            goods,
            per_kit: Decimal::ZERO,
        });
        part.per_kit += per_kit;
    }
    Ok(match parts.is_empty() {
        true => Counted::Not(Uncounted::NotStored),
        false => Counted::Kit(parts.into_values().collect()),
    })
}

#[cfg(test)]
mod tests {
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
}

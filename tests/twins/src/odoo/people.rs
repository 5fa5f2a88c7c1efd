//! What people do in Odoo while the integration works, and the merchant's settings.

use super::{
    Twin,
    cell::Cell,
    errors::{Answered, unknown},
    set_up, stock,
    store::Store,
};
use ::odoo::OdooError;
use jiff::civil::Date;
use rust_decimal::Decimal;

/// A product to add.
#[derive(Clone, Debug)]
pub struct Product {
    /// `default_code`.
    pub sku: String,
    /// What people call it.
    pub name: String,
    /// Whether it is stored; else it is a service.
    pub stored: bool,
    /// How many are there.
    pub on_hand: i64,
}

impl Twin {
    /// Adds a product with its stock, and gives its id.
    pub fn add_product(&self, product: &Product) -> i64 {
        self.change(|store| {
            let kind = if product.stored { "consu" } else { "service" };
            let cells = [
                ("default_code", Cell::text(&product.sku)),
                ("name", Cell::text(&product.name)),
                ("type", Cell::text(kind)),
                ("is_storable", Cell::Bool(product.stored)),
            ];
            let id = stock::add_product(store, cells);
            stock::add_stock(store, id, Decimal::from(product.on_hand));
            id
        })
    }

    /// Adds the products that the sandbox's Odoo has for tests: `SKU-1`, `SKU-2`, `SKU-3` with a thousand of each,
    /// the service `SVC-1`, the kit `KIT-1`, `SKU-OLD` which is archived, `SKU-TWIN` which is there twice.
    pub fn add_test_products(&self) {
        self.change(set_up::add_test_products);
    }

    /// More, or less, of a product in the warehouse.
    ///
    /// # Errors
    /// When there is no such product.
    pub fn change_stock(&self, sku: &str, pieces: i64) -> Result<(), OdooError> {
        self.change(|store| {
            let id = product(store, sku)?;
            stock::add_stock(store, id, Decimal::from(pieces));
            Ok(())
        })
    }

    /// Archives a product, or brings it back.
    ///
    /// # Errors
    /// When there is no such product.
    pub fn archive_product(&self, sku: &str, archived: bool) -> Result<(), OdooError> {
        self.change(|store| {
            let id = product(store, sku)?;
            store.set("product.product", id, "active", Cell::Bool(!archived));
            Ok(())
        })
    }

    /// Closes the sales books up to a date, or opens them.
    pub fn close_books(&self, until: Option<Date>) {
        let until = until.map_or(Cell::Empty, |date| Cell::text(date.to_string()));
        self.change(|store| {
            for id in store.ids("res.company") {
                store.set("res.company", id, "sale_lock_date", until.clone());
            }
        });
    }

    /// Reserves what came in since, and sends a sales order's goods off. Orders without goods have nothing to send.
    ///
    /// # Errors
    /// When there is no such order, or not enough of its goods.
    pub fn deliver(&self, sale_order: i64) -> Result<(), OdooError> {
        self.change(|store| {
            store.require("sale.order", sale_order)?;
            let pickings = store.pointing("stock.picking", "sale_id", sale_order);
            let open = |picking: &i64| {
                let state = stock::picking_state(store, *picking);
                !matches!(state.as_text(), Some("done" | "cancel"))
            };
            let open: Vec<i64> = pickings.into_iter().filter(open).collect();
            for picking in &open {
                for id in store.pointing("stock.move", "picking_id", *picking) {
                    stock::reserve(store, id);
                }
            }
            let done = stock::validate(store, &open, &serde_json::Value::Null);
            match done.is_ok() {
                true => store.commit(),
                false => store.roll_back(),
            }
            done
        })
    }

    /// Whether the integration's key is refused: it has ended, or its user is archived.
    pub fn refuse_key(&self, refused: bool) {
        self.state().key_refused = refused;
    }

    /// A setting of sales: whether confirmed orders are locked against changes.
    pub fn lock_confirmed_orders(&self, lock: bool) {
        self.state().store.lock_confirmed = lock;
    }

    /// Whether the integration's user has the right to make products.
    pub fn let_bot_make_products(&self, may: bool) {
        self.state().store.bot_makes_products = may;
    }

    fn change<T>(&self, act: impl FnOnce(&mut Store) -> T) -> T {
        let mut state = self.state();
        let done = act(&mut state.store);
        state.store.commit();
        done
    }
}

fn product(store: &Store, sku: &str) -> Answered<i64> {
    let found = store.find("product.product", "default_code", &Cell::text(sku));
    found.ok_or_else(|| unknown(format!("the product {sku}")))
}

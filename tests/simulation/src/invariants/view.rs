//! The facts of a world, as they were last seen and as far as they may have changed since.

use super::facts::{Books, Facts, QueueFacts, ShopFacts};
use crate::{fault::Port, world::World};
use effects::Clock;
use std::collections::BTreeSet;

impl Facts {
    /// Looks at what a call on a port can have changed, and at what changes beside it; at everything without.
    pub(super) fn look(&mut self, world: &World, at: Option<Port>) {
        let touched = |port| at.is_none_or(|at| at == port);
        self.now = world.clock.now();
        for (pk, item) in world.table.take_written() {
            self.table.see(&pk, item);
        }
        // Shops' plugins and people pay and reverse, too.
        self.payments = world.heartland.payments();
        if touched(Port::Gateway) {
            self.received = world.heartland.received();
        }
        let writes = world.odoo.writes();
        if self.books.writes != writes {
            self.books = Books {
                sales: world.odoo.sale_orders(),
                invoices: world.odoo.invoices(),
                payments: world.odoo.payments(),
                stock: std::mem::take(&mut self.books.stock),
                writes,
            };
        }
        if touched(Port::Shop) {
            self.shops = world.shops.values().map(|shop| shop_facts(shop)).collect();
        }
        if at.is_none() {
            self.look_beside(world);
        }
    }

    /// What is looked at now and then: queues and runs.
    fn look_beside(&mut self, world: &World) {
        let queues = world.queues.all().map(|queue| QueueFacts {
            name: queue.name(),
            lost: queue.lost(),
            present: queue.present(),
        });
        self.queues = queues.collect();
        self.running = world.engine.running();
    }

    /// What is looked at once, at the end.
    pub(super) fn look_at_the_end(&mut self, world: &World) {
        self.look(world, None);
        self.books.stock = world.odoo.stock();
        for (facts, shop) in self.shops.iter_mut().zip(world.shops.values()) {
            facts.versions = shop.versions();
            facts.webhooks = shop.deliveries();
            let sold = self.books.stock.iter().map(|stock| stock.sku.clone());
            facts.sells = sold.filter(|sku| shop.stock(sku).is_some()).collect();
        }
    }
}

/// A shop as far as it is looked at all the time.
fn shop_facts(shop: &twins::shop::ShopTwin) -> ShopFacts {
    ShopFacts {
        store: shop.store().id.clone(),
        stock_buffer: shop.store().stock_buffer,
        versions: Vec::new(),
        told: shop.told(),
        pushes: shop.pushes(),
        sells: BTreeSet::new(),
        webhooks: Vec::new(),
    }
}

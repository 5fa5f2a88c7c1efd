//! What a table holds from before: neither billed nor told to the stream.

use serde_json::Value;

use super::{Key, Tables};

/// An item and the table it is in.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The table's name.
    pub table: String,
    /// The item with its attributes, each with its type.
    pub item: Value,
}

impl Kept {
    /// The item's key in all tables.
    pub fn key(&self) -> Key {
        let text = |name: &str| self.item[name]["S"].as_str().unwrap_or_default().to_owned();
        (self.table.clone(), text("pk"), text("sk"))
    }
}

impl Tables {
    /// Puts an item where it would be if it had been written long ago.
    pub fn keep(&mut self, kept: Kept) {
        let key = kept.key();
        let before = self.items.remove(&key);
        self.follow(&key, before.as_ref(), Some(&kept.item));
        self.items.insert(key, kept.item);
    }

    /// Every item that is there.
    pub fn kept(&self) -> Vec<Kept> {
        let items = self.items.iter();
        let kept = items.map(|((table, _, _), item)| Kept {
            table: table.clone(),
            item: item.clone(),
        });
        kept.collect()
    }
}

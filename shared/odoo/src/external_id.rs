//! External ids: the names under which Odoo knows what we create. All live in the module `heartland`.

use domain::ids::OrderKey;
use sha2::{Digest, Sha256};
use std::fmt;

const MODULE: &str = "heartland";

/// A name that the documents' field `x_heartland_id` carries too, without the module.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ExternalId(String);

impl ExternalId {
    /// A name made of letters, digits, `_` and `-`; anything else is replaced by a hash, so that two names stay two.
    pub fn new(name: &str) -> Self {
        let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
        match name.chars().all(plain) {
            true => Self(name.to_owned()),
            false => {
                let kept: String = name.chars().filter(|c| plain(*c)).take(40).collect();
                Self(format!("{kept}_{}", short_hash(name)))
            }
        }
    }

    /// The sales order of one generation of an order: a cancelled order would come back under its old name.
    pub fn order(key: &OrderKey, generation: u32) -> Self {
        Self::new(&format!("{}_g{generation}", key.slug()))
    }

    /// The incoming payment of a transaction of the gateway.
    pub fn payment(transaction: &str) -> Self {
        Self::new(&format!("payment_{transaction}"))
    }

    /// Something that belongs to this: `{name}_{part}`.
    #[must_use]
    pub fn part(&self, part: &str) -> Self {
        Self::new(&format!("{}_{part}", self.0))
    }

    /// The name without the module, as the field `x_heartland_id` holds it.
    pub fn name(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for ExternalId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{MODULE}.{}", self.0)
    }
}

/// Sixteen hexadecimal digits that stand for a text.
pub fn short_hash(text: &str) -> String {
    Sha256::digest(text.as_bytes())
        .iter()
        .take(8)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names() {
        let order = ExternalId::order(&"woo/1001".parse().unwrap(), 2);
        assert_eq!(order.to_string(), "heartland.woo_1001_g2");
        assert_eq!(order.part("line_7").name(), "woo_1001_g2_line_7");
        let odd = [ExternalId::new("a b"), ExternalId::new("a.b")];
        assert_ne!(odd[0], odd[1]);
        assert!(odd.iter().all(|id| !id.name().contains([' ', '.'])));
    }
}

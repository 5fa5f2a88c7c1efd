//! External ids of everything written for one order.

use domain::{
    address,
    order::{Address, Order},
};
use odoo::{ExternalId, external_id::short_hash};

/// The names under which Odoo knows the documents of one run of an order.
#[derive(Clone, Debug)]
pub struct Names {
    /// The sales order.
    pub order: ExternalId,
    /// Its invoice.
    pub invoice: ExternalId,
    /// The customer: a person, or the company for a business customer.
    pub customer: ExternalId,
    /// The person who ordered for a company.
    pub person: ExternalId,
}

impl Names {
    /// The names for a generation of an order.
    pub fn new(order: &Order, generation: u32) -> Self {
        let documents = ExternalId::order(&order.key, generation);
        let customer = customer(order);
        let invoice = documents.part("invoice");
        Self {
            invoice,
            order: documents,
            person: customer.part("person"),
            customer,
        }
    }
}

/// The shop's id of the customer, else the e-mail address, else the order itself. A company has a name of its own
/// for each customer: two people who buy for one company are not joined on a shop's word.
fn customer(order: &Order) -> ExternalId {
    let who = &order.customer;
    let key = match (&who.shop_id, who.email.as_deref().and_then(address::email_hash)) {
        (Some(id), _) => id.clone(),
        (None, Some(hash)) => format!("e{hash}"),
        (None, None) => format!("o{}", order.key.id),
    };
    let name = ExternalId::new(&format!("{}_customer_{key}", order.key.store));
    match &who.company {
        Some(company) => {
            let facts = format!(
                "{} {}",
                company.to_lowercase(),
                who.vat.as_deref().unwrap_or_default()
            );
            name.part(&format!("c{}", short_hash(&facts)))
        }
        None => name,
    }
}

/// What a further address of a customer is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// Goods go there.
    Delivery,
    /// The bill goes there.
    Invoice,
}

impl Purpose {
    /// `res.partner.type`.
    pub fn partner_type(self) -> &'static str {
        match self {
            Self::Delivery => "delivery",
            Self::Invoice => "invoice",
        }
    }

    /// The name of an address of a customer: the same address is the same contact.
    pub fn name(self, customer: &ExternalId, place: &Address, default_country: &str) -> ExternalId {
        let part = match self {
            Self::Delivery => "addr",
            Self::Invoice => "bill",
        };
        customer.part(&format!("{part}_{}", address::hash(place, default_country)))
    }
}

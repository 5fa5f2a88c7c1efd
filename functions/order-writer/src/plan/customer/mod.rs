//! Who the order is for: a contact that is there, or one to be made. A person's changes are never overwritten: an
//! address that differs from what a contact says becomes a contact of its own below it.

mod planner;
mod rows;

use crate::names::{Names, Purpose};
use domain::{
    address,
    failure::Failure,
    order::{Address, Order},
};
use odoo::{ExternalId, Record, books::Books};
use planner::Planner;

/// `res.partner` ids of an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parties {
    /// Who ordered.
    pub customer: i64,
    /// Who gets the invoice.
    pub invoice: i64,
    /// Where the goods go.
    pub delivery: i64,
}

/// A contact as Odoo has it.
#[derive(Clone, Debug, PartialEq)]
pub struct Contact {
    /// `res.partner`.
    pub id: i64,
    /// Our name of it, when we made it.
    pub heartland_id: Option<String>,
    /// Its e-mail address, normalised.
    pub email: Option<String>,
    /// Not archived.
    pub active: bool,
    /// Below no other contact.
    pub top_level: bool,
    /// A user of Odoo itself: an employee who shops is no customer record.
    pub internal: bool,
    /// A company, and not a person.
    pub company: bool,
    /// Its address. Without names.
    pub place: Address,
}

/// A contact that is there, or the name of one that is about to be loaded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Party {
    /// `res.partner`.
    There(i64),
    /// External id.
    Named(ExternalId),
}

/// What has to be loaded so that an order's parties are there.
#[derive(Clone, Debug, PartialEq)]
pub struct CustomerPlan {
    /// Who ordered.
    pub customer: Party,
    /// Who gets the invoice.
    pub invoice: Party,
    /// Where the goods go.
    pub delivery: Party,
    /// Contacts to load, those above others first. `parent_id/id` names the contact above.
    pub named: Vec<(ExternalId, Record)>,
    /// Addresses to load below contacts that have no name of ours: `parent_id/.id`.
    pub below: Vec<(ExternalId, Record)>,
}

/// Plans the contacts of an order from what the search found.
///
/// # Errors
/// [`domain::failure::FailureName::Refused`] when the contact we once made is archived, or the country is unknown.
pub fn plan(
    order: &Order,
    names: &Names,
    found: &[Contact],
    default_country: &str,
    books: &Books,
) -> Result<CustomerPlan, Failure> {
    let planner = Planner {
        order,
        names,
        found,
        default_country,
        books,
    };
    let billing = planner.tidy(&order.billing);
    let existing = planner.existing()?;
    let ours = existing.is_none_or(|contact| contact.heartland_id.as_deref() == Some(names.customer.name()));
    let mut plan = match existing {
        Some(contact) => planner.known_customer(contact, ours.then_some(&names.customer), &billing)?,
        None => planner.new_customer(&billing)?,
    };
    if order.customer.company.is_some() && ours {
        planner.add_person(&mut plan);
    }
    Ok(plan)
}

/// The names of ours that a search has to look for, so that a returning customer costs one call.
pub fn names_to_find(order: &Order, names: &Names, default_country: &str) -> Vec<ExternalId> {
    let billing = address::normalise(&order.billing, default_country);
    let goal = address::normalise(order.shipping.as_ref().unwrap_or(&order.billing), default_country);
    let mut wanted = vec![
        names.customer.clone(),
        Purpose::Delivery.name(&names.customer, &goal, default_country),
        Purpose::Invoice.name(&names.customer, &billing, default_country),
    ];
    wanted.extend(order.customer.company.is_some().then(|| names.person.clone()));
    wanted
}

impl CustomerPlan {
    fn of(base: Party) -> Self {
        let (named, below) = (Vec::new(), Vec::new());
        Self {
            customer: base.clone(),
            invoice: base.clone(),
            delivery: base,
            named,
            below,
        }
    }
}

//! Who the order is for: a contact that is there, or one to be made. A person's changes are never overwritten: an
//! address that differs from what a contact says becomes a contact of its own below it.

mod rows;

use crate::names::{Names, Purpose};
use domain::{
    address,
    failure::{Failure, FailureName},
    order::{Address, Order},
};
use odoo::{ExternalId, Record, books::Books};
use rows::contact_record;

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
/// [`FailureName::Refused`] when the contact we once made is archived, or the country is unknown.
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

struct Planner<'a> {
    order: &'a Order,
    names: &'a Names,
    found: &'a [Contact],
    default_country: &'a str,
    books: &'a Books,
}

impl Planner<'_> {
    /// The contact we made for this customer; else the one and only that a person would take for it.
    fn existing(&self) -> Result<Option<&Contact>, Failure> {
        let named = |contact: &&Contact| contact.heartland_id.as_deref() == Some(self.names.customer.name());
        let ours = self.found.iter().find(named);
        if let Some(ours) = ours {
            return match ours.active {
                true => Ok(Some(ours)),
                false => Err(Failure::new(
                    FailureName::Refused,
                    "the customer's contact is archived in Odoo",
                )
                .field("customer")
                .remedy(format!(
                    "unarchive the contact {} or merge it into another, then redrive",
                    ours.id
                ))),
            };
        }
        let Some(email) = self.order.customer.email.as_deref().and_then(address::email) else {
            return Ok(None);
        };
        let mut hits = self.found.iter().filter(|contact| {
            contact.active
                && contact.top_level
                && !contact.internal
                && contact.email.as_deref() == Some(&email)
        });
        Ok(hits.next().filter(|_| hits.next().is_none()))
    }

    fn known_customer(
        &self,
        contact: &Contact,
        name: Option<&ExternalId>,
        billing: &Address,
    ) -> Result<CustomerPlan, Failure> {
        let mut plan = CustomerPlan::of(Party::There(contact.id));
        if !self.same_place(&contact.place, billing) {
            plan.invoice = self.address(&mut plan, Purpose::Invoice, billing, contact.id, name)?;
        }
        let goal = self.goal(billing);
        if !self.same_place(&contact.place, &goal) || self.other_recipient(&goal) {
            plan.delivery = self.address(&mut plan, Purpose::Delivery, &goal, contact.id, name)?;
        }
        Ok(plan)
    }

    fn new_customer(&self, billing: &Address) -> Result<CustomerPlan, Failure> {
        let who = &self.order.customer;
        let mut head = self.place_cells(billing)?;
        let name = who.company.as_deref().unwrap_or(&who.name);
        let name = [
            name,
            &billing.name,
            who.email.as_deref().unwrap_or_default(),
            self.names.customer.name(),
        ];
        let name = name
            .into_iter()
            .find(|name| !name.trim().is_empty())
            .unwrap_or_default();
        head.extend([
            ("name", name.to_owned()),
            (
                "is_company",
                if who.company.is_some() { "1" } else { "0" }.to_owned(),
            ),
            ("vat", who.vat.clone().unwrap_or_default()),
            ("email", who.email.clone().unwrap_or_default()),
            ("type", "contact".to_owned()),
            ("lang", self.books.language().to_owned()),
            ("parent_id/id", String::new()),
        ]);
        let mut plan = CustomerPlan::of(Party::Named(self.names.customer.clone()));
        plan.named.push((
            self.names.customer.clone(),
            contact_record(&self.names.customer, head),
        ));
        let goal = self.goal(billing);
        if !self.same_place(billing, &goal) || self.other_recipient(&goal) {
            let name = Purpose::Delivery.name(&self.names.customer, &goal, self.default_country);
            let mut cells = self.address_cells(Purpose::Delivery, &goal)?;
            cells.push(("parent_id/id", self.names.customer.to_string()));
            plan.named.push((name.clone(), contact_record(&name, cells)));
            plan.delivery = Party::Named(name);
        }
        Ok(plan)
    }

    /// The person who ordered for a company stands below it; the company pays.
    fn add_person(&self, plan: &mut CustomerPlan) {
        let who = &self.order.customer;
        if who.name.trim().is_empty() {
            return;
        }
        let person = &self.names.person;
        plan.customer = self.there(person).unwrap_or_else(|| {
            let cells = vec![
                ("name", who.name.clone()),
                ("email", who.email.clone().unwrap_or_default()),
                ("type", "contact".to_owned()),
                ("is_company", "0".to_owned()),
                ("lang", self.books.language().to_owned()),
                ("parent_id/id", self.names.customer.to_string()),
            ];
            plan.named.push((person.clone(), contact_record(person, cells)));
            Party::Named(person.clone())
        });
    }

    /// A contact of ours that was found. An archived address is used all the same: it is still where this goes.
    fn there(&self, name: &ExternalId) -> Option<Party> {
        let found = self
            .found
            .iter()
            .find(|contact| contact.heartland_id.as_deref() == Some(name.name()));
        found.map(|contact| Party::There(contact.id))
    }

    fn address(
        &self,
        plan: &mut CustomerPlan,
        purpose: Purpose,
        place: &Address,
        parent: i64,
        known: Option<&ExternalId>,
    ) -> Result<Party, Failure> {
        let name = purpose.name(&self.names.customer, place, self.default_country);
        if let (Some(_), Some(there)) = (known, self.there(&name)) {
            return Ok(there);
        }
        let mut cells = self.address_cells(purpose, place)?;
        let name = match known {
            Some(known) => {
                cells.push(("parent_id/id", known.to_string()));
                plan.named.push((name.clone(), contact_record(&name, cells)));
                name
            }
            None => {
                let name = name.part(&format!("p{parent}"));
                cells.push(("parent_id/.id", parent.to_string()));
                plan.below.push((name.clone(), contact_record(&name, cells)));
                name
            }
        };
        Ok(Party::Named(name))
    }

    fn tidy(&self, place: &Address) -> Address {
        address::normalise(place, self.default_country)
    }

    /// Where the goods go.
    fn goal(&self, billing: &Address) -> Address {
        self.order
            .shipping
            .as_ref()
            .map_or_else(|| billing.clone(), |shipping| self.tidy(shipping))
    }

    /// Whether the goods go to somebody else than the customer, be it to the same house.
    fn other_recipient(&self, goal: &Address) -> bool {
        let customer = &self.order.customer;
        let same = |name: &str| name.to_lowercase() == goal.name.to_lowercase();
        !goal.name.is_empty() && !same(&customer.name) && !same(&self.order.billing.name)
    }

    fn same_place(&self, a: &Address, b: &Address) -> bool {
        let bare = |place: &Address| {
            let known = self.books.country(&place.country).ok();
            let state = place
                .state
                .clone()
                .filter(|code| known.is_some_and(|id| self.books.state(id, code).is_some()));
            let place = Address {
                name: String::new(),
                company: None,
                phone: None,
                state,
                ..place.clone()
            };
            address::hash(&place, self.default_country)
        };
        bare(a) == bare(b)
    }
}

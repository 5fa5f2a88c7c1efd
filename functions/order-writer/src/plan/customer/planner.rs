//! What an order's contacts come to, one question at a time.

use super::{Contact, CustomerPlan, Party, rows::contact_record};
use crate::names::{Names, Purpose};
use domain::{
    address,
    failure::{Failure, FailureName},
    order::{Address, Order},
};
use odoo::{ExternalId, books::Books};

pub(super) struct Planner<'a> {
    pub(super) order: &'a Order,
    pub(super) names: &'a Names,
    pub(super) found: &'a [Contact],
    pub(super) default_country: &'a str,
    pub(super) books: &'a Books,
}

impl Planner<'_> {
    /// The contact we made for this customer; else the one and only that a person would take for it.
    pub(super) fn existing(&self) -> Result<Option<&Contact>, Failure> {
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
                // An invoice goes to a company or to a private person, and the two are never taken for each other.
                && contact.company == self.order.customer.company.is_some()
                && contact.email.as_deref() == Some(&email)
        });
        Ok(hits.next().filter(|_| hits.next().is_none()))
    }

    pub(super) fn known_customer(
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

    pub(super) fn new_customer(&self, billing: &Address) -> Result<CustomerPlan, Failure> {
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
    pub(super) fn add_person(&self, plan: &mut CustomerPlan) {
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

    pub(super) fn tidy(&self, place: &Address) -> Address {
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

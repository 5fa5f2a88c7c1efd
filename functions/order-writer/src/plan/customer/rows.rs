//! Contacts as rows of `load`.

use super::Planner;
use crate::names::Purpose;
use domain::{failure::Failure, order::Address};
use odoo::{Cells, ExternalId, Record};

impl Planner<'_> {
    pub(super) fn address_cells(&self, purpose: Purpose, place: &Address) -> Result<Cells, Failure> {
        let mut cells = self.place_cells(place)?;
        let name = if place.name.is_empty() {
            &self.order.customer.name
        } else {
            &place.name
        };
        let name = match &place.company {
            Some(company) if self.order.customer.company.as_ref() != Some(company) => {
                format!("{company}, {name}")
            }
            _ => name.clone(),
        };
        cells.extend([
            ("name", name),
            ("type", purpose.partner_type().to_owned()),
            ("is_company", "0".to_owned()),
        ]);
        Ok(cells)
    }

    pub(super) fn place_cells(&self, place: &Address) -> Result<Cells, Failure> {
        let country = self.books.country(&place.country)?;
        let state = place
            .state
            .as_deref()
            .and_then(|code| self.books.state(country, code));
        Ok(vec![
            ("street", place.street.clone()),
            ("street2", place.street2.clone().unwrap_or_default()),
            ("city", place.city.clone()),
            ("zip", place.postal_code.clone().unwrap_or_default()),
            ("state_id/.id", state.map(|id| id.to_string()).unwrap_or_default()),
            ("country_id/.id", country.to_string()),
            ("phone", place.phone.clone().unwrap_or_default()),
        ])
    }
}

/// The record of a contact, under its name.
pub(super) fn contact_record(name: &ExternalId, cells: Cells) -> Record {
    let head = [
        ("id", name.to_string()),
        ("x_heartland_id", name.name().to_owned()),
    ];
    Record::new(head.into_iter().chain(cells))
}

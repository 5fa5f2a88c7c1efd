//! The canonical order: what every shop's order becomes before anything is decided. JSON Schema:
//! `events/order.schema.json`. Amounts are minor units, in [`Order::currency`]; they are *net of discounts' own
//! lines*, see [`Line::net_minor`].

mod check;
mod edit;
mod facts;
mod shape;

pub use check::{check, check_totals};
pub use edit::check_edit;
pub use facts::Facts;
pub use shape::{
    AMOUNT_MINOR_MAX, LINE_ID_LENGTH_MAX, LINES_MAX, QUANTITY_SCALE_MAX, TEXT_LENGTH_MAX, check_shape,
    is_reference,
};

use crate::{
    ids::OrderKey,
    money::{Currency, Money, MoneyError},
};
use jiff::{Timestamp, civil::Date};
use rust_decimal::Decimal;
use serde::{Deserialize, Serialize};

/// The version of the canonical order's shape. It changes additively.
pub const ORDER_SCHEMA: u32 = 1;

/// An order, whole: one version of it, as the shop showed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Order {
    /// [`ORDER_SCHEMA`].
    pub schema: u32,
    /// Store and shop's id.
    pub key: OrderKey,
    /// What the customer sees as the order's number.
    pub number: String,
    /// Which version of the order this is: the shop's modification time or revision. Compares as
    /// `(modified_at, revision)`.
    pub modified_at: Timestamp,
    /// When the customer ordered.
    pub placed_at: Timestamp,
    /// The one currency of all amounts.
    pub currency: Currency,
    /// Whether the shop showed prices including tax. The amounts below are net in either case.
    pub prices_include_tax: bool,
    /// Who ordered.
    pub customer: Customer,
    /// Where the bill goes.
    pub billing: Address,
    /// Where the goods go, when elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shipping: Option<Address>,
    /// Goods and services.
    pub lines: Vec<Line>,
    /// Shipping, fees.
    #[serde(default)]
    pub charges: Vec<Charge>,
    /// Reductions of the whole order that are not already in [`Line::net_minor`].
    #[serde(default)]
    pub discounts: Vec<Discount>,
    /// The order's tax by rate and jurisdiction: the cents that go to each liability account.
    #[serde(default)]
    pub taxes: Vec<TaxTotal>,
    /// What the customer pays, tax included, minor units.
    pub total_minor: i64,
    /// Where the payment stands.
    pub payment: Payment,
    /// The customer's note, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Who ordered. Only what Odoo needs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Customer {
    /// The shop's id of the customer; guests have none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub shop_id: Option<String>,
    /// E-mail address as given.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub email: Option<String>,
    /// A person's name.
    pub name: String,
    /// The company, for business customers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// VAT number, for business customers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub vat: Option<String>,
}

/// A postal address as given; normalised in [`crate::address`] before it is compared or written.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Address {
    /// Who receives.
    pub name: String,
    /// Company, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub company: Option<String>,
    /// First line.
    pub street: String,
    /// Second line.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub street2: Option<String>,
    /// City.
    pub city: String,
    /// State or province code (`NJ`) without the country.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Postal code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub postal_code: Option<String>,
    /// ISO 3166-1 alpha-2 (`US`).
    pub country: String,
    /// Phone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub phone: Option<String>,
}

/// A sold position.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Line {
    /// The shop's id of the line: part of its external id in Odoo.
    pub id: String,
    /// Stock keeping unit = Odoo's `default_code`.
    pub sku: String,
    /// The description on documents.
    pub name: String,
    /// How many; at most [`QUANTITY_SCALE_MAX`] decimals, because Odoo keeps no more. As JSON a string.
    pub quantity: Decimal,
    /// The whole line without tax, after discounts on this line, minor units. Not a unit price: a unit price
    /// cannot carry every total (3 for 10.00).
    pub net_minor: i64,
    /// Codes of the taxes on this line ([`TaxTotal::code`]).
    #[serde(default)]
    pub taxes: Vec<String>,
}

/// Shipping or a fee.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Charge {
    /// The shop's id of it.
    pub id: String,
    /// Shipping or fee: which product of the configuration is used.
    pub kind: ChargeKind,
    /// The description on documents.
    pub name: String,
    /// Without tax, minor units.
    pub net_minor: i64,
    /// Codes of its taxes.
    #[serde(default)]
    pub taxes: Vec<String>,
}

/// What a [`Charge`] is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ChargeKind {
    /// Delivery to the customer.
    Shipping,
    /// Any other surcharge.
    Fee,
}

/// A reduction of the whole order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Discount {
    /// The shop's id of it.
    pub id: String,
    /// The description on documents (the coupon's code).
    pub name: String,
    /// The reduction without tax, minor units, *positive*.
    pub net_minor: i64,
    /// Codes of the taxes it reduces.
    #[serde(default)]
    pub taxes: Vec<String>,
}

/// The tax of the whole order under one code.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct TaxTotal {
    /// The shop's code of the rate; the configuration maps it to Odoo's tax.
    pub code: String,
    /// The label on documents.
    pub name: String,
    /// Percent, when the shop tells it. As JSON a string.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub rate_percent: Option<Decimal>,
    /// Minor units.
    pub amount_minor: i64,
}

/// Where the payment of an order stands when it reaches us.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Payment {
    /// Not paid yet: recorded, nothing is done.
    Pending,
    /// We authorize with this token.
    Token {
        /// Which tender of the configuration (`card`).
        tender: String,
        /// A token of the gateway (`PMT_…`), never a card number.
        token: String,
    },
    /// The shop's own plugin has authorized; we capture.
    Authorized {
        /// Which tender.
        tender: String,
        /// The gateway's transaction id (`TRN_…`).
        transaction: String,
    },
    /// The shop's own plugin has captured; we only verify and book.
    Captured {
        /// Which tender.
        tender: String,
        /// The gateway's transaction id.
        transaction: String,
    },
    /// Paid in a way that is none of ours, or made by hand as paid: nothing is opened for it.
    Elsewhere {
        /// The shop's id of the payment method (`paypal`); none when the order names none.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        method: Option<String>,
        /// The transaction the order names, if any.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        transaction: Option<String>,
    },
    /// Cancelled, failed or refunded in the shop: nothing is opened for it.
    Closed,
}

impl Payment {
    /// Whether the order is paid, in whatever way, but by a token of ours.
    pub fn is_paid(&self) -> bool {
        matches!(
            self,
            Self::Authorized { .. } | Self::Captured { .. } | Self::Elsewhere { .. }
        )
    }

    /// The transaction that the shop names, when the order is paid.
    pub fn transaction(&self) -> Option<&str> {
        match self {
            Self::Authorized { transaction, .. } | Self::Captured { transaction, .. } => Some(transaction),
            Self::Elsewhere { transaction, .. } => transaction.as_deref(),
            Self::Pending | Self::Token { .. } | Self::Closed => None,
        }
    }
}

impl Order {
    /// What the customer pays.
    pub fn total(&self) -> Money {
        Money::new(self.total_minor, self.currency)
    }

    /// The sum of lines and charges less discounts, without tax: what `sale.order.amount_untaxed` must be.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn untaxed(&self) -> Result<Money, MoneyError> {
        let of = |minor| Money::new(minor, self.currency);
        let plus = self
            .lines
            .iter()
            .map(|l| l.net_minor)
            .chain(self.charges.iter().map(|c| c.net_minor));
        let plus = Money::sum(self.currency, plus.map(of))?;
        plus.checked_sub(Money::sum(
            self.currency,
            self.discounts.iter().map(|d| of(d.net_minor)),
        )?)
    }

    /// The sum of all taxes.
    ///
    /// # Errors
    /// [`MoneyError::TooLarge`].
    pub fn tax(&self) -> Result<Money, MoneyError> {
        Money::sum(
            self.currency,
            self.taxes
                .iter()
                .map(|t| Money::new(t.amount_minor, self.currency)),
        )
    }

    /// The order's civil date in the merchant's time zone: the date of its documents in Odoo.
    pub fn date_in(&self, zone: &jiff::tz::TimeZone) -> Date {
        self.placed_at.to_zoned_datetime(zone.clone()).date()
    }
}

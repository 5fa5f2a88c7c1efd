//! From an order to rows of `load`: pure, nothing here talks to anybody.

pub mod customer;
pub mod invoice;
pub mod lines;
pub mod sale;
pub mod taxes;

//! The handler of the Lambda function `inventory-pusher`: tells the shop how much of an order's products is left.

mod flight;
mod numbers;
mod odoo_stock;
mod pusher;
mod telling;

pub use numbers::{Accepted, number_to_publish};
pub use odoo_stock::{OdooStock, StockSource};
pub use pusher::{PushStock, Pushed, Pusher};

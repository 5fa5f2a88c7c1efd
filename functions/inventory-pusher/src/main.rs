//! The Lambda function `inventory-pusher`.
fn main() {}

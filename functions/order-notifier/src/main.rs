//! The Lambda function `order-notifier`.
fn main() {}

//! The Lambda function `order-writer`.
fn main() {}

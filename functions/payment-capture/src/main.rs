//! The Lambda function `payment-capture`.
fn main() {}

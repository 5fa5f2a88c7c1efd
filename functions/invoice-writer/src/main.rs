//! The Lambda function `invoice-writer`.
fn main() {}

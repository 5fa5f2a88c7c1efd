//! The Lambda function `review-desk`.
fn main() {}

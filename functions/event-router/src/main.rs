//! The Lambda function `event-router`.
fn main() {}

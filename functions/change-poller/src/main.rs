//! The Lambda function `change-poller`.
fn main() {}

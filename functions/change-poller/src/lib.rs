//! The handler of the Lambda function `change-poller`.

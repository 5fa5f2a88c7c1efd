//! The handler of the Lambda function `inventory-pusher`.

//! The handler of the Lambda function `webhook-intake`.

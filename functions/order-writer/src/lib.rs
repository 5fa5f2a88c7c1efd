//! The handler of the Lambda function `order-writer`.

//! The handler of the Lambda function `payment-capture`.

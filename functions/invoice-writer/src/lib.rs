//! The handler of the Lambda function `invoice-writer`.

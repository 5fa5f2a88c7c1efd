//! The handler of the Lambda function `review-desk`.

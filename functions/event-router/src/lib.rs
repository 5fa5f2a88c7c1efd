//! The handler of the Lambda function `event-router`.

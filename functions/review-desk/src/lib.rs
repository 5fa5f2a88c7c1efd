//! The handler of the Lambda function `review-desk`: every refusal and every orphan becomes a review, and what a person
//! decides about a review is done.

mod by_hand;
mod dead_letters;
mod decisions;
mod desk;
mod edit;
mod edit_event;
mod ended_runs;
mod input;
mod listing;
mod measure;
mod operator;
mod outcome;
mod plain;
mod redrive;
mod request;
mod runs;
mod stopped_steps;
mod sweep;
mod systems;
mod versions;

pub use desk::Desk;
pub use measure::Credentials;

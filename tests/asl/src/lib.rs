//! An interpreter of state machines in Amazon States Language with JSONata, as far as the state machines of this
//! repository use it. It does no input or output and knows no clock: whoever drives an [`Execution`] asks what it
//! [wants](Execution::wants), does it, and tells it as an [`Event`], with the time.
//!
//! ```
//! use std::sync::Arc;
//! use asl::{Event, Execution, Machine, Want};
//! use serde_json::json;
//!
//! let machine = Machine::parse(r#"{
//!     "QueryLanguage": "JSONata", "StartAt": "Ask", "States": {"Ask": {
//!         "Type": "Task", "Resource": "arn:aws:states:::lambda:invoke",
//!         "Arguments": {"FunctionName": "answers", "Payload": "{% $states.input %}"},
//!         "Output": "{% $states.result.Payload %}", "End": true}}}"#)?;
//! let mut run = Execution::start(Arc::new(machine), "one", "arn:aws:states:…:one", json!(6), 0)?;
//! let Want::Call(call) = run.wants() else { panic!("a task calls") };
//! assert_eq!(call.arguments["Payload"], json!(6));
//! run.event(Event::Succeeded(json!(42)), 100, 0.0)?;
//! let Want::Ended(end) = run.wants() else { panic!("that was all") };
//! assert_eq!(end.output, Some(json!(42)));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! What it does not know it refuses when it parses ([`NotSupported`] names state and field), so that a machine which
//! runs here means on AWS what it means here.

mod definition;
mod execution;
mod expression;
mod failure;
mod filled;
mod history;
mod jsonata;
mod limits;

pub use definition::{Machine, NotSupported, Resource};
pub use execution::{
    Answer, Call, Ended, Event, Execution, NotExpected, NotStarted, Sleep, Status, TokenRefused, Want,
};
pub use failure::Failure;
pub use filled::filled;
pub use history::{Happened, Happening};
pub use limits::{DATA_BYTES, HISTORY_EVENTS};

//! The step that a run is in now, from the end of its history.

use anyhow::Result;
use runtime::stores::OrderItem;

use crate::aws::{is_absent, stopped};
use crate::explain::{Event, entered};
use crate::stack::Stack;

/// Events of one page. A step that was tried for two days has more than a thousand of them.
const PAGE: i32 = 100;

/// Where a run is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    /// In this step.
    Step(String),
    /// There is no such run, or it has entered no step yet.
    NotBegun,
    /// It could not be asked, for this reason.
    Unknown(String),
}

/// The step that an order's run is in. Whoever cannot be asked is no reason to show nothing.
pub async fn present(stack: &Stack, item: &OrderItem) -> At {
    match last_entered(stack, &item.execution()).await {
        Ok(Some(step)) => At::Step(step),
        Ok(None) => At::NotBegun,
        Err(why) => At::Unknown(format!("{why:#}")),
    }
}

/// The last step that was entered, looked for from the end backwards.
async fn last_entered(stack: &Stack, run: &str) -> Result<Option<String>> {
    let client = stack.step_functions();
    let mut events = client
        .get_execution_history()
        .execution_arn(stack.execution_arn(run)?)
        .reverse_order(true)
        .include_execution_data(false)
        .max_results(PAGE)
        .into_paginator()
        .items()
        .send();
    while let Some(event) = events.next().await {
        match event {
            Ok(event) => {
                if let Some(step) = entered(&Event::from(&event)) {
                    return Ok(Some(step.to_owned()));
                }
            }
            Err(error) if is_absent(&error) => return Ok(None),
            Err(error) => return Err(stopped(&format!("the run {run}"), &error).into()),
        }
    }
    Ok(None)
}

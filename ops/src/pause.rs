//! `pause` and `resume`: leaving a remote system alone, and calling it again.

use anyhow::Result;
use clap::Args;
use effects::UnixMillis;
use serde::Serialize;
use serde_json::{Value, json};

use crate::desk::Desk;
use crate::exit::Exit;
use crate::output::Show;
use crate::tool::Tool;

/// Leave a remote system alone until it is resumed: nobody calls it, work for it waits.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland pause odoo --reason 'upgrade to 19.1 tonight'
  odoo-heartland pause shop-woo --reason 'the shop is being moved'

Systems: gp-api, odoo, and shop-{store} for each store. Functions that are at work notice within two seconds. Messages
for Odoo go back to their queues and come again, workflows retry: for about two days nothing is lost and nobody is
asked. What is paused for longer ends in reviews, and authorizations lapse.")]
pub struct Pause {
    /// The system.
    system: String,
    /// Why; it is kept with your name.
    #[arg(long)]
    reason: String,
}

/// Call a paused system again: one call tries whether it is well, the others follow.
#[derive(Args, Debug)]
pub struct Resume {
    /// The system.
    system: String,
    /// Why; it is kept with your name.
    #[arg(long, default_value = "the reason to pause it is over")]
    reason: String,
}

#[derive(Debug, Serialize)]
#[serde(transparent)]
struct Answer(Value);

impl Show for Answer {
    fn people(&self, now: UnixMillis) -> String {
        let text = |pointer: &str| {
            self.0
                .pointer(pointer)
                .and_then(Value::as_str)
                .unwrap_or_default()
        };
        let (what, at) = match self.0.get("paused") {
            Some(_) => ("is paused", "/paused"),
            None => ("is called again; it was paused", "/was_paused"),
        };
        let since = self.0.pointer(&format!("{at}/since_ms")).and_then(Value::as_i64);
        format!(
            "{} {what} by {} {}: {}\n{}",
            text("/system"),
            text(&format!("{at}/by")),
            crate::time::relative(UnixMillis(since.unwrap_or_default()), now),
            text(&format!("{at}/reason")),
            text("/note")
        )
    }
}

/// Pauses a system.
///
/// # Errors
/// When there is no such system; when the desk does not answer.
pub async fn pause(tool: &Tool, options: &Pause) -> Result<Exit> {
    ask(tool, "pause", &options.system, &options.reason).await
}

/// Resumes a system.
///
/// # Errors
/// When it is not paused; when the desk does not answer.
pub async fn resume(tool: &Tool, options: &Resume) -> Result<Exit> {
    ask(tool, "resume", &options.system, &options.reason).await
}

async fn ask(tool: &Tool, action: &str, system: &str, reason: &str) -> Result<Exit> {
    let desk = Desk::of(&tool.stack().await?).await?;
    let said = desk
        .decide(json!({"action": action, "system": system}), Some(reason))
        .await?;
    tool.output.show(&Answer(said))?;
    Ok(Exit::Fine)
}

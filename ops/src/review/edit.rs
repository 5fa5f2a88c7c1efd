//! `review edit`: the input of a review corrected by a person.

use std::io::{IsTerminal, Read};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Args;
use effects::UnixMillis;
use serde::Serialize;
use serde_json::{Value, json};

use super::editor::Draft;
use super::input::{Input, InputAt};
use crate::confirm::ask;
use crate::desk::Desk;
use crate::exit::{Exit, Stop};
use crate::output::Show;
use crate::tool::Tool;

/// Correct the input of a review in your editor.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland review edit 50067e9a14a0af52 --reason 'sold under a new number'
  odoo-heartland review show 50067e9a14a0af52 --input > order.json     for scripts: then
  odoo-heartland review edit 50067e9a14a0af52 --file order.json --reason '…'
  odoo-heartland review redrive 50067e9a14a0af52                       afterwards

What stopped at a step is the canonical order (events/order.schema.json); an event that could not be used is the body as
the shop sent it. The correction is checked before it is accepted: schema, totals, no card number, the shop's own
reader. It becomes a new version beside what came, with your name, the reason and the names of the changed fields.
Total, currency, payment, key and modification time are the shop's and cannot be edited.")]
pub struct Options {
    /// The review.
    id: String,
    /// Why; it is kept with your name.
    #[arg(long)]
    reason: String,
    /// The corrected input, instead of the editor; - for standard input.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
}

#[derive(Debug, Serialize)]
struct Answer {
    review: String,
    version: String,
    fields: Vec<String>,
}

impl Show for Answer {
    fn people(&self, _: UnixMillis) -> String {
        format!(
            "corrected: {}\nkept as version {}\nnow: odoo-heartland review redrive {}",
            self.fields.join(", "),
            self.version,
            self.review
        )
    }
}

/// Corrects the input of a review.
///
/// # Errors
/// When there is nothing to correct, or the correction is not accepted.
pub async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    let stack = tool.stack().await?;
    let desk = Desk::of(&stack).await?;
    let said = desk.ask(json!({"action": "show", "review": options.id})).await?;
    if said["state"].as_str().is_some_and(|state| state != "open") {
        return Err(
            Stop::usage("this review is decided: nothing of it can be corrected any more")
                .remedy("odoo-heartland explain ORDER tells how the order stands now")
                .into(),
        );
    }
    let at = InputAt::of(&said).filter(|_| said.pointer("/can/edit").is_some());
    let at = at.ok_or_else(|| {
        Stop::usage("this review has no input that can be corrected")
            .remedy("odoo-heartland review show tells what can be done about it")
    })?;
    let corrects = at.version.clone();
    let input = Input::read(&stack, &said, at).await?;
    let correction = match &options.file {
        Some(file) => from_file(&input, file)?,
        None => from_editor(tool, &input)?,
    };
    let mut request = json!({"action": "edit", "review": options.id, "corrects": corrects});
    request[input.field()] = correction;
    let said = desk.decide(request, Some(&options.reason)).await?;
    tool.output.show(&Answer {
        review: options.id.clone(),
        version: said["version"].as_str().unwrap_or_default().to_owned(),
        fields: serde_json::from_value(said["fields"].clone()).unwrap_or_default(),
    })?;
    Ok(Exit::Fine)
}

fn from_file(input: &Input, file: &Path) -> Result<Value> {
    let text = match file == Path::new("-") {
        true => {
            let mut text = String::new();
            std::io::stdin().lock().read_to_string(&mut text)?;
            text
        }
        false => std::fs::read_to_string(file).with_context(|| format!("reading {}", file.display()))?,
    };
    match input.check(text.trim_end()) {
        Ok((correction, _)) => Ok(correction),
        Err(wrong) => Err(anyhow::anyhow!(
            "the correction is not accepted:\n  {}",
            wrong.join("\n  ")
        )),
    }
}

/// The editor, again and again until its text is accepted or its owner gives up.
fn from_editor(tool: &Tool, input: &Input) -> Result<Value> {
    if !std::io::stdin().is_terminal() {
        return Err(Stop::usage("there is no terminal for an editor")
            .remedy("give the correction with --file")
            .into());
    }
    let draft = Draft::of(&input.text()?)?;
    loop {
        let text = draft.edit()?;
        let wrong = match input.check(text.trim_end()) {
            Ok((correction, fields)) => {
                tool.progress.say(format!("changed: {}", fields.join(", ")));
                return Ok(correction);
            }
            Err(wrong) => wrong,
        };
        tool.progress
            .say(format!("not accepted:\n  {}", wrong.join("\n  ")));
        let answer = ask(tool, "Go on editing? [Y/n]")?;
        if answer.to_ascii_lowercase().starts_with('n') {
            return Err(Stop::usage("nothing was changed").into());
        }
    }
}

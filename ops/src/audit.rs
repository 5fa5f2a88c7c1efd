//! `audit`: the trail of who or what changed what, shown, verified and exported.

mod verify;

use std::fs::File;
use std::io::{ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::{Context, Result};
use audit::{Auditor, BadKey, ChainId, DynamoSource, DynamoTrail, Entry, Keys, StoreError};
use clap::{Args, Subcommand};
use effects::UnixMillis;
use serde::Serialize;

use crate::aws::stopped;
use crate::exit::{Exit, Stop};
use crate::output::{Show, count, table};
use crate::stack::Stack;
use crate::time::iso;
use crate::tool::Tool;

/// A day in seconds.
const DAY_S: i64 = 24 * 3600;
/// After so many chains it says how far it is.
const SAY_EVERY: u64 = 100;

/// Show, verify or export the audit trail.
#[derive(Subcommand, Debug)]
pub enum Audit {
    /// Who or what changed what of an order, and when.
    Show(Chain),
    /// Find every entry that was changed, removed or inserted, and every item that was changed without one.
    Verify(Which),
    /// Write the trail into a file, one JSON document a line, seals included.
    Export(Export),
}

/// One order.
#[derive(Args, Debug)]
pub struct Chain {
    /// The order, as store/id; or another chain: system/odoo, system/reviews (decisions on events), system/events.
    order: String,
}

/// One order, or all.
#[derive(Args, Debug)]
pub struct Which {
    /// The order, as store/id; or another chain: system/odoo, system/reviews (decisions on events), system/events.
    #[arg(required_unless_present = "all")]
    order: Option<String>,
    /// Every order, and every item of the table.
    #[arg(long, conflicts_with = "order")]
    all: bool,
}

/// What is exported, and where to.
#[derive(Args, Debug)]
pub struct Export {
    #[command(flatten)]
    which: Which,
    /// The file; it must not be there yet.
    #[arg(long, value_name = "FILE")]
    to: PathBuf,
}

/// Runs a command about the trail.
///
/// # Errors
/// When the tables or the key cannot be read; for `export`, when the file is there or cannot be written.
pub async fn run(tool: &Tool, audit: &Audit) -> Result<Exit> {
    let ended = act(tool, audit).await;
    ended.map_err(|error| match unread(&error) {
        Some(stop) => stop.into(),
        None => error,
    })
}

/// Whoever could not read the trail has found nothing wrong in it: that has another exit code than tampering.
fn unread(error: &anyhow::Error) -> Option<Stop> {
    if let Some(store) = error.downcast_ref::<StoreError>() {
        let stop = Stop::unreachable(store.to_string());
        return Some(stop.remedy(
            "try again; if it stays so, use a profile whose rights are those listed in ops/README.md for auditing",
        ));
    }
    let key = error.downcast_ref::<BadKey>()?;
    Some(Stop::unreachable(key.to_string()).remedy(
        "nothing can be verified without the key: put the value back that the secret held before (AWSPREVIOUS)",
    ))
}

async fn act(tool: &Tool, audit: &Audit) -> Result<Exit> {
    let auditor = auditor(&tool.stack().await?).await?;
    match audit {
        Audit::Show(Chain { order }) => show(tool, &auditor, &chain(order)?).await,
        Audit::Verify(Which {
            order: Some(order), ..
        }) => verify::one(tool, &auditor, &chain(order)?).await,
        Audit::Verify(_) => verify::all(tool, &auditor).await,
        Audit::Export(export) => write(tool, &auditor, export).await,
    }
}

async fn auditor(stack: &Stack) -> Result<Auditor> {
    let secret = stack.output("AuditKeySecret")?;
    let read = stack
        .secrets_manager()
        .get_secret_value()
        .secret_id(secret)
        .send()
        .await;
    let read = read.map_err(|error| stopped("the audit key", &error))?;
    let days: i64 = stack
        .output("AuditRetentionDays")?
        .parse()
        .context("the output AuditRetentionDays")?;
    Ok(Auditor {
        trail: Arc::new(DynamoTrail::new(stack.dynamodb(), stack.output("AuditTable")?)),
        source: Arc::new(DynamoSource::new(stack.dynamodb(), stack.output("Table")?)),
        keys: Keys::from_secret(read.secret_string.as_deref().unwrap_or_default())?,
        clock: stack.clock(),
        keep_s: days * DAY_S,
    })
}

fn chain(text: &str) -> Result<ChainId> {
    if let Some(system) = text.strip_prefix("system/") {
        return Ok(ChainId::stored(&format!("system/{system}")));
    }
    let order = text.parse().map_err(|_| {
        Stop::usage(format!("{text:?} names no order and no chain")).remedy(
            "name the order as store/id (woo/1001); what was decided of events is in system/reviews, and events without \
             an order, as those that were corrected, are in system/events",
        )
    })?;
    Ok(ChainId::order(&order))
}

/// An order's entries.
#[derive(Serialize)]
struct Shown {
    chain: ChainId,
    entries: Vec<Entry>,
}

impl Show for Shown {
    fn people(&self, _: UnixMillis) -> String {
        let rows = self.entries.iter().map(|entry| {
            [
                entry.seq.to_string(),
                iso(UnixMillis(entry.at_ms)),
                entry.person.clone().unwrap_or_else(|| entry.by.clone()),
                entry.fact.clone(),
                changes(entry),
            ]
        });
        let listed = table(["no", "when", "who", "what", "from and to"], rows);
        format!(
            "{listed}\n{} of {}",
            count(self.entries.len(), "fact"),
            self.chain
        )
    }
}

/// The fields that an entry has changed: `state: Sent → Applied`.
fn changes(entry: &Entry) -> String {
    let fields =
        |side: &Option<audit::Snapshot>| side.as_ref().map(|side| side.fields.clone()).unwrap_or_default();
    let (before, after) = (fields(&entry.before), fields(&entry.after));
    let names: std::collections::BTreeSet<&String> = before.keys().chain(after.keys()).collect();
    let word = |value: Option<&serde_json::Value>| match value {
        None => "–".to_owned(),
        Some(serde_json::Value::String(text)) => text.clone(),
        Some(value) => value.to_string(),
    };
    let changed = names
        .into_iter()
        .filter(|name| before.get(*name) != after.get(*name));
    let told = changed.map(|name| match before.get(name) {
        None => format!("{name}: {}", word(after.get(name))),
        there => format!("{name}: {} → {}", word(there), word(after.get(name))),
    });
    told.collect::<Vec<_>>().join(", ")
}

fn no_trail(chain: &ChainId) -> Stop {
    Stop::usage(format!("there is no trail of {chain}"))
        .remedy("check the name; an order that was just changed is recorded within a minute")
}

async fn show(tool: &Tool, auditor: &Auditor, chain: &ChainId) -> Result<Exit> {
    let entries = auditor.entries(chain).await?;
    if entries.is_empty() {
        return Err(no_trail(chain).into());
    }
    tool.output.show(&Shown {
        chain: chain.clone(),
        entries,
    })?;
    Ok(Exit::Fine)
}

#[derive(Serialize)]
struct Exported {
    file: PathBuf,
    rows: u64,
}

impl Show for Exported {
    fn people(&self, _: UnixMillis) -> String {
        let rows = usize::try_from(self.rows).unwrap_or(usize::MAX);
        let are = if rows == 1 { "is" } else { "are" };
        format!("{} {are} in {}", count(rows, "row"), self.file.display())
    }
}

/// The file that is written; one that is there already is kept.
fn create(path: &Path) -> Result<File> {
    File::create_new(path).map_err(|error| match error.kind() {
        ErrorKind::AlreadyExists => Stop::usage(format!("the file {} is there already", path.display()))
            .remedy("name another one, or remove it")
            .into(),
        _ => anyhow::Error::new(error).context(format!("writing {}", path.display())),
    })
}

async fn write(tool: &Tool, auditor: &Auditor, export: &Export) -> Result<Exit> {
    let named = || export.to.display().to_string();
    // Before the file is made: a name that is nobody's leaves none.
    let one = match &export.which.order {
        None => None,
        Some(order) => {
            let chain = chain(order)?;
            let rows = auditor.export(&chain).await?;
            if rows.is_empty() {
                return Err(no_trail(&chain).into());
            }
            Some(rows)
        }
    };
    let mut file = std::io::BufWriter::new(create(&export.to)?);
    let (mut rows, mut failed) = (0_u64, None);
    let mut line = |line: String| {
        rows += 1;
        if let Err(error) = writeln!(file, "{line}") {
            failed.get_or_insert(error);
        }
        if rows.is_multiple_of(SAY_EVERY) {
            tool.progress.doing(format!("{rows} rows written"));
        }
    };
    match one {
        Some(rows) => rows.into_iter().for_each(&mut line),
        None => auditor.export_all(&mut line).await?,
    }
    if let Some(error) = failed {
        return Err(error).with_context(|| format!("writing {}", named()));
    }
    file.flush().with_context(|| format!("writing {}", named()))?;
    tool.progress.done();
    tool.output.show(&Exported {
        file: export.to.clone(),
        rows,
    })?;
    Ok(Exit::Fine)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exit::of;

    #[test]
    fn a_trail_that_could_not_be_read_is_not_one_that_was_tampered_with() {
        let store = anyhow::Error::from(StoreError("AccessDeniedException".to_owned()));
        for error in [store, anyhow::Error::from(BadKey)] {
            let stop = unread(&error).unwrap();
            assert_eq!(of(&stop.clone().into()), Exit::Unreachable);
            assert!(stop.remedy.is_some());
        }
        assert_eq!(unread(&anyhow::anyhow!("the file is there")), None);
    }
}

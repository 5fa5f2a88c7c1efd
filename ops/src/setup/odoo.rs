//! `setup odoo`: everything that merchant.toml names made in an Odoo, the integration's user, its key stored.

mod key;

use anyhow::Result;
use clap::Args;
use domain::failure::FailureName;
use effects::UnixMillis;
use jiff::{SignedDuration, Timestamp};
use odoo::{Client, Dialect, Settings};
use odoo_setup::{BOT_LOGIN, Made, make_key, set_up};
use secrecy::{ExposeSecret, SecretString};
use serde::Serialize;
use serde_json::json;

use key::Key;

use crate::exit::{Exit, Stop};
use crate::output::{Show, count};
use crate::systems::Systems;
use crate::tool::Tool;

/// How long a new key lasts, in days, when nobody says.
const KEY_DAYS: u16 = 90;

/// Prepare an Odoo: everything that merchant.toml names, and a user with the least rights that suffice, whose key is
/// stored for the functions.
#[derive(Args, Debug)]
#[command(after_help = "\
Examples:
  odoo-heartland setup odoo --url https://odoo.example.com --db example --dry-run
  ODOO_ADMIN_KEY=… odoo-heartland setup odoo --url https://odoo.example.com --db example
  odoo-heartland setup odoo --new-key          another key for the same user, before the old one ends
  ODOO_BOT_KEY=… odoo-heartland setup odoo --key-days 90       a key of heartland-bot that you made by hand

The administrator makes a key in Odoo: Preferences > Account Security > New API Key. It is asked for, or taken from
ODOO_ADMIN_KEY; it is used now and kept nowhere. Companies with their charts of accounts, warehouses, the sales
journal, the payment term and exchange rates must be there: they are your own decisions.")]
pub struct Options {
    /// Odoo's address. Without it the one in the stack's secret.
    #[arg(long)]
    url: Option<String>,
    /// Odoo's database. Without it the one in the stack's secret.
    #[arg(long)]
    db: Option<String>,
    /// An administrator's API key; better given as the variable, or when asked: process lists show arguments.
    #[arg(long, env = "ODOO_ADMIN_KEY", hide_env_values = true)]
    admin_key: Option<String>,
    /// Say what would be made, and make nothing.
    #[arg(long)]
    dry_run: bool,
    /// Make and store another key, although the stored one still works.
    #[arg(long)]
    new_key: bool,
    /// How long the key lasts, in days: a new one, without this 90; or the given one from now on. Odoo allows such a user
    /// at most three months.
    #[arg(long, value_parser = clap::value_parser!(u16).range(1..=90))]
    key_days: Option<u16>,
    /// A key of heartland-bot that you made in Odoo yourself: it is stored instead of a new one. Say with --key-days when
    /// it ends: Odoo does not tell.
    #[arg(long, env = "ODOO_BOT_KEY", hide_env_values = true, requires = "key_days")]
    bot_key: Option<String>,
}

/// What was made.
#[derive(Debug, Serialize)]
struct Answer {
    url: String,
    database: String,
    dry_run: bool,
    made: Vec<Made>,
    key: Key,
}

impl Show for Answer {
    fn people(&self, _now: UnixMillis) -> String {
        let verb = if self.dry_run { "would make" } else { "made" };
        let mut lines: Vec<String> = self
            .made
            .iter()
            .map(|made| format!("{verb}  {:40}  {}", made.key, made.what))
            .collect();
        lines.push(match self.made.len() {
            0 => format!("{} has everything that merchant.toml names", self.database),
            n => format!("{verb} {} in {}", count(n, "thing"), self.database),
        });
        lines.push(match &self.key {
            Key::Kept => "the stored key works; it is kept".to_owned(),
            Key::Wanted => format!("would make a key for {BOT_LOGIN} and store it"),
            Key::Stored { secret, expires_on } => {
                format!("a key of {BOT_LOGIN} is stored in {secret}; it ends on {expires_on}")
            }
        });
        lines.join("\n")
    }
}

pub(super) async fn run(tool: &Tool, options: &Options) -> Result<Exit> {
    let stack = tool.stack().await?;
    let systems = Systems::of(&stack)?;
    let stored = match systems.odoo_settings().await {
        Ok(settings) => Some(settings),
        Err(failure) if failure.name == FailureName::Misconfigured => None,
        Err(failure) => return Err(failure.into()),
    };
    let place = |given: &Option<String>, kept: fn(&Settings) -> &String, option: &str| {
        let kept = || stored.as_ref().map(|settings| kept(settings).clone());
        given.clone().or_else(kept).ok_or_else(|| {
            Stop::usage(format!(
                "{option} is not given, and the stack's secret does not hold it yet"
            ))
            .remedy(format!("give {option}"))
        })
    };
    let url = place(&options.url, |s| &s.url, "--url")?
        .trim_end_matches('/')
        .to_owned();
    let database = place(&options.db, |s| &s.database, "--db")?;
    let at = |key: SecretString| client(&url, &database, key);
    let admin = at(admin_key(tool, options)?)?;
    let progress = tool.progress;
    progress.doing(format!("looking at {database}"));
    if let Some(given) = &options.bot_key {
        // Before anything is made. Somebody who has a key is there already.
        let owner = key::owner(&at(SecretString::from(given.as_str()))?).await?;
        key::check_given(owner, key::bot(&admin).await?)?;
    }
    let say = move |what: &str| progress.doing(what);
    let made = set_up(&admin, systems.merchant, options.dry_run, &say).await?;
    let bot = key::bot(&admin).await?;
    let works = match &stored {
        Some(settings) if settings.url.trim_end_matches('/') == url && settings.database == database => {
            key::is_bots(key::owner(&at(settings.api_key.clone())?).await?, bot)
        }
        _ => false,
    };
    let wants_key = options.new_key || options.bot_key.is_some() || !works;
    let key = match (wants_key, options.dry_run) {
        (false, _) => Key::Kept,
        (true, true) => Key::Wanted,
        (true, false) => {
            let days = options.key_days.unwrap_or(KEY_DAYS);
            let until = Timestamp::now() + SignedDuration::from_hours(24 * i64::from(days));
            let key = match &options.bot_key {
                Some(key) => SecretString::from(key.as_str()),
                None => make_key(&admin, Some(until)).await?,
            };
            anyhow::ensure!(
                key::is_bots(key::owner(&at(key.clone())?).await?, bot),
                "Odoo does not accept the new key"
            );
            let settings =
                json!({"url": url, "database": database, "api_key": key.expose_secret(), "dialect": "json2"});
            key::store(&stack, systems.odoo_secret(), &settings, until).await?
        }
    };
    progress.done();
    tool.output.show(&Answer {
        url,
        database,
        dry_run: options.dry_run,
        made,
        key,
    })?;
    Ok(Exit::Fine)
}

fn client(url: &str, database: &str, api_key: SecretString) -> Result<Client> {
    let settings = Settings {
        url: url.to_owned(),
        database: database.to_owned(),
        api_key,
        login: None,
        dialect: Dialect::Json2,
    };
    Ok(Client::new(settings)?)
}

fn admin_key(tool: &Tool, options: &Options) -> Result<SecretString> {
    if let Some(key) = &options.admin_key {
        return Ok(SecretString::from(key.as_str()));
    }
    let asked = tool.progress.ask_secret("API key of an Odoo administrator: ")?;
    let stop = || {
        Stop::usage("an administrator's API key is needed")
            .remedy("set ODOO_ADMIN_KEY; in Odoo: Preferences > Account Security > New API Key")
    };
    Ok(SecretString::from(asked.ok_or_else(stop)?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_that_was_made_by_hand_comes_with_its_end() {
        let read = |arguments: &[&str]| {
            let command = Options::augment_args(clap::Command::new("odoo"));
            command.try_get_matches_from([&["odoo"], arguments].concat())
        };
        assert!(read(&["--bot-key", "k"]).is_err());
        assert!(read(&["--bot-key", "k", "--key-days", "30"]).is_ok());
        assert!(read(&["--key-days", "30"]).is_ok());
        assert!(read(&["--key-days", "91"]).is_err());
    }
}

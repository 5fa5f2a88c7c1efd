//! The running world, and the tool as an operator starts it.

use std::process::Command;

use anyhow::{Context, Result, ensure};
use sandbox::aws::STACK;
use sandbox::places::Places;
use sandbox::witness::Witness;
use sandbox::world::{Description, Remote};
use serde_json::Value;

/// Who knows what is really there.
pub struct World {
    pub witness: Witness,
    pub description: Description,
}

/// What the tool answered.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub json: Value,
    pub said: String,
}

impl World {
    pub async fn find() -> Result<Self> {
        let description = Description::find(&Places::open()?)?;
        Ok(Self {
            witness: Witness::of(&description).await?,
            description,
        })
    }

    /// Odoo and the world's other parts, to be stopped and mended.
    pub fn remote(&self) -> Remote {
        Remote::of(self.description.clone())
    }

    /// Runs the tool with `--json`.
    pub fn run(&self, arguments: &[&str]) -> Result<Ran> {
        let output = self.command()?.arg("--json").args(arguments).output()?;
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        let text = String::from_utf8_lossy(&output.stdout).into_owned();
        Ok(Ran {
            code: output.status.code().context("the tool was killed")?,
            json: serde_json::from_str(&text).unwrap_or(Value::Null),
            said,
        })
    }

    /// Runs the tool for a person, who gets this text.
    pub fn told(&self, arguments: &[&str]) -> Result<String> {
        let output = self.command()?.args(arguments).output()?;
        ensure!(
            output.status.code().is_some_and(|code| code < 2),
            "{}",
            String::from_utf8_lossy(&output.stderr)
        );
        Ok(String::from_utf8_lossy(&output.stdout).into_owned())
    }

    /// The tool, to be started.
    pub fn command(&self) -> Result<Command> {
        let mut command = Command::new(env!("CARGO_BIN_EXE_odoo-heartland"));
        let admin = self
            .description
            .odoo
            .as_ref()
            .and_then(|odoo| odoo.admin.as_ref());
        command
            .env("ODOO_HEARTLAND_STACK", STACK)
            .env(
                "ODOO_HEARTLAND_WEBHOOK_URL",
                self.witness.deployed.webhook_url("{source}")?,
            )
            .env(
                "ODOO_ADMIN_KEY",
                admin.map(|admin| admin.api_key.clone()).unwrap_or_default(),
            )
            .env("AWS_ENDPOINT_URL", &self.witness.deployed.endpoint)
            .env("AWS_REGION", "us-east-1")
            .env("AWS_ACCESS_KEY_ID", "test")
            .env("AWS_SECRET_ACCESS_KEY", "test")
            .env("AWS_CONFIG_FILE", "/dev/null")
            .env("AWS_SHARED_CREDENTIALS_FILE", "/dev/null")
            .env_remove("AWS_PROFILE")
            .env_remove("ODOO_BOT_KEY");
        Ok(command)
    }
}

impl Ran {
    /// What a check of the doctor found that is wrong.
    pub fn failures(&self, check: &str) -> Vec<String> {
        let found = self.json["findings"].as_array().cloned().unwrap_or_default();
        let wrong = found
            .iter()
            .filter(|f| f["check"] == check && f["level"] == "failure");
        wrong
            .map(|f| format!("{} → {}", text(&f["what"]), text(&f["remedy"])))
            .collect()
    }
}

/// The text of a JSON string.
pub fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

/// Whether one of the lines holds these words.
pub fn says(lines: &[String], words: &str) -> bool {
    lines.iter().any(|line| line.contains(words))
}

/// The strings of a JSON list.
pub fn lines(value: &Value) -> Vec<String> {
    value.as_array().into_iter().flatten().map(text).collect()
}

//! `sam deploy` of the template that goes to AWS, to the emulator.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Context, Result};
use serde::{Deserialize, Serialize};
use tokio::process::Command;

use super::{Aws, Built, FUNCTIONS, MiniStack, REGION, Secrets, tools as pinned};
use crate::places::{Places, repository};
use crate::{progress, tools};

/// The name of the local stack.
pub const STACK: &str = "odoo-heartland-dev";

/// What may differ between two deployments.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// Parameters of the template, beside those a local stack always has.
    pub parameters: BTreeMap<String, String>,
    /// A variant of the template; without one, `infra/template.yaml` as it is.
    pub template: Option<String>,
}

/// A deployed stack: what another process needs to reach it.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Deployed {
    /// Where AWS is: `http://127.0.0.1:{port}`.
    pub endpoint: String,
    /// The stack's outputs, by the names the template gives them.
    pub outputs: BTreeMap<String, String>,
}

impl Deployed {
    /// Where the store `source` sends its webhooks.
    ///
    /// # Errors
    /// When the stack has no API.
    pub fn webhook_url(&self, source: &str) -> Result<String> {
        let api = self.output("ApiId")?;
        Ok(format!(
            "{}/_aws/execute-api/{api}/$default/webhooks/{source}",
            self.endpoint
        ))
    }

    /// An output of the stack: a queue's URL, a function's name, the table's name.
    ///
    /// # Errors
    /// When there is none of that name.
    pub fn output(&self, name: &str) -> Result<&str> {
        let value = self.outputs.get(name).map(String::as_str);
        value.with_context(|| format!("the stack has no output {name}"))
    }
}

/// Deploys the built functions and writes the secrets. A later call on the same emulator updates the stack.
///
/// # Errors
/// When `sam deploy` fails; the message has its last lines.
pub async fn deploy(
    places: &Places,
    ministack: &MiniStack,
    built: &Built,
    options: &Options,
    secrets: &Secrets,
) -> Result<Deployed> {
    let bin = pinned::sam(places).await?;
    let work = async {
        let dir = ministack.dir().join("stack");
        lay_out(&dir, built, options)?;
        sam_deploy(places, ministack, &bin, &dir, options).await?;
        let deployed = Deployed {
            endpoint: ministack.endpoint().to_owned(),
            outputs: outputs(ministack, &bin).await?,
        };
        let aws = Aws::connect(ministack.endpoint()).await;
        aws.complete_tables(&deployed).await?;
        aws.write_secrets(&deployed, secrets).await?;
        Ok(deployed)
    };
    progress::step("stack: deployed", work).await
}

/// What `sam build` would leave: the template, naming the built functions.
fn lay_out(dir: &Path, built: &Built, options: &Options) -> Result<()> {
    let infra = repository().join("infra");
    let template = match &options.template {
        Some(text) => text.clone(),
        None => {
            std::fs::read_to_string(infra.join("template.yaml")).context("reading infra/template.yaml")?
        }
    };
    if dir.exists() {
        std::fs::remove_dir_all(dir).with_context(|| format!("cannot remove {}", dir.display()))?;
    }
    let machine = "statemachines/order-to-cash.asl.json";
    std::fs::create_dir_all(dir.join("statemachines"))?;
    std::fs::copy(repository().join(machine), dir.join(machine)).context("copying the state machine")?;
    let mut here = template.replace("../statemachines/", "statemachines/");
    for function in FUNCTIONS {
        let archive = built.archive(function);
        here = here.replace(&format!("../functions/{function}"), &archive.to_string_lossy());
    }
    std::fs::write(dir.join("template.yaml"), here).context("writing the template")
}

async fn sam_deploy(
    places: &Places,
    ministack: &MiniStack,
    bin: &Path,
    dir: &Path,
    options: &Options,
) -> Result<()> {
    let architecture = if std::env::consts::ARCH == "aarch64" {
        "arm64"
    } else {
        "x86_64"
    };
    let always =
        [("Stage", "dev"), ("Architecture", architecture)].map(|(k, v)| (k.to_owned(), v.to_owned()));
    let mut parameters = BTreeMap::from(always);
    parameters.extend(options.parameters.clone());
    let mut sam = Command::new(bin.join("sam"));
    sam.current_dir(dir)
        .arg("deploy")
        .args([
            "--template-file",
            "template.yaml",
            "--stack-name",
            STACK,
            "--resolve-s3",
        ])
        .args([
            "--capabilities",
            "CAPABILITY_IAM",
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
        ])
        .arg("--parameter-overrides")
        .args(
            parameters
                .iter()
                .map(|(name, value)| format!("ParameterKey={name},ParameterValue=\"{value}\"")),
        )
        .envs(environment(ministack));
    tools::run(&mut sam, &places.log("sam-deploy"))
        .await
        .context("sam deploy")
}

async fn outputs(ministack: &MiniStack, bin: &Path) -> Result<BTreeMap<String, String>> {
    #[derive(Deserialize)]
    #[serde(rename_all = "PascalCase")]
    struct Output {
        output_key: String,
        output_value: String,
    }
    let mut sam = Command::new(bin.join("sam"));
    sam.args(["list", "stack-outputs", "--output", "json", "--stack-name", STACK])
        .envs(environment(ministack));
    let text = tools::output(&mut sam).await?;
    let outputs: Vec<Output> = serde_json::from_str(&text).context("reading the stack's outputs")?;
    Ok(outputs
        .into_iter()
        .map(|output| (output.output_key, output.output_value))
        .collect())
}

/// What keeps `sam` away from the real AWS and from the account's own files.
fn environment(ministack: &MiniStack) -> Vec<(&'static str, String)> {
    let home = ministack.dir().to_string_lossy().into_owned();
    vec![
        ("AWS_ENDPOINT_URL", ministack.endpoint().to_owned()),
        ("AWS_DEFAULT_REGION", REGION.to_owned()),
        ("AWS_ACCESS_KEY_ID", "test".to_owned()),
        ("AWS_SECRET_ACCESS_KEY", "test".to_owned()),
        ("AWS_CONFIG_FILE", "/dev/null".to_owned()),
        ("AWS_SHARED_CREDENTIALS_FILE", "/dev/null".to_owned()),
        ("SAM_CLI_TELEMETRY", "0".to_owned()),
        // Seconds between two looks at the stack: here nobody limits how often one may look.
        ("SAM_CLI_POLL_DELAY", "0.1".to_owned()),
        ("HOME", home),
    ]
}

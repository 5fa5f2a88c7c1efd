//! The template as data.

use std::path::Path;

use anyhow::{Context, Result};
use serde_json::Value;
use tokio::process::Command;

use super::tools as pinned;
use crate::places::{Places, repository};
use crate::tools;

/// The sam-cli's own reader, so that short forms such as `!Ref` mean here what they mean there.
const READER: &str = "\
import json, sys
from samcli.yamlhelper import yaml_parse
json.dump(yaml_parse(open(sys.argv[1]).read()), sys.stdout)";

/// A template of CloudFormation or SAM, intrinsic functions in their long form.
#[derive(Clone, Debug)]
pub struct Template(pub Value);

impl Template {
    /// `infra/template.yaml`.
    ///
    /// # Errors
    /// When it is not there or is no YAML.
    pub async fn ours(places: &Places) -> Result<Self> {
        Self::read(places, &repository().join("infra/template.yaml")).await
    }

    /// Any template file.
    ///
    /// # Errors
    /// As [`Self::ours`].
    pub async fn read(places: &Places, file: &Path) -> Result<Self> {
        let python = pinned::sam(places).await?.join("python");
        let text = tools::output(Command::new(python).args(["-c", READER]).arg(file)).await?;
        let value = serde_json::from_str(&text).with_context(|| format!("reading {}", file.display()))?;
        Ok(Self(value))
    }

    /// Every resource of a type, with its logical name and its properties.
    pub fn resources<'a>(&'a self, kind: &'a str) -> impl Iterator<Item = (&'a str, &'a Value)> {
        let all = self
            .0
            .get("Resources")
            .and_then(Value::as_object)
            .into_iter()
            .flatten();
        all.filter(move |(_, resource)| resource["Type"] == kind)
            .map(|(name, resource)| (name.as_str(), &resource["Properties"]))
    }

    /// The properties of a resource; `Null` when there is none of that name.
    pub fn properties(&self, name: &str) -> &Value {
        &self.0["Resources"][name]["Properties"]
    }

    /// The template as text that `sam deploy` takes: JSON is YAML.
    pub fn text(&self) -> String {
        self.0.to_string()
    }
}

/// The logical name a `Ref`, or a `Fn::GetAtt` in either of its forms, points to.
pub(super) fn target(value: &Value) -> Option<&str> {
    let attribute = &value["Fn::GetAtt"];
    let name = value["Ref"]
        .as_str()
        .or_else(|| attribute[0].as_str())
        .or_else(|| attribute.as_str())?;
    name.split('.').next()
}

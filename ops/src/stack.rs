//! The stack: where its parts are, read from its outputs, and clients for them, made on demand.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, Result};
use aws_config::{BehaviorVersion, Region, SdkConfig, retry::RetryConfig, timeout::TimeoutConfig};
use effects::{Clock, DynamoStore, SystemClock};
use runtime::breaker::Breaker;
use runtime::items::{DynamoItems, Items};
use runtime::secrets::{Secrets, SecretsManager};
use runtime::stores::{OrderItems, PayloadStore, Reviews};

use crate::exit::Stop;

/// Longest time to a connection with AWS.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(5);
/// Longest time of one attempt.
const ATTEMPT_TIMEOUT: Duration = Duration::from_secs(20);

/// Which stack, and how to reach it: the global options.
#[derive(Clone, Debug)]
pub struct Target {
    /// The stack's name.
    pub stack: String,
    /// The profile of the operator's AWS configuration.
    pub profile: Option<String>,
    /// The region, when it is not the profile's.
    pub region: Option<String>,
    /// Where AWS is, when it is somewhere else.
    pub endpoint_url: Option<String>,
}

impl Target {
    /// The configuration of all AWS clients.
    pub async fn config(&self) -> SdkConfig {
        let timeouts = TimeoutConfig::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .operation_attempt_timeout(ATTEMPT_TIMEOUT)
            .build();
        let mut loader = aws_config::defaults(BehaviorVersion::latest())
            .timeout_config(timeouts)
            .retry_config(RetryConfig::standard());
        if let Some(profile) = &self.profile {
            loader = loader.profile_name(profile);
        }
        if let Some(region) = &self.region {
            loader = loader.region(Region::new(region.clone()));
        }
        if let Some(url) = &self.endpoint_url {
            loader = loader.endpoint_url(url);
        }
        loader.load().await
    }
}

/// A stack that was found.
#[derive(Clone, Debug)]
pub struct Stack {
    /// Its name.
    pub name: String,
    /// The state CloudFormation gives it: `UPDATE_COMPLETE`.
    pub state: String,
    /// The configuration of all AWS clients.
    pub config: SdkConfig,
    outputs: BTreeMap<String, String>,
    parameters: BTreeMap<String, String>,
}

impl Stack {
    /// Finds the stack and reads its outputs.
    ///
    /// # Errors
    /// [`Stop`]: AWS does not answer, does not allow it, or has no such stack.
    pub async fn connect(target: &Target) -> Result<Self> {
        Self::connect_with(target.config().await, &target.stack).await
    }

    /// As [`Stack::connect`], with a configuration that is there already.
    ///
    /// # Errors
    /// As [`Stack::connect`].
    pub async fn connect_with(config: SdkConfig, name: &str) -> Result<Self> {
        if config.region().is_none() {
            let stop = Stop::unreachable("no AWS region is configured");
            return Err(stop.remedy("give --region, --profile, or set AWS_REGION").into());
        }
        let client = aws_sdk_cloudformation::Client::new(&config);
        let described = client.describe_stacks().stack_name(name).send().await;
        let described =
            described.map_err(|error| crate::aws::stopped(&format!("the stack {name}"), &error))?;
        let stack = described.stacks.unwrap_or_default().into_iter().next();
        let stack = stack.ok_or_else(|| no_stack(name, &config))?;
        let outputs = stack.outputs().iter();
        let parameters = stack.parameters().iter();
        Ok(Self {
            name: name.to_owned(),
            state: stack
                .stack_status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            outputs: outputs
                .filter_map(|o| Some((o.output_key.clone()?, o.output_value.clone()?)))
                .collect(),
            parameters: parameters
                .filter_map(|p| Some((p.parameter_key.clone()?, p.parameter_value.clone()?)))
                .collect(),
            config,
        })
    }

    /// An output of the stack.
    ///
    /// # Errors
    /// When the stack has none of that name: it was deployed from an older template.
    pub fn output(&self, name: &str) -> Result<&str> {
        let found = self.outputs.get(name).map(String::as_str);
        found.with_context(|| {
            format!(
                "the stack {} has no output {name}; deploy it from this version's template",
                self.name
            )
        })
    }

    /// All outputs by name.
    pub fn outputs(&self) -> &BTreeMap<String, String> {
        &self.outputs
    }

    /// The ARN of a run of order-to-cash.
    ///
    /// # Errors
    /// Those of [`Stack::output`].
    pub fn execution_arn(&self, run: &str) -> Result<String> {
        let machine = self.output("StateMachine")?;
        Ok(format!(
            "{}:{run}",
            machine.replacen(":stateMachine:", ":execution:", 1)
        ))
    }

    /// A parameter the stack was deployed with.
    pub fn parameter(&self, name: &str) -> Option<&str> {
        self.parameters.get(name).map(String::as_str)
    }

    /// The stack's resources of a type, by their logical name: what AWS calls them.
    ///
    /// # Errors
    /// [`Stop`] when AWS does not answer.
    pub async fn resources(&self, kind: &str) -> Result<BTreeMap<String, String>> {
        let client = self.cloudformation();
        let pages = client
            .list_stack_resources()
            .stack_name(&self.name)
            .into_paginator();
        let listed = pages.items().send().collect::<Result<Vec<_>, _>>().await;
        let listed = listed.map_err(|error| crate::aws::stopped("listing the stack's resources", &error))?;
        let ours = listed
            .into_iter()
            .filter(|resource| resource.resource_type() == Some(kind));
        Ok(ours
            .filter_map(|resource| Some((resource.logical_resource_id?, resource.physical_resource_id?)))
            .collect())
    }

    /// The clock.
    pub fn clock(&self) -> Arc<dyn Clock> {
        Arc::new(SystemClock)
    }

    /// The table.
    ///
    /// # Errors
    /// Those of [`Stack::output`].
    pub fn items(&self) -> Result<Arc<dyn Items>> {
        Ok(Arc::new(DynamoItems::new(self.dynamodb(), self.output("Table")?)))
    }

    /// The order items.
    ///
    /// # Errors
    /// Those of [`Stack::output`].
    pub fn orders(&self) -> Result<OrderItems> {
        Ok(OrderItems::new(self.items()?))
    }

    /// The reviews.
    ///
    /// # Errors
    /// Those of [`Stack::output`].
    pub fn reviews(&self) -> Result<Reviews> {
        Ok(Reviews::new(self.items()?, self.clock()))
    }

    /// The payload store.
    ///
    /// # Errors
    /// Those of [`Stack::output`].
    pub fn payloads(&self) -> Result<PayloadStore> {
        Ok(PayloadStore::new(self.items()?, self.clock()))
    }

    /// The breakers.
    ///
    /// # Errors
    /// Those of [`Stack::output`].
    pub fn breaker(&self) -> Result<Breaker> {
        Ok(Breaker::new(self.items()?, self.clock()))
    }

    /// What the ledger remembers. Read only: claims are the functions' own.
    ///
    /// # Errors
    /// Those of [`Stack::output`].
    pub fn effects(&self) -> Result<DynamoStore> {
        Ok(DynamoStore::new(self.dynamodb(), self.output("Table")?))
    }

    /// The secrets.
    pub fn secrets(&self) -> Secrets {
        let source = SecretsManager::new(self.secrets_manager());
        Secrets::new(Arc::new(source), self.clock())
    }

    /// A client of DynamoDB.
    pub fn dynamodb(&self) -> aws_sdk_dynamodb::Client {
        aws_sdk_dynamodb::Client::new(&self.config)
    }

    /// A client of SQS.
    pub fn sqs(&self) -> aws_sdk_sqs::Client {
        aws_sdk_sqs::Client::new(&self.config)
    }

    /// A client of Step Functions.
    pub fn step_functions(&self) -> aws_sdk_sfn::Client {
        aws_sdk_sfn::Client::new(&self.config)
    }

    /// A client of Lambda.
    pub fn lambda(&self) -> aws_sdk_lambda::Client {
        aws_sdk_lambda::Client::new(&self.config)
    }

    /// A client of Secrets Manager.
    pub fn secrets_manager(&self) -> aws_sdk_secretsmanager::Client {
        aws_sdk_secretsmanager::Client::new(&self.config)
    }

    /// A client of CloudFormation.
    pub fn cloudformation(&self) -> aws_sdk_cloudformation::Client {
        aws_sdk_cloudformation::Client::new(&self.config)
    }

    /// A client of CloudWatch.
    pub fn cloudwatch(&self) -> aws_sdk_cloudwatch::Client {
        aws_sdk_cloudwatch::Client::new(&self.config)
    }
}

fn no_stack(name: &str, config: &SdkConfig) -> Stop {
    let region = config.region().map_or("", AsRef::as_ref);
    Stop::usage(format!("there is no stack {name} in {region}"))
        .remedy("name it with --stack or ODOO_HEARTLAND_STACK, and its region with --region")
}

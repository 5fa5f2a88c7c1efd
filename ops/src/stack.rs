//! The stack: where its parts are, read from its outputs, and clients for them, made on demand.

mod target;

pub use target::Target;

use std::collections::BTreeMap;
use std::sync::Arc;

use anyhow::{Context, Result};
use aws_config::SdkConfig;
use effects::{Clock, DynamoStore, SystemClock};
use runtime::breaker::Breaker;
use runtime::items::{DynamoItems, Items};
use runtime::secrets::{Secrets, SecretsManager};
use runtime::stores::{OrderItems, PayloadStore, Review, ReviewState, Reviews};

use crate::exit::Stop;
use crate::own_rights::OwnRights;

/// Reviews that are read at once.
const REVIEWS_PAGE: usize = 500;

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
        let items = DynamoItems::new(self.dynamodb(), self.output("Table")?);
        Ok(Arc::new(OwnRights(items)))
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

    /// Every review that is open, those first opened first at the top.
    ///
    /// # Errors
    /// Those of [`Stack::output`]; when the table does not answer.
    pub async fn open_reviews(&self) -> Result<Vec<Review>> {
        let (reviews, mut open) = (self.reviews()?, Vec::<Review>::new());
        loop {
            let after = open.last().map(Review::place);
            let page = reviews.list_after(ReviewState::Open, after.as_deref(), REVIEWS_PAGE);
            let page = page.await?;
            let is_last = page.len() < REVIEWS_PAGE;
            open.extend(page);
            if is_last {
                return Ok(open);
            }
        }
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
        Secrets::new(Arc::new(OwnRights(source)), self.clock())
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

    /// A client of Lambda that calls functions, once each, and waits until they are done.
    pub fn functions(&self) -> aws_sdk_lambda::Client {
        target::calling(&self.config)
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

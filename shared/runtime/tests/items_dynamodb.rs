//! The suite of all tables, over DynamoDB: at the endpoint `LEDGER_TEST_ENDPOINT`, in a table it makes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod suite;

use aws_sdk_dynamodb::{
    Client,
    config::{Credentials, Region},
    types::{
        AttributeDefinition, BillingMode::PayPerRequest, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType::S,
    },
};
use runtime::items::{DynamoItems, STATE_INDEX};
use std::sync::Arc;
use tokio::sync::OnceCell;

static TABLE: OnceCell<String> = OnceCell::const_new();

suite::tests!(async {
    let client = client().await;
    let table = TABLE.get_or_init(|| make_table(client.clone())).await;
    Arc::new(DynamoItems::new(client, table))
});

async fn client() -> Client {
    let endpoint =
        std::env::var("LEDGER_TEST_ENDPOINT").expect("LEDGER_TEST_ENDPOINT names a DynamoDB endpoint");
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"));
    Client::new(&config.load().await)
}

async fn make_table(client: Client) -> String {
    let table = format!("items-suite-{}", runtime::unique());
    let attribute = |name| {
        AttributeDefinition::builder()
            .attribute_name(name)
            .attribute_type(S)
            .build()
            .unwrap()
    };
    let key = |name, kind| {
        KeySchemaElement::builder()
            .attribute_name(name)
            .key_type(kind)
            .build()
            .unwrap()
    };
    let index = GlobalSecondaryIndex::builder()
        .index_name(STATE_INDEX)
        .key_schema(key("state_pk", KeyType::Hash))
        .key_schema(key("state_sk", KeyType::Range))
        .projection(Projection::builder().projection_type(ProjectionType::All).build());
    let create = client
        .create_table()
        .table_name(&table)
        .billing_mode(PayPerRequest);
    let create = create
        .attribute_definitions(attribute("pk"))
        .attribute_definitions(attribute("state_pk"))
        .attribute_definitions(attribute("state_sk"))
        .key_schema(key("pk", KeyType::Hash))
        .global_secondary_indexes(index.build().unwrap());
    create.send().await.expect("the table is made");
    table
}

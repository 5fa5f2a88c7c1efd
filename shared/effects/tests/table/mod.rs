//! A table as `infra/template.yaml` makes it, for the suites that run over DynamoDB.

use aws_sdk_dynamodb::{
    Client,
    config::{Credentials, Region},
    types::{
        AttributeDefinition, BillingMode::PayPerRequest, GlobalSecondaryIndex, KeySchemaElement, KeyType,
        Projection, ProjectionType, ScalarAttributeType::S,
    },
};
use effects::OPEN_INDEX;

/// The indexes: name, partition key, sort key, what is projected.
const INDEXES: [(&str, &str, &str, ProjectionType); 2] = [
    ("by_state", "state_pk", "state_sk", ProjectionType::All),
    (OPEN_INDEX, "open_pk", "open_sk", ProjectionType::KeysOnly),
];

/// A client of the endpoint `LEDGER_TEST_ENDPOINT`.
pub async fn client() -> Client {
    let endpoint =
        std::env::var("LEDGER_TEST_ENDPOINT").expect("LEDGER_TEST_ENDPOINT names a DynamoDB endpoint");
    let config = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .endpoint_url(endpoint)
        .region(Region::new("us-east-1"))
        .credentials_provider(Credentials::new("test", "test", None, None, "test"));
    Client::new(&config.load().await)
}

/// Makes a table that no other test has. Its name.
pub async fn make(client: &Client) -> String {
    let now = effects::Clock::now(&effects::SystemClock).0;
    let table = format!("suite-{}-{now}", std::process::id());
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
    let create = client
        .create_table()
        .table_name(&table)
        .billing_mode(PayPerRequest);
    let mut create = create
        .attribute_definitions(attribute("pk"))
        .key_schema(key("pk", KeyType::Hash));
    for (name, partition, sort, projected) in INDEXES {
        let index = GlobalSecondaryIndex::builder()
            .index_name(name)
            .key_schema(key(partition, KeyType::Hash))
            .key_schema(key(sort, KeyType::Range))
            .projection(Projection::builder().projection_type(projected).build());
        create = create
            .attribute_definitions(attribute(partition))
            .attribute_definitions(attribute(sort))
            .global_secondary_indexes(index.build().unwrap());
    }
    create.send().await.expect("the table is made");
    table
}

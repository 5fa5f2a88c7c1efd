//! A table as `infra/template.yaml` makes it for the trail.

use aws_sdk_dynamodb::{
    Client,
    config::{Credentials, Region},
    types::{
        AttributeDefinition, BillingMode::PayPerRequest, KeySchemaElement, KeyType, ScalarAttributeType::S,
    },
};

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
    let table = format!("trail-{}-{now}", std::process::id());
    let create = client
        .create_table()
        .table_name(&table)
        .billing_mode(PayPerRequest);
    let create =
        [("pk", KeyType::Hash), ("sk", KeyType::Range)]
            .into_iter()
            .fold(create, |create, (name, kind)| {
                let attribute = AttributeDefinition::builder()
                    .attribute_name(name)
                    .attribute_type(S);
                let key = KeySchemaElement::builder().attribute_name(name).key_type(kind);
                create
                    .attribute_definitions(attribute.build().unwrap())
                    .key_schema(key.build().unwrap())
            });
    create.send().await.expect("the table is made");
    table
}

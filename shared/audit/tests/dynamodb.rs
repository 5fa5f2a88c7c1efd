//! The suite of all trails, over DynamoDB: at the endpoint `LEDGER_TEST_ENDPOINT`, in a table it makes.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod suite;
mod table;

use audit::DynamoTrail;
use std::sync::Arc;
use tokio::sync::OnceCell;

static TABLE: OnceCell<String> = OnceCell::const_new();

suite::tests!(async {
    let client = table::client().await;
    let name = TABLE.get_or_init(|| table::make(&client)).await;
    Arc::new(DynamoTrail::new(client.clone(), name))
});

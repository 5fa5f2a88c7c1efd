use super::*;
use effects::ManualClock;
use serde_json::json;

#[derive(serde::Deserialize)]
struct OdooSecret {
    api_key: SecretString,
}

fn odoo(key: &str) -> serde_json::Value {
    json!({"url": "http://odoo", "database": "d", "api_key": key, "dialect": "json2"})
}

fn secrets() -> (Arc<MemorySecrets>, Arc<ManualClock>, Secrets) {
    let source = Arc::new(MemorySecrets::default());
    let clock = Arc::new(ManualClock::new(UnixMillis(1_000_000)));
    source.set("odoo", &odoo("first"));
    (source.clone(), clock.clone(), Secrets::new(source, clock))
}

async fn key(secrets: &Secrets) -> String {
    secrets
        .read::<OdooSecret>("odoo")
        .await
        .unwrap()
        .api_key
        .expose_secret()
        .to_owned()
}

#[tokio::test]
async fn a_secret_is_kept_five_minutes() {
    let (source, clock, secrets) = secrets();
    assert_eq!(key(&secrets).await, "first");
    source.set("odoo", &odoo("second"));
    clock.advance_ms(KEPT_MS - 1);
    assert_eq!((key(&secrets).await.as_str(), source.fetched()), ("first", 1));
    clock.advance_ms(1);
    assert_eq!(key(&secrets).await, "second");
}

#[tokio::test]
async fn a_refused_secret_is_read_again_at_most_once_a_minute() {
    let (source, clock, secrets) = secrets();
    key(&secrets).await;
    source.set("odoo", &odoo("second"));
    assert!(!secrets.reread("odoo").await.unwrap(), "it was read just now");
    clock.advance_ms(REREAD_MS);
    assert!(secrets.reread("odoo").await.unwrap());
    assert_eq!(key(&secrets).await, "second");
    for _ in 0..20 {
        assert!(!secrets.reread("odoo").await.unwrap());
    }
    assert_eq!(source.fetched(), 2);
    clock.advance_ms(REREAD_MS);
    assert!(
        !secrets.reread("odoo").await.unwrap(),
        "nobody rotated it: a second try is pointless"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_secret_is_named_without_its_value() {
    let (source, _, secrets) = secrets();
    source.set("odoo", &json!({"url": "http://odoo", "token": "s3cr3t"}));
    let failure = secrets.read::<OdooSecret>("odoo").await.err().unwrap();
    assert_eq!(
        (failure.name, failure.field.as_deref()),
        (FailureName::Misconfigured, Some("api_key"))
    );
    source.set("shop/woo", &json!("s3cr3t"));
    let failure = secrets.read::<OdooSecret>("shop/woo").await.err().unwrap();
    assert!(!format!("{failure:?}").contains("s3cr3t"), "{failure:?}");
}

#[tokio::test]
async fn the_fact_key_recognises_what_an_earlier_one_made() {
    let (source, _, secrets) = secrets();
    source.set(
        "facts",
        &json!({"key_id": "2", "key": "new", "previous": [{"key_id": "1", "key": "old"}]}),
    );
    let key = secrets.fact_key("facts").await.unwrap();
    assert_eq!(format!("{key:?}"), r#"["2", "1"]"#);
}

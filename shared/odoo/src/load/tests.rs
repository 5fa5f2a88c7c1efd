use super::*;
use crate::fake::Fake;

fn two_orders() -> Table {
    let line = |sku: &str| vec![("order_line/name", sku.to_owned())];
    let order = |id: &str| Record::new([("id", id.to_owned())]).lines([line("a"), line("b")]);
    Table::new([order("heartland.o1"), order("heartland.o2")])
}

async fn load_with(answers: Vec<Value>) -> (Result<Vec<i64>, LoadError>, usize) {
    let fake = Fake::answering(answers);
    let context = Context::new("en_US", "UTC", None);
    let result = load(&fake, "sale.order", &two_orders(), Mode::CreateOnce, &context).await;
    (result, fake.calls().len())
}

#[tokio::test]
async fn a_refused_row_names_its_record() {
    let message =
        json!({"rows": {"from": 3, "to": 3}, "type": "error", "field": "partner_id", "message": "no"});
    let (result, _) = load_with(vec![json!({"ids": false, "messages": [message]})]).await;
    let expected = RefusedRecord {
        record: 1,
        field: Some("partner_id".into()),
        message: "no".into(),
    };
    assert_eq!(result, Err(LoadError::Records(vec![expected])));
}

#[tokio::test]
async fn a_collision_is_repeated() {
    let lost = json!({"rows": {"from": 0, "to": 1}, "type": "error",
        "message": "could not serialize access due to concurrent update\n"});
    let answers = vec![
        json!({"ids": false, "messages": [lost]}),
        json!({"ids": [1, 2], "messages": []}),
    ];
    assert_eq!(load_with(answers).await, (Ok(vec![1, 2]), 2));
}

#[tokio::test]
async fn whoever_is_refused_is_taken_out() {
    let refused = json!({"rows": {"from": 1, "to": 1}, "type": "error", "field": "name", "message": "no"});
    let fake = Fake::answering([
        json!({"ids": false, "messages": [refused]}),
        json!({"ids": [1, 3]}),
    ]);
    let records = ["a", "b", "c"]
        .map(|id| Record::new([("id", id.to_owned())]))
        .to_vec();
    let context = Context::new("en_US", "UTC", None);
    let loaded = load_each(&fake, "res.partner", records, Mode::CreateOnce, &context).await;
    assert_eq!(loaded[0], Ok(1));
    assert_eq!(
        loaded[1].as_ref().unwrap_err().field.as_deref(),
        Some("res.partner.name")
    );
    assert_eq!(loaded[2], Ok(3));
}

#[tokio::test]
async fn a_record_made_meanwhile_is_found_by_the_next_try() {
    let lost = json!({"rows": {"from": 0, "to": 1}, "type": "error",
        "message": "duplicate key value violates unique constraint \"sale_order_x_heartland_uniq\""});
    let answers = vec![
        json!({"ids": false, "messages": [lost]}),
        json!({"ids": [1, 2], "messages": []}),
    ];
    assert_eq!(load_with(answers).await, (Ok(vec![1, 2]), 2));
}

#[tokio::test]
async fn an_answer_for_fewer_records_is_no_answer() {
    let (result, _) = load_with(vec![json!({"ids": [1], "messages": []})]).await;
    assert!(matches!(result, Err(LoadError::Call(OdooError::Malformed(_)))));
}

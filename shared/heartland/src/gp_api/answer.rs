//! From bytes to an answer. Total: any bytes end in exactly one of these.

use super::{
    failures::{Effect, no_answer, of_answer},
    ids::TransactionId,
    transaction::Transaction,
    transport::Reply,
    wire::{WireError, WireList},
};
use domain::failure::Failure;

/// What the answer to a call about one transaction says.
#[derive(Debug, PartialEq)]
pub(super) enum Answer {
    /// A transaction, still to be judged by its status.
    Transaction(Box<Transaction>),
    /// The idempotency key was seen before; this is what it made then.
    Duplicate(TransactionId),
    /// There is no such transaction.
    Absent(Failure),
    /// Anything else.
    Failed(Failure),
}

/// Reads the answer to a call about one transaction.
pub(super) fn read(effect: Effect, reply: &Reply) -> Answer {
    if (200..300).contains(&reply.http) {
        return match transaction(&reply.body) {
            Ok(transaction) => Answer::Transaction(Box::new(transaction)),
            Err(why) => Answer::Failed(no_answer(effect, why)),
        };
    }
    let error: Option<WireError> = serde_json::from_slice(&reply.body).ok();
    let duplicate = error
        .as_ref()
        .filter(|e| reply.http == 409 && e.error_code == "DUPLICATE_ACTION");
    if let Some(id) = duplicate.and_then(|e| first_transaction(&e.detailed_error_description)) {
        return Answer::Duplicate(id);
    }
    let failure = of_answer(effect, reply.http, &reply.body);
    match error {
        Some(e) if reply.http == 404 && e.detailed_error_code == "40008" => Answer::Absent(failure),
        _ => Answer::Failed(failure),
    }
}

/// One page of a list.
pub(super) struct Page {
    /// The transactions of this page.
    pub transactions: Vec<Transaction>,
    /// How many there are on all pages.
    pub total: usize,
    /// How many rows this page had.
    pub rows: usize,
}

/// Reads the answer to a list. One row that cannot be read makes the whole page unreadable: a payment that
/// is overlooked would be made twice.
pub(super) fn read_page(reply: &Reply) -> Result<Page, Failure> {
    if !(200..300).contains(&reply.http) {
        return Err(of_answer(Effect::Reads, reply.http, &reply.body));
    }
    let broken = |why: &str| no_answer(Effect::Reads, why);
    let list: WireList =
        serde_json::from_slice(&reply.body).map_err(|_| broken("not a list of transactions"))?;
    let rows = list.transactions.len();
    let total = list
        .total_count
        .map_or(rows, |n| usize::try_from(n).unwrap_or(usize::MAX));
    let read = |value| {
        serde_json::from_value(value)
            .map_err(|_| "not a transaction")
            .and_then(Transaction::from_wire)
    };
    let transactions: Result<Vec<_>, _> = list.transactions.into_iter().map(read).collect();
    Ok(Page {
        transactions: transactions.map_err(broken)?,
        total,
        rows,
    })
}

/// Reads a transaction.
pub(super) fn transaction(body: &[u8]) -> Result<Transaction, &'static str> {
    serde_json::from_slice(body)
        .map_err(|_| "not a transaction")
        .and_then(Transaction::from_wire)
}

/// `Idempotency Key seen before: id=TRN_…, status=CAPTURED` → `TRN_…`.
fn first_transaction(description: &str) -> Option<TransactionId> {
    let (_, rest) = description.split_once("id=")?;
    let id = rest.split([',', ' ']).next()?;
    id.starts_with("TRN_").then(|| id.parse().ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::failure::FailureName;
    use proptest::prelude::*;

    fn duplicate(description: &str) -> Answer {
        let body = serde_json::json!({"error_code": "DUPLICATE_ACTION", "detailed_error_code": "40039",
            "detailed_error_description": description});
        read(
            Effect::Changes,
            &Reply {
                http: 409,
                body: body.to_string().into_bytes(),
            },
        )
    }

    #[test]
    fn a_duplicate_names_the_first_transaction() {
        let answer = duplicate("Idempotency Key seen before: id=TRN_x9, status=CAPTURED");
        assert_eq!(answer, Answer::Duplicate("TRN_x9".parse().unwrap()));
    }

    #[test]
    fn a_duplicate_without_an_id_leaves_the_outcome_open() {
        for text in [
            "",
            "Idempotency Key seen before",
            "Idempotency Key seen before: id=, status=",
            "id=PMT_1",
        ] {
            let Answer::Failed(failure) = duplicate(text) else {
                panic!("{text}")
            };
            assert_eq!(failure.name, FailureName::OutcomeUnknown);
        }
    }

    #[test]
    fn a_page_with_one_unreadable_row_is_unreadable() {
        let page = |rows: &str| Reply {
            http: 200,
            body: format!(r#"{{"transactions":[{rows}]}}"#).into_bytes(),
        };
        assert_eq!(
            read_page(&page(r#"{"id":"TRN_1","status":"CAPTURED"}"#))
                .unwrap()
                .rows,
            1
        );
        assert!(read_page(&page(r#"{"id":"TRN_1","status":"CAPTURED"},{"id":"TRN_2"}"#)).is_err());
    }

    proptest! {
        #[test]
        fn any_bytes_are_some_answer(http in 100_u16..600, body in proptest::collection::vec(any::<u8>(), 0..300)) {
            let reply = Reply { http, body };
            let answer = read(Effect::Changes, &reply);
            prop_assert!(!matches!(answer, Answer::Transaction(_)));
            let _ = read_page(&reply);
        }

        #[test]
        fn any_cut_of_a_true_answer_is_no_answer(cut in 0_usize..70) {
            let whole = br#"{"id":"TRN_1","status":"PREAUTHORIZED","amount":"1999","currency":"USD"}"#;
            let reply = Reply { http: 200, body: whole[..cut].to_vec() };
            let Answer::Failed(failure) = read(Effect::Changes, &reply) else { panic!("cut at {cut}") };
            prop_assert_eq!(failure.name, FailureName::OutcomeUnknown);
        }

        #[test]
        fn any_json_is_some_answer(fields in proptest::collection::hash_map(field(), json(), 0..8)) {
            let body = serde_json::to_vec(&fields).unwrap();
            let answer = read(Effect::Changes, &Reply { http: 200, body });
            if let Answer::Transaction(t) = answer {
                prop_assert_eq!(Some(t.id.as_str()), fields["id"].as_str());
                prop_assert_eq!(Some(t.status.as_str()), fields["status"].as_str());
            }
        }
    }

    fn field() -> impl Strategy<Value = &'static str> {
        let names = [
            "id",
            "status",
            "type",
            "amount",
            "currency",
            "reference",
            "parent_resource_id",
            "time_created",
        ];
        proptest::sample::select([names.as_slice(), &["payment_method", "action", "batch_id"]].concat())
    }

    /// JSON of any shape, with words among it that make it nearly a transaction.
    fn json() -> impl Strategy<Value = serde_json::Value> {
        let words = [
            "TRN_1",
            "CAPTURED",
            "USD",
            "1999",
            "-0",
            "19.99",
            "2026-01-01T00:00:00Z",
            "SALE",
        ];
        let leaf = prop_oneof![
            4 => proptest::sample::select(words.to_vec()).prop_map(serde_json::Value::from),
            1 => any::<String>().prop_map(serde_json::Value::from),
            1 => any::<i64>().prop_map(serde_json::Value::from),
            1 => any::<f64>().prop_map(serde_json::Value::from),
            1 => Just(serde_json::Value::Null),
        ];
        leaf.prop_recursive(3, 16, 4, |inner| {
            let names =
                proptest::sample::select(vec!["card", "result", "brand", "masked_number_last4", "id"]);
            prop_oneof![
                proptest::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                proptest::collection::hash_map(names, inner, 0..4)
                    .prop_map(|map| map.into_iter().map(|(k, v)| (k.to_owned(), v)).collect()),
            ]
        })
    }
}

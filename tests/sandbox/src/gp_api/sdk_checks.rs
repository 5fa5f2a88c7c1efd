//! What the SDK must have understood, fact by fact.

use super::control::Totals;
use serde_json::{Value, json};

/// One thing the SDK understood, and what it should have.
pub(super) struct Fact {
    name: String,
    seen: Value,
    expected: Value,
}

impl Fact {
    fn new(name: impl Into<String>, seen: &Value, expected: Value) -> Self {
        Self {
            name: name.into(),
            seen: seen.clone(),
            expected,
        }
    }

    /// The sentence that says how they differ, if they do.
    pub fn disagreement(&self) -> Option<String> {
        let Self { name, seen, expected } = self;
        (seen != expected).then(|| format!("{name}: understood {seen}, should be {expected}"))
    }
}

/// Steps that end well: name, `response_code`, status, amount as the SDK prints it.
const DONE: &[(&str, &str, &str, &str)] = &[
    ("charge", "SUCCESS", "CAPTURED", "10.0"),
    ("charge_mastercard", "SUCCESS", "CAPTURED", "12.0"),
    ("charge_token", "SUCCESS", "CAPTURED", "11.0"),
    ("authorize", "SUCCESS", "PREAUTHORIZED", "20.0"),
    ("capture", "SUCCESS", "CAPTURED", "20.0"),
    ("refund_part", "SUCCESS", "CAPTURED", "5.0"),
    ("authorize_whole", "SUCCESS", "PREAUTHORIZED", "30.0"),
    ("capture_whole", "SUCCESS", "CAPTURED", "30.0"),
    ("refund_whole", "SUCCESS", "CAPTURED", "30.0"),
    ("authorize_held", "SUCCESS", "PREAUTHORIZED", "40.0"),
    ("reverse", "SUCCESS", "REVERSED", "40.0"),
    ("authorize_part", "SUCCESS", "PREAUTHORIZED", "50.0"),
    ("refund_alone", "SUCCESS", "CAPTURED", "5.0"),
    ("decline", "DECLINED", "DECLINED", "10.0"),
    ("first", "SUCCESS", "CAPTURED", "13.0"),
    ("tokenize", "SUCCESS", "ACTIVE", "0"),
    ("verify", "SUCCESS", "VERIFIED", "0"),
    ("charge_and_store", "SUCCESS", "CAPTURED", "14.0"),
];

/// Steps that end with an error of the gateway: name, detailed code.
const FAILED: &[(&str, &str)] = &[
    ("charge_ended_token", "40116"),
    ("capture_again", "40290"),
    ("refund_too_much", "40087"),
    ("reverse_again", "40290"),
    ("reverse_part", "40214"),
    ("void", "40118"), // the SDK sends its void to no transaction at all
    ("fail", "50013"),
    ("duplicate", "40039"),
    ("capture_unknown", "40008"),
    ("detail_unknown", "40008"),
    ("wrong_key", "40004"),
    ("life_too_short", "40213"),
    ("not_permitted", "40212"),
    ("no_such_permission", "40119"),
];

/// Pairs of steps that must be about one transaction, or about two.
const SAME: &[(&str, &str, bool)] = &[
    ("capture", "authorize", true),
    ("capture_whole", "authorize_whole", true),
    ("reverse", "authorize_held", true),
    ("detail", "authorize", true),
    ("refund_part", "authorize", false),
    ("refund_whole", "authorize_whole", false),
];

/// Everything that has to be so.
pub(super) fn facts(paid: &Value, reported: &Value, totals: &Totals) -> Vec<Fact> {
    let mut facts = Vec::new();
    for (step, code, status, amount) in DONE {
        let seen = &paid[step];
        facts.push(Fact::new(
            format!("{step}: response code"),
            &seen["response_code"],
            json!(code),
        ));
        facts.push(Fact::new(
            format!("{step}: status"),
            &seen["response_message"],
            json!(status),
        ));
        facts.push(Fact::new(
            format!("{step}: amount"),
            &seen["balance_amount"],
            json!(amount),
        ));
    }
    for (step, code) in FAILED {
        facts.push(Fact::new(
            format!("{step}: error"),
            &paid[step]["error"],
            json!("GatewayException"),
        ));
        facts.push(Fact::new(
            format!("{step}: code"),
            &paid[step]["code"],
            json!(code),
        ));
    }
    for (one, other, same) in SAME {
        let equal = paid[one]["transaction_id"] == paid[other]["transaction_id"];
        facts.push(Fact::new(
            format!("{one} and {other}: one transaction"),
            &json!(equal),
            json!(same),
        ));
    }
    payments(&mut facts, paid);
    look_ups(&mut facts, paid);
    settlement(&mut facts, paid, reported);
    let sums = json!([
        totals.charges,
        totals.declined,
        totals.refunds,
        totals.captured_minor,
        totals.refunded_minor
    ]);
    facts.push(Fact::new(
        "sums of the gateway",
        &sums,
        json!([9, 1, 3, 11_000, 4_000]),
    ));
    facts
}

fn payments(facts: &mut Vec<Fact>, paid: &Value) {
    let first = paid["first"]["transaction_id"].as_str().unwrap_or_default();
    let duplicate = paid["duplicate"]["text"].as_str().unwrap_or_default();
    let named = !first.is_empty() && duplicate.contains(&format!("id={first}, status=CAPTURED"));
    facts.push(Fact::new(
        "duplicate: names the first transaction",
        &json!(named),
        json!(true),
    ));
    facts.push(Fact::new(
        "charge: brand",
        &paid["charge"]["card_type"],
        json!("VISA"),
    ));
    facts.push(Fact::new(
        "charge: reference",
        &paid["charge"]["reference_number"],
        json!("sdk-charge"),
    ));
    facts.push(Fact::new(
        "charge_mastercard: brand",
        &paid["charge_mastercard"]["card_type"],
        json!("MASTERCARD"),
    ));
    facts.push(Fact::new(
        "authorize: authorized",
        &paid["authorize"]["authorized_amount"],
        json!("20.0"),
    ));
    for step in ["tokenize", "charge_and_store"] {
        let token = paid[step]["token"]
            .as_str()
            .is_some_and(|token| token.starts_with("PMT_"));
        facts.push(Fact::new(format!("{step}: token"), &json!(token), json!(true)));
    }
}

fn look_ups(facts: &mut Vec<Fact>, paid: &Value) {
    let detail = &paid["detail"];
    facts.push(Fact::new(
        "detail: status",
        &detail["transaction_status"],
        json!("CAPTURED"),
    ));
    facts.push(Fact::new("detail: amount", &detail["amount"], json!("20.0")));
    facts.push(Fact::new(
        "detail: card",
        &detail["masked_card_number"],
        json!("426397XXXXXX5262"),
    ));
    facts.push(Fact::new(
        "find: count",
        &paid["find"]["total_record_count"],
        json!(1),
    ));
    let found = &paid["find"]["rows"][0]["transaction_id"];
    facts.push(Fact::new(
        "find: transaction",
        found,
        paid["charge"]["transaction_id"].clone(),
    ));
    facts.push(Fact::new(
        "find_nothing: count",
        &paid["find_nothing"]["total_record_count"],
        json!(0),
    ));
    facts.push(Fact::new(
        "find_page: count",
        &paid["find_page"]["total_record_count"],
        json!(13),
    ));
    facts.push(Fact::new(
        "find_page: rows",
        &json!(rows(&paid["find_page"])),
        json!(3),
    ));
    let newest = &paid["find_page"]["rows"][0]["transaction_id"];
    facts.push(Fact::new(
        "find_page: newest first",
        newest,
        paid["charge_and_store"]["transaction_id"].clone(),
    ));
}

fn settlement(facts: &mut Vec<Fact>, paid: &Value, reported: &Value) {
    let (settled, deposits) = (&reported["settled"], &reported["deposits"]);
    let status = &settled["rows"][0]["transaction_status"];
    facts.push(Fact::new(
        "settled: count",
        &settled["total_record_count"],
        json!(10),
    ));
    facts.push(Fact::new("settled: rows", &json!(rows(settled)), json!(10)));
    facts.push(Fact::new("settled: status", status, json!("FUNDED")));
    facts.push(Fact::new(
        "deposits: count",
        &deposits["total_record_count"],
        json!(1),
    ));
    let deposit = &deposits["rows"][0];
    // sales 110.00 less refunds 40.00, a chargeback of 10.00 and fees of 2.75
    for (field, expected) in [
        ("amount", "57.25"),
        ("sales_total_amount", "110.0"),
        ("refunds_total_amount", "40.0"),
        ("chargeback_total_amount", "10.0"),
        ("fees_total_amount", "2.75"),
        ("status", "FUNDED"),
        ("currency", "USD"),
    ] {
        facts.push(Fact::new(
            format!("deposit: {field}"),
            &deposit[field],
            json!(expected),
        ));
    }
    disputes(facts, reported);
    let detail = &reported["detail"];
    let (status, id) = (&detail["transaction_status"], &detail["transaction_id"]);
    facts.push(Fact::new(
        "detail after settlement: status",
        status,
        json!("FUNDED"),
    ));
    facts.push(Fact::new(
        "detail after settlement: id",
        id,
        paid["charge"]["transaction_id"].clone(),
    ));
    facts.push(Fact::new(
        "reverse_settled: code",
        &reported["reverse_settled"]["code"],
        json!("40290"),
    ));
}

fn disputes(facts: &mut Vec<Fact>, reported: &Value) {
    for list in ["disputes", "settled_disputes"] {
        let count = &reported[list]["total_record_count"];
        facts.push(Fact::new(format!("{list}: count"), count, json!(1)));
        let dispute = &reported[list]["rows"][0];
        for (field, expected) in [
            ("case_status", "WITH_MERCHANT"),
            ("case_stage", "CHARGEBACK"),
            ("case_amount", "10.0"),
        ] {
            facts.push(Fact::new(
                format!("{list}: {field}"),
                &dispute[field],
                json!(expected),
            ));
        }
    }
}

fn rows(list: &Value) -> usize {
    list["rows"].as_array().map_or(0, Vec::len)
}

//! Only what a shop has signed gets in, byte for byte.

#![allow(clippy::unwrap_used, clippy::expect_used, reason = "helpers of tests")]

mod common;

use base64::{Engine, prelude::BASE64_STANDARD};
use common::{sample, store};
use http::{HeaderMap, HeaderName, HeaderValue};
use jiff::{SignedDuration, Timestamp};
use proptest::prelude::*;
use secrecy::SecretString;
use serde_json::Value;
use shop::{Delivery, Scheme, Unauthorized, Verified, scheme, standard, woocommerce};

/// What the sample of API Gateway carries, and when it came. Its signature was made by another implementation.
fn gateway_sample(name: &str) -> (HeaderMap, Vec<u8>, Timestamp) {
    let event: Value = serde_json::from_slice(&sample(&format!("lambda/{name}.json"))).unwrap();
    let mut headers = HeaderMap::new();
    for (name, value) in event["headers"].as_object().unwrap() {
        let name: HeaderName = name.parse().unwrap();
        headers.insert(name, HeaderValue::from_str(value.as_str().unwrap()).unwrap());
    }
    let body = BASE64_STANDARD.decode(event["body"].as_str().unwrap()).unwrap();
    let at = headers
        .get("webhook-timestamp")
        .map_or(1_795_443_306, |at| at.to_str().unwrap().parse().unwrap());
    (headers, body, Timestamp::from_second(at).unwrap())
}

fn secrets(texts: &[&str]) -> Vec<SecretString> {
    texts.iter().map(|text| SecretString::from(*text)).collect()
}

const WOO: &[&str] = &["example-webhook-secret"];
const OWN: &[&str] = &["whsec_ZXhhbXBsZS13ZWJob29rLXNlY3JldC1vZi0zMi1ieXRlcw=="];

fn verify(
    id: &str,
    headers: &HeaderMap,
    body: &[u8],
    keys: &[&str],
    now: Timestamp,
) -> Result<Verified, Unauthorized> {
    let secrets = secrets(keys);
    scheme(&store(id)).verify(&Delivery {
        headers,
        body,
        secrets: &secrets,
        now,
    })
}

fn without(headers: &HeaderMap, name: &str) -> HeaderMap {
    let mut headers = headers.clone();
    headers.remove(name);
    headers
}

fn with(headers: &HeaderMap, name: &'static str, value: &str) -> HeaderMap {
    let mut headers = headers.clone();
    headers.insert(name, HeaderValue::from_str(value).unwrap());
    headers
}

#[test]
fn woocommerce_signs_the_raw_body() {
    let (headers, body, now) = gateway_sample("webhook-intake-woocommerce");
    assert_eq!(verify("woo", &headers, &body, WOO, now), Ok(Verified::Event));
    assert_eq!(
        verify("woo", &headers, &body, &["old", WOO[0]], now),
        Ok(Verified::Event)
    );
    assert_eq!(
        verify("woo", &headers, &body, &["old"], now),
        Err(Unauthorized::Mismatch)
    );
    assert_eq!(
        verify("woo", &headers, &body, &[], now),
        Err(Unauthorized::NoSecret)
    );
    let bare = without(&headers, "x-wc-webhook-signature");
    assert_eq!(
        verify("woo", &bare, &body, WOO, now),
        Err(Unauthorized::NoSignature)
    );
    for signature in ["", "====", "AAAA", "not base64 at all"] {
        let wrong = with(&headers, "x-wc-webhook-signature", signature);
        assert_eq!(
            verify("woo", &wrong, &body, WOO, now),
            Err(Unauthorized::Mismatch),
            "{signature}"
        );
    }
    // The same JSON written in another way is not what was signed.
    let rewritten = serde_json::to_vec(&serde_json::from_slice::<Value>(&body).unwrap()).unwrap();
    assert_ne!(rewritten, body, "the sample escapes slashes as PHP does");
    assert_eq!(
        verify("woo", &headers, &rewritten, WOO, now),
        Err(Unauthorized::Mismatch)
    );
}

#[test]
fn woocommerce_may_ask_unsigned_whether_we_are_there_and_nothing_else() {
    let (headers, body, now) = gateway_sample("webhook-intake-woocommerce-ping");
    assert_eq!(verify("woo", &headers, &body, WOO, now), Ok(Verified::Ping));
    for other in [
        "webhook_id=",
        "webhook_id=4&x=1",
        "webhook_id=4 ",
        "webhook_id=abc",
        "",
        "{}",
        "webhook_id=111111111111111111111",
    ] {
        assert_eq!(
            verify("woo", &headers, other.as_bytes(), WOO, now),
            Err(Unauthorized::NoSignature),
            "{other}"
        );
    }
    let signed = with(
        &headers,
        "x-wc-webhook-signature",
        &woocommerce::sign(&"stranger".into(), &body),
    );
    assert_eq!(
        verify("woo", &signed, &body, WOO, now),
        Err(Unauthorized::Mismatch)
    );
    assert_eq!(
        verify("own", &headers, &body, OWN, now),
        Err(Unauthorized::NoSignature)
    );
}

#[test]
fn woocommerce_headers_are_no_facts() {
    let (headers, body, now) = gateway_sample("webhook-intake-woocommerce");
    let lying = with(
        &with(&headers, "x-wc-webhook-topic", "order.deleted"),
        "x-wc-webhook-resource",
        "customer",
    );
    assert_eq!(verify("woo", &lying, &body, WOO, now), Ok(Verified::Event));
    let facts = woocommerce::WooCommerce.facts(&body).unwrap();
    assert_eq!(
        (facts.order.as_str(), facts.modified_at.to_string().as_str()),
        ("1001", "2026-11-23T14:15:04Z")
    );
}

#[test]
fn standard_webhooks_sign_id_time_and_body() {
    let (headers, body, now) = gateway_sample("webhook-intake-standard");
    assert_eq!(verify("own", &headers, &body, OWN, now), Ok(Verified::Event));
    for name in ["webhook-id", "webhook-timestamp", "webhook-signature"] {
        assert_eq!(
            verify("own", &without(&headers, name), &body, OWN, now),
            Err(Unauthorized::NoSignature),
            "{name}"
        );
    }
    let other_id = with(&headers, "webhook-id", "msg_other");
    assert_eq!(
        verify("own", &other_id, &body, OWN, now),
        Err(Unauthorized::Mismatch)
    );
    let other_time = with(&headers, "webhook-timestamp", "1795443607");
    assert_eq!(
        verify("own", &other_time, &body, OWN, now),
        Err(Unauthorized::Mismatch)
    );
    for time in ["soon", "1795443606.5", "99999999999999999999", "-99999999999999"] {
        let broken = with(&headers, "webhook-timestamp", time);
        assert_eq!(
            verify("own", &broken, &body, OWN, now),
            Err(Unauthorized::Malformed),
            "{time}"
        );
    }
    assert_eq!(
        verify("own", &headers, &body, &["whsec_c3RyYW5nZXI="], now),
        Err(Unauthorized::Mismatch)
    );
    assert_eq!(
        verify("own", &headers, &body, &["whsec_*"], now),
        Err(Unauthorized::Mismatch)
    );
    assert_eq!(
        verify("own", &headers, &body, &[], now),
        Err(Unauthorized::NoSecret)
    );
}

#[test]
fn a_signature_is_good_for_five_minutes_either_way() {
    let (headers, body, now) = gateway_sample("webhook-intake-standard");
    for (seconds, fresh) in [
        (-301, false),
        (-300, true),
        (0, true),
        (300, true),
        (301, false),
        (86_400, false),
    ] {
        let at = now + SignedDuration::from_secs(seconds);
        let expected = if fresh {
            Ok(Verified::Event)
        } else {
            Err(Unauthorized::Stale)
        };
        assert_eq!(verify("own", &headers, &body, OWN, at), expected, "{seconds} s");
    }
    // An old signature that was never right is not even old.
    let late = now + SignedDuration::from_hours(1);
    assert_eq!(
        verify("own", &headers, b"{}", OWN, late),
        Err(Unauthorized::Mismatch)
    );
}

#[test]
fn secrets_rotate_on_both_sides() {
    let (headers, body, now) = gateway_sample("webhook-intake-standard");
    let right = headers["webhook-signature"].to_str().unwrap().to_owned();
    let both = with(&headers, "webhook-signature", &format!("v1,AAAA v1a,xyz {right}"));
    assert_eq!(
        verify("own", &both, &body, &["whsec_bmV3", OWN[0]], now),
        Ok(Verified::Event)
    );
    let other_version = with(&headers, "webhook-signature", &right.replace("v1,", "v2,"));
    assert_eq!(
        verify("own", &other_version, &body, OWN, now),
        Err(Unauthorized::Mismatch)
    );
    let many = format!("{} {right}", ["v1,AAAA"; 20].join(" "));
    let many = with(&headers, "webhook-signature", &many);
    assert_eq!(
        verify("own", &many, &body, OWN, now),
        Err(Unauthorized::Mismatch),
        "there is a limit"
    );
}

#[test]
fn a_signed_ping_is_a_ping() {
    let (now, body) = (
        Timestamp::from_second(1_795_443_606).unwrap(),
        sample("standard/ping.json"),
    );
    let mut headers = HeaderMap::new();
    for (name, value) in standard::signed_headers(&OWN[0].into(), "msg_1", now, &body).unwrap() {
        headers.insert(name, HeaderValue::from_str(&value).unwrap());
    }
    assert_eq!(verify("own", &headers, &body, OWN, now), Ok(Verified::Ping));
}

proptest! {
    #[test]
    fn one_changed_byte_is_noticed(at in any::<prop::sample::Index>(), bit in 0..8_u32) {
        for (id, name, keys) in [("woo", "webhook-intake-woocommerce", WOO), ("own", "webhook-intake-standard", OWN)] {
            let (headers, mut body, now) = gateway_sample(name);
            let at = at.index(body.len());
            body[at] ^= 1 << bit;
            prop_assert_eq!(verify(id, &headers, &body, keys, now), Err(Unauthorized::Mismatch));
        }
    }

    #[test]
    fn what_is_signed_is_verified(body in prop::collection::vec(any::<u8>(), 0..300), key in "[!-~]{1,40}") {
        let now = Timestamp::from_second(1_795_443_606).unwrap();
        let secret = SecretString::from(key.clone());
        let mut headers = HeaderMap::new();
        let signature = woocommerce::sign(&secret, &body);
        headers.insert("x-wc-webhook-signature", HeaderValue::from_str(&signature).unwrap());
        prop_assert!(verify("woo", &headers, &body, &[&key], now).is_ok());
    }

    #[test]
    fn any_headers_are_answered_without_a_panic(values in prop::collection::vec("[ -~]{0,60}", 4),
                                                body in prop::collection::vec(any::<u8>(), 0..100)) {
        let names = ["webhook-id", "webhook-timestamp", "webhook-signature", "x-wc-webhook-signature"];
        let mut headers = HeaderMap::new();
        for (name, value) in names.into_iter().zip(&values) {
            headers.insert(name, HeaderValue::from_str(value).unwrap());
        }
        for (id, keys) in [("woo", WOO), ("own", OWN)] {
            prop_assert!(verify(id, &headers, &body, keys, Timestamp::UNIX_EPOCH).is_err());
        }
    }
}

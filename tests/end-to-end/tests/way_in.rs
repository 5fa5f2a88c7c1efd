//! The way in: what the webhook URL answers, and what it keeps.

use anyhow::{Context, Result};
use base64::{Engine, prelude::BASE64_STANDARD};
use end_to_end::{completed, fresh_id, place, review, witness, woo_order};
use sandbox::shop::{Delivery, Draft, Kind, Send, Signature};
use sandbox::witness::Witness;
use serde_json::{Value, json};

/// The secret with which the simulated WooCommerce shop signed before the last rotation; it is still valid.
const OLDER_SECRET: &str = "an-older-webhook-secret";
/// A card number that passes every check of one, and belongs to nobody.
const CARD_NUMBER: &str = "4263970000005262";

async fn deliver(witness: &Witness, send: &Send) -> Result<Delivery> {
    let made = witness.shop.send(send).await?;
    made.into_iter().next().context("the shop sent nothing")
}

fn url(witness: &Witness, kind: Kind) -> Result<String> {
    witness.deployed.webhook_url(kind.store())
}

/// The status and the body as JSON: an answer that is something else, an error page or a stack trace, shows.
fn answer(delivery: &Delivery) -> (u16, Value) {
    let body = serde_json::from_str(&delivery.answer).unwrap_or_else(|_| json!(delivery.answer));
    (delivery.status.unwrap_or_default(), body)
}

async fn stored(witness: &Witness, text: &str) -> Result<Vec<Value>> {
    let all = witness.aws.items(&witness.deployed, "").await?;
    Ok(all
        .into_iter()
        .filter(|item| item.to_string().contains(text))
        .collect())
}

#[tokio::test]
async fn a_webhook_without_a_valid_signature_is_refused_and_leaves_no_trace() -> Result<()> {
    let witness = witness().await?;
    for (kind, signature, reason) in [
        (Kind::Woo, Signature::Forged, "mismatch"),
        (Kind::Woo, Signature::Missing, "no-signature"),
        (Kind::Own, Signature::Forged, "mismatch"),
        (Kind::Own, Signature::Missing, "no-signature"),
        (Kind::Own, Signature::Stale, "stale"),
    ] {
        let id = fresh_id();
        let body = json!({"id": id, "data": {"key": format!("own/{id}")}}).to_string();
        let refused = deliver(
            &witness,
            &Send::body(kind, body, &url(&witness, kind)?).signed(signature),
        )
        .await?;
        assert_eq!(
            answer(&refused),
            (401, json!({"error": reason})),
            "{kind:?} {signature:?}"
        );
        assert_eq!(stored(&witness, &id.to_string()).await?, Vec::<Value>::new());
    }
    Ok(())
}

#[tokio::test]
async fn a_source_nobody_knows_is_not_found() -> Result<()> {
    let witness = witness().await?;
    let nobody = url(&witness, Kind::Woo)?.replace("/webhooks/woo", "/webhooks/nobody");
    let refused = deliver(&witness, &Send::body(Kind::Woo, "{}", &nobody)).await?;
    assert_eq!(answer(&refused), (404, json!({"error": "unknown source"})));
    Ok(())
}

#[tokio::test]
async fn a_signed_body_that_is_too_large_is_reported_and_not_kept() -> Result<()> {
    let witness = witness().await?;
    let id = fresh_id();
    let body = json!({"id": id, "customer_note": "x".repeat(shop::BODY_BYTES_MAX)}).to_string();
    let send = Send::body(Kind::Woo, body, &url(&witness, Kind::Woo)?);
    // By whomever it is signed; but only what the shop has signed is reported.
    for signature in [Signature::Forged, Signature::Genuine] {
        let refused = deliver(&witness, &send.clone().signed(signature)).await?;
        assert_eq!(
            answer(&refused),
            (413, json!({"error": "too large"})),
            "{signature:?}"
        );
    }
    let found = witness
        .until("its review", async || {
            Ok(witness.reviews_of("too-large/").await?.into_iter().next())
        })
        .await?;
    assert_eq!(found["why"]["name"], json!("Refused"), "{found}");
    assert!(
        stored(&witness, "xxxxxxxx").await?.is_empty(),
        "the body has to be kept nowhere"
    );
    Ok(())
}

#[tokio::test]
async fn woocommerce_asks_unsigned_whether_somebody_is_there() -> Result<()> {
    let witness = witness().await?;
    let pong = witness.shop.ping(&url(&witness, Kind::Woo)?).await?;
    assert_eq!(answer(&pong), (200, json!({"ping": true})));
    Ok(())
}

#[tokio::test]
async fn a_signed_body_that_is_no_order_is_taken_and_becomes_a_review() -> Result<()> {
    let witness = witness().await?;
    let nonsense = format!("{{\"id\": {}, \"status\": ", fresh_id());
    let taken = deliver(
        &witness,
        &Send::body(Kind::Woo, nonsense, &url(&witness, Kind::Woo)?),
    )
    .await?;
    let (status, body) = answer(&taken);
    assert_eq!(status, 200, "{body}");
    let event = body["event_id"].as_str().expect("an event id").to_owned();
    assert!(event.starts_with("woo_raw_"), "{event}");
    let found = witness
        .until("its review", async || {
            Ok(witness.reviews_of(&event).await?.into_iter().next())
        })
        .await?;
    assert_eq!(
        (&found["state"], &found["why"]["name"]),
        (&json!("open"), &json!("Refused")),
        "{found}"
    );
    assert!(
        found["why"]["remedy"].is_string(),
        "it has to say what to do: {found}"
    );
    Ok(())
}

#[tokio::test]
async fn a_card_number_is_taken_and_kept_nowhere() -> Result<()> {
    let witness = witness().await?;
    let note = format!("please charge my card {CARD_NUMBER}");
    let draft = woo_order("PMT_none").with(|order| order["customer_note"] = json!(note));
    let id = draft.order()["id"].to_string();
    let send = Send::body(Kind::Woo, draft.order().to_string(), &url(&witness, Kind::Woo)?);
    let taken = deliver(&witness, &send).await?;
    let (status, body) = answer(&taken);
    assert_eq!(status, 200, "{body}");
    let event = body["event_id"].as_str().expect("an event id").to_owned();
    let found = witness
        .until("its review", async || {
            Ok(witness.reviews_of(&event).await?.into_iter().next())
        })
        .await?;
    assert!(
        !found.to_string().contains(CARD_NUMBER) && !found.to_string().contains("please"),
        "{found}"
    );
    assert_eq!(stored(&witness, CARD_NUMBER).await?, Vec::<Value>::new());
    let payload = witness
        .aws
        .item(&witness.deployed, &format!("payload/{event}"))
        .await?;
    assert_eq!(payload, None, "the body has to be kept nowhere");
    let order = format!("woo/{id}").parse()?;
    assert!(
        witness.aws.execution(&witness.run_arn(&order, 1)?).await.is_err(),
        "nothing may be started"
    );
    Ok(())
}

#[tokio::test]
async fn the_secret_from_before_a_rotation_is_still_good() -> Result<()> {
    let witness = witness().await?;
    let body = Draft::sample("woocommerce/order-not-paid")
        .id(fresh_id())
        .order()
        .to_string();
    let url = url(&witness, Kind::Woo)?;
    let taken = deliver(
        &witness,
        &Send::body(Kind::Woo, body, &url).signed(Signature::Older),
    )
    .await?;
    assert_eq!(taken.status, Some(200), "{}", taken.answer);
    Ok(())
}

#[tokio::test]
async fn a_body_in_base64_is_the_same_webhook() -> Result<()> {
    let witness = witness().await?;
    let draft = Draft::sample("woocommerce/order-not-paid").id(fresh_id());
    let body = draft.order().to_string();
    let url = url(&witness, Kind::Woo)?;
    let plain = deliver(&witness, &Send::body(Kind::Woo, body.clone(), &url)).await?;
    let mut event: Value = serde_json::from_str(include_str!(
        "../../../events/lambda/webhook-intake-woocommerce.json"
    ))?;
    let secret = OLDER_SECRET.into();
    event["headers"]["x-wc-webhook-signature"] = json!(shop::woocommerce::sign(&secret, body.as_bytes()));
    event["body"] = json!(BASE64_STANDARD.encode(&body));
    event["isBase64Encoded"] = json!(true);
    let encoded = witness
        .aws
        .invoke(witness.deployed.output("WebhookIntake")?, &event)
        .await?;
    assert_eq!(encoded["statusCode"], json!(200), "{encoded}");
    assert_eq!(
        encoded["body"],
        json!(plain.answer),
        "the same bytes have to be the same event"
    );
    Ok(())
}

#[tokio::test]
async fn an_event_with_another_body_is_a_review_and_changes_nothing() -> Result<()> {
    let witness = witness().await?;
    let draft = woo_order(&witness.gateway.store_card("visa").await?);
    let order = place(&witness, &draft).await?;
    completed(&witness, &order).await?;
    let other = draft.clone().with(|order| order["total"] = json!("1.00"));
    let send = Send::body(Kind::Woo, other.order().to_string(), &url(&witness, Kind::Woo)?);
    assert_eq!(deliver(&witness, &send).await?.status, Some(200));
    let found = review(&witness, &order, "route-event").await?;
    assert_eq!(found["why"]["name"], json!("Conflict"), "{found}");
    assert_eq!(witness.transactions(&order).await?.len(), 1);
    Ok(())
}

//! A shop for a while: what an operator sees on a day with everything in it, in minutes.

use std::time::{Duration, Instant};

use anyhow::Result;
use serde_json::json;

use crate::backlog::fresh_id;
use crate::cloudwatch::{StandIn, State, now};
use crate::progress;
use crate::shop::Draft;
use crate::witness::Witness;
use crate::world::Remote;

/// How often orders come, and how often it is measured: the schedule of the stack does it every five minutes.
const BEAT: Duration = Duration::from_secs(5);
/// What happens when, as a part of the time.
const DECLINED: f64 = 0.15;
const UNKNOWN: f64 = 0.25;
const AWAY: f64 = 0.3;
/// Early enough for what waits to come again, which takes as long as it was away.
const BACK: f64 = 0.4;
/// No new orders at the end: those that wait come to theirs.
const LAST: f64 = 0.85;

/// Plays for so long, measuring and deciding alarms meanwhile.
///
/// # Errors
/// When a system does not answer.
pub(super) async fn play(
    witness: &Witness,
    world: &Remote,
    stand_in: &mut StandIn,
    time: Duration,
) -> Result<()> {
    let begun = Instant::now();
    let part = || begun.elapsed().as_secs_f64() / time.as_secs_f64();
    let mut passed = 0.0;
    for beat in 0_u32.. {
        let reached = part();
        if reached >= 1.0 {
            return Ok(());
        }
        let at = |moment: f64| passed < moment && moment <= reached;
        let (declined, unknown, away, back) = (at(DECLINED), at(UNKNOWN), at(AWAY), at(BACK));
        passed = reached;
        if reached < LAST {
            for sample in samples(beat) {
                order(witness, sample, "visa").await?;
            }
        }
        if declined {
            progress::say("a card is declined");
            order(witness, "woocommerce/order-declined-card", "declined").await?;
        }
        if unknown {
            progress::say("an order with goods that Odoo does not know");
            order(witness, "woocommerce/order-unknown-sku", "amex").await?;
        }
        if away {
            progress::say("Odoo is away");
            world.kill_odoo().await?;
        }
        if back {
            world.start_odoo().await?;
            progress::say("Odoo is back");
        }
        measure(witness, stand_in).await?;
        tokio::time::sleep(BEAT).await;
    }
    Ok(())
}

/// What is ordered at a beat: mostly in dollars, now and then in euros, at times two at once.
fn samples(beat: u32) -> Vec<&'static str> {
    let mut samples = vec!["woocommerce/order-usd-two-taxes"];
    if beat.is_multiple_of(4) {
        samples.push("woocommerce/order-eur-prices-include-tax");
    }
    samples
}

async fn order(witness: &Witness, sample: &str, card: &str) -> Result<()> {
    let token = witness.gateway.store_card(card).await?;
    let draft = Draft::sample(sample).id(fresh_id()).token(&token);
    witness.shop.place(&draft).await?;
    Ok(())
}

async fn measure(witness: &Witness, stand_in: &mut StandIn) -> Result<()> {
    witness.review_desk(&json!({"action": "measure"})).await?;
    stand_in.gather().await?;
    for alarm in stand_in.decide(now()).await? {
        if alarm.state == State::Alarm {
            progress::say(format!("ALARM {}: {}", alarm.name, alarm.description));
        }
    }
    Ok(())
}

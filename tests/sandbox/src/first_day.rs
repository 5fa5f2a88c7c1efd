//! `cargo sandbox first-day`: a stack in which five orders are stuck for five reasons, to practise the runbooks on.
//! The reasons are really there; nothing about the orders is made up but their content.

use std::io::Write;

use anyhow::{Context, Result};
use domain::ids::OrderKey;
use serde_json::{Value, json};

use crate::aws::{REGION, STACK};
use crate::backlog::fresh_id;
use crate::cli::welcome;
use crate::places::Places;
use crate::progress;
use crate::shop::{Draft, Kind};
use crate::witness::Witness;
use crate::world::{Parts, Remote, Stack};

/// An article that Odoo does not have.
pub const MISTYPED_SKU: &str = "HL-MUG-BLEU";
/// A tax rate code that is nobody's.
pub const MISTYPED_RATE: &str = "US-NJ-STAET-1";
/// A quantity that is no number.
pub const NOT_A_NUMBER: &str = "three";

/// The workflow's retries need not take as long as on AWS. Messages given back to their queue wait as long as there.
const WAIT_SCALE: f64 = 0.1;

/// The five orders, in the order in which they got stuck.
#[derive(Clone, Debug)]
pub struct Stuck {
    /// Odoo does not know its SKU `HL-MUG-BLEU`; it means `HL-MUG-BLUE`.
    pub unknown_sku: OrderKey,
    /// Its tax rate code `US-NJ-STAET-1` is nobody's; it means `US-NJ-STATE-1`.
    pub mismatched_tax: OrderKey,
    /// Its quantity is a word: the message about it cannot be read.
    pub poison: OrderKey,
    /// Odoo does not accept our key any more.
    pub expired_key: OrderKey,
    /// Odoo does not answer.
    pub odoo_down: OrderKey,
}

/// Starts the world, gets five orders stuck, and stays until Ctrl-C.
///
/// # Errors
/// When the world does not start, or an order does not get stuck.
pub async fn first_day() -> Result<()> {
    let parts = Parts {
        wait_scale: WAIT_SCALE,
        ..Parts::default()
    };
    let stack = Stack::start(Places::open()?, parts).await?;
    let description = stack.world().description();
    let witness = Witness::of(description).await?;
    let stuck = stuck(&witness, &Remote::of(description.clone())).await?;
    for line in welcome(&stack).iter().chain(&tasks(&stuck)) {
        progress::say(line);
    }
    show(&environment(&stack)?);
    std::future::pending().await
}

fn tasks(stuck: &Stuck) -> Vec<String> {
    let orders = [
        &stuck.unknown_sku,
        &stuck.mismatched_tax,
        &stuck.poison,
        &stuck.expired_key,
        &stuck.odoo_down,
    ];
    let orders = orders.map(ToString::to_string).join(", ");
    vec![
        format!("five orders are stuck: {orders}"),
        "find out why, and mend each, with the operator's tool and docs/runbooks/; docs/runbooks/first-day.md tells how it went once"
            .to_owned(),
        "what is no part of the product is started and stopped with `cargo sandbox odoo start` and `cargo sandbox odoo stop`".to_owned(),
        "nobody is told here, and no alarm is decided: whatever happens, `doctor` calls people FAILED and alarms ok".to_owned(),
        "in another terminal, in this folder: `cargo build -p ops`, the lines below, then `odoo-heartland doctor`".to_owned(),
    ]
}

/// The lines that point the operator's tool, and the AWS command line, to this stack.
fn environment(stack: &Stack) -> Result<Vec<String>> {
    let deployed = stack.deployed();
    let program = std::env::current_exe().context("where this program is")?;
    let built = program.parent().context("the folder of this program")?;
    let mut lines = vec![
        format!("export PATH=\"{}:$PATH\"", built.display()),
        format!("export STACK={STACK} ODOO_HEARTLAND_STACK={STACK}"),
        format!(
            "export AWS_ENDPOINT_URL={} AWS_REGION={REGION}",
            deployed.endpoint
        ),
        "export AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test".to_owned(),
        "unset AWS_PROFILE AWS_SESSION_TOKEN".to_owned(),
        format!(
            "export ODOO_HEARTLAND_WEBHOOK_URL='{}'",
            deployed.webhook_url("{source}")?
        ),
    ];
    let odoo = stack.world().description().odoo.as_ref();
    if let Some(admin) = odoo.and_then(|odoo| odoo.admin.as_ref()) {
        lines.push(format!("export ODOO_ADMIN_KEY={}", admin.api_key));
    }
    Ok(lines)
}

/// Shows them without the time, to be copied.
fn show(lines: &[String]) {
    // A closed standard output is no reason to stop working.
    let _ = writeln!(std::io::stdout().lock(), "\n{}\n", lines.join("\n"));
}

/// Gets five orders stuck, one after the other; afterwards Odoo is down and its key is gone.
///
/// # Errors
/// When one does not get stuck as it should.
pub async fn stuck(witness: &Witness, world: &Remote) -> Result<Stuck> {
    let sold = draft(witness, "woocommerce/order-unknown-sku").await?;
    let mistyped = sold.with(|order| {
        let line = &mut order["line_items"][0];
        line["sku"] = json!(MISTYPED_SKU);
        line["name"] = json!("Mug - Blue");
    });
    let unknown_sku = place(witness, mistyped).await?;
    witness.open_review(&unknown_sku).await?;
    progress::say(format!("{unknown_sku} is parked"));

    let taxed = draft(witness, "woocommerce/order-usd-two-taxes").await?;
    let mistyped = taxed.with(|order| order["tax_lines"][0]["rate_code"] = json!(MISTYPED_RATE));
    let mismatched_tax = place(witness, mistyped).await?;
    reviewed(witness, &mismatched_tax).await?;

    let readable = draft(witness, "woocommerce/order-coupon").await?;
    let word = readable.with(|order| order["line_items"][0]["quantity"] = json!(NOT_A_NUMBER));
    let poison = place(witness, word).await?;
    reviewed(witness, &poison).await?;

    world.expire_odoo_keys().await?;
    let expired_key = place(witness, draft(witness, "woocommerce/order-usd-two-taxes").await?).await?;
    witness
        .until("the breaker of Odoo", async || {
            let breaker = witness.aws.item(&witness.deployed, "breaker/odoo").await?;
            let body = breaker.and_then(|item| item["body"].as_str().map(str::to_owned));
            let state: Value = serde_json::from_str(body.as_deref().unwrap_or("null"))?;
            Ok((state["open"]["misconfigured"] == true).then_some(()))
        })
        .await?;
    progress::say(format!("{expired_key} is stuck"));

    world.kill_odoo().await?;
    let odoo_down = place(witness, draft(witness, "woocommerce/order-coupon").await?).await?;
    let run = witness.run_arn(&odoo_down, 1)?;
    witness
        .until("the run of the last order", async || {
            Ok(witness.aws.execution(&run).await.ok().map(|_| ()))
        })
        .await?;
    progress::say(format!("{odoo_down} is stuck"));
    Ok(Stuck {
        unknown_sku,
        mismatched_tax,
        poison,
        expired_key,
        odoo_down,
    })
}

async fn draft(witness: &Witness, sample: &str) -> Result<Draft> {
    let token = witness.gateway.store_card("visa").await?;
    Ok(Draft::sample(sample).id(fresh_id()).token(&token))
}

async fn place(witness: &Witness, draft: Draft) -> Result<OrderKey> {
    let id = witness.shop.place(&draft).await?;
    let order = format!("{}/{id}", Kind::Woo.store());
    order.parse().context("the shop's order id")
}

/// Waits for a review of whatever kind that is about the order: one that could not be read has no run.
async fn reviewed(witness: &Witness, order: &OrderKey) -> Result<()> {
    let slug = order.slug();
    witness
        .until("a review", async || {
            let reviews = witness.reviews_of(&slug).await?;
            Ok((!reviews.is_empty()).then_some(()))
        })
        .await?;
    progress::say(format!("{order} is under review"));
    Ok(())
}

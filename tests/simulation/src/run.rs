//! A world from its beginning to its end.

use crate::{
    customers,
    fault::{Kind, Point},
    function::Function,
    invariants::{Facts, Violation, trail},
    network,
    people::{self, Decision},
    script::Script,
    time::{BEGIN_MS, DAY_MS, HOUR_MS, pass},
    world::{Setting, World},
};
use anyhow::{Context, Result};
use domain::decide::OrderState;
use effects::UnixMillis;
use runtime::stores::{OrderItem, Review, ReviewState};
use serde_json::json;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

/// How long a world may go on, milliseconds: longer than any run.
const LONGEST_MS: i64 = 70 * DAY_MS;
/// How often somebody looks whether all is done.
const GLANCE_MS: i64 = HOUR_MS / 4;

/// Looks after which nothing is under way: time for a sweep and several polls to find what nobody works on.
const QUIET_FOR: u32 = 3;

/// What came of a world.
#[derive(Debug)]
pub struct Outcome {
    /// What did not hold, if anything.
    pub violations: Vec<Violation>,
    /// The hash of its trace.
    pub hash: u64,
    /// Steps of its trace.
    pub steps: u64,
    /// The trace, when it was kept.
    pub lines: Vec<String>,
    /// Orders placed.
    pub orders: usize,
    /// Faults by kind.
    pub faults: BTreeMap<Kind, u64>,
    /// How long it went on, milliseconds.
    pub passed_ms: i64,
    /// Invocations of functions.
    pub invocations: u64,
    /// The calls that were written down.
    pub calls: Vec<Point>,
    /// How each run went.
    pub runs: Vec<String>,
    /// The states runs came to.
    pub states: BTreeSet<String>,
    /// What people decided, and how often.
    pub decisions: BTreeMap<Decision, u64>,
    /// Numbers of stock that were judged as the bundle told them by itself.
    pub stock_judged: usize,
    /// How each order ended: with us, and in its shop.
    pub ends: BTreeMap<String, String>,
}

/// Runs a world to its end.
///
/// # Errors
/// When it cannot begin.
pub fn run(script: Script) -> Result<Outcome> {
    // Pauses of the product's own retries come from this thread's generator.
    fastrand::seed(script.seed);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .context("no runtime")?;
    runtime.block_on(live(script))
}

async fn live(script: Script) -> Result<Outcome> {
    let world = World::begin(Setting {
        seed: script.seed,
        plan: script.plan,
        gateway: script.gateway,
        turns: script.turns,
        variant: script.variant,
        keeps_text: script.keeps_text,
    })?;
    world.start(script.poll_every_ms);
    for shop in world.shops.values() {
        drop(tokio::spawn(network::carry(world.clone(), shop.clone())));
    }
    if let Some(every_ms) = script.deliver_every_ms {
        drop(tokio::spawn(people::deliver(world.clone(), every_ms)));
    }
    drop(tokio::spawn(people::switch_on(world.clone())));
    drop(tokio::spawn(people::meddle(world.clone())));
    let rough = tokio::spawn(people::look_after(world.clone(), script.habits));
    let shopping = tokio::spawn(customers::shop(world.clone(), script.shopping));

    world.note(|facts| facts.calm_at = UnixMillis(BEGIN_MS + script.calm_at_ms));
    let mut calm = None;
    let mut quiet_for = 0;
    while world.violations().is_empty() && world.clock.passed_ms() < LONGEST_MS {
        pass(if quiet_for > 0 { HOUR_MS } else { GLANCE_MS }).await;
        world.look(None);
        let is_calm = shopping.is_finished() && world.clock.passed_ms() >= script.calm_at_ms;
        if !is_calm {
            continue;
        }
        if calm.is_none() {
            rough.abort();
            calm = Some(tokio::spawn(people::look_after(
                world.clone(),
                script.habits_in_calm,
            )));
        }
        quiet_for = if unrest(&world).is_empty() {
            quiet_for + 1
        } else {
            0
        };
        if quiet_for > QUIET_FOR {
            break;
        }
    }
    let mut violations = world.violations();
    if violations.is_empty() && quiet_for <= QUIET_FOR {
        let what = unrest(&world).join(", ");
        violations.push(Violation {
            invariant: "every world comes to rest",
            what,
        });
    }
    let mut stock_judged = 0;
    if violations.is_empty() {
        world.look_at_the_end();
        stock_judged = world.read(Facts::settled_stock);
        violations = world.violations();
    }
    if violations.is_empty() {
        push_stock(&world).await;
        world.note(|facts| facts.pushed_again = true);
        world.look_at_the_end();
        violations = world.violations();
        violations.extend(trail(&world, script.seed).await);
    }
    Ok(outcome(&world, violations, stock_judged))
}

/// What is under way.
fn unrest(world: &Arc<World>) -> Vec<String> {
    let full = world
        .queues
        .worked_off()
        .filter(|queue| queue.next_at().is_some());
    let mut unrest: Vec<String> = full
        .map(|queue| format!("messages in {}", queue.name()))
        .collect();
    // Somebody has an alarm for it, and looks.
    let last_resort = world.queues.last_resort().present();
    unrest.extend((last_resort > 0).then(|| format!("{last_resort} in the last resort")));
    let waiting = world.shops.values().filter(|shop| shop.next_due().is_some());
    unrest.extend(waiting.map(|shop| format!("webhooks of {}", shop.store().id)));
    unrest.extend(
        world
            .engine
            .running()
            .into_iter()
            .map(|run| format!("the run {run}")),
    );
    let is_open = |review: &&Review| review.state == ReviewState::Open;
    let open = world.read(|facts| facts.table.reviews.values().filter(is_open).count());
    unrest.extend((open > 0).then(|| format!("{open} open reviews")));
    unrest
}

/// Stock is told with the next order; when there is none any more, all that was sold is told once more.
async fn push_stock(world: &Arc<World>) {
    let is_completed = |item: &&OrderItem| item.state == OrderState::Completed;
    let completed = world.read(|facts| {
        let completed = facts.table.orders.values().filter(is_completed);
        completed.map(OrderItem::run).collect::<Vec<_>>()
    });
    for run in completed {
        let mut input = json!(run);
        input["action"] = json!("push-stock");
        for _ in 0..5 {
            if world
                .invoke(Function::InventoryPusher, input.clone())
                .await
                .is_ok()
            {
                break;
            }
            pass(180_000).await;
        }
    }
}

fn outcome(world: &Arc<World>, violations: Vec<Violation>, stock_judged: usize) -> Outcome {
    let executions = world.engine.executions();
    let runs = executions.iter().map(|run| {
        let path: Vec<&str> = run.path().collect();
        format!("{}: {}", run.name(), path.join(" "))
    });
    let outcome = Outcome {
        violations,
        hash: world.trace.hash(),
        steps: world.trace.steps(),
        lines: world.trace.lines(),
        orders: world.customers.stories().len(),
        faults: world.tally(),
        passed_ms: world.clock.passed_ms(),
        invocations: world.lambda.invocations(),
        calls: world.plan().calls(),
        states: executions
            .iter()
            .flat_map(|run| run.path().map(str::to_owned))
            .collect(),
        runs: runs.collect(),
        decisions: world.decisions.all(),
        stock_judged,
        ends: world.ends(),
    };
    // Processes hold the world, and the world holds processes.
    world.lambda.clear();
    outcome
}

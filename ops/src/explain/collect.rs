//! Asking everybody, at the same time. Who does not answer is named; the others are believed.

use anyhow::Result;
use domain::ids::{OrderKey, StoreId};
use domain::merchant::{CaptureWhen, Store};
use domain::outcome::OUTCOMES;
use effects::{EffectId, EffectKind, Record, Store as _};
use futures::future::try_join_all;
use runtime::stores::{OrderItem, Review};

use super::ask;
use super::facts::{Away, Effect, Facts, Received, Rules, Told};
use crate::stack::Stack;
use crate::systems::Systems;

/// The default of the template, when the stack does not say.
const PARK_S: i64 = 342_000;
/// As [`PARK_S`].
const DELIVERY_POLL_S: i64 = 3600;

/// Everything that can be found out about an order.
///
/// # Errors
/// When the table does not answer: it is what we know ourselves. Every other system is only named.
pub async fn collect(stack: &Stack, systems: &Systems, order: &OrderKey) -> Result<Facts> {
    let store = systems.merchant.store(&order.store)?;
    let item = stack.orders()?.load(order).await?.map(|there| there.value);
    let generation = item.as_ref().map_or(0, |item| item.generation);
    let reviews = reviews(stack, order).await?;
    let (events, effects, away, run, documents, shop) = futures::join!(
        events(stack, item.as_ref(), &reviews),
        effects_of(stack, order, generation),
        away(stack, systems),
        ask::run(stack, item.as_ref()),
        ask::documents(systems, order, generation),
        ask::shop_order(systems, store, order),
    );
    let effects: Told<Vec<Effect>> = effects.into();
    let transaction = transaction(&effects);
    let payments = ask::payments(systems, order, generation, transaction.as_deref()).await;
    Ok(Facts {
        order: order.clone(),
        store: store.title.clone(),
        now_ms: stack.clock().now().0,
        events: events?,
        run: flat(run),
        effects,
        payments: flat(payments),
        documents: flat(documents),
        shop: flat(shop),
        reviews,
        away: away?,
        warehouse: warehouse(systems, store),
        rules: rules(stack, store),
        item,
    })
}

fn flat<T>(result: Result<T>) -> Told<T> {
    result.map_err(|error| format!("{error:#}")).into()
}

fn warehouse(systems: &Systems, store: &Store) -> Vec<StoreId> {
    let stores = systems.merchant.stores.values();
    let told = stores.filter(|other| other.push_stock && store.ships_with(other));
    told.map(|other| other.id.clone()).collect()
}

fn rules(stack: &Stack, store: &Store) -> Rules {
    let seconds = |name: &str, default: i64| {
        let given = stack.parameter(name).and_then(|text| text.parse().ok());
        given.unwrap_or(default)
    };
    Rules {
        park_s: seconds("ParkSeconds", PARK_S),
        delivery_poll_s: seconds("DeliveryPollSeconds", DELIVERY_POLL_S),
        lapses_after_days: store.authorization_lapses_after_days,
        captures_on_delivery: store.capture == CaptureWhen::OnDelivery,
    }
}

/// The event that opened the run, the newest, and those that a person has to look at.
async fn events(stack: &Stack, item: Option<&OrderItem>, reviews: &[Review]) -> Result<Vec<Received>> {
    let payloads = stack.payloads()?;
    let known = item
        .into_iter()
        .flat_map(|item| item.opened_by.iter().chain([&item.newest]));
    let known = known.map(ToString::to_string);
    let asked = reviews.iter().filter_map(|review| review.input.clone());
    let mut ids: Vec<String> = known.chain(asked).collect();
    ids.sort();
    ids.dedup();
    let mut events = Vec::new();
    for event in ids {
        if let Some(payload) = payloads.payload(&event).await? {
            let via = serde_json::to_value(payload.via)?;
            events.push(Received {
                event,
                via: via.as_str().unwrap_or_default().to_owned(),
                at_ms: payload.received_at.0,
                queued: payload.queued,
            });
        }
    }
    Ok(events)
}

/// The ids of all effects that a run can have.
fn effect_ids(order: &OrderKey, generation: u32) -> Vec<EffectId> {
    use EffectKind::{Authorize, CancelOrder, Capture, Notify, Refund, Void, WriteInvoice, WriteOrder};
    let key = format!("{order}/{generation}");
    let own = [
        Authorize,
        WriteOrder,
        Capture,
        WriteInvoice,
        Void,
        Refund,
        CancelOrder,
    ];
    let own = own.into_iter().map(|kind| EffectId::new(kind, &key));
    let told = OUTCOMES
        .into_iter()
        .map(|outcome| EffectId::new(Notify, &format!("{}/{key}", outcome.as_str())));
    own.chain(told).collect()
}

async fn effects_of(stack: &Stack, order: &OrderKey, generation: u32) -> Result<Vec<Effect>, String> {
    let store = stack.effects().map_err(|error| error.to_string())?;
    let ids = effect_ids(order, generation);
    let loaded = try_join_all(ids.iter().map(|id| store.load(id))).await;
    let mut found: Vec<Effect> = loaded
        .map_err(|error| error.to_string())?
        .into_iter()
        .flatten()
        .map(|record| effect(&record))
        .collect();
    found.sort_by_key(|effect| effect.created_at_ms);
    Ok(found)
}

fn effect(record: &Record) -> Effect {
    let id = record.effect.to_string();
    Effect {
        kind: id.split('/').next().unwrap_or_default().to_owned(),
        id,
        state: record.state.as_str().to_owned(),
        attempts: record.attempt,
        created_at_ms: record.created_at.0,
        first_sent_at_ms: record.first_sent_at.map(|at| at.0),
        result: record.result.clone(),
    }
}

/// The transaction that the ledger knows of.
fn transaction(effects: &Told<Vec<Effect>>) -> Option<String> {
    let results = effects.said()?.iter().filter_map(|effect| effect.result.as_ref());
    let mut ids = results.filter_map(|result| result["transaction"].as_str());
    ids.next().map(str::to_owned)
}

async fn reviews(stack: &Stack, order: &OrderKey) -> Result<Vec<Review>> {
    let open = stack.open_reviews().await?;
    // An event that could not be read has no order yet, but a name that begins with it.
    let event = format!("{}_", order.slug());
    let is_about = |review: &Review| {
        let input = review.input.as_deref().unwrap_or_default();
        review.order.as_ref() == Some(order) || input.starts_with(&event)
    };
    Ok(open.into_iter().filter(is_about).collect())
}

/// The systems that are left alone.
///
/// # Errors
/// When the table does not answer.
pub async fn away(stack: &Stack, systems: &Systems) -> Result<Vec<Away>> {
    let breaker = stack.breaker()?;
    let mut away = Vec::new();
    for system in systems.names() {
        let standing = breaker.standing(&system).await?;
        let paused_since = standing.paused.as_ref().map(|paused| paused.since_ms);
        if let Some(since_ms) = paused_since.or(standing.open_since_ms) {
            away.push(Away {
                system,
                since_ms,
                misconfigured: standing.misconfigured,
                untried: standing.untried,
                tried_from_ms: standing.tried_from_ms,
                paused: standing.paused.map(|paused| (paused.by, paused.reason)),
            });
        }
    }
    Ok(away)
}

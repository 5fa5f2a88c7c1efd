//! Days of a merchant: one on which everything goes well, and a bad one.

use std::time::Duration;

use anyhow::{Context, Result, ensure};
use futures::{StreamExt, TryStreamExt, stream};
use serde::Serialize;

use super::used::{Used, used};
use crate::backlog::{draft, fresh_id};
use crate::bench::build::Built;
use crate::bench::orders::{anew, listen};
use crate::bench::platform::{Ran, Remotes, Running, Settings};
use crate::gp_api::{Fault, FaultKind, Moment};
use crate::odoo::RunningOdoo;
use crate::shop::Draft;

/// Orders that come at the same time.
const AT_ONCE: usize = 4;
/// What an hour takes here: queues and retries wait as much less.
const SCALE: f64 = 0.01;
const HOUR: Duration = Duration::from_secs(36);
/// No order takes longer.
const PATIENCE: Duration = Duration::from_secs(600);

/// What becomes of the orders of a day, of a hundred.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct Day {
    /// Orders whose card is declined.
    pub declined: u64,
    /// Orders whose first authorization the gateway answers with an error.
    pub retried: u64,
    /// Orders of goods that Odoo does not know.
    pub in_review: u64,
    /// Orders that come while Odoo is away for an hour: a day has twenty-four.
    pub during_outage: u64,
}

impl Day {
    /// A bad one.
    pub const BAD: Self = Self {
        declined: 10,
        retried: 5,
        in_review: 1,
        during_outage: 4,
    };
}

/// Plays so many orders of such a day; what they used.
///
/// # Errors
/// When a part does not start, or an order does not come to its end.
pub async fn play(odoo: &mut RunningOdoo, built: &Built, day: Day, orders: u64) -> Result<Used> {
    let remotes = Remotes::start(Some(anew(odoo).await?)).await?;
    let settings = Settings {
        scale: SCALE,
        ..Settings::default()
    };
    let mut running = Running::start(&remotes, |function| built.executable(function), settings).await?;
    listen(&running, &remotes).await?;
    let share = |of_100: u64| orders * of_100 / 100;
    let late = share(day.during_outage);
    let (declined, in_review) = (share(day.declined), share(day.in_review));
    // Far from each other: five in a row would be an outage of the gateway, and open its breaker.
    let apart = (orders - late).checked_div(share(day.retried));
    place(&remotes, 0..orders - late, |number| match number {
        number if number < declined => Kind::Declined,
        number if number < declined + in_review => Kind::Unknown,
        number if apart.is_some_and(|apart| number % apart == apart - 1) => Kind::Retried,
        _ => Kind::Good,
    })
    .await?;
    let mut ran = ended(&mut running, orders - late).await?;
    if late > 0 {
        odoo.kill().await?;
        place(&remotes, orders - late..orders, |_| Kind::Good).await?;
        tokio::time::sleep(HOUR).await;
        odoo.resume().await?;
        ran.extend(ended(&mut running, late).await?);
    }
    let parked = ran.iter().filter(|ran| ran.status.is_none()).count() as u64;
    let invoiced = ran.iter().filter(|ran| ran.invoiced.is_some()).count() as u64;
    ensure!(
        (parked, invoiced) == (in_review, orders - declined - in_review),
        "of {orders} orders {parked} are under review and {invoiced} invoiced: not the day that was to be played"
    );
    running.settle().await?;
    used(&running, orders)
}

#[derive(Clone, Copy)]
enum Kind {
    Good,
    Declined,
    Retried,
    Unknown,
}

async fn place(remotes: &Remotes, numbers: std::ops::Range<u64>, kind: impl Fn(u64) -> Kind) -> Result<()> {
    let (shop, gateway) = (remotes.shop.control(), remotes.gateway.control());
    let (shop, gateway, kind) = (&shop, &gateway, &kind);
    let placed = numbers.map(|number| async move {
        let card = match kind(number) {
            Kind::Declined => "declined",
            _ => "visa",
        };
        if let Kind::Retried = kind(number) {
            let answer = FaultKind::Html {
                http: 502,
                commit: Moment::Before,
            };
            gateway.fault(&Fault::post("/transactions", answer)).await?;
        }
        let token = gateway.store_card(card).await?;
        let id = fresh_id();
        let order = match kind(number) {
            Kind::Unknown => Draft::sample("woocommerce/order-unknown-sku")
                .id(id)
                .token(&token),
            _ => draft(id, number, &token).0,
        };
        let order = order.customer(id, &format!("customer{id}@example.com"));
        shop.place(&order).await?;
        anyhow::Ok(())
    });
    stream::iter(placed).buffer_unordered(AT_ONCE).try_collect().await
}

/// Waits until so many runs have come to their end, or wait for a person.
async fn ended(running: &mut Running, count: u64) -> Result<Vec<Ran>> {
    let mut all = Vec::new();
    for _ in 0..count {
        let ran = tokio::time::timeout(PATIENCE, running.ran.recv()).await;
        let ran = ran.context("an order does not come to its end")?;
        all.push(ran.context("the cloud has ended")??);
    }
    Ok(all)
}

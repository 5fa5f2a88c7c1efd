//! A world: the bundle, everything around it, and what goes wrong in it.

use crate::{
    chance::Chance,
    customers::Customers,
    eyes::Eyes,
    fault::Kind,
    fortune::Fortune,
    gate::Process,
    history::History,
    people::Tally,
    plan::Plan,
    platform::{
        engine::{self, Engine},
        lambda::Lambda,
        mapping,
        queue::Luck,
        queues::Queues,
        schedules,
    },
    set_up::MAPPINGS,
    stream::{self, StreamTwin},
    time::{BEGIN_MS, WorldClock},
    trace::Trace,
    upsets::{Turn, Upsets},
    variant::{self, Variant},
    watched::WatchedItems,
};
use domain::{
    failure::{Failure, FailureName},
    ids::StoreId,
};
use effects::{Clock, ManualClock, Store, UnixMillis};
use heartland::gp_api::PaymentGateway;
use runtime::{items::Items, secrets::MemorySecrets, topic::MemoryTopic};
use serde_json::json;
use shop::ShopClient;
use std::{
    collections::BTreeMap,
    fmt,
    sync::{
        Arc, LazyLock, Mutex,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::sync::Notify;
use twins::{
    gateway::{GatewayTwin, Switches},
    odoo::{self, Product},
    shop::{Settings as ShopSettings, ShopTwin, orders::catalogue},
};

/// An Odoo that is set up for the merchant and has the products the shops sell: every world gets a copy.
static SET_UP: LazyLock<Result<odoo::Twin, String>> = LazyLock::new(|| {
    let merchant = runtime::merchant().map_err(|failure| failure.to_string())?;
    let clock = Arc::new(ManualClock::new(UnixMillis(BEGIN_MS)));
    let odoo = odoo::Twin::new(merchant, clock).map_err(|error| error.to_string())?;
    for product in catalogue() {
        odoo.add_product(&Product {
            sku: product.sku.clone(),
            name: product.name.clone(),
            stored: true,
            on_hand: product.quantity,
        });
    }
    Ok(odoo)
});

/// A world.
pub struct World {
    /// The true time.
    pub clock: WorldClock,
    /// Chance.
    pub chance: Arc<Chance>,
    /// What happened.
    pub trace: Trace,
    /// The queues.
    pub queues: Queues,
    /// The processes.
    pub lambda: Lambda,
    /// The runs.
    pub engine: Engine,
    /// The secrets.
    pub secrets: Arc<MemorySecrets>,
    /// What people were told.
    pub topic: Arc<MemoryTopic>,
    /// The table.
    pub table: Arc<WatchedItems>,
    /// The ledger's part of the table.
    pub ledger: Arc<History>,
    /// What was changed in both.
    pub stream: Arc<StreamTwin>,
    /// Heartland.
    pub heartland: Arc<GatewayTwin>,
    /// Odoo.
    pub odoo: Arc<odoo::Twin>,
    /// The shops.
    pub shops: BTreeMap<StoreId, Arc<ShopTwin>>,
    /// Ring when a shop may have something to tell.
    bells: BTreeMap<StoreId, Notify>,
    quiet_bell: Notify,
    /// What was broken on purpose.
    pub variant: Option<Variant>,
    /// The orders of this world.
    pub customers: Customers,
    /// What others do at a turn of a story.
    pub upsets: Upsets,
    /// What people decided, and how often.
    pub decisions: Tally,
    mended: AtomicBool,
    fortune: Arc<Fortune>,
    pub(crate) eyes: Mutex<Eyes>,
}

/// How a world is to be.
pub struct Setting {
    /// The seed of everything that is left to chance.
    pub seed: u64,
    /// What goes wrong at calls.
    pub plan: Plan,
    /// What the gateway is like.
    pub gateway: Switches,
    /// What others do at a turn of a story.
    pub turns: Vec<Turn>,
    /// What is broken on purpose.
    pub variant: Option<Variant>,
    /// Whether the trace keeps its text.
    pub keeps_text: bool,
}

impl World {
    /// A world that begins now; to be called within its runtime.
    ///
    /// # Errors
    /// When the merchant's configuration or the state machine is not what the twins know.
    pub fn begin(setting: Setting) -> anyhow::Result<Arc<Self>> {
        let merchant = runtime::merchant().map_err(|failure| anyhow::anyhow!(failure.to_string()))?;
        let clock = WorldClock::begin();
        let chance = Arc::new(Chance::of(setting.seed));
        let fortune = Arc::new(Fortune::new(setting.plan, chance.clone(), clock));
        let luck: Arc<dyn Luck> = fortune.clone();
        let shared: Arc<dyn Clock> = Arc::new(clock);
        let secrets = Arc::new(MemorySecrets::default());
        secrets.set(
            "gp-api",
            &json!({"base_url": "https://gateway.example/ucp", "app_id": "a", "app_key": "k"}),
        );
        secrets.set(
            "odoo",
            &json!({"url": "https://odoo.example", "database": "d", "api_key": "k"}),
        );
        secrets.set(
            "fact-key",
            &json!({"key_id": "1", "key": "a key of the ledger's fingerprints, long enough"}),
        );
        let mut shops = BTreeMap::new();
        for store in merchant.stores.values() {
            let secret = webhook_secret(&store.id);
            secrets.set(
                &format!("shop/{}", store.id),
                &json!({"base_url": "https://shop.example", "consumer_key": "ck", "consumer_secret": "cs",
                        "webhook_secrets": [secret]}),
            );
            let settings = ShopSettings {
                signing_secret: secret.into(),
                page_size: 3,
                products: catalogue()
                    .iter()
                    .map(|product| (product.sku.clone(), product.quantity))
                    .collect(),
            };
            shops.insert(
                store.id.clone(),
                Arc::new(ShopTwin::new(store.clone(), settings, shared.clone())),
            );
        }
        let odoo = SET_UP
            .as_ref()
            .map_err(|error| anyhow::anyhow!(error.clone()))?
            .fork(shared.clone());
        Ok(Arc::new(Self {
            clock,
            trace: Trace::new(setting.keeps_text),
            queues: Queues::new(clock, &luck),
            lambda: Lambda::default(),
            engine: Engine::new(engine::machine()?),
            secrets,
            topic: Arc::default(),
            table: Arc::default(),
            ledger: Arc::default(),
            stream: Arc::new(StreamTwin::new(shared.clone())),
            heartland: Arc::new(GatewayTwin::new(shared, setting.gateway)),
            odoo: Arc::new(odoo),
            bells: shops.keys().map(|id| (id.clone(), Notify::new())).collect(),
            quiet_bell: Notify::new(),
            shops,
            variant: setting.variant,
            chance,
            customers: Customers::default(),
            upsets: Upsets::new(&setting.turns),
            decisions: Tally::default(),
            mended: AtomicBool::new(false),
            fortune,
            eyes: Mutex::default(),
        }))
    }

    /// Starts what runs by itself: mappings and schedules.
    pub fn start(self: &Arc<Self>, poll_every_ms: i64) {
        for set_up in MAPPINGS {
            let queue = self.queues.named(set_up.queue).clone();
            drop(tokio::spawn(mapping::run(self.clone(), queue, set_up)));
        }
        drop(tokio::spawn(schedules::polls(self.clone(), poll_every_ms)));
        drop(tokio::spawn(schedules::sweeps(self.clone())));
    }

    /// What goes wrong.
    pub fn plan(&self) -> &Plan {
        &self.fortune.plan
    }

    /// Whether a kind of fault happens now; it is counted.
    pub fn strikes(&self, kind: Kind) -> bool {
        self.fortune.strikes(kind)
    }

    /// Counts a fault.
    pub fn count(&self, kind: Option<Kind>) {
        self.fortune.count(kind);
    }

    /// Faults so far, by kind.
    pub fn tally(&self) -> BTreeMap<Kind, u64> {
        self.fortune.tally()
    }

    /// How wrong clocks may go.
    pub fn skew_ms(&self) -> i64 {
        match &self.fortune.plan {
            Plan::Seeded(rates) => rates.skew_ms,
            Plan::Scripted { .. } => 0,
        }
    }

    /// Writes down what a process did.
    pub fn say(&self, process: &Process, what: fmt::Arguments<'_>) {
        let who = format_args!("{}#{}", process.function, process.number);
        self.trace.say(self.clock.passed_ms(), who, what);
    }

    /// Writes down what somebody else did.
    pub fn say_of(&self, who: fmt::Arguments<'_>, what: fmt::Arguments<'_>) {
        self.trace.say(self.clock.passed_ms(), who, what);
    }

    /// Whether people have mended the set-up before. From now on they have.
    pub fn mended(&self) -> bool {
        self.mended.swap(true, Ordering::Relaxed)
    }

    /// Rings when a shop may have something to tell.
    pub fn bell(&self, store: &StoreId) -> &Notify {
        self.bells.get(store).unwrap_or(&self.quiet_bell)
    }

    /// The table as functions meet it.
    pub fn items(&self) -> Arc<dyn Items> {
        variant::items(self.variant, stream::items(&self.stream, self.table.clone()))
    }

    /// The ledger's store as functions meet it.
    pub fn store(&self) -> Arc<dyn Store> {
        variant::store(self.variant, stream::store(&self.stream, self.ledger.clone()))
    }

    /// The gateway's client as functions meet it.
    pub fn gateway_client(&self, port: Arc<dyn PaymentGateway>) -> Arc<dyn PaymentGateway> {
        variant::gateway(self.variant, port)
    }

    /// A shop as functions meet it.
    ///
    /// # Errors
    /// When there is none of that id.
    pub fn shop_client(&self, id: &StoreId) -> Result<Arc<dyn ShopClient>, Failure> {
        let none = || Failure::new(FailureName::Misconfigured, format!("there is no shop {id}"));
        let shop = self.shops.get(id).cloned().ok_or_else(none)?;
        Ok(variant::shop(self.variant, shop))
    }
}

/// What a shop signs its webhooks with: base64, as Standard Webhooks asks for.
fn webhook_secret(store: &StoreId) -> &'static str {
    match store.as_str() {
        "own" => "whsec_c2ltdWxhdGVkLXNlY3JldC1vZi10aGUtc2hvcA==",
        _ => "a secret of the web shop",
    }
}

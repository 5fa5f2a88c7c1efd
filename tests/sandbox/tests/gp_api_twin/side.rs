//! The two sides: the simulator behind our client, and the twin.

use domain::{failure::Failure, money::Money};
use effects::{ManualClock, UnixMillis};
use heartland::gp_api::{
    Authorize, GpApi, IdempotencyKey, PaymentGateway, Settings, Timeouts, Transaction, TransactionId,
};
use sandbox::gp_api::{Control, Fault, FaultKind, Moment, Options, Pay, RunningGpApi, Switches, start};
use secrecy::SecretString;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinHandle;
use twins::gateway::{Arrival, Card, Conduct, GatewayTwin, Underway};

const LIFE_MS: i64 = 7 * 24 * 3_600_000;
/// How long a request under way is held by the simulator.
const HELD_MS: u64 = 1_500;

/// What is paid with.
#[derive(Clone, Copy)]
pub enum Plastic {
    Visa,
    Amex,
    Declined,
    Timeout,
    Ended,
    /// Approved for so many of so many minor units.
    Share(i64, i64),
}

pub enum Side {
    Simulator {
        gateway: Arc<GpApi>,
        control: Control,
        _running: RunningGpApi,
    },
    Twin {
        gateway: Box<GatewayTwin>,
        clock: Arc<ManualClock>,
    },
}

/// A request that has arrived and is not done.
pub enum Held {
    AtTheSimulator(JoinHandle<Result<Transaction, Failure>>),
    AtTheTwin(Underway),
}

impl Side {
    pub async fn simulator() -> Self {
        let running = start(Options::default()).await.unwrap();
        let control = running.control();
        let gateway = GpApi::new(Settings {
            base_url: running.base_url.clone(),
            app_id: "APPID".to_owned(),
            app_key: SecretString::from("APPKEY"),
            account_name: "transaction_processing".to_owned(),
            country: "US".to_owned(),
            timeouts: Timeouts::default(),
            may_send: || true,
        });
        let side = Self::Simulator {
            gateway: Arc::new(gateway.unwrap()),
            control,
            _running: running,
        };
        side.list_lag_s(0).await;
        side
    }

    pub fn twin() -> Self {
        // Noon: the batch closes in the night.
        let clock = Arc::new(ManualClock::new(UnixMillis(20_780 * 86_400_000 + 43_200_000)));
        let switches = twins::gateway::Switches {
            authorization_life_ms: Some(LIFE_MS),
            ..twins::gateway::Switches::default()
        };
        Self::Twin {
            gateway: Box::new(GatewayTwin::new(clock.clone(), switches)),
            clock,
        }
    }

    pub fn gateway(&self) -> &dyn PaymentGateway {
        match self {
            Self::Simulator { gateway, .. } => &**gateway,
            Self::Twin { gateway, .. } => &**gateway,
        }
    }

    pub async fn token(&self, plastic: Plastic) -> String {
        match (self, plastic) {
            (Self::Simulator { control, .. }, Plastic::Ended) => {
                control.store_ended_card("visa").await.unwrap()
            }
            (Self::Simulator { control, .. }, Plastic::Share(minor, _)) => {
                let fault = Fault::post("/transactions", FaultKind::PartialApproval { minor });
                control.fault(&fault).await.unwrap();
                control.store_card("visa").await.unwrap()
            }
            (Self::Simulator { control, .. }, plastic) => {
                let card = match plastic {
                    Plastic::Amex => "amex",
                    Plastic::Declined => "declined",
                    Plastic::Timeout => "timeout",
                    _ => "visa",
                };
                control.store_card(card).await.unwrap()
            }
            (Self::Twin { gateway, .. }, plastic) => gateway.tokenize(card(plastic)),
        }
    }

    pub async fn advance_ms(&self, ms: i64) {
        match self {
            Self::Simulator { control, .. } => control.advance_ms(ms).await.unwrap(),
            Self::Twin { clock, .. } => clock.advance_ms(ms),
        }
    }

    pub async fn close_batch(&self) {
        match self {
            Self::Simulator { control, .. } => control.close_batch().await.unwrap(),
            Self::Twin { gateway, .. } => gateway.close_batch(),
        }
    }

    /// What was captured is paid out.
    pub async fn fund(&self) {
        match self {
            Self::Simulator { control, .. } => drop(control.settle().await.unwrap()),
            Self::Twin { gateway, clock } => {
                gateway.close_batch();
                clock.advance_ms(30 * 3_600_000);
            }
        }
    }

    pub async fn list_lag_s(&self, list_lag_s: i64) {
        match self {
            Self::Simulator { control, .. } => {
                let switches = Switches {
                    authorization_life_s: Some(LIFE_MS / 1000),
                    list_lag_s,
                    ..Switches::default()
                };
                control.switches(&switches).await.unwrap();
            }
            Self::Twin { gateway, .. } => gateway.set_switches(twins::gateway::Switches {
                authorization_life_ms: Some(LIFE_MS),
                list_lag_ms: list_lag_s * 1000,
                ..twins::gateway::Switches::default()
            }),
        }
    }

    pub async fn pay_by_plugin(&self, amount: Money, reference: &str, captured: bool) -> TransactionId {
        match self {
            Self::Simulator { control, .. } => {
                let pay = Pay {
                    reference: reference.to_owned(),
                    amount,
                    card: "visa".to_owned(),
                    captured,
                };
                control.pay(&pay).await.unwrap().parse().unwrap()
            }
            Self::Twin { gateway, .. } => {
                gateway.pay_by_plugin(amount, reference, &Card::visa(Conduct::Approve), captured)
            }
        }
    }

    /// A request arrives and is held.
    pub async fn hold(&self, key: &IdempotencyKey, ask: &Authorize) -> Held {
        match self {
            Self::Simulator { gateway, control, .. } => {
                let (ms, commit) = (HELD_MS, Moment::Before);
                let delay = Fault::post("/transactions", FaultKind::Delay { ms, commit });
                control.fault(&delay).await.unwrap();
                let (gateway, key, ask) = (gateway.clone(), key.clone(), ask.clone());
                let call = tokio::spawn(async move { gateway.authorize(&key, &ask).await });
                let deadline = Instant::now() + Duration::from_secs(10);
                while !control.waiting_faults().await.unwrap().is_empty() {
                    assert!(Instant::now() < deadline, "the request does not arrive");
                }
                Held::AtTheSimulator(call)
            }
            Self::Twin { gateway, .. } => match gateway.arrive(key, gateway.request_of(ask)) {
                Arrival::Underway(underway) => Held::AtTheTwin(underway),
                Arrival::Answered(answer) => panic!("answered at once: {answer:?}"),
            },
        }
    }

    pub async fn release(&self, held: Held) -> Result<Transaction, Failure> {
        match (self, held) {
            (_, Held::AtTheSimulator(call)) => call.await.unwrap(),
            (Self::Twin { gateway, .. }, Held::AtTheTwin(underway)) => gateway.finish(underway),
            (Self::Simulator { .. }, Held::AtTheTwin(_)) => panic!("held elsewhere"),
        }
    }

    /// Every transaction there is, oldest first: type, status, amount, reference.
    pub async fn left(&self) -> Vec<String> {
        match self {
            Self::Simulator { control, .. } => {
                let rows = control.transactions().await.unwrap();
                let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
                let row = |row: &serde_json::Value| {
                    ["type", "status", "amount", "currency", "reference"]
                        .map(|field| text(&row[field]))
                        .join(" ")
                };
                rows.iter().map(row).collect()
            }
            Self::Twin { gateway, .. } => {
                let row = |payment: &twins::gateway::Payment| {
                    let (amount, status) = (payment.amount(), &payment.status);
                    let (kind, reference) = (&payment.kind, &payment.reference);
                    format!("{kind} {status} {} {} {reference}", amount.minor, amount.currency)
                };
                gateway.payments().iter().map(row).collect()
            }
        }
    }
}

fn card(plastic: Plastic) -> Card {
    match plastic {
        Plastic::Visa => Card::visa(Conduct::Approve),
        Plastic::Amex => Card {
            last4: "0608".to_owned(),
            ..Card::visa(Conduct::Approve).brand("AMEX")
        },
        Plastic::Declined => Card {
            last4: "1154".to_owned(),
            ..Card::visa(Conduct::Decline("101"))
        },
        Plastic::Timeout => Card::visa(Conduct::Timeout),
        Plastic::Ended => Card::visa(Conduct::Approve).ending(UnixMillis(0)),
        Plastic::Share(minor, of) => Card::visa(Conduct::Share(u32::try_from(minor * 100 / of).unwrap())),
    }
}

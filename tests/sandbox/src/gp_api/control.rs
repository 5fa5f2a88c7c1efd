//! A client of the control plane.

use super::{faults::Fault, notifications::Notify, switches::Switches, world::Recording};
use domain::money::Money;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};

/// One request as the simulator recorded it.
pub type Recorded = Recording;

/// Why the control plane did not do what it was asked.
#[derive(Debug, thiserror::Error)]
pub enum ControlError {
    /// It could not be reached or its answer not be read.
    #[error("the simulator of GP-API does not answer: {0}")]
    Http(#[from] reqwest::Error),
    /// It said no.
    #[error("the simulator of GP-API refused: {0}")]
    Refused(String),
}

/// A card to make a token of.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct StoreCard {
    /// A number of the sandbox, or `visa`, `mastercard`, `amex`, `diners`, `discover`, `jcb`, `declined`,
    /// `timeout`.
    pub card: String,
    /// Whether the token has ended already.
    #[serde(default)]
    pub ended: bool,
}

/// A payment a shop's own plugin made.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Pay {
    /// The plugin's reference.
    pub reference: String,
    /// How much.
    pub amount: Money,
    /// As in [`StoreCard`].
    pub card: String,
    /// Captured, or authorized only.
    pub captured: bool,
}

/// Sums over transactions. Amounts in minor units, whatever the currency.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    /// Approved sales made through the API, captured or not, reversed or not.
    pub charges: u64,
    /// Sales that are captured.
    pub captures: u64,
    /// Sales that were reversed.
    pub reversals: u64,
    /// Refunds.
    pub refunds: u64,
    /// Declined.
    pub declined: u64,
    /// Authorized and not captured.
    pub authorized_minor: i64,
    /// Captured.
    pub captured_minor: i64,
    /// Refunded.
    pub refunded_minor: i64,
}

/// The control plane of one simulator.
#[derive(Clone, Debug)]
pub struct Control {
    url: String,
    http: reqwest::Client,
}

impl Control {
    /// Of the simulator at this URL (`http://127.0.0.1:port`).
    pub fn new(control_url: &str) -> Self {
        let url = format!("{}/_sim", control_url.trim_end_matches('/'));
        let http = reqwest::Client::builder().no_proxy().build();
        Self {
            url,
            http: http.unwrap_or_default(),
        }
    }

    /// Forgets everything: transactions, tokens, faults, recordings, switches, the clock.
    ///
    /// # Errors
    /// [`ControlError`], as for all calls.
    pub async fn reset(&self) -> Result<(), ControlError> {
        self.post("/reset", &json!({})).await.map(|_: Value| ())
    }

    /// Moves the simulator's clock on.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn advance_ms(&self, ms: i64) -> Result<(), ControlError> {
        self.post("/clock", &json!({"advance_ms": ms}))
            .await
            .map(|_: Value| ())
    }

    /// Sets all switches.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn switches(&self, switches: &Switches) -> Result<(), ControlError> {
        self.post("/switches", switches).await.map(|_: Value| ())
    }

    /// Adds a fault.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn fault(&self, fault: &Fault) -> Result<(), ControlError> {
        self.post("/faults", fault).await.map(|_: Value| ())
    }

    /// The faults that have not met anybody yet.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn waiting_faults(&self) -> Result<Vec<Fault>, ControlError> {
        self.get("/faults", &[]).await
    }

    /// Takes all faults back.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn clear_faults(&self) -> Result<(), ControlError> {
        read(self.http.delete(format!("{}/faults", self.url)))
            .await
            .map(|_: Value| ())
    }

    /// Everything it was sent, in order.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn recordings(&self) -> Result<Vec<Recorded>, ControlError> {
        self.get("/recordings", &[]).await
    }

    /// All transactions, as rows of a list.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn transactions(&self) -> Result<Vec<Value>, ControlError> {
        let answer: Value = self.get("/transactions", &[]).await?;
        Ok(answer["transactions"].as_array().cloned().unwrap_or_default())
    }

    /// Sums over the transactions of one reference, or of all.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn totals(&self, reference: Option<&str>) -> Result<Totals, ControlError> {
        self.get("/totals", &[("reference", reference.unwrap_or_default())])
            .await
    }

    /// Makes a token of a card; see [`StoreCard::card`].
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn store_card(&self, card: &str) -> Result<String, ControlError> {
        self.id(
            "/payment-methods",
            &StoreCard {
                card: card.to_owned(),
                ended: false,
            },
        )
        .await
    }

    /// Makes a token of a card that has ended already.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn store_ended_card(&self, card: &str) -> Result<String, ControlError> {
        self.id(
            "/payment-methods",
            &StoreCard {
                card: card.to_owned(),
                ended: true,
            },
        )
        .await
    }

    /// Ends the token of a card.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn end_card(&self, id: &str) -> Result<(), ControlError> {
        self.post(&format!("/payment-methods/{id}/end"), &json!({}))
            .await
            .map(|_: Value| ())
    }

    /// Ends all access tokens at once.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn end_access_tokens(&self) -> Result<(), ControlError> {
        self.post("/tokens/end", &json!({})).await.map(|_: Value| ())
    }

    /// Pays as a shop's own plugin does; returns the transaction's id.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn pay(&self, pay: &Pay) -> Result<String, ControlError> {
        self.id("/transactions", pay).await
    }

    /// Closes the batch: what was captured can no longer be reversed, only refunded.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn close_batch(&self) -> Result<(), ControlError> {
        self.post("/batch/close", &json!({})).await.map(|_: Value| ())
    }

    /// Closes the batch and funds what was captured. Returns the deposits.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn settle(&self) -> Result<Vec<Value>, ControlError> {
        let answer: Value = self.post("/settle", &json!({})).await?;
        Ok(answer["deposits"].as_array().cloned().unwrap_or_default())
    }

    /// Opens a dispute about a captured sale; returns its id.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn dispute(&self, transaction: &str) -> Result<String, ControlError> {
        self.id("/disputes", &json!({"transaction": transaction})).await
    }

    /// Sends a notification and returns the status of each answer (`None`: there was none).
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn notify(&self, notify: &Notify) -> Result<Vec<Option<u16>>, ControlError> {
        #[derive(Deserialize)]
        struct Sent {
            statuses: Vec<Option<u16>>,
        }
        self.post("/notifications", notify)
            .await
            .map(|sent: Sent| sent.statuses)
    }

    /// The signed URL a payer's browser would be sent back to.
    ///
    /// # Errors
    /// [`ControlError`].
    pub async fn return_url(&self, transaction: &str, url: &str) -> Result<String, ControlError> {
        let answer: Value = self
            .post("/return-url", &json!({"transaction": transaction, "url": url}))
            .await?;
        Ok(answer["url"].as_str().unwrap_or_default().to_owned())
    }

    async fn id(&self, path: &str, body: &impl Serialize) -> Result<String, ControlError> {
        #[derive(Deserialize)]
        struct Made {
            id: String,
        }
        self.post(path, body).await.map(|made: Made| made.id)
    }

    async fn get<T: DeserializeOwned>(&self, path: &str, query: &[(&str, &str)]) -> Result<T, ControlError> {
        read(self.http.get(format!("{}{path}", self.url)).query(query)).await
    }

    async fn post<T: DeserializeOwned>(&self, path: &str, body: &impl Serialize) -> Result<T, ControlError> {
        read(self.http.post(format!("{}{path}", self.url)).json(body)).await
    }
}

async fn read<T: DeserializeOwned>(request: reqwest::RequestBuilder) -> Result<T, ControlError> {
    let response = request.send().await?;
    if response.status().is_success() {
        return Ok(response.json().await?);
    }
    Err(ControlError::Refused(response.text().await?))
}

//! Orders to the running world from other processes: tests kill and restart its parts without owning them.

use std::sync::Arc;

use anyhow::{Context, Result, bail};
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::routing::post;
use axum::{Json, Router};
use tokio::sync::Mutex;

use super::description::Description;
use crate::odoo::RunningOdoo;
use crate::places::Places;

/// The Odoo of a world, shared by its owner and the control endpoint; nothing when an existing Odoo is used.
pub(super) type SharedOdoo = Arc<Mutex<Option<RunningOdoo>>>;

type Answer = Result<StatusCode, (StatusCode, Json<String>)>;

/// The routes: `POST /odoo/{start|stop|kill|reset|expire-keys}`; 204 when done, 500 with the reason otherwise.
pub(super) fn routes(odoo: SharedOdoo) -> Router {
    Router::new()
        .route("/odoo/{order}", post(order_odoo))
        .with_state(odoo)
}

async fn order_odoo(State(odoo): State<SharedOdoo>, Path(order): Path<String>) -> Answer {
    let mut odoo = odoo.lock().await;
    let Some(odoo) = odoo.as_mut() else {
        return Err((
            StatusCode::CONFLICT,
            Json("this world uses an Odoo that is not its own".to_owned()),
        ));
    };
    let done = match order.as_str() {
        "start" => odoo.resume().await,
        "stop" => odoo.stop().await,
        "kill" => odoo.kill().await,
        "reset" => odoo.reset_database().await,
        "expire-keys" => odoo.expire_keys().await,
        _ => return Err((StatusCode::NOT_FOUND, Json(format!("there is no order {order}")))),
    };
    match done {
        Ok(()) => Ok(StatusCode::NO_CONTENT),
        Err(error) => Err((StatusCode::INTERNAL_SERVER_ERROR, Json(format!("{error:#}")))),
    }
}

/// The running world, seen from another process.
#[derive(Clone)]
pub struct Remote {
    client: reqwest::Client,
    /// Where everything is.
    pub description: Description,
}

impl Remote {
    /// The world that runs now.
    ///
    /// # Errors
    /// When none runs.
    pub fn find() -> Result<Self> {
        Ok(Self::of(Description::find(&Places::open()?)?))
    }

    /// The world that describes itself so.
    pub fn of(description: Description) -> Self {
        Self {
            client: reqwest::Client::new(),
            description,
        }
    }

    /// Starts Odoo again after [`Self::stop_odoo`] or [`Self::kill_odoo`]; returns when it answers.
    ///
    /// # Errors
    /// With the world's reason.
    pub async fn start_odoo(&self) -> Result<()> {
        self.order("odoo/start").await
    }

    /// Ends Odoo in order: running requests are answered first.
    ///
    /// # Errors
    /// With the world's reason.
    pub async fn stop_odoo(&self) -> Result<()> {
        self.order("odoo/stop").await
    }

    /// Kills Odoo and its workers at once, as a crash would.
    ///
    /// # Errors
    /// With the world's reason.
    pub async fn kill_odoo(&self) -> Result<()> {
        self.order("odoo/kill").await
    }

    /// Puts Odoo's database back to the state right after the set-up; keys stay the same.
    ///
    /// # Errors
    /// With the world's reason.
    pub async fn reset_odoo(&self) -> Result<()> {
        self.order("odoo/reset").await
    }

    /// Lets the API keys of the integration's user expire.
    ///
    /// # Errors
    /// With the world's reason.
    pub async fn expire_odoo_keys(&self) -> Result<()> {
        self.order("odoo/expire-keys").await
    }

    async fn order(&self, order: &str) -> Result<()> {
        let address = format!("{}/{order}", self.description.control);
        let answer = self
            .client
            .post(address)
            .send()
            .await
            .context("the world does not answer")?;
        if answer.status().is_success() {
            return Ok(());
        }
        bail!("{order}: {}", answer.text().await.unwrap_or_default());
    }
}

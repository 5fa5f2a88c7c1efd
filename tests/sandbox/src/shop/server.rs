//! The port.

use super::{
    api,
    control::Control,
    control_plane,
    listener::{Cut, CuttableListener},
    own,
    state::State,
    woo,
};
use axum::{Router, middleware::from_fn_with_state};
use serde::{Deserialize, Serialize};
use std::{
    io,
    net::SocketAddr,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::Duration,
};
use tokio::{net::TcpListener, task::JoinHandle};

/// The WooCommerce shop's REST key.
pub(super) const CONSUMER_KEY: &str = "ck_sandbox";
/// Its secret.
pub(super) const CONSUMER_SECRET: &str = "cs_sandbox";
/// What the WooCommerce shop signs with.
pub(super) const WEBHOOK_SECRET_WOO: &str = "sandbox-webhook-secret";
/// What it signed with before the last rotation.
pub(super) const WEBHOOK_SECRET_WOO_OLDER: &str = "an-older-webhook-secret";
/// What the other shop signs with.
pub(super) const WEBHOOK_SECRET_OWN: &str = "whsec_c2FuZGJveC13ZWJob29rLXNlY3JldC1vd24=";

/// What all requests share.
pub(super) struct Shared {
    state: Mutex<State>,
    pub http: reqwest::Client,
}

impl Shared {
    /// The memory. Never held while waiting.
    pub fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A shop's secret as the functions read it from Secrets Manager.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Access {
    /// Where its API is.
    pub base_url: String,
    /// WooCommerce's REST key.
    pub consumer_key: String,
    /// Its secret.
    pub consumer_secret: String,
    /// What its webhooks are signed with. The first is an old one, kept while secrets are rotated.
    pub webhook_secrets: Vec<String>,
}

/// Simulated shops that run until this is dropped.
#[derive(Debug)]
pub struct RunningShop {
    /// The WooCommerce shop.
    pub woo: Access,
    /// The shop that speaks Standard Webhooks.
    pub own: Access,
    /// What [`Control`] is made with: `http://127.0.0.1:port`.
    pub control_url: String,
    task: JoinHandle<()>,
}

impl RunningShop {
    /// The control plane.
    pub fn control(&self) -> Control {
        Control::new(&self.control_url)
    }
}

impl Drop for RunningShop {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts both shops on a free loopback port.
///
/// # Errors
/// When the port cannot be had.
pub async fn start() -> io::Result<RunningShop> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], 0))).await?;
    let url = format!("http://{}", listener.local_addr()?);
    let http = reqwest::Client::builder()
        .no_proxy()
        .timeout(Duration::from_secs(30))
        .build();
    let shared = Arc::new(Shared {
        state: Mutex::new(State::stocked()),
        http: http.map_err(io::Error::other)?,
    });
    let apis = Router::new()
        .nest("/wp-json/wc/v3", woo::routes())
        .nest("/own", own::routes());
    let apis = apis.layer(from_fn_with_state(Arc::clone(&shared), api::recorded));
    let app = apis.nest("/_sim", control_plane::routes()).with_state(shared);
    let serving = axum::serve(
        CuttableListener(listener),
        app.into_make_service_with_connect_info::<Cut>(),
    );
    let task = tokio::spawn(async move {
        // It serves until it is aborted; a lost listener shows in the next call.
        let _ = serving.await;
    });
    Ok(RunningShop {
        woo: Access {
            base_url: url.clone(),
            consumer_key: CONSUMER_KEY.to_owned(),
            consumer_secret: CONSUMER_SECRET.to_owned(),
            webhook_secrets: vec![WEBHOOK_SECRET_WOO_OLDER.to_owned(), WEBHOOK_SECRET_WOO.to_owned()],
        },
        own: Access {
            base_url: format!("{url}/own"),
            consumer_key: String::new(),
            consumer_secret: String::new(),
            webhook_secrets: vec![WEBHOOK_SECRET_OWN.to_owned()],
        },
        control_url: url,
        task,
    })
}

//! Access tokens: fetched once, kept until shortly before they end, and never fetched twice at the same time.

use super::{
    failures::{Effect, no_answer, of_answer},
    settings::Settings,
    transport::{Reply, Request, Transport},
    wire::{AccessTokenAnswer, AccessTokenRequest, ScopeAnswer},
};
use domain::failure::{Failure, FailureName};
use jiff::Timestamp;
use reqwest::Method;
use secrecy::{ExposeSecret, SecretString};
use sha2::{Digest, Sha512};
use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};
use tokio::sync::Mutex;

/// A token is renewed this long before it ends, so that no request is under way with a dead one.
const MARGIN_S: i64 = 60;
/// A token that could not be renewed early goes on being used, and is tried again after this.
const EARLY_RETRY_S: i64 = 5;
/// What a token lives when its answer does not say: the shortest life the gateway offers.
const LIFE_UNKNOWN_S: i64 = 300;

/// A token in use. Shared by reference; two of them are the same only if they are one.
pub(super) type Token = Arc<SecretString>;

pub(super) struct Held {
    token: Token,
    /// Unix seconds. The wall clock on purpose: a monotonic one may stand still while a Lambda is frozen.
    renew_at_s: i64,
    /// Unix seconds.
    ends_at_s: i64,
}

#[cfg(feature = "fuzzing")]
impl Held {
    /// How long it may be used, from the moment it was asked for.
    pub(super) fn life_s(&self) -> i64 {
        self.ends_at_s
    }
}

/// The one place that knows the current token.
#[derive(Default)]
pub(super) struct Access {
    state: Mutex<State>,
    /// How many fetches have ended; lets those who waited for one share how it ended.
    fetches: AtomicU64,
}

#[derive(Default)]
struct State {
    held: Option<Held>,
    failed: Option<Failure>,
}

impl Access {
    /// The current token, fetched if there is none. Callers that come while a fetch is under way wait for it
    /// and share its end, good or bad.
    pub(super) async fn token(&self, transport: &Transport, settings: &Settings) -> Result<Token, Failure> {
        let seen = self.fetches.load(Ordering::Acquire);
        let mut state = self.state.lock().await;
        if let Some(held) = state
            .held
            .as_ref()
            .filter(|held| Timestamp::now().as_second() < held.renew_at_s)
        {
            return Ok(Arc::clone(&held.token));
        }
        if let Some(failure) = state
            .failed
            .as_ref()
            .filter(|_| self.fetches.load(Ordering::Acquire) != seen)
        {
            return Err(failure.clone());
        }
        let fetched = fetch(transport, settings).await;
        self.fetches.fetch_add(1, Ordering::Release);
        let failure = match fetched {
            Ok(held) => {
                let token = Arc::clone(&held.token);
                *state = State {
                    held: Some(held),
                    failed: None,
                };
                return Ok(token);
            }
            Err(failure) => failure,
        };
        let now_s = Timestamp::now().as_second();
        if let Some(held) = state.held.as_mut().filter(|held| now_s < held.ends_at_s) {
            held.renew_at_s = now_s.saturating_add(EARLY_RETRY_S).min(held.ends_at_s);
            return Ok(Arc::clone(&held.token));
        }
        *state = State {
            held: None,
            failed: Some(failure.clone()),
        };
        Err(failure)
    }

    /// Forgets this token, if it is still the current one: of fifty calls refused with one token, the first
    /// drops it and the others find its successor.
    pub(super) async fn drop_token(&self, token: &Token) {
        let mut state = self.state.lock().await;
        if state
            .held
            .as_ref()
            .is_some_and(|held| Arc::ptr_eq(&held.token, token))
        {
            state.held = None;
        }
    }
}

async fn fetch(transport: &Transport, settings: &Settings) -> Result<Held, Failure> {
    let asked_at_s = Timestamp::now().as_second();
    held(&sign_in(transport, settings).await?, asked_at_s)
}

/// The accounts that our credentials open, by name. A token is asked for and thrown away.
pub(super) async fn accounts(transport: &Transport, settings: &Settings) -> Result<Vec<String>, Failure> {
    let asked_at_s = Timestamp::now().as_second();
    let reply = sign_in(transport, settings).await?;
    held(&reply, asked_at_s)?;
    let answer: ScopeAnswer =
        serde_json::from_slice(&reply.body).map_err(|_| no_answer(Effect::Reads, "not an access token"))?;
    Ok(answer
        .scope
        .accounts
        .into_iter()
        .map(|account| account.name)
        .collect())
}

async fn sign_in(transport: &Transport, settings: &Settings) -> Result<Reply, Failure> {
    let nonce = Timestamp::now().to_string();
    let secret = proof(&nonce, settings.app_key.expose_secret());
    let body = AccessTokenRequest {
        app_id: &settings.app_id,
        nonce: &nonce,
        secret: &secret,
        grant_type: "client_credentials",
    };
    let body =
        serde_json::to_vec(&body).map_err(|_| no_answer(Effect::Reads, "no request could be written"))?;
    let request = Request {
        effect: Effect::Reads,
        method: Method::POST,
        path: "/accesstoken".to_owned(),
        query: Vec::new(),
        body: Some(body),
        key: None,
    };
    transport.send(&request, None).await
}

/// The token in an answer.
pub(super) fn held(reply: &Reply, asked_at_s: i64) -> Result<Held, Failure> {
    if !(200..300).contains(&reply.http) {
        let mut failure = of_answer(Effect::Reads, reply.http, &reply.body);
        if failure.name == FailureName::Refused {
            failure.name = FailureName::Misconfigured; // it refused who we are, not an order
        }
        return Err(failure);
    }
    let answer: AccessTokenAnswer =
        serde_json::from_slice(&reply.body).map_err(|_| no_answer(Effect::Reads, "not an access token"))?;
    let life_s = answer
        .seconds_to_expire
        .map_or(LIFE_UNKNOWN_S, |s| i64::try_from(s).unwrap_or(i64::MAX));
    Ok(Held {
        token: Arc::new(SecretString::from(answer.token)),
        renew_at_s: renew_at(asked_at_s, life_s),
        ends_at_s: asked_at_s.saturating_add(life_s),
    })
}

/// Lower-case hex SHA-512 of nonce and key.
fn proof(nonce: &str, app_key: &str) -> String {
    hex::encode(Sha512::new().chain_update(nonce).chain_update(app_key).finalize())
}

/// A minute before the end; a token that lives less than two minutes is renewed after half its life.
fn renew_at(asked_at_s: i64, life_s: i64) -> i64 {
    asked_at_s.saturating_add(life_s.saturating_sub(MARGIN_S.min(life_s / 2)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_proof_is_the_one_the_official_sdk_sends() {
        let expected = "913accf5c5243ffc5b01fc19a251f3acfd04bec29593229cddeefb377da66563\
                        932eda1b97a5a3f5250a0805ecf1cba28c4b5dc5862bdd26a1fbf279ddf7a9ed";
        assert_eq!(proof("2026-11-23T04:47:23.165012", "APPKEY"), expected);
    }

    #[test]
    fn a_token_is_renewed_before_it_ends() {
        assert_eq!(renew_at(1_000, 3_600), 1_000 + 3_540);
        assert_eq!(renew_at(1_000, 10), 1_005);
        assert_eq!(renew_at(1_000, 0), 1_000);
        assert_eq!(renew_at(1_000, i64::MAX), i64::MAX);
    }
}

//! The client: an access token, connections, and the rule what happens when the token is refused.

use super::{
    access::{self, Access},
    failures::Effect,
    settings::Settings,
    transport::{Reply, Request, Transport},
};
use domain::failure::Failure;
use secrecy::SecretString;
use std::fmt;

/// A client of GP-API. Cheap to share; holds no state of any call.
pub struct GpApi {
    pub(super) settings: Settings,
    transport: Transport,
    access: Access,
}

impl GpApi {
    /// Prepares a client. Nothing is sent before the first call.
    ///
    /// # Errors
    /// [`Misconfigured`](domain::failure::FailureName::Misconfigured) when the base URL cannot be used.
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        let transport = Transport::new(settings.checked_base_url()?, settings.timeouts)?;
        Ok(Self {
            settings,
            transport,
            access: Access::default(),
        })
    }

    /// The accounts that the credentials open, by name: whether the gateway knows us, and what we may name.
    ///
    /// # Errors
    /// [`Misconfigured`](domain::failure::FailureName::Misconfigured) when it does not know us;
    /// [`SystemUnavailable`](domain::failure::FailureName::SystemUnavailable).
    pub async fn accounts(&self) -> Result<Vec<String>, Failure> {
        access::accounts(&self.transport, &self.settings).await
    }

    /// Sends the request. When the token is refused, the same request, with the same idempotency key, goes
    /// out once more with a new token: the gateway has done nothing with the first one.
    pub(super) async fn call(&self, request: &Request) -> Result<Reply, Failure> {
        let token = self.access.token(&self.transport, &self.settings).await?;
        let reply = self.send(request, &token).await?;
        if reply.http != 401 {
            return Ok(reply);
        }
        self.access.drop_token(&token).await;
        let token = self.access.token(&self.transport, &self.settings).await?;
        let reply = self.send(request, &token).await?;
        if reply.http == 401 {
            self.access.drop_token(&token).await;
        }
        Ok(reply)
    }

    /// Sends it once. Signing in may have taken long, or the process was frozen meanwhile, and somebody else may be at it.
    async fn send(&self, request: &Request, token: &SecretString) -> Result<Reply, Failure> {
        if request.effect == Effect::Changes && !(self.settings.may_send)() {
            return Err(Failure::too_late_to_send());
        }
        self.transport.send(request, Some(token)).await
    }
}

impl fmt::Debug for GpApi {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("GpApi")
            .field("settings", &self.settings)
            .finish_non_exhaustive()
    }
}

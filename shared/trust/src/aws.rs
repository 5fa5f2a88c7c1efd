//! Connections to AWS.

use crate::Bundle;
use aws_smithy_async::rt::sleep::TokioSleep;
use aws_smithy_http_client::{
    Connector,
    proxy::ProxyConfig,
    tls::{Provider, TlsContext, TrustStore, rustls_provider::CryptoMode},
};
use aws_smithy_runtime_api::client::http::{
    HttpConnectorSettings, SharedHttpClient, SharedHttpConnector, http_client_fn,
};
use std::time::Duration;

/// One pool of connections for the clients of all services: made once, where each client of a service would make its
/// own, and one more when it is built, to try it. A client's own limits for connecting and reading do not apply.
pub fn connections_to_aws(bundle: Option<&Bundle>, connect_timeout: Duration) -> SharedHttpClient {
    let pool = pool(bundle, connect_timeout);
    http_client_fn(move |_, _| pool.clone())
}

/// What [`connections_to_aws`] gives to every client: who makes and keeps the connections.
pub fn pool(bundle: Option<&Bundle>, connect_timeout: Duration) -> SharedHttpConnector {
    let store = match bundle {
        Some(bundle) => TrustStore::empty().with_pem_certificate(bundle.pem()),
        None => TrustStore::default(),
    };
    #[expect(
        clippy::expect_used,
        reason = "it keeps what it was given, and looks at nothing"
    )]
    let tls = TlsContext::builder()
        .with_trust_store(store)
        .build()
        .expect("a trust store is a TLS context");
    let settings = HttpConnectorSettings::builder()
        .connect_timeout(connect_timeout)
        .build();
    let connector = Connector::builder()
        .connector_settings(settings)
        .sleep_impl(TokioSleep::new())
        .proxy_config(ProxyConfig::from_env())
        .tls_provider(Provider::Rustls(CryptoMode::AwsLc))
        .tls_context(tls)
        .build();
    SharedHttpConnector::new(connector)
}

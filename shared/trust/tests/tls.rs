//! Both kinds of clients against a server with a certificate: who is in the bundle is trusted, and nobody else.
#![allow(clippy::unwrap_used, clippy::expect_used, reason = "tests")]

mod server;

use aws_smithy_runtime_api::client::{http::HttpConnector, orchestrator::HttpRequest};
use server::{Server, authority};
use std::time::Duration;
use trust::Bundle;

/// For a connection on the loopback.
const LIMIT: Duration = Duration::from_secs(5);

fn bundle(pems: &[&str]) -> Option<Bundle> {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("bundle.crt");
    std::fs::write(&path, pems.concat()).unwrap();
    Bundle::read(&path)
}

async fn asked_by_reqwest(bundle: &Bundle, url: &str) -> Result<u16, String> {
    let client = trust::by(Some(bundle), reqwest::Client::builder().no_proxy());
    let answer = client.build().unwrap().get(url).send().await;
    answer
        .map(|answer| answer.status().as_u16())
        .map_err(|error| format!("{error:?}"))
}

async fn asked_by_aws(bundle: &Bundle, url: &str) -> Result<u16, String> {
    let mut request = HttpRequest::empty();
    request.set_uri(url).unwrap();
    let answer = trust::pool(Some(bundle), LIMIT).call(request).await;
    answer
        .map(|answer| answer.status().as_u16())
        .map_err(|error| format!("{error:?}"))
}

#[tokio::test]
async fn whom_the_bundle_names_is_trusted_and_nobody_else() {
    let (ours, theirs) = (authority("ours"), authority("theirs"));
    let server = Server::start(&ours).await;
    let trusting = bundle(&[&theirs.pem(), &ours.pem()]).unwrap();
    let strange = bundle(&[&theirs.pem()]).unwrap();
    let url = server.url();
    assert_eq!(asked_by_reqwest(&trusting, &url).await, Ok(204));
    assert_eq!(asked_by_aws(&trusting, &url).await, Ok(204));
    for refused in [
        asked_by_reqwest(&strange, &url).await,
        asked_by_aws(&strange, &url).await,
    ] {
        let error = refused.unwrap_err();
        assert!(error.contains("UnknownIssuer"), "{error}");
    }
}

#[test]
fn a_bundle_is_used_as_a_whole_or_not_at_all() {
    let ours = authority("ours").pem();
    let broken = "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n";
    assert!(bundle(&[&ours, "# a remark\n", &ours]).is_some());
    assert!(bundle(&[&ours, broken]).is_none(), "a certificate that is none");
    assert!(
        bundle(&[&ours, "-----BEGIN CERTIFICATE-----\n"]).is_none(),
        "cut off"
    );
    assert!(bundle(&[]).is_none(), "empty");
    assert!(Bundle::read("/nowhere/bundle.crt".as_ref()).is_none(), "no file");
}

//! Pieces of a batch in their own traces. The platform knows a batch as one invocation in one trace; each of its
//! messages belongs to another. So each piece is told to X-Ray's daemon beside the platform's own segments: one datagram,
//! nobody waits for it, and nothing comes of its loss.

use crate::{environment, metrics, trace::Trace, unique::unique, work};
use effects::{Clock, SystemClock, UnixMillis};
use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use std::{
    future::Future,
    net::{SocketAddr, UdpSocket},
    sync::LazyLock,
};

/// What the daemon reads before each document.
const HEADER: &str = r#"{"format": "json", "version": 1}"#;
/// Digits of a segment's id.
const ID_DIGITS: usize = 16;
/// What can be searched for in a trace.
const ANNOTATIONS: [&str; 4] = ["order", "event", "execution", "action"];

static DAEMON: LazyLock<Option<Daemon>> = LazyLock::new(|| {
    let address = environment::optional("AWS_XRAY_DAEMON_ADDRESS")?;
    Daemon::at(address.parse().ok()?)
});

/// Runs a piece of work and tells its trace how long it took, and whether it went well.
pub async fn segment<T, E>(work: impl Future<Output = Result<T, E>>) -> Result<T, E> {
    let begun = SystemClock.now();
    let done = work.await;
    tell(begun, done.is_err());
    done
}

/// Tells the trace of what is worked on that a piece of it has been done since `begun`.
pub fn tell(begun: UnixMillis, failed: bool) {
    if let (Some(daemon), Some(trace)) = (&*DAEMON, work::trace()) {
        daemon.tell(&trace, begun, SystemClock.now(), failed);
    }
}

struct Daemon {
    socket: UdpSocket,
    address: SocketAddr,
}

impl Daemon {
    fn at(address: SocketAddr) -> Option<Self> {
        let here: SocketAddr = match address {
            SocketAddr::V4(_) => ([0, 0, 0, 0], 0).into(),
            SocketAddr::V6(_) => ([0_u16; 8], 0).into(),
        };
        let socket = UdpSocket::bind(here).ok()?;
        socket.set_nonblocking(true).ok()?;
        Some(Self { socket, address })
    }

    /// A trace that is not kept is not told.
    fn tell(&self, trace: &Trace, begun: UnixMillis, ended: UnixMillis, failed: bool) {
        if trace.sampled == Some(false) {
            return;
        }
        let document = document(trace, begun, ended, failed);
        let _ = self
            .socket
            .send_to(format!("{HEADER}\n{document}").as_bytes(), self.address);
    }
}

fn document(trace: &Trace, begun: UnixMillis, ended: UnixMillis, failed: bool) -> Value {
    let mut id = hex::encode(Sha256::digest(unique()));
    id.truncate(ID_DIGITS);
    let name = match metrics::function() {
        "" => "function",
        name => name,
    };
    let ids = work::ids();
    let annotations: serde_json::Map<String, Value> = ANNOTATIONS
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), ids.get(*name)?.clone())))
        .collect();
    let mut document = json!({
        "name": name, "id": id, "trace_id": trace.id, "start_time": metrics::seconds(begun.0),
        "end_time": metrics::seconds(ended.0), "fault": failed, "annotations": annotations,
    });
    if let Some(parent) = &trace.parent {
        document["parent_id"] = json!(parent);
        document["type"] = json!("subsegment");
    }
    document
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{invocation::Invocation, work::Work};
    use std::time::Duration;

    #[test]
    fn the_daemon_is_told_in_the_pieces_own_trace_unless_that_is_not_kept() {
        let daemon = UdpSocket::bind("127.0.0.1:0").unwrap();
        daemon.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        let ours = Daemon::at(daemon.local_addr().unwrap()).unwrap();
        let header = "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8";
        let trace = Trace::of_header(header).unwrap();
        let ignored = Trace {
            sampled: Some(false),
            ..trace.clone()
        };
        let (begun, ended) = (UnixMillis(1_795_446_000_250), UnixMillis(1_795_446_001_000));
        let invocation = Invocation::new("r", ended);
        Work::of_invocation(&invocation, &json!({"order": "woo/1001"})).within(|| {
            ours.tell(&ignored, begun, ended, true);
            ours.tell(&trace, begun, ended, false);
        });
        let mut buffer = [0; 2048];
        let length = daemon.recv(&mut buffer).unwrap();
        let text = std::str::from_utf8(&buffer[..length]).unwrap();
        let (first, document) = text.split_once('\n').unwrap();
        assert_eq!(first, HEADER);
        let document: Value = serde_json::from_str(document).unwrap();
        assert_eq!(document["id"].as_str().map(str::len), Some(ID_DIGITS));
        assert_eq!(document["start_time"], json!(1_795_446_000.25));
        assert_eq!(
            (&document["trace_id"], &document["parent_id"], &document["type"]),
            (&json!(trace.id), &json!("53995c3f42cd8ad8"), &json!("subsegment"))
        );
        assert_eq!(
            (&document["fault"], &document["annotations"]["order"]),
            (&json!(false), &json!("woo/1001"))
        );
    }
}

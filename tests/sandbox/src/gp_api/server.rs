//! The port: HTTP on loopback, with control over how a connection ends.

use super::{
    call::{Call, Ending, Reply},
    conduct, control_plane, notifications,
    world::{Options, World},
};
use bytes::Bytes;
use flate2::{Compression, write::GzEncoder};
use http_body_util::{BodyExt, Full, StreamBody, combinators::BoxBody};
use hyper::{
    Request, Response,
    body::{Frame, Incoming},
    server::conn::http1,
    service::service_fn,
};
use hyper_util::rt::{TokioIo, TokioTimer};
use std::{
    io,
    io::Write,
    net::SocketAddr,
    sync::{
        Arc, Mutex, MutexGuard, PoisonError,
        atomic::{AtomicBool, Ordering},
    },
};
use tokio::{
    net::{TcpListener, TcpStream},
    task::{JoinHandle, JoinSet},
};

type Body = BoxBody<Bytes, io::Error>;

/// What all connections share.
pub(super) struct Shared {
    world: Mutex<World>,
    /// For notifications.
    pub http: reqwest::Client,
}

impl Shared {
    /// The memory. Held for the length of one action, never while waiting.
    pub fn world(&self) -> MutexGuard<'_, World> {
        self.world.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A simulator that runs until it is dropped.
#[derive(Debug)]
pub struct RunningGpApi {
    /// What a client is configured with: `http://127.0.0.1:port/ucp`.
    pub base_url: String,
    /// What [`Control`](super::Control) is made with: `http://127.0.0.1:port`.
    pub control_url: String,
    task: JoinHandle<()>,
}

impl RunningGpApi {
    /// The control plane of this simulator.
    pub fn control(&self) -> super::Control {
        super::Control::new(&self.control_url)
    }
}

impl Drop for RunningGpApi {
    fn drop(&mut self) {
        self.task.abort();
    }
}

/// Starts a simulator on loopback.
///
/// # Errors
/// When the port cannot be had.
pub async fn start(options: Options) -> io::Result<RunningGpApi> {
    let listener = TcpListener::bind(SocketAddr::from(([127, 0, 0, 1], options.port))).await?;
    let control_url = format!("http://{}", listener.local_addr()?);
    let http = reqwest::Client::builder()
        .no_proxy()
        .build()
        .map_err(io::Error::other)?;
    let shared = Arc::new(Shared {
        world: Mutex::new(World::new(options)),
        http,
    });
    let task = tokio::spawn(accept(listener, shared));
    Ok(RunningGpApi {
        base_url: format!("{control_url}/ucp"),
        control_url,
        task,
    })
}

async fn accept(listener: TcpListener, shared: Arc<Shared>) {
    let mut connections = JoinSet::new(); // dropped with this task, so that nothing outlives the simulator
    loop {
        tokio::select! {
            accepted = listener.accept() => {
                if let Ok((stream, _)) = accepted {
                    connections.spawn(connection(stream, Arc::clone(&shared)));
                }
            }
            Some(_) = connections.join_next() => {}
        }
    }
}

async fn connection(stream: TcpStream, shared: Arc<Shared>) {
    let reset = Arc::new(AtomicBool::new(false));
    let service = {
        let reset = Arc::clone(&reset);
        service_fn(move |request| Box::pin(handle(request, Arc::clone(&shared), Arc::clone(&reset))))
    };
    let mut server = http1::Builder::new()
        .timer(TokioTimer::new())
        .serve_connection(TokioIo::new(stream), service);
    let ended = std::future::poll_fn(|context| server.poll_without_shutdown(context)).await;
    let stream = server.into_parts().io.into_inner();
    if reset.load(Ordering::Acquire) {
        if let Err(error) = stream.set_zero_linger() {
            tracing::warn!(%error, "a connection could not be reset");
        }
    } else if let Err(error) = ended {
        tracing::debug!(%error, "a connection ended early");
    }
}

async fn handle(
    request: Request<Incoming>,
    shared: Arc<Shared>,
    reset: Arc<AtomicBool>,
) -> io::Result<Response<Body>> {
    let (parts, body) = request.into_parts();
    let body = body.collect().await.map_err(io::Error::other)?.to_bytes();
    let (call, control) = read(&parts, body.to_vec());
    let zip = call
        .headers
        .get("accept-encoding")
        .is_some_and(|accepted| accepted.contains("gzip"));
    // whoever hangs up does not stop what was begun
    let work = tokio::spawn(async move {
        let ending = match control {
            true => Ending::Answer(control_plane::serve(&shared, &call).await),
            false => conduct::serve(&shared, call).await,
        };
        notifications::send_queued(&shared);
        ending
    });
    match work.await.map_err(io::Error::other)? {
        Ending::Answer(reply) => respond(reply, zip, false),
        Ending::Half(reply) => respond(reply, false, true),
        Ending::Close => Err(io::Error::other("closed on demand")),
        Ending::Reset => {
            reset.store(true, Ordering::Release);
            Err(io::Error::other("reset on demand"))
        }
    }
}

/// Takes a request apart. The second value says that it is for the control plane.
fn read(parts: &hyper::http::request::Parts, body: Vec<u8>) -> (Call, bool) {
    let raw_path = parts.uri.path().to_owned();
    let mut path: Vec<String> = raw_path
        .split('/')
        .filter(|p| !p.is_empty())
        .map(str::to_owned)
        .collect();
    let control = path.first().is_some_and(|first| first == "_sim");
    if control || path.first().is_some_and(|first| first == "ucp") {
        path.remove(0);
    }
    let absolute = format!("http://localhost/?{}", parts.uri.query().unwrap_or_default());
    let pairs = reqwest::Url::parse(&absolute);
    let pairs = pairs.iter().flat_map(reqwest::Url::query_pairs);
    let query = pairs
        .filter(|(_, v)| !v.is_empty())
        .map(|(k, v)| (k.into_owned(), v.into_owned()))
        .collect();
    let text = |value: &hyper::header::HeaderValue| String::from_utf8_lossy(value.as_bytes()).into_owned();
    let headers = parts
        .headers
        .iter()
        .map(|(name, value)| (name.as_str().to_owned(), text(value)))
        .collect();
    (
        Call {
            method: parts.method.to_string(),
            path,
            raw_path,
            query,
            headers,
            body,
        },
        control,
    )
}

fn respond(reply: Reply, zip: bool, half: bool) -> io::Result<Response<Body>> {
    let mut response = Response::builder()
        .status(reply.status)
        .header("content-type", reply.content_type);
    let bytes = if zip {
        response = response.header("content-encoding", "gzip");
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(&reply.body)?;
        encoder.finish()?
    } else {
        reply.body
    };
    let body: Body = if half {
        response = response.header("content-length", bytes.len());
        let first = Bytes::copy_from_slice(&bytes[..bytes.len() / 2]);
        let frames = [
            Ok(Frame::data(first)),
            Err(io::Error::other("broken off on demand")),
        ];
        BodyExt::boxed(StreamBody::new(futures::stream::iter(frames)))
    } else {
        Full::new(Bytes::from(bytes))
            .map_err(|never| match never {})
            .boxed()
    };
    response.body(body).map_err(io::Error::other)
}

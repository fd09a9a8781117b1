//! Where clients come in: a Unix socket or a TCP port, and a task for each connection. It must not know the API.

use super::http::{Body, Request};
use super::{routes, usage};
use crate::engine::api::Engine;
use crate::kernel::Kernel;
use anyhow::Result;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use std::convert::Infallible;
use std::fmt;
use std::net::SocketAddr;
use std::os::unix::fs::{FileTypeExt, PermissionsExt};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::{TcpListener, UnixListener, UnixStream};

/// How long the head of a request may take to come.
const PATIENCE: Duration = Duration::from_secs(30);

/// An open door; the socket's file goes with it.
pub(super) enum Listener {
    Unix(UnixListener, PathBuf),
    Tcp(TcpListener),
}

impl fmt::Display for Listener {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Listener::Unix(_, path) => write!(f, "unix://{}", path.display()),
            Listener::Tcp(listener) => match listener.local_addr() {
                Ok(addr) => write!(f, "tcp://{addr}"),
                Err(error) => write!(f, "{error}"),
            },
        }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        if let Listener::Unix(_, path) = self {
            // Who removed it already did no harm.
            let _ = std::fs::remove_file(path);
        }
    }
}

impl Listener {
    /// Opens `unix:///path` or `tcp://address:port`.
    pub(super) async fn bind(host: &str) -> Result<Listener> {
        let wrong = |error: std::io::Error| usage(format!("cannot listen on {host}: {error}"));
        if let Some(path) = host.strip_prefix("unix://") {
            let path = Path::new(path);
            make_way(path).await.map_err(wrong)?;
            let listener = UnixListener::bind(path).map_err(wrong)?;
            std::fs::set_permissions(path, std::fs::Permissions::from_mode(0o600)).map_err(wrong)?;
            return Ok(Listener::Unix(listener, path.to_owned()));
        }
        let Some(addr) = host.strip_prefix("tcp://") else {
            return Err(usage(format!("-H takes unix:///path or tcp://address:port, not {host:?}")));
        };
        let addr: SocketAddr =
            addr.parse().map_err(|_| usage(format!("{addr:?} is no address and port, such as 127.0.0.1:2375")))?;
        if !addr.ip().is_loopback() {
            eprintln!("capas: whoever reaches {addr} can use this simulated engine");
        }
        Ok(Listener::Tcp(TcpListener::bind(addr).await.map_err(wrong)?))
    }
}

/// A socket that nobody listens on any more is left over; anything else in its place is not ours to remove.
async fn make_way(path: &Path) -> std::io::Result<()> {
    let Ok(meta) = std::fs::symlink_metadata(path) else { return Ok(()) };
    if meta.file_type().is_socket() && UnixStream::connect(path).await.is_err() {
        return std::fs::remove_file(path);
    }
    Err(std::io::Error::from(std::io::ErrorKind::AddrInUse))
}

/// Takes connections for ever.
pub(super) async fn accept(kernel: Kernel, engine: Rc<dyn Engine>, listener: Listener) {
    loop {
        let accepted = match &listener {
            Listener::Unix(listener, _) => listener.accept().await.map(|(stream, _)| spawn(&kernel, &engine, stream)),
            Listener::Tcp(listener) => listener.accept().await.map(|(stream, _)| {
                // Keys are small and want to be seen at once.
                let _ = stream.set_nodelay(true);
                spawn(&kernel, &engine, stream);
            }),
        };
        if accepted.is_err() {
            // Too many open files, as a rule: some will be closed.
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    }
}

fn spawn(kernel: &Kernel, engine: &Rc<dyn Engine>, stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static) {
    let context = routes::Context { kernel: kernel.clone(), engine: engine.clone() };
    let service = service_fn(move |request: Request| {
        let context = context.clone();
        async move { Ok::<hyper::Response<Body>, Infallible>(routes::answer(&context, request).await) }
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(PATIENCE)
        .auto_date_header(false)
        .serve_connection(TokioIo::new(stream), service)
        .with_upgrades();
    kernel.spawn(tokio::task::unconstrained(async move {
        // A client that hangs up or talks nonsense is its own affair.
        let _ = connection.await;
    }));
}

/// Ends at Ctrl-C or SIGTERM.
pub(super) async fn told_to_stop() {
    let term = tokio::signal::unix::signal(tokio::signal::unix::SignalKind::terminate());
    let Ok(mut term) = term else {
        let _ = tokio::signal::ctrl_c().await;
        return;
    };
    tokio::select! {
        _ = tokio::signal::ctrl_c() => {}
        _ = term.recv() => {}
    }
}

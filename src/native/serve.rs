//! `capas serve`: the built page, embedded in the program, over HTTP.

use super::cli::ServeArgs;
use super::usage;
use anyhow::Result;
use axum::body::Body;
use axum::http::{header, HeaderValue, Method, Request, Response, StatusCode};
use axum::Router;
use rust_embed::{EmbeddedFile, RustEmbed};

/// The folder that `make page` fills. A build without it serves nothing and says so.
#[derive(RustEmbed)]
#[folder = "dist"]
#[allow_missing = true]
struct Page;

/// Serves until Ctrl-C.
pub(super) fn run(args: &ServeArgs) -> Result<u8> {
    if Page::get("index.html").is_none() {
        return Err(usage("this program was built without the page: run `make page native`"));
    }
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(async {
        let listener = tokio::net::TcpListener::bind(args.addr)
            .await
            .map_err(|error| usage(format!("cannot listen on {}: {error}", args.addr)))?;
        println!("http://{}", listener.local_addr()?);
        let app = Router::new().fallback(answer);
        axum::serve(listener, app)
            .with_graceful_shutdown(async {
                // Without a handler for Ctrl-C the default action ends the program all the same.
                let _ = tokio::signal::ctrl_c().await;
            })
            .await?;
        Ok(0)
    })
}

async fn answer(request: Request<Body>) -> Response<Body> {
    if ![Method::GET, Method::HEAD].contains(request.method()) {
        return plain(StatusCode::METHOD_NOT_ALLOWED, "method not allowed\n");
    }
    let path = request.uri().path().trim_start_matches('/');
    let path = if path.is_empty() { "index.html" } else { path };
    match Page::get(path) {
        Some(file) => embedded(path, file, request.method() == Method::HEAD),
        None => plain(StatusCode::NOT_FOUND, "not found\n"),
    }
}

fn embedded(path: &str, file: EmbeddedFile, head: bool) -> Response<Body> {
    // Files with a hash in their name never change; the rest is asked for again.
    let hashed = path.starts_with("capas-") || path.contains("-capas");
    let cache = if hashed { "public, max-age=31536000, immutable" } else { "no-cache" };
    let length = file.data.len();
    let body = if head { Body::empty() } else { Body::from(file.data.into_owned()) };
    let mut response = Response::new(body);
    let headers = response.headers_mut();
    let kind = match path.rsplit('.').next() {
        Some("wasm") => "application/wasm",
        Some("webmanifest") => "application/manifest+json",
        _ => file.metadata.mimetype(),
    };
    if let Ok(kind) = HeaderValue::from_str(kind) {
        headers.insert(header::CONTENT_TYPE, kind);
    }
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(cache));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    response
}

fn plain(status: StatusCode, text: &'static str) -> Response<Body> {
    let mut response = Response::new(Body::from(text));
    *response.status_mut() = status;
    response.headers_mut().insert(header::CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}

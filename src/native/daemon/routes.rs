//! Which path is which call. It must not know what the calls do.

use super::http::{empty, json, not_found, plain, with, Answered, Query, Refusal, Reply, Request};
use super::{containers, hijack, images, system};
use crate::ambient::{Civil, Time};
use crate::engine::api::Engine;
use crate::kernel::Kernel;
use hyper::header::{HeaderName, HeaderValue, DATE, LOCATION, SERVER};
use hyper::{Method, StatusCode};
use percent_encoding::percent_decode_str;
use std::rc::Rc;

/// The newest version that is spoken, as a number after `1.`.
const NEWEST: u32 = 41;
const OLDEST: u32 = 12;

/// What every handler has.
#[derive(Clone)]
pub(super) struct Context {
    pub kernel: Kernel,
    pub engine: Rc<dyn Engine>,
}

/// One request, answered. Every reply says when, but for that of an attach.
pub(super) async fn answer(context: &Context, request: Request) -> Reply {
    let reply = undated(context, request).await;
    if reply.status() == StatusCode::SWITCHING_PROTOCOLS && !reply.headers().contains_key(SERVER) {
        return reply;
    }
    with(reply, DATE, &http_date(context.kernel.now()))
}

/// `Tue, 24 Nov 2026 04:21:54 GMT`, as RFC 9110 has it.
fn http_date(now: Time) -> String {
    const DAYS: [&str; 7] = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"];
    const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    let Civil { year, month, day, hour, minute, second, .. } = now.civil();
    let weekday = usize::try_from(now.secs().div_euclid(86_400).rem_euclid(7)).unwrap_or(0);
    let name = |names: &[&'static str], i: usize| names.get(i).copied().unwrap_or_default();
    let (weekday, month) = (name(&DAYS, weekday), name(&MONTHS, usize::from(month).saturating_sub(1)));
    format!("{weekday}, {day:02} {month} {year} {hour:02}:{minute:02}:{second:02} GMT")
}

async fn undated(context: &Context, request: Request) -> Reply {
    if request.method() == Method::OPTIONS {
        return empty(StatusCode::OK);
    }
    let path = request.uri().path();
    if let Some(clean) = cleaned(path) {
        let query = request.uri().query().map(|query| format!("?{query}")).unwrap_or_default();
        return with(empty(StatusCode::MOVED_PERMANENTLY), LOCATION, &(clean + &query));
    }
    let path = match unversioned(path) {
        Ok(path) => path.to_owned(),
        Err(reply) => return *reply,
    };
    let Some(words) = path.strip_prefix('/').map(segments) else { return not_found() };
    let query = Query::of(request.uri().query().unwrap_or_default());
    match route(context, &words, query, request).await {
        Some(Ok(reply)) if reply.status() == StatusCode::SWITCHING_PROTOCOLS => reply,
        Some(Ok(reply)) => marked(reply),
        Some(Err(refusal)) => marked(refusal.into()),
        None => not_found(),
    }
}

/// The headers of every routed reply.
pub(super) fn marked(mut reply: Reply) -> Reply {
    let headers = reply.headers_mut();
    for (name, value) in [("api-version", "1.41"), ("docker-experimental", "false"), ("ostype", "linux")] {
        headers.insert(HeaderName::from_static(name), HeaderValue::from_static(value));
    }
    headers.insert(SERVER, HeaderValue::from_static("Docker/20.10.24 (linux)"));
    reply
}

/// A path without doubled slashes, where it has some.
fn cleaned(path: &str) -> Option<String> {
    if !path.contains("//") {
        return None;
    }
    let mut clean = String::new();
    for c in path.chars() {
        if c != '/' || !clean.ends_with('/') {
            clean.push(c);
        }
    }
    Some(clean)
}

/// The path after `/v1.NN`, where that is a version that is spoken.
fn unversioned(path: &str) -> Result<&str, Box<Reply>> {
    let Some((version, rest)) = path.strip_prefix("/v").and_then(|rest| rest.split_once('/')) else { return Ok(path) };
    let Some((major, minor)) = version.split_once('.').and_then(|(a, b)| Some((a.parse().ok()?, b.parse().ok()?)))
    else {
        return Ok(path);
    };
    let (major, minor): (u32, u32) = (major, minor);
    if (major, minor) > (1, NEWEST) {
        let message = format!("client version {version} is too new. Maximum supported API version is 1.{NEWEST}");
        return Err(Box::new(marked(json(StatusCode::BAD_REQUEST, &serde_json::json!({ "message": message })))));
    }
    if (major, minor) < (1, OLDEST) {
        let message = format!(
            "client version {version} is too old. Minimum supported API version is 1.{OLDEST}, please upgrade your client \
             to a newer version"
        );
        return Err(Box::new(marked(plain(StatusCode::BAD_REQUEST, &message))));
    }
    Ok(path.get(path.len() - rest.len() - 1..).unwrap_or(path))
}

fn segments(path: &str) -> Vec<String> {
    path.split('/').map(|word| percent_decode_str(word).decode_utf8_lossy().into_owned()).collect()
}

/// The call, or none where no such path is known.
async fn route(context: &Context, words: &[String], query: Query, request: Request) -> Option<Answered> {
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let method = request.method().clone();
    let engine = &*context.engine;
    let (get, post) = (method == Method::GET, method == Method::POST);
    Some(match words.as_slice() {
        ["_ping"] if get || method == Method::HEAD => system::ping(get),
        ["version"] if get => system::version(engine).await,
        ["info"] if get => system::info(engine).await,
        ["events"] if get => system::events(engine, &query).await,
        ["system", "df"] if get => system::df(engine).await,
        ["auth"] if post => Err(absent("logging in to a registry")),
        ["images", rest @ ..] => images::route(context, rest, &query, request).await?,
        ["commit"] if post => images::commit(engine, &query, request).await,
        ["build", ..] if post => Err(absent("building images")),
        ["distribution", ..] if get => Err(absent("asking a registry")),
        ["containers", rest @ ..] => containers::route(context, rest, &query, request).await?,
        ["exec", id, "json"] if get => containers::exec_inspect(engine, id).await,
        ["exec", id, "start"] if post => hijack::exec_start(context, id, request).await,
        ["exec", id, "resize"] if post => containers::exec_resize(engine, id, &query).await,
        ["volumes", rest @ ..] => system::volumes(engine, rest, &query, request).await?,
        ["networks", name] if get => Err(Refusal::new(StatusCode::NOT_FOUND, format!("network {name} not found"))),
        ["networks", ..] => Err(absent("networks between containers")),
        ["plugins"] if get => super::http::ok(&Vec::<()>::new()),
        ["plugins", name, "json"] if get => Err(Refusal::new(StatusCode::NOT_FOUND, format!("plugin {name:?} not found"))),
        ["swarm" | "nodes" | "services" | "tasks" | "secrets" | "configs", ..] => Err(Refusal::new(
            StatusCode::SERVICE_UNAVAILABLE,
            "This node is not a swarm manager. Use \"docker swarm init\" or \"docker swarm join\" to connect this node \
             to swarm and try again.",
        )),
        ["plugins" | "session" | "grpc", ..] => Err(absent("this")),
        _ => return None,
    })
}

/// 501: part of the API, but of nothing that is simulated.
pub(super) fn absent(what: &str) -> Refusal {
    Refusal::new(StatusCode::NOT_IMPLEMENTED, format!("{what} is not available in this simulator yet"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_those_of_http() {
        let moment = Time::parse_rfc3339("2026-11-24T04:21:54Z").unwrap();
        assert_eq!(http_date(moment), "Tue, 24 Nov 2026 04:21:54 GMT");
        assert_eq!(http_date(Time(0)), "Thu, 01 Jan 1970 00:00:00 GMT");
    }

    #[test]
    fn versions_are_read_off_the_path() {
        assert_eq!(unversioned("/v1.41/images/json").ok(), Some("/images/json"));
        assert_eq!(unversioned("/images/json").ok(), Some("/images/json"));
        assert_eq!(unversioned("/version").ok(), Some("/version"));
        assert_eq!(unversioned("/volumes/v1").ok(), Some("/volumes/v1"));
        assert_eq!(unversioned("/v1.42/info").unwrap_err().status(), StatusCode::BAD_REQUEST);
        assert_eq!(unversioned("/v1.11/info").unwrap_err().status(), StatusCode::BAD_REQUEST);
        assert_eq!(cleaned("/v1.41//info").as_deref(), Some("/v1.41/info"));
        assert_eq!(segments("images/a%2Fb:1/json"), ["images", "a/b:1", "json"]);
    }
}

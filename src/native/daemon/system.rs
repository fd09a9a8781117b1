//! Calls about the engine itself, and about volumes.

use super::http::{body, empty, objects, ok, with, Answered, Body, Query, Refusal, Reply, Request};
use crate::ambient::Time;
use crate::engine::api::{Engine, EventsOptions, VolumeCreate};
use crate::sorted::VecMap;
use hyper::header::{CACHE_CONTROL, CONTENT_LENGTH, CONTENT_TYPE, PRAGMA};
use hyper::{Method, StatusCode};
use serde::Deserialize;

pub(super) fn ping(get: bool) -> Answered {
    let reply = Reply::new(Body::Whole(get.then(|| "OK".into())));
    let reply = with(reply, CONTENT_TYPE, "text/plain; charset=utf-8");
    // The HTTP library says it of GET by itself.
    let reply = if get { reply } else { with(reply, CONTENT_LENGTH, "0") };
    let reply = with(reply, CACHE_CONTROL, "no-cache, no-store, must-revalidate");
    Ok(with(reply, PRAGMA, "no-cache"))
}

pub(super) async fn version(engine: &dyn Engine) -> Answered {
    ok(&engine.version().await?)
}

pub(super) async fn info(engine: &dyn Engine) -> Answered {
    ok(&engine.info().await?)
}

pub(super) async fn df(engine: &dyn Engine) -> Answered {
    ok(&engine.system_df().await?)
}

pub(super) async fn events(engine: &dyn Engine, query: &Query) -> Answered {
    let options =
        EventsOptions { since: moment(query, "since")?, until: moment(query, "until")?, filters: query.filters()? };
    Ok(objects(engine.events(options).await?, "\n"))
}

/// Seconds since the epoch with up to nine decimals, as clients send moments.
pub(super) fn moment(query: &Query, key: &str) -> Result<Option<Time>, Refusal> {
    let Some(text) = query.given(key) else { return Ok(None) };
    let (seconds, nanos) = text.split_once('.').unwrap_or((text, ""));
    let wrong = || Refusal::bad(format!("strconv.ParseInt: parsing {text:?}: invalid syntax"));
    let seconds: i64 = seconds.parse().map_err(|_| wrong())?;
    let nanos: i64 = match nanos.get(..nanos.len().min(9)).unwrap_or_default() {
        "" => 0,
        digits if digits.bytes().all(|b| b.is_ascii_digit()) => format!("{digits:0<9}").parse().map_err(|_| wrong())?,
        _ => return Err(wrong()),
    };
    Ok(Some(Time(seconds.saturating_mul(1_000_000_000).saturating_add(nanos))))
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct VolumeBody {
    name: String,
    driver: String,
    driver_opts: VecMap<String, String>,
    labels: VecMap<String, String>,
}

pub(super) async fn volumes(engine: &dyn Engine, words: &[&str], query: &Query, request: Request) -> Option<Answered> {
    let method = request.method().clone();
    Some(match (method, words) {
        (Method::GET, []) => list_volumes(engine, query).await,
        (Method::POST, ["create"]) => create_volume(engine, request).await,
        (Method::POST, ["prune"]) => prune_volumes(engine, query).await,
        (Method::GET, [name]) => inspect_volume(engine, name).await,
        (Method::DELETE, [name]) => remove_volume(engine, name, query.on("force")).await,
        _ => return None,
    })
}

async fn list_volumes(engine: &dyn Engine, query: &Query) -> Answered {
    let volumes = engine.volumes(&query.filters()?).await?;
    ok(&serde_json::json!({ "Volumes": volumes, "Warnings": null }))
}

async fn create_volume(engine: &dyn Engine, request: Request) -> Answered {
    let Some(body) = body(request).await? else { return Err(Refusal::internal("EOF")) };
    let VolumeBody { name, driver, driver_opts, labels } = super::http::read(body)?;
    let volume = engine.volume_create(VolumeCreate { name, driver, labels, options: driver_opts }).await?;
    Ok(super::http::json(StatusCode::CREATED, &volume))
}

async fn prune_volumes(engine: &dyn Engine, query: &Query) -> Answered {
    ok(&engine.volumes_prune(&query.filters()?).await?)
}

async fn inspect_volume(engine: &dyn Engine, name: &str) -> Answered {
    ok(&engine.volume_inspect(name).await?)
}

async fn remove_volume(engine: &dyn Engine, name: &str, force: bool) -> Answered {
    engine.volume_remove(name, force).await?;
    Ok(empty(StatusCode::NO_CONTENT))
}

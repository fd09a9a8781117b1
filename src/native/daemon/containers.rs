//! Calls about containers and execs, but for those that take over the connection.

use super::hijack::{self, framed};
use super::http::{
    archive, body, empty, json, ok, plain, read, stream, with, Answered, Mapped, Query, Refusal, Reply, Request,
};
use super::routes::{absent, Context};
use super::system::moment;
use crate::engine::api::{
    ArchivePutOptions, ContainerConfig, ContainerCreate, ContainerListOptions, ContainerRemove, ContainerUpdate,
    EndpointSettings, Engine, ExecConfig, HostConfig, LogsOptions, PathStat, Stream, WaitCondition, WaitResult,
};
use crate::sorted::VecMap;
use hyper::header::HeaderName;
use hyper::{Method, StatusCode};
use serde_json::Value;

/// How much later than the reply to a failed start the waiting end, in nanoseconds.
const AFTER_START: i64 = 50_000_000;

const PATH_STAT: HeaderName = HeaderName::from_static("x-docker-container-path-stat");

pub(super) async fn route(context: &Context, words: &[&str], query: &Query, request: Request) -> Option<Answered> {
    let engine = &*context.engine;
    let method = request.method().clone();
    let (get, post) = (method == Method::GET, method == Method::POST);
    Some(match words {
        ["json"] if get => list(engine, query).await,
        ["create"] if post => create(engine, query, request).await,
        ["prune"] if post => prune(engine, query).await,
        [name] if method == Method::DELETE => remove(engine, name, query).await,
        [name, "json"] if get => inspect(engine, name, query).await,
        [name, "start"] if post => start(engine, name, query).await,
        [name, "stop"] if post => stop(engine, name, query).await,
        [name, "restart"] if post => restart(engine, name, query).await,
        [name, "kill"] if post => done(engine.container_kill(name, query.text("signal")).await),
        [name, "pause"] if post => done(engine.container_pause(name).await),
        [name, "unpause"] if post => done(engine.container_unpause(name).await),
        [name, "rename"] if post => done(engine.container_rename(name, query.text("name")).await),
        [name, "wait"] if post => wait(context, name, query).await,
        [name, "update"] if post => update(engine, name, request).await,
        [name, "resize"] if post => resize(engine, name, query).await,
        [name, "top"] if get => top(engine, name, query).await,
        [name, "logs"] if get => logs(engine, name, query).await,
        [name, "attach"] if post => hijack::attach(context, name, query, request).await,
        [_, "attach", "ws"] if get => Err(absent("attaching over a websocket")),
        [name, "changes"] if get => changes(engine, name).await,
        [name, "export"] if get => export(engine, name).await,
        [name, "stats"] if get => stats(engine, name, query).await,
        [name, "archive"] if get || method == Method::HEAD => archive_get(engine, name, query, get).await,
        [name, "archive"] if method == Method::PUT => archive_put(engine, name, query, request).await,
        [_, "copy"] if post => Err(absent("the copying of before 1.20")),
        [name, "exec"] if post => exec_create(engine, name, request).await,
        _ => return None,
    })
}

/// 204 for what has nothing to say.
fn done(result: Result<(), crate::engine::api::EngineError>) -> Answered {
    result?;
    Ok(empty(StatusCode::NO_CONTENT))
}

async fn list(engine: &dyn Engine, query: &Query) -> Answered {
    let limit = query.number::<i64>("limit")?.unwrap_or(0);
    let limit = usize::try_from(limit).unwrap_or(0);
    let options =
        ContainerListOptions { all: query.on("all"), limit, size: query.on("size"), filters: query.filters()? };
    ok(&engine.containers(options).await?)
}

async fn create(engine: &dyn Engine, query: &Query, request: Request) -> Answered {
    let Some(Value::Object(mut fields)) = body(request).await? else { return Err(Refusal::internal("EOF")) };
    let mut take = |name: &str| fields.remove(name).filter(|value| !value.is_null());
    let mut host_config: HostConfig = take("HostConfig").map_or_else(|| Ok(HostConfig::default()), read)?;
    // Clients of before 28 send what means "not said".
    host_config.pids_limit = host_config.pids_limit.filter(|&limit| limit > 0);
    host_config.memory_swappiness = host_config.memory_swappiness.filter(|&percent| percent != -1);
    let mut networking = take("NetworkingConfig").unwrap_or_default();
    let endpoints = networking.get_mut("EndpointsConfig").map(Value::take).filter(Value::is_object);
    let networking_config: VecMap<String, EndpointSettings> = endpoints.map_or_else(|| Ok(VecMap::default()), read)?;
    let text = serde_json::to_vec(&Value::Object(fields)).unwrap_or_default();
    let config = ContainerConfig::parse(&text).map_err(|error| Refusal::bad(error.to_string()))?;
    let name = query.given("name").map(str::to_owned);
    let created = engine.container_create(ContainerCreate { name, config, host_config, networking_config }).await?;
    Ok(json(StatusCode::CREATED, &created))
}

async fn prune(engine: &dyn Engine, query: &Query) -> Answered {
    ok(&engine.containers_prune(query.filters()?).await?)
}

async fn remove(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    let options = ContainerRemove { force: query.on("force"), volumes: query.on("v"), link: query.on("link") };
    done(engine.container_remove(name, options).await)
}

async fn inspect(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    ok(&engine.container_inspect(name, query.on("size")).await?)
}

async fn start(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    done(engine.container_start(name, query.given("detachKeys")).await)
}

async fn stop(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    done(engine.container_stop(name, query.number("t")?).await)
}

async fn restart(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    done(engine.container_restart(name, query.number("t")?).await)
}

/// The headers go at once, the result when it is there.
async fn wait(context: &Context, name: &str, query: &Query) -> Answered {
    let condition = match query.text("condition") {
        "" | "not-running" => WaitCondition::NotRunning,
        "next-exit" => WaitCondition::NextExit,
        "removed" => WaitCondition::Removed,
        other => return Err(Refusal::bad(format!("invalid condition: {other:?}"))),
    };
    let result = context.engine.container_wait(name, condition).await?;
    let (sender, body) = crate::engine::api::channel(1);
    let kernel = context.kernel.clone();
    context.kernel.spawn(async move {
        // Who waits for what did not start hears from the start itself first, as with a real engine.
        let result = async {
            let result = result.await;
            if !matches!(&result, Ok(WaitResult { error: None, .. })) {
                kernel.sleep(AFTER_START).await;
            }
            result
        };
        tokio::select! {
            // The client may be gone before.
            () = sender.closed() => {}
            result = result => {
                let (Ok(text) | Err(text)) = match result {
                    Ok(result) => serde_json::to_vec(&result).map_err(|_| Vec::new()),
                    Err(error) => Err(format!(r#"{{"Error":{{"Message":{:?}}},"StatusCode":-1}}"#, error.to_string()).into()),
                };
                let _ = sender.push([text.as_slice(), b"\n"].concat());
            }
        }
    });
    Ok(stream(Some("application/json"), body))
}

async fn update(engine: &dyn Engine, name: &str, request: Request) -> Answered {
    let Some(body) = body(request).await? else { return Err(Refusal::internal("EOF")) };
    let update: ContainerUpdate = read(body)?;
    ok(&engine.container_update(name, update).await?)
}

/// Rows and columns of a terminal.
fn size(query: &Query) -> Result<(u16, u16), Refusal> {
    Ok((query.number("h")?.unwrap_or(0), query.number("w")?.unwrap_or(0)))
}

async fn resize(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    let (rows, cols) = size(query)?;
    engine.container_resize(name, rows, cols).await?;
    Ok(plain(StatusCode::OK, ""))
}

async fn top(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    ok(&engine.container_top(name, query.text("ps_args")).await?)
}

async fn logs(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    let options = LogsOptions {
        stdout: query.on("stdout"),
        stderr: query.on("stderr"),
        follow: query.on("follow"),
        timestamps: query.on("timestamps"),
        details: query.on("details"),
        since: moment(query, "since")?,
        // Of logs alone, zero is none.
        until: moment(query, "until")?.filter(|until| until.0 != 0),
        // "all", and whatever is no number, is everything.
        tail: query.text("tail").parse().ok(),
    };
    let tty = engine.container_inspect(name, false).await?.config.tty;
    let frames = engine.container_logs(name, options).await?;
    Ok(stream(None, Stream::new(Mapped(frames, move |frame| framed(frame, tty)))))
}

async fn changes(engine: &dyn Engine, name: &str) -> Answered {
    let changes = engine.container_changes(name).await?;
    ok(&Some(changes).filter(|changes| !changes.is_empty()))
}

async fn export(engine: &dyn Engine, name: &str) -> Answered {
    Ok(stream(Some("application/octet-stream"), engine.container_export(name).await?))
}

async fn stats(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    let samples = engine.container_stats(name, query.on_or("stream", true), query.on("one-shot")).await?;
    Ok(super::http::objects(samples, "\n"))
}

async fn archive_get(engine: &dyn Engine, name: &str, query: &Query, whole: bool) -> Answered {
    let path = path(query)?;
    let reply = |stat: &PathStat, reply: Reply| {
        let text = serde_json::to_vec(stat).unwrap_or_default();
        with(reply, PATH_STAT, &base64(&text))
    };
    if !whole {
        let stat = engine.container_archive_stat(name, path).await?;
        return Ok(reply(&stat, empty(StatusCode::OK)));
    }
    let (stat, tar) = engine.container_archive_get(name, path).await?;
    Ok(reply(&stat, stream(Some("application/x-tar"), tar)))
}

async fn archive_put(engine: &dyn Engine, name: &str, query: &Query, request: Request) -> Answered {
    let options = ArchivePutOptions {
        no_overwrite_dir_non_dir: query.on("noOverwriteDirNonDir"),
        copy_uid_gid: query.on("copyUIDGID"),
    };
    let path = path(query)?;
    let bytes = archive(request).whole().await?;
    engine.container_archive_put(name, path, bytes, options).await?;
    Ok(plain(StatusCode::OK, ""))
}

fn path(query: &Query) -> Result<&str, Refusal> {
    query.given("path").ok_or_else(|| Refusal::bad("bad parameter: path cannot be empty"))
}

/// RFC 4648, with padding.
fn base64(bytes: &[u8]) -> String {
    const LETTERS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut text = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let word = chunk.iter().enumerate().fold(0_u32, |word, (i, byte)| word | u32::from(*byte) << (16 - 8 * i));
        for i in 0..4 {
            let letter = LETTERS.get((word >> (18 - 6 * i) & 63) as usize).copied().unwrap_or(b'A');
            text.push(if i <= chunk.len() { char::from(letter) } else { '=' });
        }
    }
    text
}

async fn exec_create(engine: &dyn Engine, container: &str, request: Request) -> Answered {
    let Some(body) = body(request).await? else { return Err(Refusal::internal("EOF")) };
    let config: ExecConfig = read(body)?;
    if config.cmd.is_empty() {
        return Err(Refusal::bad("No exec command specified"));
    }
    let id = engine.exec_create(container, config).await?;
    Ok(json(StatusCode::CREATED, &serde_json::json!({ "Id": id })))
}

pub(super) async fn exec_inspect(engine: &dyn Engine, id: &str) -> Answered {
    ok(&engine.exec_inspect(id).await?)
}

pub(super) async fn exec_resize(engine: &dyn Engine, id: &str, query: &Query) -> Answered {
    let (rows, cols) = size(query)?;
    engine.exec_resize(id, rows, cols).await?;
    Ok(plain(StatusCode::OK, ""))
}

#[cfg(test)]
mod tests {
    #[test]
    fn base64_is_that_of_the_rfc() {
        for (text, want) in [("", ""), ("f", "Zg=="), ("fo", "Zm8="), ("foo", "Zm9v"), ("foobar", "Zm9vYmFy")] {
            assert_eq!(super::base64(text.as_bytes()), want);
        }
    }
}

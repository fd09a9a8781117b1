//! Calls about images. Names in paths have slashes, so they are what lies between the known words.

use super::http::{archive, body, empty, json, objects, ok, stream, Answered, Query, Request};
use super::routes::{absent, Context};
use crate::engine::api::{CommitOptions, Engine, ImageListOptions, ImageRemove, ImportOptions, JsonMessage, Stream};
use hyper::{Method, StatusCode};

pub(super) async fn route(context: &Context, words: &[&str], query: &Query, request: Request) -> Option<Answered> {
    let engine = &*context.engine;
    let method = request.method().clone();
    let name = |words: &[&str]| words.join("/");
    Some(match (method, words) {
        (Method::GET, ["json"]) => list(engine, query).await,
        (Method::GET, ["get"]) => save(engine, query.all("names").map(str::to_owned).collect()).await,
        (Method::GET, ["search"]) => Err(absent("searching a registry")),
        (Method::POST, ["create"]) => create(engine, query, request).await,
        (Method::POST, ["load"]) => load(engine, query, request).await,
        (Method::POST, ["prune"]) => prune(engine, query).await,
        (Method::GET, [words @ .., "json"]) => inspect(engine, &name(words)).await,
        (Method::GET, [words @ .., "history"]) => history(engine, &name(words)).await,
        (Method::GET, [words @ .., "get"]) => save(engine, vec![name(words)]).await,
        (Method::POST, [words @ .., "tag"]) => tag(engine, &name(words), query).await,
        (Method::POST, [.., "push"]) => Err(absent("pushing to a registry")),
        (Method::DELETE, [_, ..]) => remove(engine, &name(words), query).await,
        _ => return None,
    })
}

async fn list(engine: &dyn Engine, query: &Query) -> Answered {
    let mut filters = query.filters()?;
    // How clients of before 1.25 asked for a name.
    if let Some(pattern) = query.given("filter") {
        filters.add("reference", pattern);
    }
    ok(&engine.images(ImageListOptions { all: query.on("all"), filters }).await?)
}

async fn inspect(engine: &dyn Engine, name: &str) -> Answered {
    ok(&engine.image_inspect(name).await?)
}

async fn history(engine: &dyn Engine, name: &str) -> Answered {
    ok(&engine.image_history(name).await?)
}

async fn tag(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    engine.image_tag(name, &reference(query)).await?;
    Ok(empty(StatusCode::CREATED))
}

/// `repo` and `tag` as one reference.
fn reference(query: &Query) -> String {
    match query.given("tag") {
        Some(tag) => format!("{}:{tag}", query.text("repo")),
        None => query.text("repo").to_owned(),
    }
}

async fn remove(engine: &dyn Engine, name: &str, query: &Query) -> Answered {
    let options = ImageRemove { force: query.on("force"), no_prune: query.on("noprune") };
    ok(&engine.image_remove(name, options).await?)
}

async fn prune(engine: &dyn Engine, query: &Query) -> Answered {
    ok(&engine.images_prune(query.filters()?).await?)
}

async fn save(engine: &dyn Engine, names: Vec<String>) -> Answered {
    Ok(stream(Some("application/x-tar"), engine.image_save(&names).await?))
}

/// A pull, or an import where `fromSrc` says so.
async fn create(engine: &dyn Engine, query: &Query, request: Request) -> Answered {
    if let Some(image) = query.given("fromImage") {
        let reference = match query.given("tag") {
            Some(digest) if digest.contains(':') => format!("{image}@{digest}"),
            Some(tag) => format!("{image}:{tag}"),
            None => image.to_owned(),
        };
        return Ok(objects(engine.image_pull(&reference).await?, "\r\n"));
    }
    let source = query.text("fromSrc");
    if source != "-" {
        return Err(absent("importing from an address"));
    }
    let bytes = archive(request).whole().await?;
    let options = ImportOptions {
        reference: query.given("repo").map(|_| reference(query)),
        message: query.text("message").to_owned(),
        changes: query.all("changes").map(str::to_owned).collect(),
        source: source.to_owned(),
    };
    Ok(objects(engine.image_import(bytes, options).await?, "\r\n"))
}

async fn load(engine: &dyn Engine, query: &Query, request: Request) -> Answered {
    let bytes = archive(request).whole().await?;
    let progress = engine.image_load(bytes, query.on("quiet")).await;
    // The reply has begun before the archive is read, so a failure is a part of it.
    let progress = progress.unwrap_or_else(|error| Stream::of([JsonMessage::failure(error.to_string())]));
    Ok(objects(progress, "\r\n"))
}

pub(super) async fn commit(engine: &dyn Engine, query: &Query, request: Request) -> Answered {
    // The configuration in the body is the client's own; what `changes` says is what counts.
    let _ = body(request).await?;
    let options = CommitOptions {
        container: query.text("container").to_owned(),
        reference: query.given("repo").map(|_| reference(query)),
        comment: query.text("comment").to_owned(),
        author: query.text("author").to_owned(),
        pause: query.on_or("pause", true),
        changes: query.all("changes").flat_map(str::lines).map(str::to_owned).collect(),
    };
    let id = engine.commit(options).await?;
    Ok(json(StatusCode::CREATED, &serde_json::json!({ "Id": id })))
}

//! Requests and replies as the Engine API words them: queries with Go's idea of truth, filters, JSON bodies, streams,
//! errors. It must not know any endpoint.

use crate::engine::api::stream::Source;
use crate::engine::api::{EngineError, ErrorKind, Filters, Stream};
use hyper::body::{Body as _, Bytes, Frame, Incoming, SizeHint};
use hyper::header::{HeaderName, HeaderValue, CONTENT_TYPE};
use hyper::StatusCode;
use serde::de::DeserializeOwned;
use serde::Serialize;
use serde_json::Value;
use std::cell::Cell;
use std::convert::Infallible;
use std::pin::Pin;
use std::rc::Rc;
use std::str::FromStr;
use std::task::{Context, Poll};

pub(super) type Request = hyper::Request<Incoming>;
pub(super) type Reply = hyper::Response<Body>;

/// The most that a JSON body may have.
const MAX_JSON: usize = 4 << 20;
/// The most that an archive may have: layers are held in memory.
const MAX_ARCHIVE: usize = 512 << 20;

/// What a reply carries.
pub(super) enum Body {
    Whole(Option<Bytes>),
    Stream(Stream<Vec<u8>>),
}

impl hyper::body::Body for Body {
    type Data = Bytes;
    type Error = Infallible;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
        match &mut *self {
            Body::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Body::Stream(stream) => stream.poll_next(cx).map(|item| item.map(|bytes| Ok(Frame::data(bytes.into())))),
        }
    }

    fn is_end_stream(&self) -> bool {
        matches!(self, Body::Whole(None))
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Body::Whole(bytes) => SizeHint::with_exact(bytes.as_ref().map_or(0, |b| b.len() as u64)),
            Body::Stream(_) => SizeHint::default(),
        }
    }
}

/// Why a request is refused: the HTTP status and the sentence.
#[derive(Debug)]
pub(super) struct Refusal {
    pub status: StatusCode,
    pub message: String,
}

impl Refusal {
    pub(super) fn new(status: StatusCode, message: impl Into<String>) -> Refusal {
        Refusal { status, message: message.into() }
    }

    pub(super) fn bad(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::BAD_REQUEST, message)
    }

    pub(super) fn internal(message: impl Into<String>) -> Refusal {
        Refusal::new(StatusCode::INTERNAL_SERVER_ERROR, message)
    }
}

impl From<EngineError> for Refusal {
    fn from(error: EngineError) -> Refusal {
        let status = match error.kind() {
            ErrorKind::NotModified => StatusCode::NOT_MODIFIED,
            ErrorKind::InvalidParameter => StatusCode::BAD_REQUEST,
            ErrorKind::Forbidden => StatusCode::FORBIDDEN,
            ErrorKind::NotFound => StatusCode::NOT_FOUND,
            ErrorKind::Conflict => StatusCode::CONFLICT,
            ErrorKind::System => StatusCode::INTERNAL_SERVER_ERROR,
            ErrorKind::NotImplemented => StatusCode::NOT_IMPLEMENTED,
            ErrorKind::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        };
        Refusal::new(status, error.to_string())
    }
}

impl From<Refusal> for Reply {
    fn from(refusal: Refusal) -> Reply {
        if refusal.status == StatusCode::NOT_MODIFIED {
            return empty(refusal.status);
        }
        json(refusal.status, &serde_json::json!({ "message": refusal.message }))
    }
}

pub(super) type Answered = Result<Reply, Refusal>;

/// No body at all.
pub(super) fn empty(status: StatusCode) -> Reply {
    let mut reply = Reply::new(Body::Whole(None));
    *reply.status_mut() = status;
    reply
}

/// A JSON object and a line feed, as Go's encoder ends it.
pub(super) fn json(status: StatusCode, value: &impl Serialize) -> Reply {
    let mut text = serde_json::to_vec(value).unwrap_or_default();
    text.push(b'\n');
    let mut reply = Reply::new(Body::Whole(Some(text.into())));
    *reply.status_mut() = status;
    with(reply, CONTENT_TYPE, "application/json")
}

/// 200 with a JSON object.
pub(super) fn ok(value: &impl Serialize) -> Answered {
    Ok(json(StatusCode::OK, value))
}

/// 200 with a text.
pub(super) fn plain(status: StatusCode, text: &str) -> Reply {
    let mut reply = Reply::new(Body::Whole(Some(Bytes::copy_from_slice(text.as_bytes()))));
    *reply.status_mut() = status;
    with(reply, CONTENT_TYPE, "text/plain; charset=utf-8")
}

/// 200 with what comes, as it comes.
pub(super) fn stream(kind: Option<&str>, body: Stream<Vec<u8>>) -> Reply {
    let reply = Reply::new(Body::Stream(body));
    match kind {
        Some(kind) => with(reply, CONTENT_TYPE, kind),
        None => reply,
    }
}

/// One JSON object after the other.
pub(super) fn objects<T: Serialize + 'static>(items: Stream<T>, end: &'static str) -> Reply {
    let text = move |item: T| {
        let mut text = serde_json::to_vec(&item).unwrap_or_default();
        text.extend_from_slice(end.as_bytes());
        text
    };
    stream(Some("application/json"), Stream::new(Mapped(items, text)))
}

/// A stream with something done to each item.
pub(super) struct Mapped<T, F>(pub Stream<T>, pub F);

impl<T: 'static, U, F: FnMut(T) -> U> Source<U> for Mapped<T, F> {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<U>> {
        self.0.poll_next(cx).map(|item| item.map(&mut self.1))
    }
}

/// Adds a header; one that cannot be sent is left out.
pub(super) fn with(mut reply: Reply, name: HeaderName, value: &str) -> Reply {
    if let Ok(value) = HeaderValue::from_str(value) {
        reply.headers_mut().insert(name, value);
    }
    reply
}

/// The query of a request.
pub(super) struct Query(Vec<(String, String)>);

impl Query {
    pub(super) fn of(text: &str) -> Query {
        Query(form_urlencoded::parse(text.as_bytes()).into_owned().collect())
    }

    /// The first value; empty where there is none.
    pub(super) fn text(&self, key: &str) -> &str {
        self.0.iter().find(|(name, _)| name == key).map_or("", |(_, value)| value)
    }

    /// The same, none where it is empty.
    pub(super) fn given(&self, key: &str) -> Option<&str> {
        Some(self.text(key)).filter(|text| !text.is_empty())
    }

    pub(super) fn all<'a>(&'a self, key: &'a str) -> impl Iterator<Item = &'a str> {
        self.0.iter().filter(move |(name, _)| name == key).map(|(_, value)| value.as_str())
    }

    /// As the daemon reads a switch: everything is true but these.
    pub(super) fn on(&self, key: &str) -> bool {
        !matches!(self.text(key).trim().to_ascii_lowercase().as_str(), "" | "0" | "no" | "false" | "none")
    }

    /// The same, `default` where the key is not there.
    pub(super) fn on_or(&self, key: &str, default: bool) -> bool {
        if self.0.iter().any(|(name, _)| name == key) {
            self.on(key)
        } else {
            default
        }
    }

    /// A number; Go's complaint where it is none.
    pub(super) fn number<T: FromStr>(&self, key: &str) -> Result<Option<T>, Refusal> {
        let Some(text) = self.given(key) else { return Ok(None) };
        let wrong = || Refusal::bad(format!("strconv.Atoi: parsing {text:?}: invalid syntax"));
        text.parse().map(Some).map_err(|_| wrong())
    }

    /// `{"key":["value"]}`, or the older `{"key":{"value":true}}`.
    pub(super) fn filters(&self) -> Result<Filters, Refusal> {
        let mut filters = Filters::new();
        let Some(text) = self.given("filters") else { return Ok(filters) };
        let parsed = json_of(text.as_bytes(), "unexpected end of JSON input")?;
        let Value::Object(keys) = parsed else {
            return Err(Refusal::internal(format!(
                "json: cannot unmarshal {} into Go value of type map[string]map[string]bool",
                kind(&parsed)
            )));
        };
        for (key, values) in keys {
            match values {
                Value::Array(values) => {
                    values.iter().filter_map(Value::as_str).for_each(|value| filters.add(key.clone(), value));
                }
                Value::Object(values) => {
                    values.iter().filter(|(_, on)| **on == Value::Bool(true)).for_each(|(value, _)| {
                        filters.add(key.clone(), value.clone());
                    });
                }
                other => {
                    let kind = kind(&other);
                    return Err(Refusal::internal(format!(
                        "json: cannot unmarshal {kind} into Go value of type []string"
                    )));
                }
            }
        }
        Ok(filters)
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    }
}

/// A request's JSON body. `None` where there is none.
pub(super) async fn body(request: Request) -> Result<Option<Value>, Refusal> {
    let kind = request.headers().get(CONTENT_TYPE).map(|kind| String::from_utf8_lossy(kind.as_bytes()).into_owned());
    let mut upload = upload(request.into_body(), MAX_JSON);
    let mut text = Vec::new();
    while let Some(chunk) = upload.bytes.next().await {
        text.extend_from_slice(&chunk);
    }
    upload.check()?;
    if text.is_empty() {
        return Ok(None);
    }
    let is_json = |kind: &String| kind.split(';').next().is_some_and(|kind| kind.trim() == "application/json");
    match kind {
        Some(kind) if is_json(&kind) => {}
        kind => {
            let kind = kind.unwrap_or_default();
            return Err(Refusal::bad(format!("Content-Type specified ({kind}) must be 'application/json'")));
        }
    }
    json_of(&text, "unexpected EOF").map(Some)
}

/// Refused in Go's words where it is none; `ended` is what it says of half a value.
fn json_of(text: &[u8], ended: &str) -> Result<Value, Refusal> {
    crate::oci::go_json::parse(text)
        .map_err(|error| Refusal::internal(super::scan::complaint(text, ended).unwrap_or_else(|| error.to_string())))
}

/// A part of a body as a type; what the client left null is as if it were not there.
pub(super) fn read<T: DeserializeOwned>(mut value: Value) -> Result<T, Refusal> {
    without_nulls(&mut value);
    serde_json::from_value(value).map_err(|error| Refusal::bad(error.to_string()))
}

fn without_nulls(value: &mut Value) {
    match value {
        Value::Object(fields) => {
            fields.retain(|_, value| !value.is_null());
            fields.values_mut().for_each(without_nulls);
        }
        Value::Array(items) => items.iter_mut().for_each(without_nulls),
        _ => {}
    }
}

/// Bytes that a client sends, and how that ended.
pub(super) struct Upload {
    pub bytes: Stream<Vec<u8>>,
    end: Rc<Cell<End>>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum End {
    Good,
    TooLarge,
    BrokenOff,
}

/// An archive, as long as it may be.
pub(super) fn archive(request: Request) -> Upload {
    upload(request.into_body(), MAX_ARCHIVE)
}

fn upload(body: Incoming, most: usize) -> Upload {
    // What says beforehand that it is too long is not read at all.
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let end = Rc::new(Cell::new(if announced > most { End::TooLarge } else { End::Good }));
    Upload { bytes: Stream::new(Received { body, left: most, end: end.clone() }), end }
}

impl Upload {
    /// All of it, once it is there: an archive that breaks off is nothing for the engine.
    pub(super) async fn whole(mut self) -> Result<Stream<Vec<u8>>, Refusal> {
        let mut chunks = Vec::new();
        while let Some(chunk) = self.bytes.next().await {
            chunks.push(chunk);
        }
        self.check()?;
        Ok(Stream::of(chunks))
    }

    /// What is wrong with what came, asked after its end.
    fn check(&self) -> Result<(), Refusal> {
        match self.end.get() {
            End::Good => Ok(()),
            End::TooLarge => Err(Refusal::new(StatusCode::PAYLOAD_TOO_LARGE, "http: request body too large")),
            End::BrokenOff => Err(Refusal::bad("unexpected EOF")),
        }
    }
}

struct Received {
    body: Incoming,
    left: usize,
    end: Rc<Cell<End>>,
}

impl Source<Vec<u8>> for Received {
    fn poll_next(&mut self, cx: &mut Context<'_>) -> Poll<Option<Vec<u8>>> {
        loop {
            if self.end.get() != End::Good {
                return Poll::Ready(None);
            }
            let frame = match Pin::new(&mut self.body).poll_frame(cx) {
                Poll::Pending => return Poll::Pending,
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Ready(Some(Err(_))) => {
                    self.end.set(End::BrokenOff);
                    continue;
                }
                Poll::Ready(Some(Ok(frame))) => frame,
            };
            let Ok(data) = frame.into_data() else { continue };
            match self.left.checked_sub(data.len()) {
                Some(left) => self.left = left,
                None => {
                    self.end.set(End::TooLarge);
                    continue;
                }
            }
            return Poll::Ready(Some(data.to_vec()));
        }
    }
}

/// 404 as the daemon's router says it, without the API's headers.
pub(super) fn not_found() -> Reply {
    json(StatusCode::NOT_FOUND, &serde_json::json!({ "message": "page not found" }))
}

//! Calls that take over the connection: attach and exec start. After the reply's head both sides send bytes as they
//! come: the client its input raw, the engine its output in frames, or raw where there is a terminal.

use super::http::{body, plain, read, stream, with, Answered, Body, Mapped, Query, Refusal, Reply, Request};
use super::routes::{marked, Context};
use crate::engine::api::{AttachOptions, Attached, EngineError, Frame, Stream, StreamKind};
use hyper::ext::ReasonPhrase;
use hyper::header::{CONNECTION, CONTENT_TYPE, UPGRADE};
use hyper::upgrade::OnUpgrade;
use hyper::StatusCode;
use hyper_util::rt::TokioIo;
use serde::Deserialize;
use tokio::io::{AsyncReadExt, AsyncWriteExt};

/// How much later than the reply's head the first output goes, in nanoseconds.
const AFTER_HEAD: i64 = 10_000_000;
const RAW: &str = "application/vnd.docker.raw-stream";

/// A piece of output as it goes over the wire.
pub(super) fn framed(frame: Frame, tty: bool) -> Vec<u8> {
    if tty {
        return frame.bytes;
    }
    let kind = match frame.kind {
        StreamKind::Stdin => 0,
        StreamKind::Stdout => 1,
        StreamKind::Stderr => 2,
    };
    let length = u32::try_from(frame.bytes.len()).unwrap_or(u32::MAX).to_be_bytes();
    let mut bytes = vec![kind, 0, 0, 0];
    bytes.extend_from_slice(&length);
    bytes.extend_from_slice(&frame.bytes);
    bytes
}

pub(super) async fn attach(context: &Context, name: &str, query: &Query, request: Request) -> Answered {
    let options = AttachOptions {
        stdin: query.on("stdin"),
        stdout: query.on("stdout"),
        stderr: query.on("stderr"),
        stream: query.on("stream"),
        logs: query.on("logs"),
        detach_keys: query.given("detachKeys").map(str::to_owned),
    };
    match context.engine.container_attach(name, options).await {
        Ok(attached) => Ok(take_over(context, request, attached)),
        Err(error) => {
            let Refusal { status, message } = error.into();
            Ok(with(plain(status, &(message + "\n")), CONTENT_TYPE, RAW))
        }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "PascalCase", default)]
struct ExecStart {
    detach: bool,
    tty: bool,
}

pub(super) async fn exec_start(context: &Context, id: &str, mut request: Request) -> Answered {
    let upgrade = Upgrade::of(&mut request);
    let start: ExecStart = body(request).await?.map_or_else(|| Ok(ExecStart::default()), read)?;
    match context.engine.exec_start(id, start.detach, start.tty).await {
        Ok(Some(attached)) => Ok(joined(context, upgrade, None, attached, true)),
        Ok(None) => Ok(plain(StatusCode::OK, "")),
        Err(error @ EngineError::ExecAlreadyRan { .. }) => {
            let frame = Frame { kind: StreamKind::Stdout, bytes: format!("{error}\r\n").into_bytes() };
            Ok(stream(Some(RAW), Stream::of([framed(frame, start.tty)])))
        }
        Err(error) => Err(error.into()),
    }
}

/// The connection, once it is ours.
struct Upgrade(Option<OnUpgrade>);

impl Upgrade {
    fn of(request: &mut Request) -> Upgrade {
        Upgrade(request.headers().contains_key(UPGRADE).then(|| hyper::upgrade::on(request)))
    }
}

fn take_over(context: &Context, mut request: Request, attached: Attached) -> Reply {
    let upgrade = Upgrade::of(&mut request);
    let input = upgrade.0.is_none().then_some(request);
    joined(context, upgrade, input, attached, false)
}

/// The reply's head; a task joins the two sides. A client that did not ask for an upgrade gets the output as the body of
/// a plain reply, and its own body is the input.
fn joined(context: &Context, upgrade: Upgrade, input: Option<Request>, attached: Attached, headers: bool) -> Reply {
    let Attached { stdin, output, tty, .. } = attached;
    let Some(upgrade) = upgrade.0 else {
        let mut stdin = stdin;
        if let Some(request) = input {
            context.kernel.spawn(async move {
                let mut bytes = super::http::archive(request).bytes;
                while let Some(chunk) = bytes.next().await {
                    if stdin.write(&chunk).await.is_err() {
                        return;
                    }
                }
                stdin.close();
            });
        }
        return stream(Some(RAW), Stream::new(Mapped(output, move |frame| framed(frame, tty))));
    };
    let kernel = context.kernel.clone();
    context.kernel.spawn(tokio::task::unconstrained(async move {
        // A client that is gone before it got the reply needs none.
        let Ok(upgraded) = upgrade.await else { return };
        let (mut from_client, mut to_client) = tokio::io::split(TokioIo::new(upgraded));
        let (mut stdin, mut output) = (stdin, output);
        let input = async {
            let mut buffer = vec![0; 32 << 10];
            loop {
                match from_client.read(&mut buffer).await {
                    Ok(0) => stdin.close(),
                    Ok(n) if stdin.write(buffer.get(..n).unwrap_or_default()).await.is_ok() => continue,
                    Ok(_) => {}
                    // Gone altogether, not only silent.
                    Err(_) => return,
                }
                break;
            }
            std::future::pending().await
        };
        let out = async {
            // A client that reads the head through a buffer loses what comes with it (docker-py does). A real engine takes
            // longer than this to start a process.
            kernel.sleep(AFTER_HEAD).await;
            while let Some(frame) = output.next().await {
                if to_client.write_all(&framed(frame, tty)).await.is_err() || to_client.flush().await.is_err() {
                    return;
                }
            }
        };
        tokio::select! {
            () = input => {}
            () = out => {}
        }
        let _ = to_client.shutdown().await;
    }));
    let mut reply = Reply::new(Body::Whole(None));
    *reply.status_mut() = StatusCode::SWITCHING_PROTOCOLS;
    reply.extensions_mut().insert(ReasonPhrase::from_static(b"UPGRADED"));
    let reply = with(reply, CONTENT_TYPE, RAW);
    let reply = with(with(reply, CONNECTION, "Upgrade"), UPGRADE, "tcp");
    if headers {
        marked(reply)
    } else {
        reply
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn frames_have_their_head_unless_there_is_a_terminal() {
        let frame = || Frame { kind: StreamKind::Stderr, bytes: b"hola".to_vec() };
        assert_eq!(framed(frame(), false), b"\x02\0\0\0\0\0\0\x04hola");
        assert_eq!(framed(frame(), true), b"hola");
    }
}

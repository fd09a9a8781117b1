//! `capas daemon` against clients that come in crowds, hang up, send too much, or talk nonsense: HTTP written by hand, as
//! no library would let us. What is refused, and with which words, is that of Docker 20.10.

use crate::daemon::Daemon;
use serde_json::Value;
use std::io::{ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::os::unix::net::UnixStream;
use std::thread;
use std::time::Duration;

/// A reply, its body put together.
#[derive(Debug)]
struct Reply {
    status: u16,
    head: String,
    body: Vec<u8>,
}

impl Reply {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or_else(|_| panic!("no JSON: {self:?}"))
    }

    fn message(&self) -> String {
        self.json()["message"].as_str().unwrap_or_default().to_owned()
    }

    fn header(&self, name: &str) -> Option<&str> {
        self.head.lines().find_map(|line| {
            let (key, value) = line.split_once(": ")?;
            key.eq_ignore_ascii_case(name).then_some(value)
        })
    }
}

/// One connection.
struct Client {
    stream: UnixStream,
    /// What came after the last reply that was read.
    ahead: Vec<u8>,
}

impl Client {
    fn of(daemon: &Daemon) -> Client {
        let stream = UnixStream::connect(daemon.socket()).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        Client { stream, ahead: Vec::new() }
    }

    fn send(&mut self, bytes: &[u8]) -> bool {
        self.stream.write_all(bytes).is_ok()
    }

    fn more(&mut self) -> bool {
        let mut buffer = [0; 16 << 10];
        loop {
            match self.stream.read(&mut buffer) {
                Ok(0) => return false,
                Ok(n) => {
                    self.ahead.extend(&buffer[..n]);
                    return true;
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) if error.kind() == ErrorKind::WouldBlock => panic!("no answer; so far {:?}", self.ahead),
                Err(_) => return false,
            }
        }
    }

    /// Everything up to a blank line.
    fn head(&mut self) -> Option<String> {
        loop {
            if let Some(end) = self.ahead.windows(4).position(|four| four == b"\r\n\r\n") {
                let head = self.ahead.drain(..end + 4).collect::<Vec<_>>();
                return Some(String::from_utf8(head).unwrap());
            }
            if !self.more() {
                return None;
            }
        }
    }

    fn exactly(&mut self, bytes: usize) -> Vec<u8> {
        while self.ahead.len() < bytes && self.more() {}
        let bytes = bytes.min(self.ahead.len());
        self.ahead.drain(..bytes).collect()
    }

    fn line(&mut self) -> String {
        loop {
            if let Some(end) = self.ahead.iter().position(|&b| b == b'\n') {
                let line = self.ahead.drain(..=end).collect::<Vec<_>>();
                return String::from_utf8(line).unwrap().trim().to_owned();
            }
            if !self.more() {
                return String::new();
            }
        }
    }

    fn rest(&mut self) -> Vec<u8> {
        while self.more() {}
        std::mem::take(&mut self.ahead)
    }

    /// The next reply; `bodiless` where it answers a HEAD.
    fn reply(&mut self, bodiless: bool) -> Option<Reply> {
        let head = self.head()?;
        let status = head.split(' ').nth(1)?.parse().ok()?;
        let mut reply = Reply { status, head, body: Vec::new() };
        if bodiless || matches!(status, 101 | 204 | 304) {
            return Some(reply);
        }
        if let Some(length) = reply.header("content-length").map(|length| length.parse().unwrap()) {
            reply.body = self.exactly(length);
        } else if reply.header("transfer-encoding") == Some("chunked") {
            loop {
                let length = usize::from_str_radix(&self.line(), 16).unwrap_or(0);
                reply.body.extend(self.exactly(length));
                self.line();
                if length == 0 {
                    break;
                }
            }
        } else {
            reply.body = self.rest();
        }
        Some(reply)
    }

    fn ask(&mut self, method: &str, path: &str, body: Option<&str>) -> Reply {
        let body = body.map_or_else(
            || "\r\n".to_owned(),
            |body| format!("Content-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}", body.len()),
        );
        assert!(self.send(format!("{method} {path} HTTP/1.1\r\nHost: x\r\n{body}").as_bytes()));
        self.reply(method == "HEAD").unwrap()
    }
}

/// One request on a connection of its own.
fn ask(daemon: &Daemon, method: &str, path: &str, body: Option<&str>) -> Reply {
    Client::of(daemon).ask(method, path, body)
}

fn raw(daemon: &Daemon, bytes: &str) -> Option<Reply> {
    let mut client = Client::of(daemon);
    client.send(bytes.as_bytes());
    client.reply(false)
}

fn busybox() -> Daemon {
    Daemon::start(&["--pull", "busybox"])
}

/// What frames of a stream without terminal carry, by stream.
fn unframed(mut bytes: &[u8]) -> (String, String) {
    let (mut out, mut err) = (Vec::new(), Vec::new());
    while bytes.len() >= 8 {
        let length = u32::from_be_bytes([bytes[4], bytes[5], bytes[6], bytes[7]]) as usize;
        let payload = &bytes[8..8 + length];
        if bytes[0] == 1 { &mut out } else { &mut err }.extend(payload);
        bytes = &bytes[8 + length..];
    }
    assert!(bytes.is_empty(), "half a frame");
    (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
}

fn created(daemon: &Daemon, body: &str) -> String {
    let reply = ask(daemon, "POST", "/containers/create", Some(body));
    assert_eq!(reply.status, 201, "{reply:?}");
    reply.json()["Id"].as_str().unwrap().to_owned()
}

/// What `docker run -i` does, its input the number itself.
fn run_one(daemon: &Daemon, number: usize) {
    let body = format!(
        r#"{{"Image":"busybox","Cmd":["sh","-c","read x; echo out-$x; echo err-$x >&2; exit $((x % 200))"],
            "OpenStdin":true,"StdinOnce":true,"AttachStdin":true,"AttachStdout":true,"AttachStderr":true,
            "Labels":{{"n":"{number}"}}}}"#
    );
    let id = created(daemon, &body);
    let mut attach = Client::of(daemon);
    let path = format!("/containers/{id}/attach?stream=1&stdin=1&stdout=1&stderr=1");
    attach.send(format!("POST {path} HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n").as_bytes());
    assert_eq!(attach.reply(false).unwrap().status, 101);
    let mut waiting = Client::of(daemon);
    waiting.send(format!("POST /containers/{id}/wait?condition=next-exit HTTP/1.1\r\nHost: x\r\n\r\n").as_bytes());
    assert_eq!(ask(daemon, "POST", &format!("/containers/{id}/start"), None).status, 204);
    attach.send(format!("{number}\n").as_bytes());
    attach.stream.shutdown(Shutdown::Write).unwrap();
    let (out, err) = unframed(&attach.rest());
    assert_eq!((out, err), (format!("out-{number}\n"), format!("err-{number}\n")));
    assert_eq!(waiting.reply(false).unwrap().json()["StatusCode"], number % 200);
    let inspected = ask(daemon, "GET", &format!("/containers/{id}/json"), None).json();
    assert_eq!(inspected["Config"]["Labels"]["n"], number.to_string());
    assert_eq!(ask(daemon, "DELETE", &format!("/containers/{id}"), None).status, 204);
}

#[test]
fn two_hundred_clients_at_once_lose_nothing_and_mix_nothing_up() {
    let mut daemon = busybox();
    thread::scope(|scope| {
        let clients: Vec<_> = (0..200)
            .map(|number| {
                scope.spawn({
                    let daemon = &daemon;
                    move || run_one(daemon, number)
                })
            })
            .collect();
        let failed = clients.into_iter().filter_map(|client| client.join().err()).count();
        assert_eq!(failed, 0, "clients failed");
    });
    assert_eq!(ask(&daemon, "GET", "/containers/json?all=1", None).json(), serde_json::json!([]));
    assert!(daemon.is_up());
}

#[test]
fn who_hangs_up_in_the_middle_harms_nobody() {
    let mut daemon = busybox();
    let talking = r#"{"Image":"busybox","Cmd":["sh","-c","while true; do echo x; sleep 0.01; done"]}"#;
    let id = created(&daemon, talking);
    assert_eq!(ask(&daemon, "POST", &format!("/containers/{id}/start"), None).status, 204);
    let half = [
        format!("GET /containers/{id}/logs?stdout=1&follow=1 HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!("GET /containers/{id}/stats HTTP/1.1\r\nHost: x\r\n\r\n"),
        "GET /events HTTP/1.1\r\nHost: x\r\n\r\n".to_owned(),
        format!("POST /containers/{id}/wait HTTP/1.1\r\nHost: x\r\n\r\n"),
        format!(
            "POST /containers/{id}/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n"
        ),
        format!("POST /containers/{id}/attach?stream=1&stdout=1 HTTP/1.1\r\nHost: x\r\n\r\n"),
        // An upgrade that nobody offers, on a call that is none.
        "GET /info HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n".to_owned(),
        // Half a head, half a body, a chunk that is none, a chunk that ends early.
        "GET /inf".to_owned(),
        "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{"
            .to_owned(),
        "POST /images/load HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nnonsense\r\n".to_owned(),
        "POST /images/load HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n10\r\nshort".to_owned(),
        "\0\x01\x02nothing of HTTP\r\n\r\n".to_owned(),
        "GET / HTTP/9.9\r\n\r\n".to_owned(),
    ];
    for round in 0..3 {
        for request in &half {
            let mut client = Client::of(&daemon);
            client.send(request.as_bytes());
            // At once, after a moment, or after the first bytes.
            match round {
                0 => {}
                1 => thread::sleep(Duration::from_millis(20)),
                _ => {
                    client.stream.set_read_timeout(Some(Duration::from_millis(50))).unwrap();
                    let _ = client.stream.read(&mut [0; 64]);
                }
            }
        }
    }
    assert!(daemon.is_up());
    let state = ask(&daemon, "GET", &format!("/containers/{id}/json"), None).json();
    assert_eq!(state["State"]["Running"], true);
    assert_eq!(ask(&daemon, "GET", "/containers/json?all=1", None).json().as_array().unwrap().len(), 1);
    assert_eq!(ask(&daemon, "DELETE", &format!("/containers/{id}?force=1"), None).status, 204);
}

#[test]
fn a_body_of_a_gigabyte_is_refused_and_not_kept() {
    let daemon = busybox();
    let before = daemon.memory();
    let piece = vec![0_u8; 1 << 20];
    for chunked in [false, true] {
        let mut client = Client::of(&daemon);
        let length =
            if chunked { "Transfer-Encoding: chunked".to_owned() } else { format!("Content-Length: {}", 1 << 30) };
        client.send(format!("POST /images/load HTTP/1.1\r\nHost: x\r\n{length}\r\n\r\n").as_bytes());
        for _ in 0..1024 {
            let mut sent = true;
            if chunked {
                sent = client.send(format!("{:x}\r\n", piece.len()).as_bytes());
            }
            // Who has refused need not read on.
            if !sent || !client.send(&piece) || chunked && !client.send(b"\r\n") {
                break;
            }
        }
        let reply = client.reply(false).unwrap();
        assert_eq!((reply.status, reply.message().as_str()), (413, "http: request body too large"));
        if let (false, Some(before), Some(after)) = (chunked, before, daemon.memory()) {
            assert!(after < before + (64 << 20), "{} MiB more for what was not read", (after - before) >> 20);
        }
    }
    for path in ["/containers/create", "/build", "/commit", "/volumes/create"] {
        let head = format!(
            "POST {path} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n",
            1 << 30
        );
        let mut client = Client::of(&daemon);
        client.send(head.as_bytes());
        while client.send(&piece) {}
        assert!(client.reply(false).unwrap().status >= 400, "{path}");
    }
    if let (Some(before), Some(after)) = (before, daemon.memory()) {
        println!("a chunked gigabyte: {} MiB more", (after - before) >> 20);
        assert!(after < before + (700 << 20), "{} MiB more", (after - before) >> 20);
    }
    assert_eq!(ask(&daemon, "GET", "/_ping", None).text(), "OK");
}

#[test]
fn nonsense_is_refused_in_dockers_words() {
    let daemon = busybox();
    let check = |method: &str, path: &str, body: Option<&str>, status: u16, message: &str| {
        let reply = ask(&daemon, method, path, body);
        assert_eq!((reply.status, reply.message().as_str()), (status, message), "{method} {path}");
    };
    check("GET", "/v1.99/info", None, 400, "client version 1.99 is too new. Maximum supported API version is 1.41");
    let old = ask(&daemon, "GET", "/v1.11/info", None);
    assert_eq!(old.status, 400);
    assert!(old.header("content-type").unwrap().starts_with("text/plain"));
    let words =
        "client version 1.11 is too old. Minimum supported API version is 1.12, please upgrade your client to a \
                 newer version";
    assert_eq!(old.text().trim(), words);
    for (method, path) in [("GET", "/nowhere"), ("DELETE", "/info"), ("GET", "/"), ("PUT", "/v1.41/images/json")] {
        let reply = ask(&daemon, method, path, None);
        assert_eq!((reply.status, reply.message().as_str()), (404, "page not found"));
        assert_eq!(reply.header("api-version"), None);
    }
    let id = created(&daemon, r#"{"Image":"busybox"}"#);
    check("POST", "/containers/create", Some("bad"), 500, "invalid character 'b' looking for beginning of value");
    check("POST", "/containers/create", None, 500, "EOF");
    check("POST", &format!("/containers/{id}/exec"), Some("{}"), 400, "No exec command specified");
    check("GET", "/containers/json?filters=bad", None, 500, "invalid character 'b' looking for beginning of value");
    check("GET", "/containers/json?filters=%7B%22bogus%22%3A%5B%22x%22%5D%7D", None, 400, "Invalid filter 'bogus'");
    check("GET", "/images/json?filters=%7B%22bogus%22%3A%7B%22x%22%3Atrue%7D%7D", None, 400, "Invalid filter 'bogus'");
    let streams = "Bad parameters: you must choose at least one stream";
    check("GET", &format!("/containers/{id}/logs"), None, 400, streams);
    check("GET", "/containers/nosuch/json", None, 404, "No such container: nosuch");
    check("GET", "/images/no%2Fsuch:1/json", None, 404, "No such image: no/such:1");
    check("GET", "/volumes/nosuch", None, 404, "get nosuch: no such volume");
    check("POST", "/containers/create", Some(r#"{"Image":"nosuch"}"#), 404, "No such image: nosuch:latest");
    let typeless = "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\n\r\n{}";
    let reply = raw(&daemon, typeless).unwrap();
    let words = "Content-Type specified () must be 'application/json'";
    assert_eq!((reply.status, reply.message().as_str()), (400, words));
    let typed = "POST /containers/create HTTP/1.1\r\nHost: x\r\nContent-Type: text/x\r\nContent-Length: 2\r\n\r\n{}";
    assert_eq!(raw(&daemon, typed).unwrap().message(), "Content-Type specified (text/x) must be 'application/json'");
}

#[test]
fn every_reply_has_the_shape_that_clients_read() {
    let daemon = busybox();
    let ping = ask(&daemon, "HEAD", "/_ping", None);
    assert_eq!(ping.status, 200);
    for (name, value) in [
        ("Api-Version", "1.41"),
        ("Ostype", "linux"),
        ("Docker-Experimental", "false"),
        ("Server", "Docker/20.10.24 (linux)"),
        ("Content-Length", "0"),
        ("Cache-Control", "no-cache, no-store, must-revalidate"),
    ] {
        assert_eq!(ping.header(name), Some(value), "{name}");
    }
    assert!(ping.header("Date").is_some());
    assert_eq!(ping.header("Builder-Version"), None);
    assert_eq!(ask(&daemon, "GET", "/v1.12/_ping", None).text(), "OK");
    let options = ask(&daemon, "OPTIONS", "/any/thing", None);
    assert_eq!((options.status, options.text().as_str()), (200, ""));
    let moved = ask(&daemon, "GET", "/v1.41//containers//json?all=1", None);
    assert_eq!((moved.status, moved.header("Location")), (301, Some("/v1.41/containers/json?all=1")));

    // A name with a slash and a colon, whole or in percents.
    assert_eq!(ask(&daemon, "POST", "/images/busybox/tag?repo=a%2Fb&tag=1", None).status, 201);
    let names = ["/images/a/b:1/json", "/images/a%2Fb:1/json", "/v1.30/images/a%2Fb%3A1/json"];
    let ids: Vec<_> = names.iter().map(|path| ask(&daemon, "GET", path, None).json()["Id"].clone()).collect();
    assert!(ids[0].is_string() && ids[0] == ids[1] && ids[1] == ids[2], "{ids:?}");

    // Several requests on one connection, sent before the first is answered.
    let mut client = Client::of(&daemon);
    let one = "GET /_ping HTTP/1.1\r\nHost: x\r\n\r\n";
    client.send([one, one, one].concat().as_bytes());
    for _ in 0..3 {
        assert_eq!(client.reply(false).unwrap().text(), "OK");
    }
    let id = client.ask("POST", "/containers/create", Some(r#"{"Image":"busybox","Cmd":["sleep","100"]}"#)).json();
    let id = id["Id"].as_str().unwrap().to_owned();
    let path = |what: &str| format!("/containers/{id}/{what}");
    assert_eq!(client.ask("POST", &path("stop"), None).status, 304);
    assert_eq!(client.ask("POST", &path("start"), None).status, 204);
    let again = client.ask("POST", &path("start"), None);
    assert_eq!((again.status, again.header("content-length")), (304, None));
    assert_eq!(client.ask("POST", &path("kill"), None).status, 204);
    let wait = client.ask("POST", &path("wait"), None);
    assert_eq!(wait.json(), serde_json::json!({"StatusCode": 137, "Error": null}));
    assert_eq!(client.ask("DELETE", &format!("/containers/{id}"), None).status, 204);

    // Errors before an attach are raw, without the API's headers.
    let request =
        "POST /containers/nosuch/attach?stream=1 HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: tcp\r\n\r\n";
    let reply = raw(&daemon, request).unwrap();
    assert_eq!((reply.status, reply.text().trim()), (404, "No such container: nosuch"));
    assert_eq!(reply.header("content-type"), Some("application/vnd.docker.raw-stream"));
}

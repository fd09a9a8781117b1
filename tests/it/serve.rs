//! The page that the program carries, asked for over HTTP.

use crate::skip::skip;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Command, Stdio};

/// A reply's head and body.
fn get(addr: &str, path: &str) -> (String, Vec<u8>) {
    let mut stream = TcpStream::connect(addr).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: {addr}\r\nConnection: close\r\n\r\n").unwrap();
    let mut reply = Vec::new();
    stream.read_to_end(&mut reply).unwrap();
    let end = reply.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
    (String::from_utf8(reply[..end].to_vec()).unwrap(), reply[end + 4..].to_vec())
}

#[test]
fn the_page_that_was_built_is_served() {
    let dist = Path::new(env!("CARGO_MANIFEST_DIR")).join("dist");
    let Ok(index) = std::fs::read(dist.join("index.html")) else {
        return skip!("the page is not built (make page)");
    };
    let mut child = Command::new(env!("CARGO_BIN_EXE_capas"))
        .args(["serve", "--addr", "127.0.0.1:0"])
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let addr = line.trim().strip_prefix("http://").unwrap_or_default().to_owned();
    assert!(!addr.is_empty(), "it says where it listens");
    let (head, body) = get(&addr, "/");
    assert!(head.starts_with("HTTP/1.1 200 ") && head.contains("content-type: text/html"), "{head}");
    assert_eq!(body, index);
    let wasm = std::fs::read_dir(&dist).unwrap().flatten().map(|e| e.file_name().into_string().unwrap());
    for name in wasm.filter(|name| name.ends_with(".wasm")) {
        let (head, body) = get(&addr, &format!("/{name}"));
        assert!(head.contains("content-type: application/wasm") && head.contains("immutable"), "{head}");
        assert_eq!(body, std::fs::read(dist.join(&name)).unwrap());
    }
    assert!(get(&addr, "/nothing").0.starts_with("HTTP/1.1 404 "));
    child.kill().unwrap();
    child.wait().unwrap();
}

//! Ports as `-p` and `--expose` write them (`docker/go-connections/nat`). It must not know who asks.

use crate::engine::api::PortBinding;
use crate::sorted::{VecMap, VecSet};

/// Exposed ports (`80/tcp`), and bindings by exposed port.
pub type Specs = (VecSet<String>, VecMap<String, Vec<PortBinding>>);

/// Reads the values of `-p` and of `--expose`; the error is the library's sentence.
pub fn specs<'a>(
    publish: impl Iterator<Item = &'a str>,
    expose: impl Iterator<Item = &'a str>,
) -> Result<Specs, String> {
    let (mut exposed, mut bindings): Specs = Specs::default();
    for text in publish {
        for (port, binding) in publication(text)? {
            exposed.insert(port.clone());
            bindings.entry(port).or_default().push(binding);
        }
    }
    for text in expose {
        if text.contains(':') {
            return Err(format!("invalid port format for --expose: {text}"));
        }
        let (ports, kind) = text.split_once('/').unwrap_or((text, "tcp"));
        let (first, last) =
            range(ports).map_err(|error| format!("invalid range format for --expose: {text}, error: {error}"))?;
        exposed.extend((first..=last).map(|port| format!("{port}/{kind}")));
    }
    Ok((exposed, bindings))
}

/// `8000-8010` or a single port.
fn range(text: &str) -> Result<(u16, u16), String> {
    if text.is_empty() {
        return Err("empty string specified for ports".to_owned());
    }
    let number = |text: &str| {
        text.parse::<u16>().map_err(|_| {
            let digits = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
            let reason = if digits { "value out of range" } else { "invalid syntax" };
            format!("strconv.ParseUint: parsing {text:?}: {reason}")
        })
    };
    let (first, last) = text.split_once('-').unwrap_or((text, text));
    let (first, last) = (number(first)?, number(last)?);
    if last < first {
        return Err(format!("Invalid range specified for the Port: {text}"));
    }
    Ok((first, last))
}

/// `[ip:][host:]container[/kind]`.
fn publication(text: &str) -> Result<Vec<(String, PortBinding)>, String> {
    let mut parts = text.rsplitn(3, ':');
    let container = parts.next().unwrap_or("");
    let host = parts.next().unwrap_or("");
    let ip = parts.next().unwrap_or("").trim_start_matches('[').trim_end_matches(']');
    let (container, kind) = container.split_once('/').unwrap_or((container, "tcp"));
    let kind = kind.to_lowercase();
    if !ip.is_empty() && ip.parse::<core::net::IpAddr>().is_err() {
        return Err(format!("Invalid ip address: {ip}"));
    }
    if container.is_empty() {
        return Err(format!("No port specified: {text}<empty>"));
    }
    let (first, last) = range(container).map_err(|_| format!("Invalid containerPort: {container}"))?;
    let (host_first, host_last) = match host {
        "" => (0, 0),
        host => range(host).map_err(|_| format!("Invalid hostPort: {host}"))?,
    };
    let dynamic = first == last && host_first != host_last;
    if !host.is_empty() && last - first != host_last - host_first && !dynamic {
        return Err(format!("Invalid ranges specified for container and host Ports: {container} and {host}"));
    }
    if !matches!(kind.as_str(), "tcp" | "udp" | "sctp") {
        return Err(format!("Invalid proto: {kind}"));
    }
    let binding = |offset: u16| PortBinding {
        host_ip: ip.to_owned(),
        host_port: match host {
            "" => String::new(),
            _ if dynamic => format!("{host_first}-{host_last}"),
            _ => (host_first + offset).to_string(),
        },
    };
    Ok((0..=last - first).map(|offset| (format!("{}/{kind}", first + offset), binding(offset))).collect())
}

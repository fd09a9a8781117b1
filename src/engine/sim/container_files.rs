//! What dockerd writes into the directory of a container: its configuration, as 20.10 keeps it in `config.v2.json`, and
//! the lines of its log. It must not know where they are seen.

use super::logs::LogEntry;
use crate::ambient::Time;
use crate::engine::api::{ContainerInspect, MountPoint, StreamKind};
use crate::oci::go_json;
use serde::Serialize;
use serde_json::{json, Value};
use std::fmt::Write;

/// The fields of `config.v2.json` in their order. Those that inspect has under the same name are as it says.
const CONFIG_V2: &str = r#"{"StreamConfig":{},"State":{"Running":0,"Paused":0,"Restarting":0,"OOMKilled":0,
"RemovalInProgress":false,"Dead":0,"Pid":0,"ExitCode":0,"Error":0,"StartedAt":0,"FinishedAt":0,"Health":null},"ID":0,
"Created":0,"Managed":false,"Path":0,"Args":0,"Config":0,"Image":0,"NetworkSettings":{"Bridge":0,"SandboxID":0,
"HairpinMode":0,"LinkLocalIPv6Address":0,"LinkLocalIPv6PrefixLen":0,"Networks":0,"Service":null,"Ports":0,
"SandboxKey":0,"SecondaryIPAddresses":0,"SecondaryIPv6Addresses":0,"IsAnonymousEndpoint":false,
"HasSwarmEndpoint":false},"LogPath":0,"Name":0,"Driver":0,"OS":"linux","MountLabel":0,"ProcessLabel":0,
"RestartCount":0,"HasBeenStartedBefore":0,"HasBeenManuallyStopped":0,"MountPoints":0,"SecretReferences":null,
"ConfigReferences":null,"AppArmorProfile":0,"HostnamePath":0,"HostsPath":0,"ShmPath":"","ResolvConfPath":0,
"SeccompProfile":"","NoNewPrivileges":false,"LocalLogCacheMeta":{"HaveNotifyEnabled":false}}"#;

/// As Go would write it.
pub(super) fn json<T: Serialize + ?Sized>(value: &T) -> String {
    String::from_utf8(go_json::to_vec(value)).unwrap_or_default()
}

/// The container's `config.v2.json`; `by_hand`: it was stopped on somebody's order.
pub(super) fn config_v2(container: &ContainerInspect, by_hand: bool) -> String {
    // The fields are plain data, and the text is JSON.
    let mut shown = serde_json::to_value(container).unwrap_or_default();
    let mut config = serde_json::from_str(CONFIG_V2).unwrap_or_default();
    set(&mut shown, "ID", container.id.clone().into());
    set(&mut shown, "HasBeenStartedBefore", (container.state.started_at != Time::NEVER).into());
    set(&mut shown, "HasBeenManuallyStopped", by_hand.into());
    let mounts = container.mounts.iter().map(|m| (m.destination.clone(), mount_point(m)));
    set(&mut shown, "MountPoints", Value::Object(mounts.collect()));
    if let Some(net) = shown.get_mut("NetworkSettings") {
        if !container.state.running {
            set(net, "Ports", Value::Null);
        }
        for network in net.get_mut("Networks").and_then(Value::as_object_mut).into_iter().flat_map(|n| n.values_mut()) {
            set(network, "IPAMOperational", false.into());
        }
    }
    fill(&mut config, &shown);
    json(&config) + "\n"
}

fn set(object: &mut Value, name: &str, value: Value) {
    if let Some(fields) = object.as_object_mut() {
        fields.insert(name.to_owned(), value);
    }
}

/// Gives the fields of `config` the values that they have in `shown`.
fn fill(config: &mut Value, shown: &Value) {
    for (name, field) in config.as_object_mut().into_iter().flatten() {
        match shown.get(name) {
            Some(value) if field.is_object() => fill(field, value),
            Some(value) => field.clone_from(value),
            None => {}
        }
    }
}

/// What the daemon remembers of a mount: the wish (`Spec`) and what has become of it. A volume that nobody has named
/// was wished for by the image or by its place alone, which is no `Spec`.
fn mount_point(mount: &MountPoint) -> Value {
    let nameless = mount.r#type == "volume" && mount.mode.is_empty();
    let mut point = json!({
        "Source": if nameless { "" } else { &mount.source },
        "Destination": mount.destination,
        "RW": mount.rw,
        "Name": mount.name,
        "Driver": mount.driver,
        "Type": mount.r#type,
    });
    for (name, text) in [("Relabel", &mount.mode), ("Propagation", &mount.propagation)] {
        if !text.is_empty() {
            set(&mut point, name, text.as_str().into());
        }
    }
    let mut spec = json!({});
    if !nameless {
        set(&mut spec, "Type", mount.r#type.as_str().into());
        set(&mut spec, "Source", if mount.name.is_empty() { &mount.source } else { &mount.name }.as_str().into());
        set(&mut spec, "Target", mount.destination.as_str().into());
        if !mount.rw {
            set(&mut spec, "ReadOnly", true.into());
        }
        if mount.mode.split(',').any(|word| word == "nocopy") {
            set(&mut spec, "VolumeOptions", json!({"NoCopy": true}));
        }
    }
    set(&mut point, "Spec", spec);
    set(&mut point, "SkipMountpointCreation", false.into());
    point
}

/// A line of the json-file driver, whose writer knows no other letters than `\n` and `\r`.
pub(super) fn log_line(entry: &LogEntry) -> String {
    let mut out = "{\"log\":\"".to_owned();
    for c in String::from_utf8_lossy(&entry.bytes).chars() {
        match c {
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '"' | '\\' => out.extend(['\\', c]),
            '\0'..' ' | '<' | '>' | '&' | '\u{2028}' | '\u{2029}' | '\u{fffd}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04x}", c as u32);
            }
            _ => out.push(c),
        }
    }
    let stream = if entry.kind == StreamKind::Stderr { "stderr" } else { "stdout" };
    out + &format!("\",\"stream\":\"{stream}\",\"time\":\"{}\"}}\n", entry.time.rfc3339_nano())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mount_is_remembered_as_dockerd_remembers_it() {
        let named = MountPoint {
            r#type: "volume".into(),
            name: "v2".into(),
            source: "/s/v2/_data".into(),
            destination: "/b".into(),
            driver: "local".into(),
            mode: "nocopy,ro".into(),
            ..MountPoint::default()
        };
        let want = r#"{"Source":"/s/v2/_data","Destination":"/b","RW":false,"Name":"v2","Driver":"local","Type":"volume","Relabel":"nocopy,ro","Spec":{"Type":"volume","Source":"v2","Target":"/b","ReadOnly":true,"VolumeOptions":{"NoCopy":true}},"SkipMountpointCreation":false}"#;
        assert_eq!(json(&mount_point(&named)), want);
        let nameless = json(&mount_point(&MountPoint { mode: String::new(), rw: true, ..named }));
        assert!(nameless.starts_with(r#"{"Source":"","#) && nameless.contains(r#""Spec":{},"#), "{nameless}");
    }
}

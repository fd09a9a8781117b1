//! What a container runs with: the caller's configuration completed by the image's (the rules of dockerd's
//! `merge`), and the environment of its processes. It must not know containers.

use crate::engine::api::{ContainerConfig, EngineError};
use crate::sorted::VecMap;

const DEFAULT_PATH: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";

/// Completes `user` by `image`; refuses what has no command at all.
pub(super) fn merge(user: &mut ContainerConfig, image: &ContainerConfig) -> Result<(), EngineError> {
    complete(user, image);
    if user.entrypoint.as_deref() == Some(&[String::new()]) {
        user.entrypoint = None;
    }
    if is_empty(&user.entrypoint) && is_empty(&user.cmd) {
        return Err(EngineError::NoCommand);
    }
    if !user.working_dir.is_empty() {
        if !user.working_dir.starts_with('/') {
            return Err(EngineError::RelativeWorkingDir { dir: std::mem::take(&mut user.working_dir) });
        }
        user.working_dir = clean(&user.working_dir);
    }
    Ok(())
}

fn is_empty(list: &Option<Vec<String>>) -> bool {
    list.as_deref().is_none_or(<[String]>::is_empty)
}

/// The rules by themselves, which `commit --change` uses too.
pub(super) fn complete(user: &mut ContainerConfig, image: &ContainerConfig) {
    fill(&mut user.user, &image.user);
    fill(&mut user.working_dir, &image.working_dir);
    fill(&mut user.stop_signal, &image.stop_signal);
    merge_map(&mut user.exposed_ports, &image.exposed_ports);
    merge_map(&mut user.volumes, &image.volumes);
    if is_empty(&user.env) {
        user.env.clone_from(&image.env);
    } else if let (Some(env), Some(more)) = (&mut user.env, &image.env) {
        for variable in more {
            if !env.iter().any(|e| key(e) == key(variable)) {
                env.push(variable.clone());
            }
        }
    }
    let labels = user.labels.get_or_insert_with(VecMap::new);
    for (k, v) in image.labels.iter().flatten() {
        labels.entry(k.clone()).or_insert_with(|| v.clone());
    }
    if is_empty(&user.entrypoint) {
        if is_empty(&user.cmd) {
            user.cmd.clone_from(&image.cmd);
            user.args_escaped = image.args_escaped;
        }
        if user.entrypoint.is_none() {
            user.entrypoint.clone_from(&image.entrypoint);
        }
    }
    if user.healthcheck.is_none() {
        user.healthcheck.clone_from(&image.healthcheck);
    }
    if user.shell.is_none() {
        user.shell.clone_from(&image.shell);
    }
    if user.stop_timeout.is_none() {
        user.stop_timeout = image.stop_timeout;
    }
}

fn fill(user: &mut String, image: &str) {
    if user.is_empty() {
        user.push_str(image);
    }
}

fn merge_map<V: Clone>(user: &mut Option<VecMap<String, V>>, image: &Option<VecMap<String, V>>) {
    match user.as_mut().filter(|own| !own.is_empty()) {
        None => user.clone_from(image),
        Some(own) => {
            for (k, v) in image.iter().flatten() {
                own.entry(k.clone()).or_insert_with(|| v.clone());
            }
        }
    }
}

fn key(variable: &str) -> &str {
    variable.split_once('=').map_or(variable, |(k, _)| k)
}

/// The environment of a container's process before the runtime adds HOME: the daemon's own variables, replaced
/// where `config` has them. A bare name (no `=`) takes a variable away.
pub(super) fn environment(hostname: &str, tty: bool, config: &[String]) -> Vec<(String, String)> {
    let mut env = vec![("PATH".to_owned(), DEFAULT_PATH.to_owned()), ("HOSTNAME".to_owned(), hostname.to_owned())];
    if tty {
        env.push(("TERM".to_owned(), "xterm".to_owned()));
    }
    for variable in config {
        match variable.split_once('=') {
            None => env.retain(|(k, _)| k != variable),
            Some((k, v)) => set(&mut env, k, v),
        }
    }
    env
}

/// Replaces in place or appends.
pub(super) fn set(env: &mut Vec<(String, String)>, name: &str, value: &str) {
    match env.iter_mut().find(|(k, _)| k == name) {
        Some((_, v)) => value.clone_into(v),
        None => env.push((name.to_owned(), value.to_owned())),
    }
}

/// The absolute path without `.`, `..`, doubled and trailing slashes (Go's `path.Clean`).
pub(super) fn clean(path: &str) -> String {
    let mut parts: Vec<&str> = Vec::new();
    for part in path.split('/') {
        match part {
            "" | "." => {}
            ".." => {
                parts.pop();
            }
            part => parts.push(part),
        }
    }
    format!("/{}", parts.join("/"))
}

/// Path and arguments of the first process.
pub(super) fn command(config: &ContainerConfig) -> Vec<String> {
    config.entrypoint.iter().flatten().chain(config.cmd.iter().flatten()).cloned().collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::engine::api::Empty;

    fn strings(list: &[&str]) -> Option<Vec<String>> {
        Some(list.iter().map(|s| s.to_string()).collect())
    }

    #[test]
    fn the_caller_comes_first_and_the_image_completes() {
        let image = ContainerConfig {
            env: strings(&["PATH=/bin", "FOO=image"]),
            cmd: strings(&["sh"]),
            working_dir: "/srv".into(),
            ..ContainerConfig::default()
        };
        let mut user = ContainerConfig { env: strings(&["FOO=bar"]), ..ContainerConfig::default() };
        merge(&mut user, &image).unwrap();
        assert_eq!(user.env, strings(&["FOO=bar", "PATH=/bin"]));
        assert_eq!((user.cmd, user.working_dir.as_str()), (strings(&["sh"]), "/srv"));
        assert_eq!(user.labels, Some(VecMap::new()));
    }

    #[test]
    fn ports_and_volumes_are_added_up() {
        let ports = |list: &[&str]| Some(list.iter().map(|p| (p.to_string(), Empty {})).collect::<VecMap<_, _>>());
        let with = |list| ContainerConfig { exposed_ports: list, cmd: strings(&["sh"]), ..ContainerConfig::default() };
        for (own, images, want) in [
            (ports(&["80/tcp"]), None, ports(&["80/tcp"])),
            (None, ports(&["90/tcp"]), ports(&["90/tcp"])),
            (ports(&["80/tcp"]), ports(&["90/tcp"]), ports(&["80/tcp", "90/tcp"])),
        ] {
            let mut user = with(own);
            merge(&mut user, &with(images)).unwrap();
            assert_eq!(user.exposed_ports, want);
        }
    }

    #[test]
    fn an_entrypoint_of_ones_own_drops_the_images_command() {
        let image =
            ContainerConfig { cmd: strings(&["sh"]), entrypoint: strings(&["/e"]), ..ContainerConfig::default() };
        let mut user = ContainerConfig { entrypoint: strings(&["echo"]), ..ContainerConfig::default() };
        merge(&mut user, &image).unwrap();
        assert_eq!(command(&user), ["echo"]);
        let mut user =
            ContainerConfig { entrypoint: strings(&[""]), cmd: strings(&["ls"]), ..ContainerConfig::default() };
        merge(&mut user, &image).unwrap();
        assert_eq!(command(&user), ["ls"]);
        let mut nothing = ContainerConfig::default();
        assert_eq!(merge(&mut nothing, &ContainerConfig::default()), Err(EngineError::NoCommand));
        let mut relative =
            ContainerConfig { cmd: strings(&["ls"]), working_dir: "rel".into(), ..ContainerConfig::default() };
        assert_eq!(
            merge(&mut relative, &image).unwrap_err().to_string(),
            "the working directory 'rel' is invalid, it needs to be an absolute path"
        );
    }

    #[test]
    fn the_environment_in_dockers_order() {
        let env = environment("h", true, &["A=1".into(), "PATH=/x".into(), "TERM".into()]);
        let flat: Vec<String> = env.iter().map(|(k, v)| format!("{k}={v}")).collect();
        assert_eq!(flat, ["PATH=/x", "HOSTNAME=h", "A=1"]);
    }
}

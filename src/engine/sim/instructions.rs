//! `commit --change` and `import --change`: the few Dockerfile instructions that only touch the configuration. It
//! must not know images or containers.

use crate::engine::api::{ContainerConfig, Empty, EngineError};
use crate::oci::go_json;
use crate::sorted::VecMap;

/// Applies each line to `config`, in order.
pub(super) fn apply(config: &mut ContainerConfig, changes: &[String]) -> Result<(), EngineError> {
    for change in changes {
        for line in change.lines().map(str::trim).filter(|l| !l.is_empty() && !l.starts_with('#')) {
            let (word, rest) = line.split_once(char::is_whitespace).unwrap_or((line, ""));
            one(config, &word.to_ascii_lowercase(), rest.trim())?;
        }
    }
    Ok(())
}

fn one(config: &mut ContainerConfig, word: &str, rest: &str) -> Result<(), EngineError> {
    match word {
        "cmd" => {
            config.cmd = Some(exec_or_shell(rest));
            config.args_escaped = false;
        }
        "entrypoint" => config.entrypoint = if rest.is_empty() { None } else { Some(exec_or_shell(rest)) },
        "env" => {
            let env = config.env.get_or_insert_with(Vec::new);
            for (name, value) in pairs(word, rest)? {
                let entry = format!("{name}={value}");
                match env.iter_mut().find(|e| e.split_once('=').is_some_and(|(k, _)| k == name)) {
                    Some(old) => *old = entry,
                    None => env.push(entry),
                }
            }
        }
        "label" => config.labels.get_or_insert_with(VecMap::new).extend(pairs(word, rest)?),
        "expose" => {
            let ports = config.exposed_ports.get_or_insert_with(VecMap::new);
            for port in rest.split_whitespace() {
                let port = if port.contains('/') { port.to_owned() } else { format!("{port}/tcp") };
                ports.insert(port, Empty {});
            }
        }
        "user" => config.user = single(word, rest)?,
        "workdir" => {
            let dir = single(word, rest)?;
            config.working_dir = match dir.starts_with('/') {
                true => super::merge::clean(&dir),
                false => super::merge::clean(&format!("/{}/{dir}", config.working_dir)),
            };
        }
        "volume" => {
            let volumes = config.volumes.get_or_insert_with(VecMap::new);
            let list = json_array(rest).unwrap_or_else(|| rest.split_whitespace().map(str::to_owned).collect());
            volumes.extend(list.into_iter().map(|v| (v, Empty {})));
        }
        "onbuild" => config.on_build.get_or_insert_with(Vec::new).push(rest.to_owned()),
        other => return Err(EngineError::NotAChangeCommand { command: other.to_owned() }),
    }
    Ok(())
}

fn single(word: &str, rest: &str) -> Result<String, EngineError> {
    if rest.is_empty() {
        let upper = word.to_ascii_uppercase();
        return Err(EngineError::BadChange { reason: format!("{upper} requires exactly one argument") });
    }
    Ok(unquote(rest))
}

/// `["a","b"]` as it is, anything else through the shell.
fn exec_or_shell(rest: &str) -> Vec<String> {
    json_array(rest).unwrap_or_else(|| vec!["/bin/sh".into(), "-c".into(), rest.to_owned()])
}

fn json_array(rest: &str) -> Option<Vec<String>> {
    if !rest.starts_with('[') {
        return None;
    }
    let Ok(serde_json::Value::Array(items)) = go_json::parse(rest.as_bytes()) else { return None };
    items.into_iter().map(|item| item.as_str().map(str::to_owned)).collect()
}

/// `A=1 B="two words"`, or the older `A the rest of the line`.
fn pairs(word: &str, rest: &str) -> Result<Vec<(String, String)>, EngineError> {
    let upper = word.to_ascii_uppercase();
    let words = split_words(rest);
    match words.first() {
        None => Err(EngineError::BadChange { reason: format!("{upper} requires at least one argument") }),
        Some(first) if !first.contains('=') => match rest.split_once(char::is_whitespace) {
            Some((name, value)) => Ok(vec![(name.to_owned(), value.trim().to_owned())]),
            None => Err(EngineError::BadChange { reason: format!("{upper} must have two arguments") }),
        },
        Some(_) => words
            .iter()
            .map(|w| match w.split_once('=') {
                Some((name, value)) if !name.is_empty() => Ok((unquote(name), unquote(value))),
                _ => Err(EngineError::BadChange {
                    reason: format!("Syntax error - can't find = in {w:?}. Must be of the form: name=value"),
                }),
            })
            .collect(),
    }
}

/// Splits at blanks outside of quotes; quotes and backslashes stay.
fn split_words(text: &str) -> Vec<String> {
    let mut words = Vec::new();
    let (mut word, mut quote, mut escaped) = (String::new(), None, false);
    for c in text.chars() {
        if escaped {
            escaped = false;
        } else {
            match (c, quote) {
                ('\\', q) if q != Some('\'') => escaped = true,
                ('"' | '\'', None) => quote = Some(c),
                (c, Some(q)) if c == q => quote = None,
                (c, None) if c.is_whitespace() => {
                    if !word.is_empty() {
                        words.push(std::mem::take(&mut word));
                    }
                    continue;
                }
                _ => {}
            }
        }
        word.push(c);
    }
    if !word.is_empty() {
        words.push(word);
    }
    words
}

fn unquote(text: &str) -> String {
    let (mut out, mut quote, mut escaped) = (String::new(), None, false);
    for c in text.chars() {
        match (c, quote) {
            (c, _) if escaped => {
                escaped = false;
                out.push(c);
            }
            ('\\', q) if q != Some('\'') => escaped = true,
            ('"' | '\'', None) => quote = Some(c),
            (c, Some(q)) if c == q => quote = None,
            (c, _) => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn changed(lines: &[&str]) -> Result<ContainerConfig, String> {
        let mut config = ContainerConfig { env: Some(vec!["PATH=/bin".into()]), ..ContainerConfig::default() };
        let lines: Vec<String> = lines.iter().map(|s| s.to_string()).collect();
        apply(&mut config, &lines).map(|()| config).map_err(|e| e.to_string())
    }

    #[test]
    fn instructions_change_the_configuration() {
        let c = changed(&[r#"CMD ["/bin/ls"]"#, "ENV A=1 B='x y'", "EXPOSE 80 53/udp", "WORKDIR /srv", "LABEL a=b"])
            .unwrap();
        assert_eq!(c.cmd, Some(vec!["/bin/ls".to_owned()]));
        assert_eq!(c.env, Some(vec!["PATH=/bin".into(), "A=1".into(), "B=x y".into()]));
        assert_eq!(c.exposed_ports.unwrap().into_keys().collect::<Vec<_>>(), ["53/udp", "80/tcp"]);
        assert_eq!(c.working_dir, "/srv");
        assert_eq!(c.labels.unwrap().get("a").map(String::as_str), Some("b"));
        assert_eq!(changed(&["CMD ls -l"]).unwrap().cmd.unwrap(), ["/bin/sh", "-c", "ls -l"]);
    }

    #[test]
    fn others_are_refused() {
        assert_eq!(changed(&["FOO bar"]), Err("foo is not a valid change command".into()));
        assert_eq!(changed(&["RUN ls"]), Err("run is not a valid change command".into()));
    }
}

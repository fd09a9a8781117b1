//! What Tab offers after `docker`: commands, flags, and the names of what the engine holds, as the completion that
//! comes with Docker does for bash. It must not know how a shell finds or quotes words.

use super::catalog::{commands, Command, Want, GROUPS};
use super::flags::{flags, parse};
use super::front::find;
use super::{help, tables};
use crate::engine::api::{ContainerListOptions, Engine, Filters, ImageListOptions};
use crate::sorted;

/// What the last word may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Operand {
    Nothing,
    /// A file of the computer.
    File,
    /// A container in one of these states; in any where there are none.
    Container(&'static [&'static str]),
    Image,
    Volume,
    ContainerOrImage,
    ContainerOrFile,
}

/// Words, or what must be asked of the engine.
#[derive(Debug, PartialEq, Eq)]
enum Choices {
    Words(Vec<String>),
    Operand(Operand),
}

/// What the last of the words after `docker` could become; none where that is a file of the computer.
pub async fn complete(engine: &dyn Engine, words: &[String]) -> Option<Vec<String>> {
    let operand = match choices(words) {
        Choices::Words(words) => return Some(words),
        Choices::Operand(operand) => operand,
    };
    let last = words.last().map_or("", String::as_str);
    let mut names = match operand {
        Operand::Nothing => Vec::new(),
        Operand::File => return None,
        Operand::Container(states) => containers(engine, states).await,
        Operand::Image => images(engine, last).await,
        Operand::Volume => {
            let volumes = engine.volumes(&Filters::new()).await.unwrap_or_default();
            volumes.into_iter().map(|volume| volume.name).collect()
        }
        Operand::ContainerOrImage => {
            let mut names = containers(engine, &[]).await;
            names.extend(images(engine, last).await);
            names
        }
        Operand::ContainerOrFile => {
            let names: Vec<String> = containers(engine, &[]).await.into_iter().map(|name| name + ":").collect();
            if !names.iter().any(|name| name.starts_with(last)) {
                return None;
            }
            names
        }
    };
    names.retain(|name| name.starts_with(last));
    Some(names)
}

async fn containers(engine: &dyn Engine, states: &[&str]) -> Vec<String> {
    let options = ContainerListOptions { all: true, ..ContainerListOptions::default() };
    let all = engine.containers(options).await.unwrap_or_default();
    let fitting = all.into_iter().filter(|c| states.is_empty() || states.contains(&c.state));
    let name = |name: String| name.strip_prefix('/').filter(|name| !name.contains('/')).map(str::to_owned);
    fitting.flat_map(|c| c.names).filter_map(name).collect()
}

/// `latest` goes without saying until a colon asks for it.
async fn images(engine: &dyn Engine, last: &str) -> Vec<String> {
    let options = ImageListOptions { all: false, filters: Filters::new() };
    let all = engine.images(options).await.unwrap_or_default();
    let tags = all.into_iter().flat_map(|image| image.repo_tags.unwrap_or_default());
    let short = |tag: String| match tag.strip_suffix(":latest") {
        Some(name) if !last.contains(':') => name.to_owned(),
        _ => tag,
    };
    tags.filter(|tag| tag != "<none>:<none>").map(short).collect()
}

fn choices(words: &[String]) -> Choices {
    let Some((last, before)) = words.split_last() else { return Choices::Words(Vec::new()) };
    let names = |mut entries: Vec<(&str, &str)>| {
        entries.retain(|(name, _)| name.starts_with(last.as_str()));
        sorted::sort(&mut entries);
        Choices::Words(entries.into_iter().map(|(name, _)| name.to_owned()).collect())
    };
    // A flag before the command that still wants its value.
    let Ok(root) = parse(&[tables::ROOT], before, true) else { return Choices::Operand(Operand::File) };
    let Some((first, rest)) = root.rest.split_first() else {
        if last.starts_with('-') {
            return options(&[tables::ROOT], last);
        }
        let mut entries = help::top_commands();
        entries.extend(GROUPS);
        return names(entries);
    };
    if let Some(command) = commands().find(|c| c.top == first) {
        return of_command(command, rest, last);
    }
    match rest.split_first() {
        None => names(help::subcommands(first)),
        Some((name, rest)) => match find(first, name) {
            Some((command, _)) => of_command(command, rest, last),
            None => Choices::Operand(Operand::Nothing),
        },
    }
}

fn of_command(command: &Command, before: &[String], last: &str) -> Choices {
    let args = match parse(command.flags, before, command.stop) {
        Ok(args) => args,
        Err(error) => return Choices::Operand(value(&error)),
    };
    let n = args.rest.len();
    if last.starts_with('-') && (n == 0 || !command.stop) {
        return options(command.flags, last);
    }
    let room = match command.want {
        Want::Any | Want::Min(_) => true,
        Want::None => false,
        Want::Exact(most) | Want::Max(most) | Want::Range(_, most) => n < most,
    };
    Choices::Operand(if room { operand(command, n) } else { Operand::Nothing })
}

/// What a flag takes whose value is missing, as the parser says.
fn value(error: &str) -> Operand {
    match error.rsplit_once("--") {
        _ if !error.starts_with("flag needs an argument") => Operand::Nothing,
        Some((_, "volumes-from")) => Operand::Container(&[]),
        Some((_, "name" | "hostname" | "user" | "workdir" | "format" | "filter" | "tail" | "message")) => {
            Operand::Nothing
        }
        _ => Operand::File,
    }
}

fn options(tables: &[&'static str], last: &str) -> Choices {
    let shown = flags(tables).into_iter().filter(|flag| !flag.hidden).map(|flag| format!("--{}", flag.name));
    let mut words: Vec<String> = shown.chain(["--help".to_owned()]).filter(|name| name.starts_with(last)).collect();
    sorted::sort(&mut words);
    words.dedup();
    Choices::Words(words)
}

/// The operand of a command after `n` others.
fn operand(command: &Command, n: usize) -> Operand {
    let (group, name) = command.path.split_once(' ').unwrap_or(("", command.top));
    match (group, name) {
        ("container", "run" | "create") if n > 0 => Operand::File,
        ("container", "run" | "create")
        | ("image", "rm" | "history" | "tag" | "save" | "inspect" | "push" | "pull") => Operand::Image,
        ("container", "commit") if n > 0 => Operand::Image,
        ("container", "exec" | "top" | "port") if n > 0 => Operand::Nothing,
        ("container", "attach" | "exec" | "stop" | "kill" | "top" | "pause" | "port" | "stats") => {
            Operand::Container(&["running"])
        }
        ("container", "start") => Operand::Container(&["created", "exited"]),
        ("container", "unpause") => Operand::Container(&["paused"]),
        ("container", "rename") if n > 0 => Operand::Nothing,
        ("container", "cp") => Operand::ContainerOrFile,
        ("image", "load" | "import" | "build") => Operand::File,
        ("container", _) => Operand::Container(&[]),
        ("volume", "rm" | "inspect") => Operand::Volume,
        ("", "inspect") => Operand::ContainerOrImage,
        _ => Operand::Nothing,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(line: &str) -> Choices {
        choices(&line.split(' ').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn commands_and_flags_are_words() {
        let words = |list: &[&str]| Choices::Words(list.iter().map(|w| (*w).to_owned()).collect());
        assert_eq!(at("im"), words(&["image", "images", "import"]));
        assert_eq!(at("image pr"), words(&["prune"]));
        assert_eq!(at("--ver"), words(&["--version"]));
        assert_eq!(at("ps --no"), words(&["--no-trunc"]));
        assert_eq!(at("container ls --no"), words(&["--no-trunc"]));
        assert_eq!(at("run --int"), words(&["--interactive"]));
    }

    #[test]
    fn operands_follow_the_flags_and_their_values() {
        for (line, want) in [
            ("run -it ub", Operand::Image),
            ("run -it --name uno ub", Operand::Image),
            ("run --name ", Operand::Nothing),
            ("run -v ", Operand::File),
            ("run ubuntu --int", Operand::File),
            ("run --volumes-from ", Operand::Container(&[])),
            ("start ", Operand::Container(&["created", "exited"])),
            ("attach ", Operand::Container(&["running"])),
            ("container rm -f ", Operand::Container(&[])),
            ("rmi a b ", Operand::Image),
            ("history ubuntu ", Operand::Nothing),
            ("ps ", Operand::Nothing),
            ("cp ", Operand::ContainerOrFile),
            ("inspect ", Operand::ContainerOrImage),
            ("volume rm ", Operand::Volume),
            ("nothing such ", Operand::Nothing),
        ] {
            assert_eq!(at(line), Choices::Operand(want), "{line}");
        }
    }
}

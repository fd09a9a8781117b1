//! From the words of a command line to a command with its arguments, or to the help or error that Docker would
//! print instead. It must not run anything: it is a pure function, so that tests can ask it everything.

use super::catalog::{commands, Command, Want, GROUPS};
use super::error::CliError;
use super::flags::{parse, Args};
use super::{help, tables};

/// What to do with a command line.
pub enum Front {
    /// Run this; the path is how it was called, as `docker container ls`.
    Run(&'static Command, String, Args),
    /// Print these on standard output and standard error, and succeed.
    Print(String, String),
}

/// What the layout of help depends on.
#[derive(Clone, Debug)]
pub struct Layout {
    /// Columns of the terminal (80 where there is none).
    pub width: usize,
    /// The folder of the client's settings, as `/home/ana/.docker`.
    pub config: String,
}

const VERSION: &str = "Docker version 20.10.24+dfsg1, build 297e128\n";
const DEPRECATED: &str = "Flag shorthand -h has been deprecated, please use --help\n";

impl Layout {
    fn wrap(&self) -> usize {
        self.width.saturating_sub(1)
    }

    fn root(&self) -> String {
        help::root_usage(self.wrap(), &self.config)
    }
}

/// Resolves the words after `docker`.
pub fn resolve(words: &[String], layout: &Layout) -> Result<Front, CliError> {
    let root = parse(&[tables::ROOT], words, true)
        .map_err(|message| CliError::new(125, format!("{message}\nSee 'docker --help'.\n\n{}", layout.root())))?;
    if root.help {
        let note = if root.deprecated_help { DEPRECATED } else { "" };
        return Ok(Front::Print(format!("\n{}", layout.root()), note.to_owned()));
    }
    if root.on("version") {
        return Ok(Front::Print(VERSION.to_owned(), String::new()));
    }
    global(&root)?;
    let Some((name, words)) = root.rest.split_first() else {
        return Ok(Front::Print(String::new(), format!("\n{}", layout.root())));
    };
    if name == "help" {
        return topic(words, layout);
    }
    if let Some(command) = commands().find(|c| c.top == name) {
        return call(command, format!("docker {name}"), words, layout);
    }
    if GROUPS.iter().any(|(group, _)| group == name) {
        return in_group(name, words, layout);
    }
    Err(CliError::new(1, format!("docker: '{name}' is not a docker command.\nSee 'docker --help'")))
}

/// The flags before the command that choose the engine: there is only the one.
fn global(root: &Args) -> Result<(), CliError> {
    if let Some(level) = root.get("log-level") {
        if !matches!(level, "debug" | "info" | "warn" | "warning" | "error" | "fatal" | "panic" | "trace") {
            return Err(CliError::new(1, format!("Unable to parse logging level: {level}")));
        }
    }
    if let Some(host) = root.get("host").filter(|host| !host.ends_with("docker.sock")) {
        let sentence = format!("Cannot connect to the Docker daemon at {host}. Is the docker daemon running?");
        return Err(CliError::new(1, sentence));
    }
    match root.get("context").filter(|name| *name != "default") {
        Some(name) => {
            let sentence = format!("unable to resolve docker endpoint: context {name:?} does not exist");
            Err(CliError::new(1, sentence))
        }
        None => Ok(()),
    }
}

/// A command of a group by any of its names.
pub fn find(group: &str, name: &str) -> Option<(&'static Command, &'static str)> {
    commands().find_map(|command| {
        let path = command.paths().find(|path| path.split_once(' ').is_some_and(|(g, _)| g == group))?;
        let known = path.split_once(' ').is_some_and(|(_, n)| n == name)
            || (path == command.path && command.aliases.split(", ").any(|alias| alias == name));
        known.then_some((command, path))
    })
}

fn in_group(group: &str, words: &[String], layout: &Layout) -> Result<Front, CliError> {
    if help::subcommands(group).is_empty() {
        return Err(CliError::new(1, format!("docker {group}: not available in this simulator yet")));
    }
    if let Some((command, path)) = words.first().and_then(|name| find(group, name)) {
        return call(command, format!("docker {path}"), words.get(1..).unwrap_or(&[]), layout);
    }
    let usage = help::group_usage(group).unwrap_or_default();
    let args = parse(&[], words, false)
        .map_err(|message| CliError::new(125, format!("{message}\nSee 'docker {group} --help'.\n\n{usage}")))?;
    match (args.help, args.rest.is_empty()) {
        (true, _) => Ok(Front::Print(format!("\n{usage}"), String::new())),
        (false, true) => Ok(Front::Print(String::new(), format!("\n{usage}"))),
        (false, false) => Err(CliError::new(1, format!("\n{}", usage.trim_end_matches('\n')))),
    }
}

fn topic(words: &[String], layout: &Layout) -> Result<Front, CliError> {
    let unknown = |words: &[String]| CliError::new(1, format!("unknown help topic: {}", words.join(" ")));
    if let Some(flag) = words.iter().find(|word| word.starts_with('-')) {
        let name = flag.trim_start_matches('-');
        return Err(CliError::new(125, format!("unknown flag: --{name}\nSee 'docker help --help'.")));
    }
    let page = |command: &Command, path: String| {
        Ok(Front::Print(format!("\n{}", help::usage(command, &path, layout.wrap())), String::new()))
    };
    match words {
        [] => Ok(Front::Print(format!("\n{}", layout.root()), String::new())),
        [name, rest @ ..] => match commands().find(|c| c.top == name) {
            Some(command) if rest.is_empty() => page(command, format!("docker {name}")),
            Some(_) => Err(unknown(rest)),
            None => match (rest.first().and_then(|sub| find(name, sub)), help::group_usage(name)) {
                (Some((command, path)), _) => page(command, format!("docker {path}")),
                (None, Some(usage)) if rest.is_empty() => Ok(Front::Print(format!("\n{usage}"), String::new())),
                _ => Err(unknown(words)),
            },
        },
    }
}

fn call(command: &'static Command, path: String, words: &[String], layout: &Layout) -> Result<Front, CliError> {
    let args = parse(command.flags, words, command.stop)
        .map_err(|message| CliError::new(125, format!("{message}\nSee '{path} --help'.")))?;
    if args.help {
        let note = if args.deprecated_help { DEPRECATED } else { "" };
        return Ok(Front::Print(format!("{note}\n{}", help::usage(command, &path, layout.wrap())), String::new()));
    }
    if let Some(problem) = count(command.want, args.rest.len()) {
        let line = help::use_line(command, &path);
        let sentence = format!("\"{path}\" {problem}.\nSee '{path} --help'.\n\nUsage:  {line}\n\n{}", command.short);
        return Err(CliError::new(1, sentence));
    }
    Ok(Front::Run(command, path, args))
}

/// What is wrong with so many arguments.
fn count(want: Want, given: usize) -> Option<String> {
    let plural = |n: usize| format!("{n} argument{}", if n == 1 { "" } else { "s" });
    match want {
        Want::Any => None,
        Want::None => (given > 0).then(|| "accepts no arguments".to_owned()),
        Want::Exact(n) => (given != n).then(|| format!("requires exactly {}", plural(n))),
        Want::Min(n) => (given < n).then(|| format!("requires at least {}", plural(n))),
        Want::Max(n) => (given > n).then(|| format!("requires at most {}", plural(n))),
        Want::Range(min, max) => {
            (!(min..=max).contains(&given)).then(|| format!("requires at least {min} and at most {}", plural(max)))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::docker::flags::{flags, Flag};

    const LAYOUT: Layout = Layout { width: 80, config: String::new() };

    fn ask(line: &str, width: usize) -> (String, String, i32) {
        let words: Vec<String> = line.split(' ').skip(1).map(str::to_owned).collect();
        match resolve(&words, &Layout { width, config: "/home/ana/.docker".into() }) {
            Ok(Front::Print(out, err)) => (out, err, 0),
            Ok(Front::Run(_, path, _)) => (format!("runs {path}"), String::new(), 0),
            Err(CliError { status, message }) => (String::new(), message + "\n", status),
        }
    }

    /// Every help text that was recorded of a real client, at three widths, and the errors beside them.
    #[test]
    fn help_is_the_real_clients() {
        let golden = include_str!("../../tests/golden/help.txt");
        let mut asked = 0;
        for block in golden.split("]\n\n$ ") {
            let block = block.strip_prefix("$ ").unwrap_or(block);
            let (head, body) = block.split_once('\n').unwrap();
            let (line, width) = match head.split_once("      [PTY ") {
                Some((line, size)) => (line, size.split('x').next().unwrap().parse().unwrap()),
                None => (head, 80),
            };
            let (body, status) = body.rsplit_once("[exit ").unwrap();
            let (out, err) = match body.strip_prefix("[stderr]\n") {
                Some(err) => ("", err),
                None => body.split_once("[stderr]\n").unwrap_or((body, "")),
            };
            let status: i32 = status.trim_end().trim_end_matches(']').parse().unwrap();
            assert_eq!(ask(line, width), (out.to_owned(), err.to_owned(), status), "{line}");
            asked += 1;
        }
        assert!(asked > 80, "{asked} texts");
    }

    #[test]
    fn tables_name_nothing_twice() {
        let mut paths: Vec<&str> =
            commands().flat_map(|c| c.paths().chain([c.top])).filter(|p| !p.is_empty()).collect();
        for command in commands() {
            let all = flags(command.flags);
            let lines: usize =
                command.flags.iter().map(|t| t.lines().filter(|l| l.starts_with(['-', '!'])).count()).sum();
            assert_eq!(all.len(), lines, "{}: a line that is no flag", command.short);
            let mut names: Vec<&str> = all.iter().map(|f: &Flag| f.name).collect();
            let mut shorts: Vec<char> = all.iter().filter_map(|f| f.short).collect();
            let (before, before_shorts) = (names.len(), shorts.len());
            names.dedup();
            shorts.sort_unstable();
            shorts.dedup();
            assert_eq!((names.len(), shorts.len()), (before, before_shorts), "{} {}", command.top, command.path);
            for flag in all {
                assert!(!flag.usage.is_empty() && !flag.name.contains(' '), "{flag:?}");
            }
        }
        paths.sort_unstable();
        let before = paths.len();
        paths.dedup();
        assert_eq!(paths.len(), before);
    }

    fn error(line: &str) -> String {
        let (out, err, status) = ask(line, 80);
        format!("{status}: {}", if out.is_empty() { err.lines().next().unwrap_or("").to_owned() } else { out })
    }

    #[test]
    fn flags_are_read_as_pflag_reads_them() {
        let line = "docker run -itm64m --name=x -e A=1 --env B -p80:80 --rm=false busybox sh -c x --rm";
        let words: Vec<String> = line.split(' ').skip(1).map(str::to_owned).collect();
        let Ok(Front::Run(command, path, args)) = resolve(&words, &LAYOUT) else { panic!() };
        assert_eq!((command.top, path.as_str()), ("run", "docker run"));
        assert!(args.on("interactive") && args.on("tty") && !args.on("rm") && args.switch("rm") == Some(false));
        assert_eq!((args.bytes("memory"), args.text("name")), (Some(67_108_864), "x"));
        assert_eq!(
            (args.list("env"), args.list("publish")),
            (vec!["A=1".into(), "B".into()], vec!["80:80".to_owned()])
        );
        assert_eq!(args.rest, ["busybox", "sh", "-c", "x", "--rm"]);
        for (line, want) in [
            ("docker run --foo busybox", "125: unknown flag: --foo"),
            ("docker ps -qz", "125: unknown shorthand flag: 'z' in -z"),
            ("docker ps -aqn", "125: flag needs an argument: 'n' in -n"),
            ("docker ps --format", "125: flag needs an argument: --format"),
            ("docker ps --all=foo", "125: invalid argument \"foo\" for \"-a, --all\" flag: strconv.ParseBool: parsing \"foo\": invalid syntax"),
            ("docker ps -n x", "125: invalid argument \"x\" for \"-n, --last\" flag: strconv.ParseInt: parsing \"x\": invalid syntax"),
            ("docker run -m x busybox", "125: invalid argument \"x\" for \"-m, --memory\" flag: invalid size: 'x'"),
            ("docker run --cpus x b", "125: invalid argument \"x\" for \"--cpus\" flag: failed to parse x as a rational number"),
            ("docker run --health-interval x b", "125: invalid argument \"x\" for \"--health-interval\" flag: time: invalid duration \"x\""),
            ("docker ps --filter foo", "125: invalid argument \"foo\" for \"-f, --filter\" flag: bad format of filter (expected name=value)"),
            ("docker ps --=x", "125: bad flag syntax: --=x"),
            ("docker ps ---x", "125: bad flag syntax: ---x"),
            ("docker ps -", "1: \"docker ps\" accepts no arguments."),
            ("docker ps --", "0: runs docker ps"),
            ("docker container list -a", "0: runs docker container ls"),
            ("docker rm", "1: \"docker rm\" requires at least 1 argument."),
            ("docker commit", "1: \"docker commit\" requires at least 1 and at most 2 arguments."),
            ("docker images a b", "1: \"docker images\" requires at most 1 argument."),
            ("docker tag a", "1: \"docker tag\" requires exactly 2 arguments."),
            ("docker -l foo ps", "1: Unable to parse logging level: foo"),
            ("docker -H tcp://localhost:1 ps", "1: Cannot connect to the Docker daemon at tcp://localhost:1. Is the docker daemon running?"),
            ("docker help images ls", "1: unknown help topic: ls"),
        ] {
            assert_eq!(error(line), want, "{line}");
        }
    }
}

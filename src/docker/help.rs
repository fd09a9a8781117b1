//! Help texts as the 20.10 client lays them out: the same tables that parsing reads, wrapped to the terminal as
//! pflag wraps them. It must not know what the commands do.

use super::catalog::{commands, Command, GROUPS};
use super::flags::{flags, Flag};
use super::tables;
use crate::sorted;

/// The lines under `Options:`, wrapped to `width` columns.
pub fn flag_usages(flags: &[Flag], width: usize, config: &str) -> String {
    let shown = flags.iter().filter(|flag| !flag.hidden);
    let heads: Vec<(String, &str)> = shown
        .map(|flag| {
            let short = flag.short.map_or("    ".to_owned(), |letter| format!("-{letter}, "));
            let kind = if flag.kind.is_empty() { String::new() } else { format!(" {}", flag.kind) };
            (format!("  {short}--{}{kind}", flag.name), flag.usage)
        })
        .collect();
    let column = heads.iter().map(|(head, _)| head.chars().count()).max().unwrap_or(0) + 3;
    let mut out = String::new();
    for (head, usage) in heads {
        let fill = column - head.chars().count();
        let usage = usage.replace("{config}", config);
        out.push_str(&head);
        out.extend(std::iter::repeat_n(' ', fill));
        out.push_str(&wrap(column, width, &usage));
        out.push('\n');
    }
    out
}

/// Cuts `text` at a blank before `at` characters, unless it ends within `slop` more (pflag's `wrapN`).
fn wrap_once(at: usize, slop: usize, text: &str) -> (&str, &str) {
    if at + slop > text.len() {
        return (text, "");
    }
    let head = text.get(..at).unwrap_or(text);
    let Some(blank) = head.rfind([' ', '\t', '\n']).filter(|&b| b > 0) else { return (text, "") };
    let cut = match head.rfind('\n') {
        Some(feed) if feed > 0 && feed < blank => feed,
        _ => blank,
    };
    (text.get(..cut).unwrap_or(text), text.get(cut + 1..).unwrap_or(""))
}

/// pflag's `wrap`: the first line is already indented by `indent`.
fn wrap(mut indent: usize, width: usize, text: &str) -> String {
    let mut out = String::new();
    let mut room = width.saturating_sub(indent);
    if room < 24 {
        indent = 16;
        room = width.saturating_sub(indent);
        out.push('\n');
        out.push_str(&" ".repeat(indent));
    }
    if room < 24 {
        return text.replace('\n', &out);
    }
    let blank = "\n".to_owned() + &" ".repeat(indent);
    let slop = 5;
    let (mut line, mut rest) = wrap_once(room - slop, slop, text);
    loop {
        out.push_str(&line.replace('\n', &blank));
        if rest.is_empty() {
            return out;
        }
        out.push_str(&blank);
        (line, rest) = wrap_once(room - slop, slop, rest);
    }
}

/// A command's usage, from `Usage:` on; it ends in a line feed.
pub fn usage(command: &Command, path: &str, width: usize) -> String {
    let mut out = format!("Usage:  {}\n\n{}\n", use_line(command, path), command.long());
    if !command.aliases.is_empty() && path == format!("docker {}", command.path) {
        out.push_str(&format!("\nAliases:\n  {}\n", command.aliases));
    }
    out.push_str(command.example);
    let flags = flags(command.flags);
    if !flags.is_empty() {
        out.push_str("\nOptions:\n");
        out.push_str(&flag_usages(&flags, width, ""));
    }
    out
}

/// The line that shows a command's arguments.
pub fn use_line(command: &Command, path: &str) -> String {
    format!("{path} {}", command.usage).trim_end().to_owned()
}

fn list(out: &mut String, title: &str, entries: &[(&str, &str)]) {
    out.push_str(&format!("\n{title}:\n"));
    for (name, short) in entries {
        out.push_str(&format!("  {name:<11} {short}\n"));
    }
}

/// The usage of a group such as `docker image`; none where there is no such group.
pub fn group_usage(group: &str) -> Option<String> {
    let (_, short) = GROUPS.iter().find(|(name, _)| *name == group)?;
    let mut out = format!("Usage:  docker {group} COMMAND\n\n{short}\n");
    list(&mut out, "Commands", &subcommands(group));
    out.push_str(&format!("\nRun 'docker {group} COMMAND --help' for more information on a command.\n"));
    Some(out)
}

/// The commands of a group, sorted, with what they do.
pub fn subcommands(group: &str) -> Vec<(&'static str, &'static str)> {
    let mut entries: Vec<_> = commands()
        .flat_map(|c| c.paths().map(move |path| (path, c.short)))
        .filter_map(|(path, short)| path.split_once(' ').filter(|(g, _)| *g == group).map(|(_, name)| (name, short)))
        .collect();
    sorted::sort(&mut entries);
    entries
}

/// The commands that stand by themselves, sorted, with what they do.
pub fn top_commands() -> Vec<(&'static str, &'static str)> {
    let mut entries: Vec<_> = commands().filter(|c| !c.top.is_empty()).map(|c| (c.top, c.short)).collect();
    sorted::sort(&mut entries);
    entries
}

/// The usage of `docker` itself; `config` is the folder of the client's settings.
pub fn root_usage(width: usize, config: &str) -> String {
    let mut out =
        "Usage:  docker [OPTIONS] COMMAND\n\nA self-sufficient runtime for containers\n\nOptions:\n".to_owned();
    out.push_str(&flag_usages(&flags(&[tables::ROOT]), width, config));
    list(&mut out, "Management Commands", GROUPS);
    list(&mut out, "Commands", &top_commands());
    out.push_str("\nRun 'docker COMMAND --help' for more information on a command.\n");
    out.push_str("\nTo get more help with docker, check out our guides at https://docs.docker.com/go/guides/\n");
    out
}

//! Flags as `spf13/pflag` parses them, from the texts of [`super::tables`]. The errors are pflag's sentences. It
//! must not know what the flags do.

use super::units;
use crate::sorted;

/// One flag.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flag {
    /// The letter, where it has one.
    pub short: Option<char>,
    /// Without its dashes.
    pub name: &'static str,
    /// The kind of its value as help shows it: `list`, `string`, `int`, …; empty for a switch.
    pub kind: &'static str,
    /// What it does, with its default in parentheses.
    pub usage: &'static str,
    /// Whether help leaves it out.
    pub hidden: bool,
}

/// The flags of some tables, sorted by name.
pub fn flags(tables: &[&'static str]) -> Vec<Flag> {
    let mut all: Vec<Flag> = tables.iter().flat_map(|table| entries(table)).filter_map(entry).collect();
    sorted::sort_by_key(&mut all, |flag| flag.name);
    all
}

/// The pieces of a table: a line that begins a flag with the lines that go on it.
fn entries(table: &'static str) -> impl Iterator<Item = &'static str> {
    let mut rest = table;
    std::iter::from_fn(move || {
        let mut end = 0;
        loop {
            end = match rest.get(end..)?.find('\n') {
                Some(at) => end + at + 1,
                None => rest.len() + 1,
            };
            if rest.get(end..).is_none_or(|next| next.starts_with(['-', '!'])) {
                break;
            }
        }
        let entry = rest.get(..end - 1).filter(|entry| !entry.is_empty())?;
        rest = rest.get(end..).unwrap_or("");
        Some(entry)
    })
}

/// The first flag of the tables that is this one. Nothing is read beyond it.
fn find(tables: &[&'static str], is_it: &dyn Fn(&Flag) -> bool) -> Option<Flag> {
    tables.iter().find_map(|table| entries(table).filter_map(entry).find(is_it))
}

fn entry(text: &'static str) -> Option<Flag> {
    let (head, usage) = text.split_once('\t')?;
    let (hidden, head) = head.strip_prefix('!').map_or((false, head), |head| (true, head));
    let (short, head) = match head.split_once(", ") {
        Some((short, long)) => (short.chars().nth(1), long),
        None => (None, head),
    };
    let (name, kind) = head.strip_prefix("--")?.split_once(' ').unwrap_or((head.strip_prefix("--")?, ""));
    Some(Flag { short, name, kind, usage, hidden })
}

/// What was typed after a command's name.
#[derive(Clone, Debug, Default)]
pub struct Args {
    values: Vec<(&'static str, String)>,
    /// What is no flag.
    pub rest: Vec<String>,
    /// `--help`, or `-h` where that is no other flag.
    pub help: bool,
    /// It was `-h`, which Docker frowns upon.
    pub deprecated_help: bool,
}

impl Args {
    /// Whether a switch is on.
    pub fn on(&self, name: &str) -> bool {
        self.switch(name).unwrap_or(false)
    }

    /// A switch, where it is given.
    pub fn switch(&self, name: &str) -> Option<bool> {
        self.get(name).and_then(parse_bool)
    }

    /// The last value of a flag; none where it is not given.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.all(name).last()
    }

    /// The last value of a flag; empty where it is not given.
    pub fn text(&self, name: &str) -> &str {
        self.get(name).unwrap_or("")
    }

    /// The last value of a whole-number flag, which parsing has checked.
    pub fn int(&self, name: &str) -> Option<i64> {
        self.get(name).and_then(|text| parse_int(text).ok())
    }

    /// The last value of a size flag, which parsing has checked.
    pub fn bytes(&self, name: &str) -> Option<i64> {
        self.get(name).map(|text| if text == "-1" { -1 } else { units::ram_in_bytes(text).unwrap_or(0) })
    }

    /// Every value of a flag, as typed.
    pub fn all<'a>(&'a self, name: &str) -> impl DoubleEndedIterator<Item = &'a str> + use<'a> {
        let name = name.to_owned();
        self.values.iter().filter(move |(known, _)| *known == name).map(|(_, value)| value.as_str())
    }

    /// Every value of a flag, as a list.
    pub fn list(&self, name: &str) -> Vec<String> {
        self.all(name).map(str::to_owned).collect()
    }

    /// Whether any flag is given.
    pub fn any(&self) -> bool {
        !self.values.is_empty()
    }

    /// The argument at this place; empty where there is none.
    pub fn arg(&self, at: usize) -> &str {
        self.rest.get(at).map_or("", String::as_str)
    }
}

/// Parses `words` by the flags of some tables; with `stop` the first word that is no flag ends the flags.
pub fn parse(flags: &[&'static str], words: &[String], stop: bool) -> Result<Args, String> {
    let mut args = Args::default();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        if word == "--" {
            args.rest.extend(words.cloned());
            break;
        }
        if let Some(body) = word.strip_prefix("--") {
            long(flags, word, body, &mut words, &mut args)?;
        } else if word.len() > 1 && word.starts_with('-') {
            short(flags, word.get(1..).unwrap_or(""), &mut words, &mut args)?;
        } else {
            args.rest.push(word.clone());
            if stop {
                args.rest.extend(words.cloned());
                break;
            }
        }
    }
    Ok(args)
}

const HELP: Flag = Flag { short: None, name: "help", kind: "", usage: "", hidden: true };

fn long(
    flags: &[&'static str],
    word: &str,
    body: &str,
    words: &mut std::slice::Iter<'_, String>,
    args: &mut Args,
) -> Result<(), String> {
    if body.starts_with(['-', '=']) {
        return Err(format!("bad flag syntax: {word}"));
    }
    let (name, value) = match body.split_once('=') {
        Some((name, value)) => (name, Some(value)),
        None => (body, None),
    };
    let flag = match find(flags, &|f| f.name == name) {
        Some(flag) => flag,
        None if name == "help" => HELP,
        None => return Err(format!("unknown flag: --{name}")),
    };
    let value = match value {
        Some(value) => value.to_owned(),
        None if flag.kind.is_empty() => "true".to_owned(),
        None => words.next().cloned().ok_or_else(|| format!("flag needs an argument: --{name}"))?,
    };
    set(&flag, value, args)
}

fn short(
    flags: &[&'static str],
    letters: &str,
    words: &mut std::slice::Iter<'_, String>,
    args: &mut Args,
) -> Result<(), String> {
    let mut rest = letters;
    while let Some(letter) = rest.chars().next() {
        let after = rest.get(letter.len_utf8()..).unwrap_or("");
        let Some(flag) = find(flags, &|f| f.short == Some(letter)) else {
            if letter == 'h' {
                (args.help, args.deprecated_help) = (true, true);
                rest = after;
                continue;
            }
            return Err(format!("unknown shorthand flag: {letter:?} in -{rest}"));
        };
        let value = match after.strip_prefix('=') {
            Some(value) if !value.is_empty() => value.to_owned(),
            _ if flag.kind.is_empty() => {
                set(&flag, "true".to_owned(), args)?;
                rest = after;
                continue;
            }
            _ if !after.is_empty() => after.to_owned(),
            _ => words.next().cloned().ok_or_else(|| format!("flag needs an argument: {letter:?} in -{rest}"))?,
        };
        return set(&flag, value, args);
    }
    Ok(())
}

fn set(flag: &Flag, value: String, args: &mut Args) -> Result<(), String> {
    if let Err(reason) = check(flag, &value) {
        let flags = match flag.short {
            Some(letter) => format!("-{letter}, --{}", flag.name),
            None => format!("--{}", flag.name),
        };
        return Err(format!("invalid argument {value:?} for {flags:?} flag: {reason}"));
    }
    if flag.name == "help" {
        args.help = parse_bool(&value).unwrap_or(false);
        return Ok(());
    }
    // An alias keeps its values under the name that commands ask for.
    let name = match flag.name {
        "net" => "network",
        "net-alias" => "network-alias",
        "dns-opt" => "dns-option",
        name => name,
    };
    args.values.push((name, value));
    Ok(())
}

/// Go's `strconv.ParseBool`.
fn parse_bool(text: &str) -> Option<bool> {
    match text {
        "1" | "t" | "T" | "true" | "TRUE" | "True" => Some(true),
        "0" | "f" | "F" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Go's `strconv.ParseInt(text, 0, 64)`.
fn parse_int(text: &str) -> Result<i64, String> {
    let (negative, digits) = match text.strip_prefix('-') {
        Some(digits) => (true, digits),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let lower = digits.to_ascii_lowercase();
    let (radix, digits) = match lower.get(..2) {
        Some("0x") => (16, lower.get(2..).unwrap_or("")),
        Some("0b") => (2, lower.get(2..).unwrap_or("")),
        Some("0o") => (8, lower.get(2..).unwrap_or("")),
        _ if lower.len() > 1 && lower.starts_with('0') => (8, lower.get(1..).unwrap_or("")),
        _ => (10, lower.as_str()),
    };
    let parsed = i64::from_str_radix(digits, radix);
    let well_formed = !digits.is_empty() && digits.chars().all(|c| c.is_digit(radix));
    match parsed {
        Ok(n) if well_formed => Ok(if negative { -n } else { n }),
        Err(_) if well_formed => Err(format!("strconv.ParseInt: parsing {text:?}: value out of range")),
        _ => Err(format!("strconv.ParseInt: parsing {text:?}: invalid syntax")),
    }
}

fn check(flag: &Flag, value: &str) -> Result<(), String> {
    let keep = |ok: bool, reason: String| if ok { Ok(()) } else { Err(reason) };
    match (flag.kind, flag.name) {
        ("", _) => keep(parse_bool(value).is_some(), format!("strconv.ParseBool: parsing {value:?}: invalid syntax")),
        ("int", _) => parse_int(value).map(|_| ()),
        ("uint16", _) => {
            keep(value.parse::<u16>().is_ok(), format!("strconv.ParseUint: parsing {value:?}: invalid syntax"))
        }
        ("bytes", "memory-swap") if value == "-1" => Ok(()),
        ("bytes", _) => units::ram_in_bytes(value).map(|_| ()),
        ("decimal", _) => keep(value.parse::<f64>().is_ok(), format!("failed to parse {value} as a rational number")),
        ("duration", _) => keep(units::parse_duration(value).is_some(), format!("time: invalid duration {value:?}")),
        ("filter", _) => {
            keep(value.is_empty() || value.contains('='), "bad format of filter (expected name=value)".to_owned())
        }
        ("mount", _) => match value
            .split(',')
            .find(|field| !field.contains('=') && !matches!(*field, "readonly" | "ro" | "volume-nocopy"))
        {
            Some(field) => Err(format!("invalid field '{field}' must be a key=value pair")),
            None => Ok(()),
        },
        ("ulimit", _) => keep(value.contains('='), format!("invalid ulimit argument: {value}")),
        ("map", "sysctl") => keep(
            value.contains('=')
                && (value.starts_with("net.") || value.starts_with("kernel.") || value.starts_with("fs.mqueue.")),
            format!("sysctl '{value}' is not whitelisted"),
        ),
        ("list", "attach") => keep(
            matches!(value.to_ascii_lowercase().as_str(), "stdin" | "stdout" | "stderr"),
            "valid streams are STDIN, STDOUT and STDERR".to_owned(),
        ),
        ("list", "add-host") => {
            let (host, ip) = value.split_once(':').unwrap_or((value, ""));
            let good = !host.is_empty() && !ip.is_empty();
            keep(good, format!("bad format for add-host: {value:?}"))?;
            let known = ip == "host-gateway" || ip.parse::<core::net::IpAddr>().is_ok();
            keep(known, format!("invalid IP address in add-host: {ip:?}"))
        }
        ("list", "dns") => {
            keep(value.trim().parse::<core::net::IpAddr>().is_ok(), format!("{value} is not an ip address"))
        }
        ("list", "env") => keep(!value.starts_with('='), format!("invalid environment variable: {value}")),
        _ => Ok(()),
    }
}

//! Apache's configuration: the file is read as Apache 2.4 reads it, first its structure (sections, includes, modules),
//! then its directives, and what is wrong is told in its words. Only what a start depends on is kept. It must not know what
//! is done with it.

use super::daemon::{self, below};
use super::httpd_names::{is_known, takes, Takes, STATIC};
use crate::kernel::Proc;
use crate::layerfs::Errno;
use crate::shell::dates;
use std::rc::Rc;

/// Files may include others so deep.
const DEPTH: usize = 128;

/// What was read.
pub struct Conf {
    proc: Proc,
    argv0: String,
    /// What is said along the way, on standard error.
    pub said: String,
    /// `ServerRoot`: where relative paths begin.
    pub root: String,
    /// What `-D` and `Define` give, with the value.
    pub defines: Vec<(String, String)>,
    /// The modules that were loaded: `dir`, `mpm_event`.
    pub modules: Vec<String>,
    lines: Vec<Line>,
    unchecked: bool,
    /// Addresses (empty for all) and ports.
    pub listens: Vec<(String, u16)>,
    /// Whether there is a `ServerName`.
    pub named: bool,
    /// User and group of the children.
    pub ids: (u32, u32),
    /// The error log.
    pub error_log: String,
    /// The other logs, and where each is asked for.
    pub logs: Vec<(String, String)>,
    /// The file for the number of the process.
    pub pid_file: String,
    /// How many children are started.
    pub children: Option<usize>,
}

struct Line {
    file: Rc<str>,
    number: usize,
    name: String,
    args: String,
    /// The sections around it.
    inside: String,
}

struct Section {
    name: String,
    number: usize,
    /// A condition: whether what is inside counts.
    condition: Option<bool>,
}

/// How a configuration is asked for on the command line.
#[derive(Default)]
pub struct Asked {
    /// `-d`, or where the program was built for.
    pub root: String,
    /// `-f`, or the file it was built for.
    pub file: String,
    /// `-D`.
    pub defines: Vec<String>,
    /// `-T`: whether the documents' directories are there is not looked at.
    pub unchecked: bool,
    /// `-C`, before the file.
    pub before: Vec<String>,
    /// `-c`, after it.
    pub after: Vec<String>,
}

impl Conf {
    /// Reads it all.
    ///
    /// # Errors
    /// What Apache says before it gives up, everything said before included.
    pub fn read(proc: &Proc, argv0: &str, asked: &Asked) -> Result<Conf, String> {
        let mut conf = Conf {
            proc: proc.clone(),
            argv0: argv0.to_string(),
            said: String::new(),
            root: asked.root.trim_end_matches('/').to_string(),
            defines: asked.defines.iter().map(|name| (name.clone(), String::new())).collect(),
            modules: Vec::new(),
            lines: Vec::new(),
            unchecked: asked.unchecked,
            listens: Vec::new(),
            named: false,
            ids: (u32::MAX, u32::MAX),
            error_log: "logs/error_log".to_string(),
            logs: Vec::new(),
            pid_file: "logs/httpd.pid".to_string(),
            children: None,
        };
        match conf.read_all(asked) {
            Ok(()) => Ok(conf),
            Err(error) => Err([&conf.said, error.as_str(), "\n"].concat()),
        }
    }

    fn read_all(&mut self, asked: &Asked) -> Result<(), String> {
        let argv0 = self.argv0.clone();
        let named = |error: String| [argv0.as_str(), ": ", &error].concat();
        let extra: Rc<str> = "-c/-C directives".into();
        self.text(&extra, &asked.before.join("\n"), 0).map_err(&named)?;
        let file = below(&self.root, &asked.file);
        self.file(&file, 0).map_err(&named)?;
        self.text(&extra, &asked.after.join("\n"), 0).map_err(&named)?;
        let count = self.modules.iter().filter(|module| module.starts_with("mpm_")).count();
        if count != 1 {
            let what = if count == 0 { "No" } else { "More than one" };
            return Err(["AH00534: ", &self.argv0, ": Configuration error: ", what, " MPM loaded."].concat());
        }
        for line in std::mem::take(&mut self.lines) {
            self.directive(&line).map_err(|error| {
                if error.starts_with("AH") {
                    return error;
                }
                ["AH00526: Syntax error on line ", &line.number.to_string(), " of ", &line.file, ":\n", &error].concat()
            })?;
        }
        Ok(())
    }

    /// The multi-processing module: `event`, `prefork` or `worker`.
    pub fn mpm(&self) -> &str {
        self.modules.iter().find_map(|module| module.strip_prefix("mpm_")).unwrap_or_default()
    }

    /// A path of the configuration.
    pub fn path(&self, path: &str) -> String {
        below(&self.root, path)
    }

    // ---- the structure

    fn file(&mut self, path: &str, depth: usize) -> Result<(), String> {
        if depth > DEPTH {
            let words = ["Exceeded maximum include depth of ", &DEPTH.to_string()];
            return Err([&words.concat(), ", There appears to be a recursion."].concat());
        }
        let text = daemon::read_text(&self.proc, path).map_err(|errno| {
            // A directory is refused after it was opened.
            let errno = if errno == Errno::EISDIR { Errno::EBADF } else { errno };
            ["Could not open configuration file ", path, ": ", errno.message()].concat()
        })?;
        self.text(&path.into(), &text, depth)
    }

    fn text(&mut self, file: &Rc<str>, text: &str, depth: usize) -> Result<(), String> {
        let on = |number: usize, error: String| {
            ["Syntax error on line ", &number.to_string(), " of ", file, ": ", &error].concat()
        };
        let mut sections: Vec<Section> = Vec::new();
        let mut joined = String::new();
        for (at, line) in text.lines().enumerate() {
            if let Some(part) = line.strip_suffix('\\') {
                joined.push_str(part);
                continue;
            }
            joined.push_str(line);
            let whole = std::mem::take(&mut joined);
            let whole = whole.trim();
            if whole.is_empty() || whole.starts_with('#') {
                continue;
            }
            self.line(file, at + 1, whole, &mut sections, depth).map_err(|error| on(at + 1, error))?;
        }
        match sections.pop() {
            None => Ok(()),
            Some(Section { name, number, condition: Some(_) }) => {
                Err(on(number, ["Expected </", &name, "> before end of configuration"].concat()))
            }
            Some(Section { name, number, condition: None }) => {
                let place = [file, ":", &number.to_string(), ": <"].concat();
                Err(on(number, [&place, name.as_str(), "> was not closed."].concat()))
            }
        }
    }

    fn line(
        &mut self,
        file: &Rc<str>,
        number: usize,
        text: &str,
        sections: &mut Vec<Section>,
        depth: usize,
    ) -> Result<(), String> {
        let skipped = sections.iter().any(|section| section.condition == Some(false));
        if let Some(rest) = text.strip_prefix("</") {
            let name = rest.trim_end().trim_end_matches('>');
            return match sections.pop() {
                Some(section) if section.name.eq_ignore_ascii_case(name) => Ok(()),
                Some(section) => Err(["Expected </", &section.name, "> but saw </", name, ">"].concat()),
                None => Err(["</", name, "> without matching <", name, "> section"].concat()),
            };
        }
        let text = if skipped { text.to_string() } else { self.fill_in(text) };
        let (name, args) = text.split_once([' ', '\t']).unwrap_or((&text, ""));
        let args = args.trim();
        if let Some(name) = name.strip_prefix('<') {
            let bare = name.trim_end_matches('>');
            let condition = match self.condition(bare, args.trim_end_matches('>').trim()) {
                Some(_) if args.is_empty() && name.ends_with('>') && !skipped => {
                    return Err(["<", bare, "> directive requires additional arguments"].concat());
                }
                other => other.map(|holds| holds && !skipped),
            };
            if condition.is_none() && !skipped {
                let args = if name.ends_with('>') { ">" } else { args };
                self.keep(file, number, &["<", bare].concat(), args, sections);
            }
            sections.push(Section { name: bare.to_string(), number, condition });
            return Ok(());
        }
        if skipped || self.at_once(name, args, depth)? {
            return Ok(());
        }
        self.keep(file, number, name, args, sections);
        Ok(())
    }

    fn keep(&mut self, file: &Rc<str>, number: usize, name: &str, args: &str, sections: &[Section]) {
        let around = sections.iter().rev().find(|section| section.condition.is_none());
        let inside = around.map(|section| section.name.clone()).unwrap_or_default();
        self.lines.push(Line { file: file.clone(), number, name: name.into(), args: args.into(), inside });
    }

    /// Whether what is in a section counts, where that is asked.
    fn condition(&self, name: &str, what: &str) -> Option<bool> {
        let (what, wanted) = match what.strip_prefix('!') {
            Some(rest) => (rest, false),
            None => (what, true),
        };
        let holds = match name.to_ascii_lowercase().as_str() {
            "ifmodule" => {
                let bare = what.strip_prefix("mod_").unwrap_or(what).trim_end_matches(".c");
                self.has(bare.trim_end_matches("_module"))
            }
            "ifdefine" => self.defines.iter().any(|(name, _)| name == what),
            "iffile" => self.proc.fs(|vfs, who| vfs.stat(who, &self.path(what))).is_ok(),
            // Any version asked for is taken to be this one.
            "ifversion" => wanted,
            _ => return None,
        };
        Some(holds == wanted)
    }

    fn has(&self, module: &str) -> bool {
        STATIC.contains(&module) || self.modules.iter().any(|loaded| loaded == module)
    }

    /// `${NAME}`, from `Define` and the environment.
    fn fill_in(&mut self, text: &str) -> String {
        let mut out = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once("${") {
            out.push_str(before);
            let Some((name, tail)) = after.split_once('}') else {
                out.push_str("${");
                rest = after;
                continue;
            };
            let defined = self.defines.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
            match defined.or_else(|| self.proc.env(name)) {
                Some(value) => out.push_str(&value),
                None => {
                    let place = stamp(&self.proc, "core:warn", None);
                    let words = ["AH00111: Config variable ${", name, "} is not defined\n"];
                    self.said.push_str(&[&place, words.concat().as_str()].concat());
                    out.push_str(&["${", name, "}"].concat());
                }
            }
            rest = tail;
        }
        out.push_str(rest);
        out
    }

    /// What takes effect while the file is read. Says whether the line was of that kind.
    fn at_once(&mut self, name: &str, args: &str, depth: usize) -> Result<bool, String> {
        let name = name.to_ascii_lowercase();
        if !matches!(
            name.as_str(),
            "loadmodule" | "include" | "includeoptional" | "serverroot" | "define" | "undefine" | "defaultruntimedir"
        ) {
            return Ok(false);
        }
        let words = words(args);
        takes(&name, words.len())?;
        let first = words.first().cloned().unwrap_or_default();
        match name.as_str() {
            "loadmodule" => self.load(&first, words.get(1).map_or("", String::as_str))?,
            "serverroot" if !daemon::is_dir(&self.proc, &first) => {
                return Err("ServerRoot must be a valid directory".to_string());
            }
            "serverroot" => self.root = first.trim_end_matches('/').to_string(),
            "define" => self.defines.push((first, words.get(1).cloned().unwrap_or_default())),
            "undefine" => self.defines.retain(|(key, _)| *key != first),
            "defaultruntimedir" if first.contains("${") => {
                let words = "DefaultRuntimeDir must be a valid directory, absolute or relative to ServerRoot";
                return Err(words.to_string());
            }
            "defaultruntimedir" => {}
            _ => self.include(&self.path(&first), name == "includeoptional", depth)?,
        }
        Ok(true)
    }

    fn load(&mut self, name: &str, file: &str) -> Result<(), String> {
        let bare = name.trim_end_matches("_module");
        if self.has(bare) {
            let place = stamp(&self.proc, "so:warn", None);
            let words = ["AH01574: module ", name, " is already loaded, skipping\n"].concat();
            self.said.push_str(&[place, words].concat());
            return Ok(());
        }
        let path = self.path(file);
        if let Err(errno) = self.proc.fs(|vfs, who| vfs.stat(who, &path)) {
            let words = ["Cannot load ", file, " into server: ", &path, ": cannot open shared object file: "];
            return Err([&words.concat(), errno.message()].concat());
        }
        self.modules.push(bare.to_string());
        Ok(())
    }

    fn include(&mut self, path: &str, optional: bool, depth: usize) -> Result<(), String> {
        let Some(found) = daemon::included(&self.proc, path) else {
            if optional && daemon::read_text(&self.proc, path).is_err() {
                return Ok(());
            }
            return self.file(path, depth + 1);
        };
        if found.is_empty() && !optional {
            let (dir, name) = path.rsplit_once('/').unwrap_or(("", path));
            if !daemon::is_dir(&self.proc, dir) {
                return Err(["Could not open directory ", dir, ": ", Errno::ENOENT.message()].concat());
            }
            let words = ["No matches for the wildcard '", name, "' in '", dir, "', failing"];
            return Err([&words.concat(), " (use IncludeOptional if required)"].concat());
        }
        found.iter().try_for_each(|file| self.file(file, depth + 1))
    }

    // ---- the directives

    fn directive(&mut self, line: &Line) -> Result<(), String> {
        if !is_known(&line.name, &self.modules) {
            let words = ["Invalid command '", &line.name, "', perhaps misspelled or defined by a module not included "];
            return Err([&words.concat(), "in the server configuration"].concat());
        }
        if line.name.starts_with('<') {
            return match line.args.as_str() {
                ">" => Err([&line.name, "> directive requires additional arguments"].concat()),
                args if args.ends_with('>') => Ok(()),
                _ => Err([&line.name, "> directive missing closing '>'"].concat()),
            };
        }
        let words = words(&line.args);
        let name = line.name.to_ascii_lowercase();
        if let Takes::Here(own) = takes(&name, words.len())? {
            if line.inside.eq_ignore_ascii_case("VirtualHost") && matches!(own, "Listen" | "User" | "Group" | "PidFile")
            {
                return Err([own, " cannot occur within <VirtualHost> section"].concat());
            }
            if !line.inside.is_empty() && !line.inside.eq_ignore_ascii_case("VirtualHost") {
                return Err([own, " not allowed in <", &line.inside, "> context"].concat());
            }
        }
        let first = words.first().cloned().unwrap_or_default();
        match (name.as_str(), line.inside.is_empty()) {
            ("listen", _) => self.listen(&first)?,
            ("servername", true) => self.named = true,
            ("user", _) => self.ids.0 = self.number(&first, daemon::uid, "AH00543", "user")?,
            ("group", _) => self.ids.1 = self.number(&first, daemon::gid, "AH00544", "group")?,
            ("documentroot", _) if self.unchecked || daemon::is_dir(&self.proc, &self.path(&first)) => {}
            ("documentroot", true) => {
                return Err(["DocumentRoot '", &first, "' is not a directory, or is not readable"].concat());
            }
            ("documentroot", false) => {
                self.said.push_str(&["AH00112: Warning: DocumentRoot [", &first, "] does not exist\n"].concat());
            }
            ("errorlog", true) => self.error_log = first,
            ("pidfile", _) => self.pid_file = first,
            ("customlog" | "transferlog", _) => {
                self.logs.push((first, [&line.file, ":", &line.number.to_string()].concat()));
            }
            ("startservers", _) => self.children = Some(first.parse().unwrap_or(0).max(1)),
            ("keepalive", _) if !first.eq_ignore_ascii_case("on") && !first.eq_ignore_ascii_case("off") => {
                return Err("KeepAlive must be On or Off".to_string());
            }
            ("loglevel", _) => words.iter().try_for_each(|word| log_level(word))?,
            _ => {}
        }
        Ok(())
    }

    fn number(&self, name: &str, find: fn(&Proc, &str) -> Option<u32>, code: &str, what: &str) -> Result<u32, String> {
        let number = name.strip_prefix('#').and_then(|number| number.parse().ok());
        number
            .or_else(|| find(&self.proc, name))
            .ok_or_else(|| [code, ": ", &self.argv0, ": bad ", what, " name ", name].concat())
    }

    fn listen(&mut self, word: &str) -> Result<(), String> {
        let (address, port) = word.rsplit_once(':').unwrap_or(("", word));
        if port.is_empty() || !port.bytes().all(|b| b.is_ascii_digit()) || (word.contains('.') && address.is_empty()) {
            return Err("Port must be specified".to_string());
        }
        let port = port.parse().ok().filter(|port| *port > 0).ok_or("Invalid address or port")?;
        let address = if matches!(address, "*" | "0.0.0.0" | "[::]") { "" } else { address };
        let new = (address.to_string(), port);
        if self.listens.contains(&new) {
            return Err("Cannot define multiple Listeners on the same IP:port".to_string());
        }
        self.listens.push(new);
        Ok(())
    }
}

fn log_level(word: &str) -> Result<(), String> {
    const LEVELS: &str = "emerg alert crit error warn notice info debug";
    let level = word.rsplit(':').next().unwrap_or(word).to_ascii_lowercase();
    let traced = level.strip_prefix("trace").is_some_and(|n| matches!(n.parse(), Ok(1..=8)));
    if traced || LEVELS.split(' ').any(|known| known == level) {
        return Ok(());
    }
    Err("Log level keyword must be one of emerg/alert/crit/error/warn/notice/info/debug/trace1/.../trace8".to_string())
}

/// The words of a directive; quotes keep one together.
fn words(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    let mut rest = text.trim_start();
    while let Some(first) = rest.chars().next() {
        let (word, tail) = match first {
            '"' | '\'' => {
                let inner = rest.get(1..).unwrap_or("");
                inner.split_once(first).unwrap_or((inner, ""))
            }
            _ => rest.split_once([' ', '\t']).unwrap_or((rest, "")),
        };
        out.push(word.to_string());
        rest = tail.trim_start();
    }
    out
}

/// How a line of the error log begins: `[Sun Nov 01 10:00:00.123456 2026] [core:notice] [pid 1:tid 140…] `.
pub fn stamp(proc: &Proc, of: &str, tid: Option<u64>) -> String {
    let time = dates::format(proc.now(), "%a %b %d %H:%M:%S.%6N %Y");
    let tid = tid.map(|tid| [":tid ", &tid.to_string()].concat()).unwrap_or_default();
    ["[", &time, "] [", of, "] [pid ", &proc.pid().to_string(), &tid, "] "].concat()
}

//! nginx's configuration: files are read as nginx reads them, word by word, and what is wrong is told in its words. Only
//! what a start depends on is kept. It must not know what is done with it.

use super::daemon::{self, below};
use super::nginx_names::find;
use crate::kernel::Proc;
use crate::layerfs::Errno;

/// Where relative paths begin.
pub const PREFIX: &str = "/etc/nginx/";
/// The log that is used where none is given, and until one is.
pub const ERROR_LOG: &str = "/var/log/nginx/error.log";
/// The levels of the log, from the gravest on.
pub const LEVELS: [&str; 8] = ["emerg", "alert", "crit", "error", "warn", "notice", "info", "debug"];

/// What was read.
pub struct Conf {
    proc: Proc,
    /// User and group of the workers.
    pub ids: Option<(u32, u32)>,
    /// How many of them; none for one a processor.
    pub workers: Option<usize>,
    /// Whether it goes into the background.
    pub daemon: bool,
    /// Whether there are workers besides the master.
    pub master: bool,
    /// The file for the master's number.
    pub pid: String,
    /// The error logs at the top, each with its level.
    pub error_logs: Vec<(String, usize)>,
    /// All other logs.
    pub logs: Vec<String>,
    /// Addresses (with their port), and the ports.
    pub listens: Vec<(String, u16)>,
    /// Whether there is a section `http`.
    pub http: bool,
    /// The files that were read, for `-T`.
    pub files: Vec<(String, String)>,
    /// Warnings.
    pub warnings: Vec<String>,
    events: bool,
    access: bool,
}

/// Why reading ended: the level and the words.
pub type Trouble = (&'static str, String);

struct Reader<'a> {
    chars: std::iter::Peekable<std::str::Chars<'a>>,
    line: usize,
    /// The file, or none for the command line.
    file: Option<&'a str>,
}

enum Ended {
    Semicolon,
    Brace,
    Closed,
    File,
}

impl Conf {
    /// Reads what `-g` gives, then the file.
    ///
    /// # Errors
    /// What nginx says before it gives up.
    pub fn read(proc: &Proc, file: &str, global: &str) -> Result<Conf, Trouble> {
        let mut conf = Conf {
            proc: proc.clone(),
            ids: None,
            workers: Some(1),
            daemon: true,
            master: true,
            pid: "/var/run/nginx.pid".to_string(),
            error_logs: Vec::new(),
            logs: Vec::new(),
            listens: Vec::new(),
            http: false,
            files: Vec::new(),
            warnings: Vec::new(),
            events: false,
            access: false,
        };
        let emerg = |words| ("emerg", words);
        let mut seen = Vec::new();
        let mut reader = Reader::new(global, None);
        conf.block(&mut reader, 'm', false, &mut seen).map_err(|error| ("emerg", reader.placed(error)))?;
        conf.file(file, 'm', &mut seen).map_err(|error| match error {
            words if words.starts_with("pread") => ("crit", words),
            words => emerg(words),
        })?;
        Ok(conf)
    }

    /// What is looked at only after everything was read.
    ///
    /// # Errors
    /// nginx's words.
    pub fn finish(&mut self) -> Result<(), String> {
        if !self.events {
            return Err("no \"events\" section in configuration".to_string());
        }
        if self.http && !self.access {
            self.logs.push("/var/log/nginx/access.log".to_string());
        }
        if self.ids.is_none() {
            let failed = |what: &str, name: &str| [what, "(\"", name, "\") failed"].concat();
            let uid = daemon::uid(&self.proc, "nginx").ok_or_else(|| failed("getpwnam", "nginx"))?;
            self.ids = Some((uid, daemon::gid(&self.proc, "nginx").ok_or_else(|| failed("getgrnam", "nginx"))?));
        }
        Ok(())
    }

    fn file(&mut self, path: &str, place: char, seen: &mut Vec<String>) -> Result<(), String> {
        let text = daemon::read_text(&self.proc, path).map_err(|errno| {
            let call = if errno == Errno::EISDIR { "pread" } else { "open" };
            failed(call, path, errno)
        })?;
        self.files.push((path.to_string(), text.clone()));
        let mut reader = Reader::new(&text, Some(path));
        self.block(&mut reader, place, false, seen).map_err(|error| reader.placed(error))
    }

    /// The directives up to the end of a block or, outside of one, of the file.
    fn block(&mut self, from: &mut Reader<'_>, place: char, inner: bool, seen: &mut Vec<String>) -> Result<(), String> {
        loop {
            let (words, ended) = from.directive()?;
            match (ended, inner) {
                (Ended::File, false) | (Ended::Closed, true) => return Ok(()),
                (Ended::File, true) => return Err("unexpected end of file, expecting \"}\"".to_string()),
                (Ended::Closed, false) => return Err("unexpected \"}\"".to_string()),
                (ended, _) => self.directive(from, &words, matches!(ended, Ended::Brace), place, seen)?,
            }
        }
    }

    fn directive(
        &mut self,
        from: &mut Reader<'_>,
        words: &[String],
        braced: bool,
        place: char,
        seen: &mut Vec<String>,
    ) -> Result<(), String> {
        let (Some(name), args) = (words.first(), words.get(1..).unwrap_or_default()) else { return Ok(()) };
        let known = match name.as_str() {
            "include" if !braced => return self.include(args, place, seen),
            // Words of the user's own, as in `map`.
            _ if place == 'x' => {
                let inner = braced.then(|| self.block(from, 'x', true, &mut Vec::new()));
                return inner.unwrap_or(Ok(()));
            }
            name => find(name, place)?,
        };
        let quoted = ["\"", name.as_str(), "\" directive"].concat();
        if known.block != braced {
            let what = if known.block { "\" has no opening \"{\"" } else { "\" is not terminated by \";\"" };
            return Err(["directive \"", name.as_str(), what].concat());
        }
        if !known.takes(args.len()) {
            return Err(["invalid number of arguments in ", &quoted].concat());
        }
        if !known.repeats && seen.contains(name) {
            return Err([&quoted, " is duplicate"].concat());
        }
        seen.push(name.clone());
        let first = args.first().map_or("", String::as_str);
        if known.flag && !matches!(first, "on" | "off") {
            return Err(["invalid value \"", first, "\" in ", &quoted, ", it must be \"on\" or \"off\""].concat());
        }
        if braced {
            return self.section(from, name);
        }
        match (name.as_str(), place) {
            ("daemon", _) => self.daemon = first == "on",
            ("master_process", _) => self.master = first == "on",
            ("pid", _) => self.pid = below(PREFIX, first),
            ("user", _) => self.user(first, args.get(1).map_or(first, String::as_str), from)?,
            ("worker_processes", _) if first == "auto" => self.workers = None,
            ("worker_processes", _) => {
                self.workers = Some(first.parse().map_err(|_| [&quoted, " invalid value"].concat())?);
            }
            ("error_log", _) => {
                let level = args.get(1).map_or("error", String::as_str);
                let level = LEVELS.iter().position(|known| *known == level);
                let level =
                    level.ok_or_else(|| ["invalid log level \"", args.get(1).map_or("", |a| a), "\""].concat())?;
                let path = if first == "stderr" { "/dev/stderr".to_string() } else { below(PREFIX, first) };
                if place == 'm' {
                    self.error_logs.push((path, level));
                } else {
                    self.logs.push(path);
                }
            }
            ("access_log", _) => {
                self.access |= place == 'h';
                if first != "off" && !first.starts_with("syslog:") {
                    self.logs.push(below(PREFIX, first));
                }
            }
            ("listen", _) => self.listen(first)?,
            _ => {}
        }
        Ok(())
    }

    fn section(&mut self, from: &mut Reader<'_>, name: &str) -> Result<(), String> {
        let inside = match name {
            "events" => 'e',
            "http" => 'h',
            "server" => 's',
            "location" | "limit_except" => 'l',
            "if" => 'i',
            "upstream" => 'u',
            _ => 'x',
        };
        self.events |= inside == 'e';
        self.http |= inside == 'h';
        let mut own = Vec::new();
        self.block(from, inside, true, &mut own)?;
        if inside == 's' && !own.iter().any(|name| name == "listen") {
            self.listen("80")?;
        }
        Ok(())
    }

    fn include(&mut self, args: &[String], place: char, seen: &mut Vec<String>) -> Result<(), String> {
        let [path] = args else {
            return Err("invalid number of arguments in \"include\" directive".to_string());
        };
        let path = below(PREFIX, path);
        match daemon::included(&self.proc, &path) {
            None => self.file(&path, place, seen),
            Some(found) => found.iter().try_for_each(|path| self.file(path, place, seen)),
        }
    }

    fn user(&mut self, user: &str, group: &str, from: &Reader<'_>) -> Result<(), String> {
        if self.proc.cred().uid != 0 {
            let words = "the \"user\" directive makes sense only if the master process runs with super-user privileges, ignored";
            self.warnings.push(from.placed(words.to_string()));
            self.ids = Some((0, 0));
            return Ok(());
        }
        let uid = daemon::uid(&self.proc, user).ok_or_else(|| ["getpwnam(\"", user, "\") failed"].concat())?;
        let gid = daemon::gid(&self.proc, group).ok_or_else(|| ["getgrnam(\"", group, "\") failed"].concat())?;
        self.ids = Some((uid, gid));
        Ok(())
    }

    fn listen(&mut self, word: &str) -> Result<(), String> {
        if word.starts_with("unix:") {
            return Ok(());
        }
        let of = [" in \"", word, "\" of the \"listen\" directive"].concat();
        let cut = word.rfind(':').filter(|at| !word.get(*at..).unwrap_or("").contains(']'));
        let (host, port) = match cut.and_then(|at| word.split_at_checked(at)) {
            Some((host, port)) => (host, port.trim_start_matches(':')),
            None if word.bytes().all(|b| b.is_ascii_digit()) => ("0.0.0.0", word),
            None => (word, "80"),
        };
        let port = match port.parse::<u16>() {
            Ok(port) if port > 0 => port,
            _ => return Err(["invalid port", &of].concat()),
        };
        let host = if host == "*" { "0.0.0.0" } else { host };
        let number =
            host.starts_with('[') || host == "localhost" || host.split('.').all(|part| part.parse::<u8>().is_ok());
        if !number {
            return Err(["host not found", &of].concat());
        }
        let new = ([host, ":", &port.to_string()].concat(), port);
        if !self.listens.contains(&new) {
            self.listens.push(new);
        }
        Ok(())
    }
}

/// `open() "path" failed (2: No such file or directory)`.
pub fn failed(call: &str, path: &str, errno: Errno) -> String {
    [call, "() \"", path, "\" failed (", &errno.number().to_string(), ": ", errno.message(), ")"].concat()
}

impl<'a> Reader<'a> {
    fn new(text: &'a str, file: Option<&'a str>) -> Reader<'a> {
        Reader { chars: text.chars().peekable(), line: 1, file }
    }

    /// The words and where in the configuration they belong; a place inside an included file stands already.
    fn placed(&self, words: String) -> String {
        match self.file {
            _ if words.contains(" in /") || words.starts_with("pread") => words,
            Some(file) => [&words, " in ", file, ":", &self.line.to_string()].concat(),
            None => [&words, " in command line"].concat(),
        }
    }

    fn next(&mut self) -> Option<char> {
        let next = self.chars.next();
        self.line += usize::from(next == Some('\n'));
        next
    }

    /// The words of a directive and what ended it.
    fn directive(&mut self) -> Result<(Vec<String>, Ended), String> {
        let mut words = Vec::new();
        loop {
            let Some(c) = self.next() else {
                return if words.is_empty() { Ok((words, Ended::File)) } else { Err(self.cut_short()) };
            };
            match c {
                c if c.is_whitespace() => {}
                '#' => while self.chars.peek().is_some_and(|c| *c != '\n') && self.next().is_some() {},
                ';' | '{' if words.is_empty() => return Err(["unexpected \"", c.to_string().as_str(), "\""].concat()),
                ';' => return Ok((words, Ended::Semicolon)),
                '{' => return Ok((words, Ended::Brace)),
                '}' if words.is_empty() => return Ok((words, Ended::Closed)),
                '}' => return Err("unexpected \"}\"".to_string()),
                '"' | '\'' => words.push(self.quoted(c).ok_or_else(|| self.cut_short())?),
                _ => words.push(self.word(c).ok_or_else(|| self.cut_short())?),
            }
        }
    }

    fn cut_short(&self) -> String {
        let what = if self.file.is_some() { "file, expecting \";\" or \"}\"" } else { "parameter, expecting \";\"" };
        ["unexpected end of ", what].concat()
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut word = String::new();
        loop {
            match self.next()? {
                '\\' => word.push(self.next()?),
                c if c == quote => return Some(word),
                c => word.push(c),
            }
        }
    }

    fn word(&mut self, first: char) -> Option<String> {
        let mut word = String::from(first);
        while let Some(c) = self.chars.peek() {
            let variable = *c == '{' && word.ends_with('$');
            if c.is_whitespace() || *c == ';' || (*c == '{' && !variable) {
                return Some(word);
            }
            word.extend(self.next());
        }
        None
    }
}

//! The loop at the prompt: reading a command on as many lines as it takes, history, jobs that are told of, and the way
//! out. What a key does is in [`super::readline`].

use super::ast::List;
use super::escape::to_bytes;
use super::lexer::{Fault, Flavour, Parser, SyntaxError};
use super::parser::parse_text;
use super::readline::Input;
use super::start::{DEADLY, SHELL_SIGNALS};
use super::state::{Flow, Outcome, Shell};
use crate::kernel::{OpenFlags, Signal};
use std::rc::Rc;

impl Shell {
    /// Signals, job control and terminal of a shell with a prompt.
    pub(super) async fn begin_interactive(&mut self) {
        for signal in SHELL_SIGNALS.into_iter().chain([Signal::INT, Signal::WINCH]).chain(DEADLY) {
            self.set_disposition(signal);
        }
        self.announces = true;
        self.proc.set_reaps_orphans(true);
        if let Some(tty) = self.proc.tty() {
            // It may lead its session already, and then has a group of its own.
            let _ = self.proc.setpgid(0, 0);
            tty.set_foreground(self.proc.pgid());
            self.job_control = true;
            self.options.insert("monitor");
        }
        if self.flavour == Flavour::Bash {
            self.options.extend(["history", "histexpand", "emacs"]);
            self.shopts.insert("expand_aliases");
            if self.login {
                self.shopts.insert("login_shell");
            }
            self.history.enabled = true;
            let home = self.home_of(None).unwrap_or_else(|| "/".to_owned());
            if self.vars.get("HOME").is_none() {
                self.vars.set("HOME", &home);
            }
            let file = format!("{}/.bash_history", self.text("HOME").trim_end_matches('/'));
            for (name, value) in [
                ("PS1", "\\s-\\v\\$ "),
                ("PS2", "> "),
                ("HISTFILE", &file),
                ("HISTSIZE", "500"),
                ("HISTFILESIZE", "500"),
            ] {
                if self.vars.get(name).is_none() {
                    self.vars.set(name, value);
                }
            }
            self.set_window_size();
        } else {
            let root = self.proc.cred().uid == 0;
            let ps1 = match (self.flavour, root) {
                (Flavour::Ash, _) => "\\w \\$ ",
                (_, true) => "# ",
                (_, false) => "$ ",
            };
            for (name, value) in [("PS1", ps1), ("PS2", "> ")] {
                if self.vars.get(name).is_none() {
                    self.vars.set(name, value);
                }
            }
            self.history.enabled = self.flavour == Flavour::Ash;
        }
    }

    /// The loop of a shell with a prompt.
    pub(super) async fn converse(&mut self) -> Outcome {
        let terminal = self.proc.isatty(0);
        if self.flavour == Flavour::Bash {
            self.read_inputrc().await;
            let file = self.text("HISTFILE");
            self.after_change("HISTCONTROL", None);
            if let Ok(text) = self.read_file(&file).await {
                self.history.load(&text);
            }
        } else {
            Rc::make_mut(&mut self.readline).keymap.bracketed_paste = false;
        }
        loop {
            match self.next_command(terminal).await {
                Ok(Some(list)) => {
                    let result = self.run_list(&list).await;
                    self.command_number += 1;
                    (self.depth, self.task_depth) = (0, 0);
                    match result {
                        Ok(status) => self.status = status,
                        Err(Flow::Exit(status)) => return Err(Flow::Exit(status)),
                        Err(flow) => self.recover(flow),
                    }
                }
                Ok(None) => return self.leave().await,
                Err(Flow::Discard(status)) => self.status = status,
                Err(flow) => return Err(flow),
            }
        }
    }

    /// End of file at the prompt.
    async fn leave(&mut self) -> Outcome {
        if self.flavour == Flavour::Bash && self.proc.isatty(0) {
            let word = if self.login { "logout\n" } else { "exit\n" };
            self.write(2, word).await;
        } else if self.flavour == Flavour::Dash {
            self.write(2, "\n").await;
        }
        Err(Flow::Exit(self.status))
    }

    /// Reads a command at the prompt, on as many lines as it takes. `None` at the end of the input.
    async fn next_command(&mut self, terminal: bool) -> Result<Option<List>, Flow> {
        self.tell_jobs().await;
        self.poll_signals().await?;
        if self.flavour == Flavour::Bash {
            self.run_prompt_command().await?;
        }
        let (mut text, mut entry, mut first) = (String::new(), String::new(), true);
        loop {
            let name = if first { "PS1" } else { "PS2" };
            let prompt = self.text(name);
            let prompt = self.expand_prompt(&prompt).await;
            let input = if terminal && self.flavour != Flavour::Dash {
                self.read_line(&prompt).await
            } else {
                self.write(2, &prompt).await;
                match self.next_stdin_line().await {
                    Some(line) => Input::Line(line.trim_end_matches('\n').to_owned()),
                    None if self.signals.contains(&Signal::INT) => Input::Interrupted,
                    None => Input::Eof,
                }
            };
            if input == Input::Interrupted && terminal && self.flavour == Flavour::Dash {
                // The terminal has shown the keys itself.
                self.write(2, "\n").await;
            }
            let ended = input == Input::Eof;
            match input {
                Input::Line(line) => {
                    let line = match self.expand_history(&line).await {
                        Some(line) => line,
                        None => return Err(Flow::Discard(1)),
                    };
                    if first {
                        self.history.add(&line);
                        entry = line.clone();
                    } else {
                        entry = self.join_history(&text, &entry, &line);
                    }
                    text.push_str(&line);
                    text.push('\n');
                }
                Input::Interrupted => {
                    self.signals.clear();
                    return match self.traps.get("INT").filter(|a| !a.is_empty()).cloned() {
                        Some(_) => {
                            self.run_trap("INT").await?;
                            Err(Flow::Discard(130))
                        }
                        None => Err(Flow::Discard(130)),
                    };
                }
                Input::Eof if self.signals.iter().any(|&signal| self.dies_of(signal)) => {
                    let deadly = self.signals.iter().find(|&&signal| self.dies_of(signal)).copied();
                    return Err(self.death_by(deadly.unwrap_or(Signal::HUP)));
                }
                Input::Eof if text.is_empty() => {
                    if self.option("ignoreeof") {
                        self.write(2, "Use \"exit\" to leave the shell.\n").await;
                        return Err(Flow::Discard(self.status));
                    }
                    let stopped = self.jobs.iter().any(|job| matches!(job.state(), super::jobs::State::Stopped(_)));
                    if stopped && !std::mem::replace(&mut self.warned, true) {
                        self.write(2, self.stopped_jobs_warning()).await;
                        return Err(Flow::Discard(self.status));
                    }
                    return Ok(None);
                }
                Input::Eof => {}
            }
            let begun = self.typed_lines.max(1);
            let mut parser = Parser::new(&text, begun, self.settings());
            let result = self.parse_lines(&mut parser, ended);
            if !matches!(result, Ok(None)) {
                self.typed_lines = begun + text.matches('\n').count() as u32;
            }
            match result {
                Ok(None) if !ended => first = false,
                Ok(list) => {
                    self.warn_of_cut_documents(&mut parser).await;
                    return Ok(Some(list.unwrap_or_default()));
                }
                Err(error) => {
                    self.syntax_error(&error, &parser, "", begun).await;
                    if !ended {
                        return Err(Flow::Discard(2));
                    }
                    if error.fault != Fault::Eof && self.flavour == Flavour::Bash {
                        let eof = SyntaxError { fault: Fault::Eof, ..error };
                        self.syntax_error(&eof, &parser, "", 1).await;
                    }
                    // bash takes the end of the input for the end of everything.
                    self.status = 2;
                    return if self.flavour == Flavour::Bash { Ok(None) } else { Err(Flow::Discard(2)) };
                }
            }
        }
    }

    /// What is said to somebody who leaves while jobs are stopped.
    pub(super) fn stopped_jobs_warning(&self) -> &'static str {
        match self.flavour {
            Flavour::Bash => "There are stopped jobs.\n",
            _ => "You have stopped jobs.\n",
        }
    }

    /// All commands of the typed lines; `None` where more is to come.
    fn parse_lines(&self, parser: &mut Parser, ended: bool) -> Result<Option<List>, SyntaxError> {
        let mut all = Vec::new();
        loop {
            match parser.parse_next() {
                Ok(Some(list)) => {
                    if !ended && (parser.wants_here() || parser.continued) {
                        return Ok(None);
                    }
                    all.extend(list);
                }
                Ok(None) => return Ok(Some(all)),
                Err(error) if error.is_incomplete() && !ended => return Ok(None),
                Err(error) => return Err(error),
            }
        }
    }

    async fn run_prompt_command(&mut self) -> Result<(), Flow> {
        let commands = match self.vars.get("PROMPT_COMMAND") {
            Some(var) => var.elements(),
            None => return Ok(()),
        };
        let status = self.status;
        for command in commands {
            if let Err(Flow::Exit(status)) = self.run_text(&command, "eval", 1).await {
                return Err(Flow::Exit(status));
            }
        }
        self.status = status;
        Ok(())
    }

    /// `!` expansion; `None` where it failed.
    async fn expand_history(&mut self, line: &str) -> Option<String> {
        if !self.option("histexpand") {
            return Some(line.to_owned());
        }
        match self.history.expand(line) {
            Ok(None) => Some(line.to_owned()),
            Ok(Some(new)) => {
                self.write(2, &format!("{new}\n")).await;
                Some(new)
            }
            Err(error) => {
                self.complain(&error).await;
                None
            }
        }
    }

    /// The lines of one command are one entry (`cmdhist`), joined by semicolons where that keeps their meaning.
    /// `before` is what was typed so far, `entry` the same as one entry; gives the new entry.
    fn join_history(&mut self, before: &str, entry: &str, line: &str) -> String {
        let so_far = before.trim_end_matches('\n');
        let parser_says = parse_text(so_far, 1, self.plain_settings());
        let quoted = matches!(&parser_says, Err(e) if matches!(e.fault, Fault::Unmatched(_)));
        let here = so_far.contains("<<");
        let last_word = so_far.rsplit(char::is_whitespace).next().unwrap_or_default();
        let opens = matches!(last_word, "do" | "then" | "else" | "{" | "(" | "in" | "&&" | "||" | "|" | ";" | ";;")
            || so_far.ends_with([';', '&', '|', '(', '{']);
        let joined = if so_far.ends_with('\\') {
            format!("{}{line}", entry.strip_suffix('\\').unwrap_or(entry))
        } else if quoted || here {
            format!("{}\n{line}{}", entry.trim_end_matches('\n'), if here { "\n" } else { "" })
        } else if opens {
            format!("{entry} {line}")
        } else {
            format!("{entry}; {line}")
        };
        self.history.replace_last(&joined);
        joined
    }

    /// Appends this session's lines to a file, made with mode 0600.
    pub(super) async fn save_history(&mut self, file: &str) {
        let lines = self.history.take_new();
        if lines.is_empty() || file.is_empty() {
            return;
        }
        let text: String = lines.iter().map(|line| format!("{line}\n")).collect();
        if let Ok(file) = self.proc.open_file(file, OpenFlags::APPEND, 0o600).await {
            let _ = self.proc.write_file(&file, &to_bytes(&text)).await;
        }
    }
}

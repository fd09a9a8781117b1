//! A very small shell for the cases of the programs, so that they do not depend on the real one: words with quotes,
//! pipes, `;`, `&&`, `||`, and `<`, `>`, `>>`, `2>`, `2>&1`. It expands nothing.

use capas::kernel::{Errno, ExecError, Fds, OpenFlags, Proc};

/// Commands joined by `;`, `&&` or `||`.
pub struct Line(Vec<(String, Vec<Vec<String>>)>);

#[derive(PartialEq)]
enum Token {
    Word(String),
    Operator(String),
}

fn tokens(text: &str) -> Vec<Token> {
    let mut out = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '\'' => word.get_or_insert_default().extend(chars.by_ref().take_while(|c| *c != '\'')),
            '"' => {
                let word = word.get_or_insert_default();
                while let Some(c) = chars.next().filter(|c| *c != '"') {
                    match (c, chars.peek()) {
                        ('\\', Some('"' | '\\' | '$' | '`')) => word.extend(chars.next()),
                        _ => word.push(c),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            ' ' | '|' | ';' | '&' | '<' | '>' => {
                let fd = word.as_deref() == Some("2") && c == '>';
                if let Some(word) = word.take().filter(|_| !fd) {
                    out.push(Token::Word(word));
                }
                if c == ' ' {
                    continue;
                }
                let mut operator = if fd { "2".to_string() } else { String::new() };
                operator.push(c);
                if c != '<' && chars.peek() == Some(&c) {
                    operator.extend(chars.next());
                }
                if operator == "2>" && chars.peek() == Some(&'&') {
                    operator.extend(chars.by_ref().take(2));
                }
                out.push(Token::Operator(operator));
            }
            c => word.get_or_insert_default().push(c),
        }
    }
    out.extend(word.map(Token::Word));
    out
}

/// The words of a line without operators.
pub fn words_of(text: &str) -> Vec<String> {
    tokens(text)
        .into_iter()
        .map(|t| match t {
            Token::Word(w) | Token::Operator(w) => w,
        })
        .collect()
}

impl Line {
    /// Reads a line. Redirections stay among the words, each with a NUL before it.
    pub fn parse(text: &str) -> Line {
        let mut line = vec![(";".to_string(), vec![Vec::new()])];
        for token in tokens(text) {
            let (_, pipeline) = line.last_mut().unwrap();
            match token {
                Token::Word(word) => pipeline.last_mut().unwrap().push(word),
                Token::Operator(op) if op == "|" => pipeline.push(Vec::new()),
                Token::Operator(op) if matches!(op.as_str(), ";" | "&&" | "||") => line.push((op, vec![Vec::new()])),
                Token::Operator(op) => pipeline.last_mut().unwrap().push(format!("\0{op}")),
            }
        }
        Line(line)
    }
}

/// Runs a line; the exit status of its last command.
pub async fn run_line(proc: &Proc, line: &Line) -> i32 {
    let mut status = 0;
    for (joined, pipeline) in &line.0 {
        if joined == "&&" && status != 0 || joined == "||" && status == 0 {
            continue;
        }
        let mut input = proc.file(0).unwrap();
        let mut children = Vec::new();
        for (i, words) in pipeline.iter().enumerate() {
            let mut fds = Fds::standard(input.clone(), proc.file(1).unwrap(), proc.file(2).unwrap());
            if i + 1 < pipeline.len() {
                let (reader, writer) = proc.pipe_files();
                fds.set(1, writer);
                input = reader;
            }
            children.push(start(proc, words, fds).await);
        }
        drop(input);
        for child in children {
            status = match child {
                Ok(child) => child.wait().await.code(),
                Err(code) => code,
            };
        }
    }
    status
}

async fn start(proc: &Proc, words: &[String], mut fds: Fds) -> Result<capas::kernel::Child, i32> {
    let mut argv = Vec::new();
    let mut words = words.iter();
    while let Some(word) = words.next() {
        let Some(redirect) = word.strip_prefix('\0') else {
            argv.push(word.clone());
            continue;
        };
        if redirect == "2>&1" {
            let out = fds.get(1).unwrap().clone();
            fds.set(2, out);
            continue;
        }
        let path = words.next().unwrap();
        let flags = match redirect {
            "<" => OpenFlags::READ,
            ">>" => OpenFlags::APPEND,
            _ => OpenFlags::REWRITE,
        };
        match proc.open_file(path, flags, 0o666).await {
            Ok(file) => drop(fds.set(
                match redirect {
                    "<" => 0,
                    "2>" => 2,
                    _ => 1,
                },
                file,
            )),
            Err(e) => {
                proc.eprint(&format!("{path}: {e}\n")).await;
                return Err(1);
            }
        }
    }
    let Some(name) = argv.first() else { return Err(0) };
    let mut spawn = proc.child(argv.clone());
    spawn.path = proc.which(name);
    spawn.fds = fds;
    if spawn.path.is_none() {
        proc.eprint(&format!("{name}: command not found\n")).await;
        return Err(127);
    }
    proc.spawn(spawn).map_err(|e: ExecError| if e.errno() == Errno::ENOENT { 127 } else { 126 })
}

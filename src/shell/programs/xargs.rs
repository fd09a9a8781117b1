//! `xargs`: commands out of words from standard input, one after the other (`-P` changes nothing).

use super::env::run;
use super::input::Input;
use super::job::{Job, Outcome};
use super::prompts::confirm;

const SPEC: &str = "+0a:d:I:iL:l::n:P:prt null=0 arg-file=a: delimiter=d: replace=i? max-lines=l? max-args=n: \
    max-procs=P: interactive=p no-run-if-empty=r verbose=t";

/// Reads words and runs commands with them.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(SPEC)?;
    let mut template = opts.args.clone();
    if template.is_empty() {
        template.push("echo".to_string());
    }
    let number = |key: char| opts.value(key).map(|v| v.parse::<usize>().ok().filter(|n| *n > 0));
    for (key, what) in [('n', "-n"), ('L', "-L")] {
        if number(key) == Some(None) {
            let given = opts.value(key).unwrap_or("");
            return Err(job.misused(&["invalid number \"", given, "\" for ", what, " option"]));
        }
    }
    let input = match opts.value('a') {
        Some(path) => Input::open(job, path).await,
        None => Ok(Input::new(0)),
    };
    let text = match input {
        Ok(mut input) => input.rest(job).await,
        Err(e) => {
            let path = opts.value('a').unwrap_or("").to_string();
            job.complain(&["Cannot open input file ", &job.quoted(&path), ": ", &e.to_string()]);
            return Err(1);
        }
    };
    let replace = opts
        .value('I')
        .map(str::to_string)
        .or_else(|| opts.value('i').map(|v| if v.is_empty() { "{}".to_string() } else { v.to_string() }));
    let delimiter = match opts.value('d') {
        _ if opts.has('0') => Some(0),
        Some("\\n") => Some(b'\n'),
        Some("\\t") => Some(b'\t'),
        Some("\\0") => Some(0),
        Some(d) => d.bytes().next(),
        None => None,
    };
    let by_lines = number('L').flatten().or_else(|| opts.has('l').then_some(1));
    let words = match (delimiter, replace.is_some() || by_lines.is_some()) {
        (Some(d), _) => {
            let text = text.strip_suffix(&[d]).unwrap_or(&text);
            let pieces = text.split(|b| *b == d).map(|w| String::from_utf8_lossy(w).into_owned());
            if text.is_empty() {
                Vec::new()
            } else {
                pieces.collect()
            }
        }
        (None, true) => lines(&text),
        (None, false) => match split(&text) {
            Ok(words) => words,
            Err(quote) => {
                job.complain(&[
                    "unmatched ",
                    quote,
                    " quote; by default quotes are special to xargs unless you use the -0 option",
                ]);
                return Err(1);
            }
        },
    };
    let most = if replace.is_some() { 1 } else { number('n').flatten().or(by_lines).unwrap_or(5000) };
    let batches: Vec<&[String]> = words.chunks(most).collect();
    let batches = if batches.is_empty() && !opts.has('r') && replace.is_none() { vec![&[][..]] } else { batches };
    let mut failed = false;
    for batch in batches {
        let argv: Vec<String> = match &replace {
            Some(mark) => {
                let line = batch.first().map_or("", String::as_str);
                template.iter().map(|w| w.replace(mark.as_str(), line)).collect()
            }
            None if by_lines.is_some() => template
                .iter()
                .cloned()
                .chain(batch.iter().flat_map(|l| split(l.as_bytes()).unwrap_or_default()))
                .collect(),
            None => template.iter().chain(batch).cloned().collect(),
        };
        if opts.has('t') || opts.has('p') {
            job.err(&argv.join(" "));
            job.err(if opts.has('p') { "" } else { "\n" });
        }
        if opts.has('p') && !confirm_plain(job).await {
            continue;
        }
        job.flush().await;
        let name = argv.first().cloned().unwrap_or_default();
        match run(job, argv, None).await {
            Ok(0) => {}
            Ok(255) => {
                job.complain(&[&name, ": exited with status 255; aborting"]);
                return Err(124);
            }
            Ok(status) if status > 128 => {
                job.complain(&[&name, ": terminated by signal ", &(status - 128).to_string()]);
                return Err(125);
            }
            Ok(_) => failed = true,
            Err((status, reason)) => {
                job.complain(&[&name, ": ", &reason]);
                return Err(status);
            }
        }
    }
    if failed {
        Err(123)
    } else {
        Ok(())
    }
}

async fn confirm_plain(job: &mut Job) -> bool {
    job.err("?...");
    confirm(job, &[]).await
}

/// Lines without the blanks before them, empty ones left out.
fn lines(text: &[u8]) -> Vec<String> {
    let text = String::from_utf8_lossy(text);
    text.lines().map(|l| l.trim_start_matches([' ', '\t'])).filter(|l| !l.is_empty()).map(str::to_string).collect()
}

/// Words, with quotes and backslashes as `xargs` reads them; the error is the kind of quote that has no end.
fn split(text: &[u8]) -> Result<Vec<String>, &'static str> {
    let text = String::from_utf8_lossy(text);
    let mut words = Vec::new();
    let mut word: Option<String> = None;
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        match c {
            ' ' | '\t' | '\n' | '\r' => words.extend(word.take()),
            '\'' | '"' => {
                let into = word.get_or_insert_default();
                loop {
                    match chars.next() {
                        None | Some('\n') => return Err(if c == '"' { "double" } else { "single" }),
                        Some(end) if end == c => break,
                        Some(other) => into.push(other),
                    }
                }
            }
            '\\' => word.get_or_insert_default().extend(chars.next()),
            c => word.get_or_insert_default().push(c),
        }
    }
    words.extend(word);
    Ok(words)
}

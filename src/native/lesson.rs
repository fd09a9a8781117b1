//! `capas lesson`: list, show, check and play lessons in the terminal.

use super::cli::{LessonArgs, LessonCommand};
use super::usage;
use crate::engine::snapshot::Snapshot;
use crate::figure::{layout, terminal};
use crate::lesson::compare::Line;
use crate::lesson::prose::{self, Block, Inline};
use crate::lesson::{library, parse, Lesson, Part};
use crate::session::{self, Session};
use crate::strings::{native as text, Lang};
use anyhow::Result;
use std::fmt::Write as _;
use std::io::{BufRead, IsTerminal, Write};
use std::path::Path;

/// Runs one of the subcommands.
pub(super) fn run(args: &LessonArgs) -> Result<u8> {
    match &args.command {
        LessonCommand::List { lang } => list(lang.lang()),
        LessonCommand::Show { lesson, lang } => show(&find(lesson, lang.lang())?),
        LessonCommand::Check { files, seed } => {
            let mut status = 0;
            for file in files {
                status = status.max(check(file, *seed)?);
            }
            Ok(status)
        }
        LessonCommand::Play { lesson, lang, all } => play(&find(lesson, lang.lang())?, *all),
    }
}

fn list(lang: Lang) -> Result<u8> {
    println!("{}", text::LESSONS.get(lang));
    for source in library::LESSONS {
        let lesson = source.lesson(lang).map_err(problems)?;
        let steps = text::STEPS.fill(lang, &[&lesson.steps().count()]);
        println!("  {:<20} {} ({steps})\n  {:<20} {}", source.slug, lesson.title, "", lesson.description);
    }
    Ok(0)
}

/// A lesson of the library, or a file.
fn find(name: &str, lang: Lang) -> Result<Lesson> {
    if let Some(source) = library::find(name) {
        return source.lesson(lang).map_err(problems);
    }
    if !Path::new(name).exists() {
        return Err(usage(format!("no lesson `{name}`: see `capas lesson list`")));
    }
    read(Path::new(name))
}

fn problems(problems: Vec<crate::lesson::Problem>) -> anyhow::Error {
    let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
    usage(lines.join("\ncapas: "))
}

/// Reads a lesson's file. A file `X.en.md` is the translation of `X.md` beside it.
pub(super) fn read(file: &Path) -> Result<Lesson> {
    let open = |path: &Path| {
        std::fs::read_to_string(path).map_err(|error| usage(format!("{}: {}", path.display(), plain_error(&error))))
    };
    let body = open(file)?;
    let name = file.display().to_string();
    let original = name.strip_suffix(".en.md").map(|stem| format!("{stem}.md")).filter(|p| Path::new(p).exists());
    match original {
        Some(original) => {
            let es = open(Path::new(&original))?;
            parse::parse_translated((&original, &es), (&name, &body)).map_err(problems)
        }
        None => parse::parse(&name, &body).map_err(problems),
    }
}

/// An I/O error in the words of `strerror`, without Rust's `(os error 2)`.
pub(super) fn plain_error(error: &std::io::Error) -> String {
    let said = error.to_string();
    said.split(" (os error").next().unwrap_or(&said).to_owned()
}

fn check(file: &Path, seed: u64) -> Result<u8> {
    let lesson = read(file)?;
    let report = session::replay::check(&lesson, seed).map_err(usage)?;
    let name = file.display();
    for mismatch in &report.mismatches {
        println!("{name}:{}: $ {}", mismatch.line, mismatch.input.replace('\n', "\n> "));
        for line in &mismatch.difference {
            match line {
                Line::Same(l) => println!("   {l}"),
                Line::Expected(l) => println!("  -{l}"),
                Line::Actual(l) => println!("  +{l}"),
            }
        }
    }
    let bad = report.mismatches.len();
    println!("{name}: {} of {} steps as expected", report.steps - bad, report.steps);
    Ok(u8::from(bad > 0))
}

fn show(lesson: &Lesson) -> Result<u8> {
    let mut out = String::new();
    let style = Style::detect();
    let _ = writeln!(out, "{}\n", style.bold(&lesson.title));
    for part in &lesson.parts {
        show_part(part, &style, &mut out);
    }
    print_all(&out)
}

fn print_all(out: &str) -> Result<u8> {
    // A closed pipe (`| head`) is no error.
    let _ = std::io::stdout().write_all(out.as_bytes());
    Ok(0)
}

fn show_part(part: &Part, style: &Style, out: &mut String) {
    match part {
        Part::Prose(blocks) => blocks.iter().for_each(|b| show_block(b, style, out)),
        Part::Listing(code) => code.lines().for_each(|l| _ = writeln!(out, "    {l}")),
        Part::Steps(steps) => {
            for step in steps {
                let _ = writeln!(out, "    {}{}", step.prompt, style.bold(&step.input.replace('\n', "\n    > ")));
                step.output.iter().for_each(|l| _ = writeln!(out, "    {l}"));
            }
            out.push('\n');
        }
        Part::Exercise(exercise) => {
            for goal in &exercise.goals {
                let _ = writeln!(out, "  [ ] {}", style.inlines(&goal.sentence));
            }
            out.push('\n');
        }
    }
}

fn show_block(block: &Block, style: &Style, out: &mut String) {
    match block {
        Block::Heading(_, run) => {
            let _ = writeln!(out, "{}\n", style.bold(&prose::plain(run)));
        }
        Block::Paragraph(run) | Block::Quote(run) => {
            let _ = writeln!(out, "{}\n", wrap(&style.inlines(run), 80));
        }
        Block::List(ordered, items) => {
            for (i, item) in items.iter().enumerate() {
                let mark = if *ordered { format!("{}.", i + 1) } else { "-".to_owned() };
                let _ = writeln!(out, "  {mark} {}", wrap(&style.inlines(item), 76).replace('\n', "\n    "));
            }
            out.push('\n');
        }
    }
}

/// Breaks at blanks; escape sequences count as nothing.
fn wrap(text: &str, width: usize) -> String {
    let mut out = String::new();
    let mut column = 0;
    for word in text.split(' ') {
        let length = visible(word);
        if column > 0 && column + 1 + length > width {
            out.push('\n');
            column = 0;
        } else if column > 0 {
            out.push(' ');
            column += 1;
        }
        out.push_str(word);
        column += length;
    }
    out
}

fn visible(word: &str) -> usize {
    let mut count = 0;
    let mut escape = false;
    for c in word.chars() {
        match c {
            '\u{1b}' => escape = true,
            'm' if escape => escape = false,
            _ if !escape => count += 1,
            _ => {}
        }
    }
    count
}

struct Style {
    colour: bool,
}

impl Style {
    fn detect() -> Style {
        let colour = std::io::stdout().is_terminal() && std::env::var_os("NO_COLOR").is_none();
        Style { colour }
    }

    fn bold(&self, text: &str) -> String {
        self.sgr("1", text)
    }

    fn sgr(&self, code: &str, text: &str) -> String {
        if self.colour {
            format!("\x1b[{code}m{text}\x1b[0m")
        } else {
            text.to_owned()
        }
    }

    fn inlines(&self, run: &[Inline]) -> String {
        let mut out = String::new();
        for inline in run {
            match inline {
                Inline::Text(t) => out.push_str(t),
                Inline::Code(t) => out.push_str(&self.sgr("36", t)),
                Inline::Strong(inner) => out.push_str(&self.bold(&self.inlines(inner))),
                Inline::Emphasis(inner) => out.push_str(&self.sgr("3", &self.inlines(inner))),
                Inline::Link(inner, to) => {
                    let _ = write!(out, "{} ({to})", self.inlines(inner));
                }
                Inline::Image(alt, _) => out.push_str(alt),
            }
        }
        out
    }
}

/// The lesson step by step: prose, the command on Enter, its output, the layers.
fn play(lesson: &Lesson, all: bool) -> Result<u8> {
    let style = Style::detect();
    let interactive = !all && std::io::stdin().is_terminal();
    let mut session = Session::start(session::Options::for_lesson(lesson, 1)).map_err(usage)?;
    let mut out = String::new();
    let _ = writeln!(out, "{}\n", style.bold(&lesson.title));
    let mut previous = session.snapshot();
    for part in &lesson.parts {
        let Part::Steps(steps) = part else {
            show_part(part, &style, &mut out);
            continue;
        };
        for step in steps {
            let _ = write!(out, "    {}{}", step.prompt, style.bold(&step.input));
            flush(&mut out)?;
            if interactive && !wait_for_enter(lesson.lang)? {
                return Ok(0);
            }
            out.push('\n');
            let mut results = vec![session.run_line(&step.input)];
            results.extend(step.keys.iter().filter_map(|k| parse::parse_keys(k)).map(|k| session.run_keys(&k)));
            for line in results.iter().flat_map(|r| r.output.lines()) {
                let _ = writeln!(out, "    {line}");
            }
            let snapshot = session.snapshot();
            if *snapshot != *previous {
                let _ = writeln!(out, "\n{}", draw(&snapshot, &previous, lesson.lang, &style));
            }
            previous = snapshot;
        }
        out.push('\n');
        flush(&mut out)?;
    }
    flush(&mut out)?;
    Ok(0)
}

/// The container that changed on its image; where the images changed, all of them.
fn draw(now: &Snapshot, previous: &Snapshot, lang: Lang, style: &Style) -> String {
    let style = terminal::Style { lang, colour: style.colour, ..terminal::Style::default() };
    match layout::auto_focus(now, Some(previous), None) {
        Some(focus) if now.images.len() == previous.images.len() => {
            terminal::stack(now, Some(&focus), Some(previous), style)
        }
        _ => terminal::tree(now, Some(previous), style),
    }
}

fn flush(out: &mut String) -> Result<()> {
    let mut stdout = std::io::stdout();
    stdout.write_all(out.as_bytes())?;
    stdout.flush()?;
    out.clear();
    Ok(())
}

/// False where the student leaves (`q`, or the end of input).
fn wait_for_enter(lang: Lang) -> Result<bool> {
    print!("  {} ", text::PRESS_ENTER.get(lang));
    std::io::stdout().flush()?;
    let mut line = String::new();
    let read = std::io::stdin().lock().read_line(&mut line)?;
    Ok(read > 0 && line.trim() != "q")
}

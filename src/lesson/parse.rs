//! Reads a lesson's Markdown. All problems are reported at once, with file and line.
//!
//! A lesson: front matter between `---` lines (`title`, `description`, `minutes`, `images`; other keys and Jekyll's
//! `{% … %}` lines are tolerated), prose, fenced `bash`/`console` blocks, `<!-- capas keys: ^C ^D -->` after a block,
//! and blocks with the info strings `capas-goals`, `capas-hints`, `capas-solution`, which make one exercise when they
//! follow each other.
//!
//! A translation holds prose only. Where the original has a block, it has the line `<!-- capas block -->`; commands,
//! outputs and goals are the original's.

use super::goal::Predicate;
use super::prose;
use super::{Exercise, Goal, Lesson, Part, Problem, Step};
use crate::strings::Lang;

/// Reads one lesson. `file` is what problems are reported under; its name gives the slug.
pub fn parse(file: &str, text: &str) -> Result<Lesson, Vec<Problem>> {
    parse_with(file, text, None)
}

/// Reads a lesson in the language of its translation, `(file, text)`.
pub fn parse_translated(original: (&str, &str), translation: (&str, &str)) -> Result<Lesson, Vec<Problem>> {
    parse_with(original.0, original.1, Some(translation))
}

fn parse_with(file: &str, text: &str, translation: Option<(&str, &str)>) -> Result<Lesson, Vec<Problem>> {
    let lang = if translation.is_some() { Lang::En } else { Lang::Es };
    let mut reader = Reader::new(file, lang);
    let pieces = reader.pieces(text);
    let mut front = reader.front.clone();
    let mut problems = std::mem::take(&mut reader.problems);
    let mut blocks: Vec<Part> = Vec::new();
    let mut layout: Vec<Piece> = pieces;
    if let Some((tfile, ttext)) = translation {
        let mut other = Reader::new(tfile, lang);
        let translated = other.pieces(ttext);
        problems.append(&mut other.problems);
        blocks = layout.into_iter().filter_map(Piece::block).collect();
        let marks = translated.iter().filter(|p| matches!(p, Piece::Mark)).count();
        if marks != blocks.len() {
            problems.push(Problem {
                file: tfile.to_owned(),
                line: ttext.lines().count().max(1),
                what: format!("{marks} `<!-- capas block -->` marks for the {} blocks of {file}", blocks.len()),
            });
        }
        if let Some(Piece::Block(_, line)) = translated.iter().find(|p| matches!(p, Piece::Block(..))) {
            let what = "a translation holds prose only: write `<!-- capas block -->` here".to_owned();
            problems.push(Problem { file: tfile.to_owned(), line: *line, what });
        }
        front = Front { images: front.images, ..other.front };
        layout = translated;
    }
    let mut blocks = blocks.into_iter();
    let mut parts = Vec::new();
    for piece in layout {
        match piece {
            Piece::Prose(text) => {
                let found = prose::blocks(&text);
                if !found.is_empty() {
                    parts.push(Part::Prose(found));
                }
            }
            Piece::Block(part, _) => parts.push(part),
            Piece::Mark => parts.extend(blocks.next()),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let slug = file.rsplit(['/', '\\']).next().unwrap_or(file);
    let title = front.title.clone().or_else(|| first_heading(&parts)).unwrap_or_else(|| slug.to_owned());
    drop_title_heading(&mut parts, &title);
    Ok(Lesson {
        slug: slug.strip_suffix(".md").unwrap_or(slug).to_owned(),
        title,
        description: front.description.unwrap_or_default(),
        minutes: front.minutes,
        images: front.images.unwrap_or_else(|| vec!["ubuntu".to_owned()]),
        parts,
        lang,
    })
}

fn first_heading(parts: &[Part]) -> Option<String> {
    parts.iter().find_map(|part| match part {
        Part::Prose(blocks) => blocks.iter().find_map(|b| match b {
            prose::Block::Heading(1, run) => Some(prose::plain(run)),
            _ => None,
        }),
        _ => None,
    })
}

/// The title stands above the lesson already.
fn drop_title_heading(parts: &mut Vec<Part>, title: &str) {
    if let Some(Part::Prose(blocks)) = parts.first_mut() {
        let is_title = |b: &prose::Block| matches!(b, prose::Block::Heading(1, run) if prose::plain(run) == title);
        if blocks.first().is_some_and(is_title) {
            blocks.remove(0);
        }
        if blocks.is_empty() {
            parts.remove(0);
        }
    }
}

enum Piece {
    Prose(String),
    Block(Part, usize),
    Mark,
}

impl Piece {
    fn block(self) -> Option<Part> {
        match self {
            Piece::Block(part, _) => Some(part),
            _ => None,
        }
    }
}

#[derive(Clone, Default)]
struct Front {
    title: Option<String>,
    description: Option<String>,
    minutes: Option<u32>,
    images: Option<Vec<String>>,
}

struct Reader<'a> {
    file: &'a str,
    lang: Lang,
    front: Front,
    problems: Vec<Problem>,
}

impl<'a> Reader<'a> {
    fn new(file: &'a str, lang: Lang) -> Reader<'a> {
        Reader { file, lang, front: Front::default(), problems: Vec::new() }
    }

    fn problem(&mut self, line: usize, what: impl Into<String>) {
        self.problems.push(Problem { file: self.file.to_owned(), line, what: what.into() });
    }

    fn pieces(&mut self, text: &str) -> Vec<Piece> {
        let mut pieces: Vec<Piece> = Vec::new();
        let mut prose = String::new();
        let all: Vec<&str> = text.lines().map(|l| l.trim_end_matches('\r')).collect();
        let mut at = self.front_matter(&all);
        while let Some(line) = all.get(at) {
            let trimmed = line.trim();
            if let Some(info) = fence(line) {
                let indent = line.len() - line.trim_start().len();
                let width = trimmed.len() - trimmed.trim_start_matches('`').len();
                let start = at + 1;
                let body: Vec<&str> = all
                    .iter()
                    .skip(start)
                    .take_while(|l| !closes(l, width))
                    .map(|l| l.get(indent.min(l.len() - l.trim_start().len())..).unwrap_or(l))
                    .collect();
                if start + body.len() >= all.len() {
                    self.problem(at + 1, "this fenced block is never closed");
                }
                flush(&mut prose, &mut pieces);
                at = start + body.len() + 1;
                self.block(info, &body, start, &mut pieces);
                continue;
            }
            if let Some(keys) = comment(trimmed, "capas keys:") {
                flush(&mut prose, &mut pieces);
                self.keys(keys, at + 1, &mut pieces);
            } else if comment(trimmed, "capas block").is_some() {
                flush(&mut prose, &mut pieces);
                pieces.push(Piece::Mark);
            } else if let Some(rest) = comment(trimmed, "capas") {
                self.problem(
                    at + 1,
                    format!("unknown comment `capas{rest}`: expected `capas keys: …` or `capas block`"),
                );
            } else if !is_jekyll(trimmed) && !is_comment(trimmed) {
                prose.push_str(line);
                prose.push('\n');
            }
            at += 1;
        }
        flush(&mut prose, &mut pieces);
        pieces
    }

    /// Returns the index of the first line after the front matter.
    fn front_matter(&mut self, all: &[&str]) -> usize {
        if all.first().map(|l| l.trim()) != Some("---") {
            return 0;
        }
        let Some(len) = all.iter().skip(1).position(|l| l.trim() == "---") else {
            self.problem(1, "the front matter is never closed with `---`");
            return all.len();
        };
        for (i, line) in all.iter().enumerate().skip(1).take(len) {
            let Some((key, value)) = line.split_once(':') else { continue };
            let value = value.trim().trim_matches(['"', '\'']);
            match key.trim() {
                "title" => self.front.title = Some(value.to_owned()),
                "description" => self.front.description = Some(value.to_owned()),
                "minutes" => match value.parse() {
                    Ok(n) => self.front.minutes = Some(n),
                    Err(_) => self.problem(i + 1, format!("`minutes: {value}` is not a whole number")),
                },
                "images" => {
                    let list = value.trim_start_matches('[').trim_end_matches(']').split(',');
                    let names = list.map(|n| n.trim().trim_matches(['"', '\''])).filter(|n| !n.is_empty());
                    self.front.images = Some(names.map(str::to_owned).collect());
                }
                _ => {}
            }
        }
        len + 2
    }

    fn block(&mut self, info: &str, body: &[&str], line: usize, pieces: &mut Vec<Piece>) {
        let word = info.split_whitespace().next().unwrap_or("");
        match word {
            "capas-goals" => {
                let goals = self.goals(body, line);
                pieces.push(Piece::Block(Part::Exercise(Exercise { goals, line, ..Exercise::default() }), line));
            }
            "capas-hints" | "capas-solution" => self.extend_exercise(word, body, line, pieces),
            "bash" | "console" | "sh" | "shell" if body.iter().any(|l| prompt(l).is_some()) => {
                let steps = self.steps(body, line);
                pieces.push(Piece::Block(Part::Steps(steps), line));
            }
            w if w.starts_with("capas") => self.problem(
                line,
                format!("unknown block `{w}`: expected `capas-goals`, `capas-hints` or `capas-solution`"),
            ),
            _ => pieces.push(Piece::Block(Part::Listing(body.join("\n")), line)),
        }
    }

    fn extend_exercise(&mut self, word: &str, body: &[&str], line: usize, pieces: &mut [Piece]) {
        let hints = if word == "capas-hints" { self.hints(body, line) } else { Vec::new() };
        let solution = if word == "capas-solution" { self.steps(body, line) } else { Vec::new() };
        match pieces.last_mut() {
            Some(Piece::Block(Part::Exercise(exercise), _)) => {
                exercise.hints.extend(hints);
                exercise.solution.extend(solution);
            }
            _ => self.problem(line, format!("`{word}` must follow its `capas-goals` block")),
        }
    }

    fn keys(&mut self, keys: &str, line: usize, pieces: &mut [Piece]) {
        let keys: Vec<String> = keys.split_whitespace().map(str::to_owned).collect();
        for key in &keys {
            if parse_keys(key).is_none() {
                self.problem(line, format!("`{key}` is no key: expected caret notation such as `^C`, `^D` or `^P^Q`"));
            }
        }
        let last = pieces.last_mut().and_then(|p| match p {
            Piece::Block(Part::Steps(steps), _) => steps.last_mut(),
            Piece::Block(Part::Exercise(exercise), _) => exercise.solution.last_mut(),
            _ => None,
        });
        match last {
            Some(step) => step.keys.extend(keys),
            None => self.problem(line, "`capas keys` must follow a block of commands"),
        }
    }

    fn steps(&mut self, body: &[&str], line: usize) -> Vec<Step> {
        let mut steps: Vec<Step> = Vec::new();
        for (i, text) in body.iter().enumerate() {
            let at = line + i + 1;
            if let Some((prompt, input)) = prompt(text) {
                steps.push(Step {
                    input: input.trim_end().to_owned(),
                    prompt: prompt.to_owned(),
                    output: Vec::new(),
                    status: None,
                    keys: Vec::new(),
                    line: at,
                    output_line: at + 1,
                });
                continue;
            }
            let Some(step) = steps.last_mut() else {
                if !text.trim().is_empty() {
                    self.problem(at, "output without a command: a step begins with `$ `");
                }
                continue;
            };
            match text.strip_prefix("> ").or(if *text == ">" { Some("") } else { None }) {
                Some(more) if step.output.is_empty() => {
                    step.input.push('\n');
                    step.input.push_str(more);
                    step.output_line = at + 1;
                }
                _ => match exit_status(text) {
                    Some(status) if step.status.is_none() => step.status = Some(status),
                    _ => step.output.push((*text).to_owned()),
                },
            }
        }
        steps
    }

    /// A predicate a line, under it `es: …` and `en: …`.
    fn goals(&mut self, body: &[&str], line: usize) -> Vec<Goal> {
        let mut goals = Vec::new();
        for (at, head, said) in self.paragraphs(body, line, true) {
            match Predicate::parse(&head) {
                Ok(predicate) => goals.push(Goal { predicate, sentence: said }),
                Err(what) => self.problem(at, what),
            }
        }
        if goals.is_empty() && self.problems.is_empty() {
            self.problem(line, "an exercise needs at least one goal");
        }
        goals
    }

    fn hints(&mut self, body: &[&str], line: usize) -> Vec<Vec<prose::Inline>> {
        self.paragraphs(body, line, false).into_iter().map(|(_, _, said)| said).collect()
    }

    /// Splits into entries of an optional head and one sentence per language; each language must be there.
    fn paragraphs(&mut self, body: &[&str], line: usize, head: bool) -> Vec<(usize, String, Vec<prose::Inline>)> {
        let mut entries: Vec<(usize, String, [Option<String>; 2])> = Vec::new();
        for (i, text) in body.iter().enumerate() {
            let (at, trimmed) = (line + i + 1, text.trim());
            let said = ["es:", "en:"].iter().position(|c| trimmed.starts_with(c));
            match said {
                _ if trimmed.is_empty() => {}
                None if head => entries.push((at, trimmed.to_owned(), [None, None])),
                None => self.problem(at, "expected `es: …` or `en: …`"),
                Some(which) => {
                    let sentence = trimmed.get(3..).unwrap_or("").trim().to_owned();
                    let starts = !head && entries.last().is_none_or(|e| e.2.get(which).is_some_and(Option::is_some));
                    if starts {
                        entries.push((at, String::new(), [None, None]));
                    }
                    match entries.last_mut().and_then(|e| e.2.get_mut(which)) {
                        Some(slot) if slot.is_none() && !sentence.is_empty() => *slot = Some(sentence),
                        _ => self.problem(at, "a sentence without a goal above it, or said twice, or empty"),
                    }
                }
            }
        }
        let lang = self.lang;
        let mut out = Vec::new();
        for (at, head, [es, en]) in entries {
            if es.is_none() || en.is_none() {
                let missing = if es.is_none() { "es" } else { "en" };
                self.problem(at, format!("the sentence in `{missing}:` is missing"));
            }
            let said = if lang == Lang::En { en } else { es };
            out.push((at, head, prose::inlines(&said.unwrap_or_default())));
        }
        out
    }
}

fn flush(prose: &mut String, pieces: &mut Vec<Piece>) {
    if !prose.trim().is_empty() {
        pieces.push(Piece::Prose(std::mem::take(prose)));
    }
    prose.clear();
}

fn is_jekyll(line: &str) -> bool {
    line.starts_with("{%") && line.ends_with("%}")
}

fn is_comment(line: &str) -> bool {
    line.starts_with("<!--") && line.ends_with("-->")
}

fn comment<'a>(line: &'a str, what: &str) -> Option<&'a str> {
    let inner = line.strip_prefix("<!--")?.strip_suffix("-->")?.trim();
    inner.strip_prefix(what)
}

fn fence(line: &str) -> Option<&str> {
    let trimmed = line.trim_start();
    (line.len() - trimmed.len() <= 3 && trimmed.starts_with("```")).then_some(())?;
    let info = trimmed.trim_start_matches('`').trim();
    (!info.contains('`')).then_some(info)
}

fn closes(line: &str, width: usize) -> bool {
    let trimmed = line.trim();
    trimmed.len() >= width && !trimmed.is_empty() && trimmed.bytes().all(|b| b == b'`')
}

/// Splits a line into prompt and input: `$ `, `user@host:path# `, busybox's `/path # `, `bash-5.1# `.
pub fn prompt(line: &str) -> Option<(&str, &str)> {
    if line == "$" || line.starts_with("$ ") {
        return Some(("$ ", line.get(2..).unwrap_or("")));
    }
    let end = line.find(['#', '$'])?;
    let (head, tail) = line.split_at_checked(end)?;
    let rest = tail.get(1..)?;
    if !(rest.is_empty() || rest.starts_with(' ')) {
        return None;
    }
    let container = match head.split_once('@') {
        Some((user, place)) => is_word(user) && place.split_once(':').is_some_and(|(h, p)| is_word(h) && is_path(p)),
        None => {
            head.strip_suffix(' ').is_some_and(|p| p.starts_with('/') && is_path(p))
                || head.starts_with("bash-") && is_word(head)
        }
    };
    let cut = (end + 2).min(line.len());
    container.then(|| line.split_at_checked(cut)).flatten()
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "._-".contains(c))
}

fn is_path(text: &str) -> bool {
    !text.is_empty() && !text.contains(char::is_whitespace)
}

fn exit_status(line: &str) -> Option<i32> {
    line.strip_prefix("? ")?.trim().parse().ok()
}

/// Keys in caret notation (`^C`, `^P^Q`) as the bytes that a terminal sends.
pub fn parse_keys(text: &str) -> Option<String> {
    let mut out = String::new();
    let mut chars = text.chars();
    while let Some(c) = chars.next() {
        (c == '^').then_some(())?;
        let key = chars.next()?;
        match key {
            '@'..='_' => out.push(char::from(key as u8 - b'@')),
            '?' => out.push('\u{7f}'),
            _ => return None,
        }
    }
    (!out.is_empty()).then_some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ES: &str = "---\nlayout: default\ntitle: Capas\nimages: ubuntu, busybox\n---\n# Capas\n\nHola.\n{% include x %}\n\n```bash\n$ docker ps\nA  B\n? 1\n$ cat <<X\n> uno\n> X\nuno\nroot@a2d1ce6990d8:/# ls\n```\n\n<!-- capas keys: ^C ^D -->\n\n## Reto\n\n```capas-goals\ncontainer c1\n  es: Crea `c1`\n  en: Make `c1`\n```\n\n```capas-hints\nes: Uno\nen: One\nes: Dos\nen: Two\n```\n\n```capas-solution\n$ docker run --name c1 ubuntu\n```\n";

    #[test]
    fn a_lesson_is_read() {
        let lesson = parse("lessons/01-x.md", ES).unwrap();
        assert_eq!((lesson.slug.as_str(), lesson.title.as_str()), ("01-x", "Capas"));
        assert_eq!(lesson.images, ["ubuntu", "busybox"]);
        let steps: Vec<&Step> = lesson.steps().collect();
        assert_eq!(steps.len(), 3);
        assert_eq!((steps[0].output.as_slice(), steps[0].status), (&["A  B".to_owned()][..], Some(1)));
        assert_eq!(steps[1].input, "cat <<X\nuno\nX");
        assert_eq!(steps[2].prompt, "root@a2d1ce6990d8:/# ");
        assert_eq!(steps[2].keys, ["^C", "^D"]);
        let exercise = lesson.exercises().next().unwrap();
        assert_eq!((exercise.goals.len(), exercise.hints.len(), exercise.solution.len()), (1, 2, 1));
    }

    #[test]
    fn a_translation_has_prose_only() {
        let en = "---\ntitle: Layers\n---\nHello.\n\n<!-- capas block -->\n\n## Challenge\n\n<!-- capas block -->\n";
        let lesson = parse_translated(("lessons/01-x.md", ES), ("lessons/01-x.en.md", en)).unwrap();
        assert_eq!((lesson.title.as_str(), lesson.lang), ("Layers", Lang::En));
        assert_eq!(lesson.steps().count(), 3);
        assert_eq!(prose::plain(&lesson.exercises().next().unwrap().goals[0].sentence), "Make c1");
        let short = parse_translated(("a.md", ES), ("a.en.md", "Hi\n\n<!-- capas block -->\n")).unwrap_err();
        assert!(short[0].to_string().starts_with("a.en.md:3: 1 `<!-- capas block -->`"), "{}", short[0]);
    }

    #[test]
    fn all_problems_are_reported_at_once() {
        let bad =
            "<!-- capas keys: ^C -->\n```capas-goals\nflying\n  es: a\n```\n<!-- capas nonsense -->\n```bash\n$ x\n";
        let problems = parse("l.md", bad).unwrap_err();
        let said: Vec<String> = problems.iter().map(ToString::to_string).collect();
        assert_eq!(problems.iter().map(|p| p.line).collect::<Vec<_>>(), [1, 3, 3, 6, 7], "{said:#?}");
    }

    #[test]
    fn prompts() {
        assert_eq!(prompt("root@a2d1ce6990d8:/# echo \"0\">f"), Some(("root@a2d1ce6990d8:/# ", "echo \"0\">f")));
        assert_eq!(prompt("/ # ls"), Some(("/ # ", "ls")));
        assert_eq!(prompt("$ ls"), Some(("$ ", "ls")));
        assert_eq!(prompt("# comment"), None);
        assert_eq!(prompt("a b@c:/# x"), None);
        assert_eq!(prompt("#!/bin/sh"), None);
        assert_eq!(parse_keys("^P^Q").as_deref(), Some("\u{10}\u{11}"));
        assert_eq!(parse_keys("C"), None);
    }
}

//! The Markdown of a lesson's prose: headings, paragraphs, lists, quotes, tables as plain rows, and inline
//! emphasis, code, links and images. A subset of CommonMark, chosen because a full parser would weigh more in the
//! page than everything else the lessons need. What it does not know it shows as written.

/// A block of prose.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// Level 1 to 6.
    Heading(u8, Vec<Inline>),
    /// Running text.
    Paragraph(Vec<Inline>),
    /// `true` for a numbered list.
    List(bool, Vec<Vec<Inline>>),
    /// A remark set apart.
    Quote(Vec<Inline>),
}

/// A piece of running text.
#[derive(Clone, Debug, PartialEq)]
pub enum Inline {
    /// As it is.
    Text(String),
    /// `code`.
    Code(String),
    /// **strong**.
    Strong(Vec<Inline>),
    /// *emphasis*.
    Emphasis(Vec<Inline>),
    /// Text and target.
    Link(Vec<Inline>, String),
    /// Alternative text and source.
    Image(String, String),
}

/// Reads the prose between two fenced blocks.
pub fn blocks(text: &str) -> Vec<Block> {
    let mut out = Vec::new();
    let mut para: Vec<&str> = Vec::new();
    for line in text.lines().chain([""]) {
        let trimmed = line.trim();
        let starts_block = heading(trimmed).is_some() || item(trimmed).is_some() || trimmed.starts_with('>');
        let continues = para.first().is_some_and(|first| item(first).is_some()) && !line.starts_with("  ");
        let quoting = para.first().is_some_and(|f| f.starts_with('>')) && trimmed.starts_with('>');
        if trimmed.is_empty() || (starts_block && !quoting) || (continues && !quoting) {
            flush(&mut para, &mut out);
        }
        if trimmed.is_empty() {
            continue;
        }
        match heading(trimmed) {
            Some((level, rest)) => out.push(Block::Heading(level, inlines(rest))),
            None => para.push(trimmed),
        }
    }
    out
}

fn flush(para: &mut Vec<&str>, out: &mut Vec<Block>) {
    let Some(first) = para.first().copied() else { return };
    if let Some((ordered, rest)) = item(first) {
        let mut text = rest.to_owned();
        for line in para.iter().skip(1) {
            text.push(' ');
            text.push_str(line);
        }
        let entry = inlines(&text);
        match out.last_mut() {
            Some(Block::List(o, items)) if *o == ordered => items.push(entry),
            _ => out.push(Block::List(ordered, vec![entry])),
        }
    } else if first.starts_with('>') {
        let text: Vec<&str> = para.iter().map(|l| l.trim_start_matches('>').trim()).collect();
        out.push(Block::Quote(inlines(&text.join(" "))));
    } else {
        out.push(Block::Paragraph(inlines(&para.join(" "))));
    }
    para.clear();
}

fn heading(line: &str) -> Option<(u8, &str)> {
    let rest = line.trim_start_matches('#');
    let level = line.len() - rest.len();
    (1..=6).contains(&level).then_some(())?;
    let text = rest.strip_prefix(' ')?;
    Some((level as u8, text.trim().trim_end_matches('#').trim_end()))
}

fn item(line: &str) -> Option<(bool, &str)> {
    if let Some(rest) = line.strip_prefix("- ").or_else(|| line.strip_prefix("* ")) {
        return Some((false, rest.trim_start()));
    }
    let digits = line.len() - line.trim_start_matches(|c: char| c.is_ascii_digit()).len();
    let (number, rest) = line.split_at_checked(digits)?;
    (!number.is_empty()).then_some(())?;
    Some((true, rest.strip_prefix(". ")?.trim_start()))
}

/// Reads inline markup.
pub fn inlines(text: &str) -> Vec<Inline> {
    let mut out = Vec::new();
    let mut plain = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        if let Some((inline, after)) = markup(rest) {
            if !plain.is_empty() {
                out.push(Inline::Text(std::mem::take(&mut plain)));
            }
            out.push(inline);
            rest = after;
        } else {
            let skip = if c == '\\' && rest.chars().nth(1).is_some_and(|n| n.is_ascii_punctuation()) {
                rest = rest.get(1..).unwrap_or("");
                rest.chars().next().unwrap_or(c)
            } else {
                c
            };
            plain.push(skip);
            rest = rest.get(skip.len_utf8()..).unwrap_or("");
        }
    }
    if !plain.is_empty() {
        out.push(Inline::Text(plain));
    }
    out
}

fn markup(rest: &str) -> Option<(Inline, &str)> {
    if let Some(body) = rest.strip_prefix("``") {
        let (code, after) = body.split_once("``")?;
        return Some((Inline::Code(code.trim().to_owned()), after));
    }
    if let Some(body) = rest.strip_prefix('`') {
        let (code, after) = body.split_once('`')?;
        return Some((Inline::Code(code.to_owned()), after));
    }
    if let Some(body) = rest.strip_prefix("**") {
        let (inner, after) = body.split_once("**")?;
        return (!inner.is_empty() && !inner.starts_with(' ')).then(|| (Inline::Strong(inlines(inner)), after));
    }
    if let Some(body) = rest.strip_prefix('*').or_else(|| rest.strip_prefix('_')) {
        let mark = if rest.starts_with('*') { '*' } else { '_' };
        let (inner, after) = body.split_once(mark)?;
        let closes = mark == '*' || !after.chars().next().is_some_and(char::is_alphanumeric);
        return (!inner.is_empty() && !inner.starts_with(' ') && closes)
            .then(|| (Inline::Emphasis(inlines(inner)), after));
    }
    if let Some(body) = rest.strip_prefix("![") {
        let (alt, after) = body.split_once("](")?;
        let (src, after) = after.split_once(')')?;
        return Some((Inline::Image(alt.to_owned(), src.to_owned()), after));
    }
    if let Some(body) = rest.strip_prefix('[') {
        let (label, after) = body.split_once("](")?;
        let (target, after) = after.split_once(')')?;
        return (!label.contains('[')).then(|| (Inline::Link(inlines(label), target.to_owned()), after));
    }
    None
}

/// The text of a run without its markup.
pub fn plain(run: &[Inline]) -> String {
    let mut out = String::new();
    for inline in run {
        match inline {
            Inline::Text(text) | Inline::Code(text) => out.push_str(text),
            Inline::Strong(inner) | Inline::Emphasis(inner) | Inline::Link(inner, _) => out.push_str(&plain(inner)),
            Inline::Image(alt, _) => out.push_str(alt),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blocks_and_inlines() {
        let got = blocks("# Uno\n\nHola **tú** y `ls -l`\nsigue.\n\n- a\n- b\n  más\n\n1. x\n2. y\n> nota\n> dos");
        assert_eq!(got.len(), 5);
        assert_eq!(got[0], Block::Heading(1, vec![Inline::Text("Uno".into())]));
        let Block::Paragraph(run) = &got[1] else { panic!() };
        assert_eq!(plain(run), "Hola tú y ls -l sigue.");
        let Block::List(false, items) = &got[2] else { panic!() };
        assert_eq!(plain(&items[1]), "b más");
        assert!(matches!(&got[3], Block::List(true, items) if items.len() == 2));
        assert!(matches!(&got[4], Block::Quote(run) if plain(run) == "nota dos"));
    }

    #[test]
    fn unclosed_marks_stay_as_written() {
        assert_eq!(plain(&inlines("2 * 3 ** y `z snake_case_name")), "2 * 3 ** y `z snake_case_name");
        assert_eq!(inlines("[a](b)"), vec![Inline::Link(vec![Inline::Text("a".into())], "b".into())]);
        assert_eq!(inlines("\\*no\\*"), vec![Inline::Text("*no*".into())]);
    }
}

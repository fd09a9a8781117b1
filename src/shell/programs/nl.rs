//! `nl`, `fold` and `expand`: lines with numbers, of limited width, without tabs.

use super::input::Lines;
use super::job::{Job, Outcome};
use super::regex::{Regex, Syntax};

/// `nl`, without sections.
pub async fn main(job: &mut Job) -> Outcome {
    let opts = job.options(
        "b:i:n:ps:v:w: body-numbering=b: line-increment=i: number-format=n: number-separator=s: \
         starting-line-number=v: number-width=w: no-renumber=p",
    )?;
    let number = |key: char, default: i64| opts.value(key).map_or(Ok(default), str::parse::<i64>);
    let (Ok(mut at), Ok(step), Ok(width)) = (number('v', 1), number('i', 1), number('w', 6)) else {
        job.complain(&["invalid line number argument"]);
        return Err(1);
    };
    let width = usize::try_from(width).unwrap_or(6);
    let separator = opts.value('s').unwrap_or("\t").to_string();
    let style = opts.value('b').unwrap_or("t").to_string();
    let pattern = match style.strip_prefix('p') {
        Some(text) => match Regex::new(text.as_bytes(), Syntax::default()) {
            Ok(regex) => Some(regex),
            Err(words) => {
                job.complain(&[words]);
                return Err(1);
            }
        },
        None => None,
    };
    let mut lines = Lines::new(opts.args.clone());
    while let Some((line, _)) = lines.line(job).await {
        let counted = match (style.as_str(), &pattern) {
            (_, Some(regex)) => regex.is_match(&line),
            ("a", _) => true,
            ("n", _) => false,
            _ => !line.is_empty(),
        };
        if counted {
            let text = match opts.value('n') {
                Some("ln") => format!("{at:<width$}"),
                Some("rz") => format!("{at:0width$}"),
                _ => format!("{at:width$}"),
            };
            job.out(&text);
            job.out(&separator);
            at += step;
        } else {
            job.out(&" ".repeat(width + separator.len()));
        }
        job.bytes(&line);
        job.out("\n");
    }
    Ok(())
}

/// `fold`: lines cut at a width, at spaces with `-s`.
pub async fn fold(job: &mut Job) -> Outcome {
    let first_number = job
        .args
        .first_mut()
        .filter(|a| a.strip_prefix('-').is_some_and(|d| !d.is_empty() && d.bytes().all(|b| b.is_ascii_digit())));
    if let Some(word) = first_number {
        word.insert(1, 'w');
    }
    let opts = job.options("bsw: bytes=b spaces=s width=w:")?;
    let text = opts.value('w').unwrap_or("80");
    let Some(width) = text.parse::<usize>().ok().filter(|w| *w > 0) else {
        let shown = job.quoted(text);
        job.complain(&["invalid number of columns: ", &shown]);
        return Err(1);
    };
    let mut lines = Lines::new(opts.args.clone());
    while let Some((line, ended)) = lines.line(job).await {
        let mut rest = line.as_slice();
        while rest.len() > width {
            let piece = rest.get(..width).unwrap_or(rest);
            let space = piece.iter().rposition(|b| *b == b' ').filter(|_| opts.has('s'));
            let (head, tail) = rest.split_at_checked(space.map_or(width, |at| at + 1)).unwrap_or((rest, &[]));
            job.bytes(head);
            job.out("\n");
            rest = tail;
        }
        job.bytes(rest);
        if ended {
            job.out("\n");
        }
    }
    Ok(())
}

/// `expand`: tabs as spaces.
pub async fn expand(job: &mut Job) -> Outcome {
    let opts = job.options("it: initial=i tabs=t:")?;
    let stop: usize = opts.value('t').and_then(|t| t.parse().ok()).filter(|t| *t > 0).unwrap_or(8);
    let mut lines = Lines::new(opts.args.clone());
    while let Some((line, ended)) = lines.line(job).await {
        let mut column = 0;
        let mut leading = true;
        for b in line {
            leading &= matches!(b, b' ' | b'\t');
            if b == b'\t' && (leading || !opts.has('i')) {
                let spaces = stop - column % stop;
                job.out(&" ".repeat(spaces));
                column += spaces;
            } else {
                job.bytes(&[b]);
                column += 1;
            }
        }
        if ended {
            job.out("\n");
        }
    }
    Ok(())
}

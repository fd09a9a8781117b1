//! The command lines of the programs: one short specification a program is read as `getopt_long` reads its tables,
//! and what is wrong with a command line is told in getopt's words. It must not know what any option means.

/// The key of an operand among the options.
pub const OPERAND: char = '\u{3}';

/// What a command line said.
#[derive(Debug, Default)]
pub struct Parsed {
    /// The options in their order: the key of each and its argument (empty where it has none).
    pub opts: Vec<(char, String)>,
    /// The operands.
    pub args: Vec<String>,
}

impl Parsed {
    fn operands(&mut self, words: impl Iterator<Item = String>, in_order: bool) {
        for word in words {
            if in_order {
                self.opts.push((OPERAND, word.clone()));
            }
            self.args.push(word);
        }
    }

    /// Whether an option was given.
    pub fn has(&self, key: char) -> bool {
        self.opts.iter().any(|(k, _)| *k == key)
    }

    /// Which of several options that exclude each other came last.
    pub fn last(&self, keys: &str) -> Option<char> {
        self.opts.iter().rev().map(|(k, _)| *k).find(|k| keys.contains(*k))
    }

    /// Those given of several options, in their order.
    pub fn all(&self, keys: &'static str) -> impl Iterator<Item = char> + '_ {
        self.opts.iter().map(|(k, _)| *k).filter(|k| keys.contains(*k))
    }

    /// The argument of an option (of the last, where it was given more than once).
    pub fn value(&self, key: char) -> Option<&str> {
        self.opts.iter().rev().find(|(k, _)| *k == key).map(|(_, v)| v.as_str())
    }

    /// The arguments of an option that may be given more than once.
    pub fn values(&self, key: char) -> impl Iterator<Item = &str> {
        self.opts.iter().filter(move |(k, _)| *k == key).map(|(_, v)| v.as_str())
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Arg {
    None,
    Needed,
    Optional,
}

/// Reads a command line (without the program's name). The specification is one string: first getopt's letters
/// (`:` after those that take an argument, `::` where it is optional, a leading `+` to stop at the first operand, a
/// leading `-` to have the operands also among the options, as the arguments of [`OPERAND`], where the order says
/// something), then, after spaces, the long options as `name=key`, the key being the letter that stands for it, with `:` or `?`
/// behind it where they need or may have an argument. Long names may be shortened as far as they stay unique.
///
/// # Errors
/// getopt's sentence, without the name of the program: `invalid option -- 'z'`.
pub fn parse(spec: &str, args: &[String]) -> Result<Parsed, String> {
    let mut words = spec.split(' ');
    let letters = words.next().unwrap_or("");
    let (stop_early, in_order) = (letters.starts_with('+'), letters.starts_with('-'));
    let letters = letters.trim_start_matches(['+', '-']);
    let longs: Vec<(&str, char, Arg)> = words.filter_map(long_option).collect();
    let mut parsed = Parsed::default();
    let mut args = args.iter();
    while let Some(word) = args.next() {
        if word == "--" {
            parsed.operands(args.by_ref().cloned(), in_order);
        } else if let Some(long) = word.strip_prefix("--") {
            let (name, given) = match long.split_once('=') {
                Some((name, value)) => (name, Some(value.to_string())),
                None => (long, None),
            };
            let (full, key, arg) = find_long(&longs, name, long)?;
            let value = match (arg, given) {
                (Arg::None, Some(_)) => return Err(["option '--", full, "' doesn't allow an argument"].concat()),
                (Arg::Needed, None) => match args.next() {
                    Some(value) => value.clone(),
                    None => return Err(["option '--", full, "' requires an argument"].concat()),
                },
                (_, given) => given.unwrap_or_default(),
            };
            parsed.opts.push((key, value));
        } else if word.len() > 1 && word.starts_with('-') {
            short_options(letters, word, &mut args, &mut parsed)?;
        } else {
            parsed.operands(std::iter::once(word.clone()), in_order);
            if stop_early {
                parsed.args.extend(args.by_ref().cloned());
            }
        }
    }
    Ok(parsed)
}

fn long_option(word: &str) -> Option<(&str, char, Arg)> {
    let (name, rest) = word.split_once('=')?;
    let mut rest = rest.chars();
    let key = rest.next()?;
    let arg = match rest.next() {
        Some(':') => Arg::Needed,
        Some('?') => Arg::Optional,
        _ => Arg::None,
    };
    Some((name, key, arg))
}

fn find_long<'a>(longs: &[(&'a str, char, Arg)], name: &str, given: &str) -> Result<(&'a str, char, Arg), String> {
    if let Some(exact) = longs.iter().find(|l| l.0 == name) {
        return Ok(*exact);
    }
    let close: Vec<_> = longs.iter().filter(|l| l.0.starts_with(name)).collect();
    match close.as_slice() {
        [] => Err(["unrecognized option '--", given, "'"].concat()),
        [one, rest @ ..] if rest.iter().all(|l| l.1 == one.1) => Ok(**one),
        many => {
            let mut words = ["option '--", given, "' is ambiguous; possibilities:"].concat();
            for long in many {
                words.push_str(&[" '--", long.0, "'"].concat());
            }
            Err(words)
        }
    }
}

fn short_options(
    letters: &str,
    word: &str,
    args: &mut std::slice::Iter<'_, String>,
    parsed: &mut Parsed,
) -> Result<(), String> {
    let mut rest = word.chars();
    rest.next();
    while let Some(key) = rest.next() {
        let after = letters.split_once(key).map(|(_, after)| after).filter(|_| key != ':');
        let Some(after) = after else { return Err(["invalid option -- '", key.to_string().as_str(), "'"].concat()) };
        let value = if after.starts_with("::") {
            std::mem::replace(&mut rest, "".chars()).as_str().to_string()
        } else if after.starts_with(':') {
            let value = std::mem::replace(&mut rest, "".chars()).as_str();
            match (value, args.len()) {
                ("", 0) => return Err(["option requires an argument -- '", key.to_string().as_str(), "'"].concat()),
                ("", _) => args.next().cloned().unwrap_or_default(),
                _ => value.to_string(),
            }
        } else {
            String::new()
        };
        parsed.opts.push((key, value));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const SPEC: &str = "alw:S:: all=a almost-all=A recursive=R reverse=r width=w: color=C?";

    fn run(line: &str) -> String {
        let args: Vec<String> = line.split_whitespace().map(str::to_string).collect();
        match parse(SPEC, &args) {
            Ok(p) => {
                let opts: Vec<String> = p.opts.iter().map(|(k, v)| format!("{k}{v}")).collect();
                format!("{} / {}", opts.join(" "), p.args.join(" "))
            }
            Err(e) => e,
        }
    }

    #[test]
    fn options_are_read_as_getopt_reads_them() {
        assert_eq!(run("-la x -w 3 y"), "l a w3 / x y");
        assert_eq!(run("-aw80 -- -l"), "a w80 / -l");
        assert_eq!(run("--wid=7 --color --color=auto - -Sx -S"), "w7 C Cauto Sx S / -");
    }

    #[test]
    fn mistakes_are_told_in_getopts_words() {
        assert_eq!(run("-az"), "invalid option -- 'z'");
        assert_eq!(run("-w"), "option requires an argument -- 'w'");
        assert_eq!(run("--nope"), "unrecognized option '--nope'");
        assert_eq!(run("--width"), "option '--width' requires an argument");
        assert_eq!(run("--all=3"), "option '--all' doesn't allow an argument");
        assert_eq!(run("--re"), "option '--re' is ambiguous; possibilities: '--recursive' '--reverse'");
    }
}

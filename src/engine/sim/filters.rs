//! The filters that listings and prunes share. It must not know what is filtered.

use crate::ambient::{Time, SECOND};
use crate::engine::api::{EngineError, Filters};
use crate::sorted::VecMap;

/// Whether the labels satisfy every `label` and `label!` of the filters.
pub(super) fn labels_pass(filters: &Filters, labels: Option<&VecMap<String, String>>) -> bool {
    let has = |wanted: &String| match wanted.split_once('=') {
        Some((k, v)) => labels.and_then(|l| l.get(k)).is_some_and(|have| have == v),
        None => labels.is_some_and(|l| l.contains_key(wanted)),
    };
    filters.get("label").iter().all(has) && !filters.get("label!").iter().any(has)
}

/// The moment of an `until` filter: a duration back from now (`24h`), seconds, or RFC 3339.
pub(super) fn until(filters: &Filters, now: Time) -> Result<Option<Time>, EngineError> {
    let Some(text) = filters.get("until").first() else { return Ok(None) };
    moment(text, now)
        .map(Some)
        .ok_or_else(|| EngineError::InvalidFilterValue { filter: "until".into(), value: text.clone() })
}

fn moment(text: &str, now: Time) -> Option<Time> {
    if let Some(back) = go_duration(text) {
        return Some(now.plus_nanos(-back));
    }
    if let Ok(secs) = text.parse::<f64>() {
        return Some(Time((secs * SECOND as f64) as i64));
    }
    Time::parse_rfc3339(text)
        .or_else(|| Time::parse_rfc3339(&format!("{text}Z")))
        .or_else(|| Time::parse_rfc3339(&format!("{text}T00:00:00Z")))
}

/// `1h30m`, `10s`: Go's `time.ParseDuration`, in nanoseconds.
fn go_duration(text: &str) -> Option<i64> {
    const UNITS: [(&str, f64); 7] =
        [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];
    let mut rest = text.strip_prefix('-').unwrap_or(text);
    let mut total = 0.0;
    if rest.is_empty() {
        return None;
    }
    while !rest.is_empty() {
        let end = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, tail) = rest.split_at_checked(end)?;
        let unit_end = tail.find(|c: char| c.is_ascii_digit()).unwrap_or(tail.len());
        let (unit, next) = tail.split_at_checked(unit_end)?;
        let scale = UNITS.iter().find(|(u, _)| *u == unit)?.1;
        total += number.parse::<f64>().ok()? * scale;
        rest = next;
    }
    Some(if text.starts_with('-') { -total as i64 } else { total as i64 })
}

/// Go's `path.Match`: `*` and `?` do not cross a slash, `[a-z]` is a class.
pub(super) fn path_match(pattern: &str, name: &str) -> bool {
    let (p, n): (Vec<char>, Vec<char>) = (pattern.chars().collect(), name.chars().collect());
    matches_from(&p, &n)
}

fn matches_from(p: &[char], n: &[char]) -> bool {
    match (p.split_first(), n.split_first()) {
        (None, rest) => rest.is_none(),
        (Some(('*', more)), rest) => {
            matches_from(more, n) || rest.is_some_and(|(c, tail)| *c != '/' && matches_from(p, tail))
        }
        (Some(('?', more)), Some((c, tail))) => *c != '/' && matches_from(more, tail),
        (Some(('[', more)), Some((c, tail))) => match class(more, *c) {
            Some((hit, rest)) => hit && *c != '/' && matches_from(rest, tail),
            None => false,
        },
        (Some(('\\', more)), Some((c, tail))) => {
            more.split_first().is_some_and(|(e, rest)| e == c && matches_from(rest, tail))
        }
        (Some((e, more)), Some((c, tail))) => e == c && matches_from(more, tail),
        (Some(_), None) => false,
    }
}

/// Whether `c` is in the class that begins `p` (after its bracket), and what follows the class.
fn class(p: &[char], c: char) -> Option<(bool, &[char])> {
    let (negated, mut rest) = match p.split_first() {
        Some(('^', more)) => (true, more),
        _ => (false, p),
    };
    let mut hit = false;
    loop {
        let (&low, more) = rest.split_first()?;
        match (low, more) {
            (']', _) => return Some((hit != negated, more)),
            (_, ['-', high, after @ ..]) if *high != ']' => {
                hit |= (low..=*high).contains(&c);
                rest = after;
            }
            _ => {
                hit |= low == c;
                rest = more;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn patterns_are_those_of_path_match() {
        for (pattern, name, want) in [
            ("ubuntu", "ubuntu", true),
            ("ub*", "ubuntu", true),
            ("*", "a/b", false),
            ("*/b", "a/b", true),
            ("mi-[a-c]x", "mi-bx", true),
            ("mi-[^a]x", "mi-ax", false),
            ("?", "ab", false),
        ] {
            assert_eq!(path_match(pattern, name), want, "{pattern} {name}");
        }
    }

    #[test]
    fn moments_are_read_as_docker_does() {
        let now = Time::from_secs(100_000);
        let mut f = Filters::new();
        f.add("until", "1h30m");
        assert_eq!(until(&f, now), Ok(Some(Time::from_secs(100_000 - 5400))));
        let mut f = Filters::new();
        f.add("until", "x");
        assert_eq!(until(&f, now).unwrap_err().to_string(), "Invalid filter 'until=x'");
    }
}

//! Dates as `strftime` and `date` write them in the C locale and as `date -d` reads the usual forms. All is UTC: the
//! minimal images have no time zones. It must not ask what time it is.

use crate::ambient::{Time, SECOND};

const DAYS: [&str; 7] = ["Sunday", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday"];
const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// A moment in the words of a format of `date`, with GNU's flags `-`, `_`, `0`, `^` and widths.
pub fn format(t: Time, pattern: &str) -> String {
    formatted(t, pattern, true)
}

/// A moment in the words of a format of the C library's `strftime`, which has no `%N`, `%q` and `%:z`.
pub fn strftime(t: Time, pattern: &str) -> String {
    formatted(t, pattern, false)
}

fn formatted(t: Time, pattern: &str, gnu: bool) -> String {
    let mut out = String::new();
    let mut rest = pattern;
    while let Some((text, directive)) = rest.split_once('%') {
        out.push_str(text);
        let mut flag = ' ';
        let mut width = 0usize;
        let mut chars = directive.chars();
        let key = chars.find(|&f| {
            match f {
                '-' | '_' | '^' => flag = f,
                ':' if gnu => flag = f,
                '0' if width == 0 => flag = f,
                '0'..='9' => width = (width * 10 + f as usize - '0' as usize).min(99),
                _ => return true,
            }
            false
        });
        rest = chars.as_str();
        let key = key.filter(|key| if flag == ':' { *key == 'z' } else { gnu || !"Nq".contains(*key) });
        match key.and_then(|key| field(t, key, flag, width)) {
            Some(text) => out.push_str(&if flag == '^' { text.to_uppercase() } else { text }),
            // What means nothing stands for itself.
            None => {
                out.push('%');
                out.push_str(directive.strip_suffix(rest).unwrap_or(directive));
            }
        }
    }
    out.push_str(rest);
    out
}

/// What a letter stands for, if anything.
fn field(t: Time, key: char, flag: char, width: usize) -> Option<String> {
    let c = t.civil();
    let day_name = DAYS.get(usize::from(c.weekday)).copied().unwrap_or("");
    let month_name = MONTHS.get(usize::from(c.month).wrapping_sub(1)).copied().unwrap_or("");
    let (year, month, day) = (c.year, i64::from(c.month), i64::from(c.day));
    let (hour, minute, second) = (i64::from(c.hour), i64::from(c.minute), i64::from(c.second));
    let (weekday, year_day) = (i64::from(c.weekday), i64::from(c.year_day));
    let hour12 = (hour + 11) % 12 + 1;
    let (iso_year, iso_week) = iso_week(year, year_day, weekday);
    let number = |value: i64, digits: usize, pad: char| {
        let digits = digits.max(width);
        match (flag, pad) {
            ('-', _) => value.to_string(),
            ('_', _) | (' ', ' ') => format!("{value:digits$}"),
            _ => format!("{value:0digits$}"),
        }
    };
    Some(match key {
        'a' => day_name.get(..3).unwrap_or("").to_string(),
        'A' => day_name.to_string(),
        'b' | 'h' => month_name.get(..3).unwrap_or("").to_string(),
        'B' => month_name.to_string(),
        'c' => format(t, "%a %b %e %H:%M:%S %Y"),
        'D' | 'x' => format(t, "%m/%d/%y"),
        'F' => format(t, "%Y-%m-%d"),
        'T' | 'X' => format(t, "%H:%M:%S"),
        'R' => format(t, "%H:%M"),
        'r' => format(t, "%I:%M:%S %p"),
        'p' => (if hour < 12 { "AM" } else { "PM" }).to_string(),
        'P' => (if hour < 12 { "am" } else { "pm" }).to_string(),
        'n' => "\n".to_string(),
        't' => "\t".to_string(),
        '%' => "%".to_string(),
        'Z' => "UTC".to_string(),
        'z' => (if flag == ':' { "+00:00" } else { "+0000" }).to_string(),
        'N' => {
            let nanos = format!("{:09}", c.nano);
            nanos.get(..if width == 0 { 9 } else { width.min(9) }).unwrap_or("").to_string()
        }
        'Y' => number(year, 4, '0'),
        'C' => number(year / 100, 2, '0'),
        'y' => number(year.rem_euclid(100), 2, '0'),
        'm' => number(month, 2, '0'),
        'd' => number(day, 2, '0'),
        'e' => number(day, 2, ' '),
        'H' => number(hour, 2, '0'),
        'I' => number(hour12, 2, '0'),
        'k' => number(hour, 2, ' '),
        'l' => number(hour12, 2, ' '),
        'M' => number(minute, 2, '0'),
        'S' => number(second, 2, '0'),
        's' => number(t.secs(), 1, '0'),
        'j' => number(year_day, 3, '0'),
        'u' => number((weekday + 6) % 7 + 1, 1, '0'),
        'w' => number(weekday, 1, '0'),
        'q' => number((month - 1) / 3 + 1, 1, '0'),
        'U' => number((year_day + 6 - weekday) / 7, 2, '0'),
        'W' => number((year_day + 6 - (weekday + 6) % 7) / 7, 2, '0'),
        'V' => number(iso_week, 2, '0'),
        'G' => number(iso_year, 4, '0'),
        'g' => number(iso_year.rem_euclid(100), 2, '0'),
        _ => return None,
    })
}

/// Year and week of ISO 8601.
fn iso_week(year: i64, year_day: i64, weekday: i64) -> (i64, i64) {
    let week = (year_day - (weekday + 6) % 7 + 9) / 7;
    let weeks = |y: i64| {
        let start = Time::from_civil(y, 1, 1, 0, 0, 0).civil().weekday;
        let end = Time::from_civil(y, 12, 31, 0, 0, 0).civil().weekday;
        if start == 4 || end == 4 {
            53
        } else {
            52
        }
    };
    if week < 1 {
        (year - 1, weeks(year - 1))
    } else if week > weeks(year) {
        (year + 1, 1)
    } else {
        (year, week)
    }
}

/// Reads a date as `date -d` and `touch -d` do: `@N`, ISO 8601, `YYYY-MM-DD [HH:MM[:SS[.frac]]] [zone]`, `24 Nov 2026`,
/// `now`, `today`, `yesterday`, `tomorrow`, and relative words such as `2 days ago`, `+1 hour`, `next week`.
pub fn parse(text: &str, now: Time) -> Option<Time> {
    let text = text.trim();
    if let Some(stamp) = text.strip_prefix('@') {
        return seconds(stamp).map(Time);
    }
    let mut date = None;
    let mut clock = None;
    let mut zone = 0;
    let mut shift = 0i64;
    let mut months = 0i64;
    let mut year_seen = None;
    let (mut month_seen, mut day_seen) = (None, None);
    let lowered = text.to_ascii_lowercase().replace(',', " ");
    // An ISO stamp joins date and clock with a T.
    let joined = lowered.split_once('t').filter(|(d, c)| d.ends_with(is_digit) && c.starts_with(is_digit));
    let text = match joined {
        Some((d, c)) => [d, " ", c].concat(),
        None => lowered.clone(),
    };
    let words: Vec<&str> = text.split_whitespace().collect();
    let mut words = words.into_iter().peekable();
    while let Some(word) = words.next() {
        if word.contains(':') {
            let (at, offset) = parse_clock(word)?;
            (clock, zone) = (Some(at), offset);
        } else if let Some(ymd) = parse_ymd(word) {
            date = Some(ymd);
        } else if let Some(month) = month_number(word) {
            month_seen = Some(month);
        } else if let Some(offset) = parse_zone(word).filter(|_| clock.is_some()) {
            zone = offset;
        } else if let Ok(n) = word.parse::<i64>() {
            match words.peek().and_then(|w| unit(w)) {
                Some((nanos, m)) => {
                    words.next();
                    let ago = if words.next_if_eq(&"ago").is_some() { -1 } else { 1 };
                    shift = shift.checked_add(nanos.checked_mul(n * ago)?)?;
                    months += m * n * ago;
                }
                None if word.len() == 4 => year_seen = Some(n),
                None => day_seen = Some(n),
            }
        } else {
            match word {
                "now" => {}
                "today" => {}
                "midnight" => clock = Some(0),
                "noon" => clock = Some(12 * 3600 * SECOND),
                "yesterday" => shift -= 86_400 * SECOND,
                "tomorrow" => shift += 86_400 * SECOND,
                "next" | "last" => {
                    let (nanos, m) = unit(words.next()?)?;
                    let sign = if word == "next" { 1 } else { -1 };
                    shift += nanos * sign;
                    months += m * sign;
                }
                "am" => {}
                "pm" => clock = clock.map(|c| if c < 12 * 3600 * SECOND { c + 12 * 3600 * SECOND } else { c }),
                "utc" | "gmt" | "z" => zone = 0,
                _ if DAYS.iter().any(|d| d.get(..3).is_some_and(|d| word.starts_with(&d.to_ascii_lowercase()))) => {}
                _ => {
                    let (nanos, m) = unit(word)?;
                    let ago = if words.next_if_eq(&"ago").is_some() { -1 } else { 1 };
                    shift += nanos * ago;
                    months += m * ago;
                }
            }
        }
    }
    let c = now.civil();
    if month_seen.is_some() || day_seen.is_some() {
        date = Some((year_seen.unwrap_or(c.year), month_seen.unwrap_or(i64::from(c.month)), day_seen.unwrap_or(1)));
    }
    let (year, month, day) = date.unwrap_or((c.year, i64::from(c.month), i64::from(c.day)));
    let now_clock = now.0.rem_euclid(86_400 * SECOND);
    let clock = clock.unwrap_or(if date.is_some() || lowered.is_empty() { 0 } else { now_clock });
    let base = Time::from_civil(year, month + months, day, 0, 0, 0);
    Some(base.plus_nanos(clock).plus_nanos(shift).plus_nanos(-zone * SECOND))
}

fn is_digit(c: char) -> bool {
    c.is_ascii_digit()
}

/// Decimal seconds as nanoseconds; `5`, `-1`, `0.25`.
pub fn seconds(text: &str) -> Option<i64> {
    let (whole, frac) = text.split_once('.').unwrap_or((text, ""));
    if frac.contains(|c: char| !is_digit(c)) || whole.is_empty() && frac.is_empty() {
        return None;
    }
    let negative = whole.starts_with('-');
    let whole = if whole.is_empty() { 0 } else { whole.parse::<i64>().ok()? };
    let mut nanos = 0;
    for i in 0..9 {
        nanos = nanos * 10 + frac.as_bytes().get(i).map_or(0, |b| i64::from(b - b'0'));
    }
    whole.checked_mul(SECOND)?.checked_add(if negative { -nanos } else { nanos })
}

fn parse_ymd(word: &str) -> Option<(i64, i64, i64)> {
    let sep = if word.contains('/') { '/' } else { '-' };
    let parts: Vec<i64> = word.split(sep).map(|p| p.parse().ok()).collect::<Option<_>>()?;
    let (y, m, d) = match *parts.as_slice() {
        [y, m, d] if sep == '-' && y > 31 => (y, m, d),
        [m, d, y] if sep == '/' && y > 31 => (y, m, d),
        [y, m, d] if sep == '/' => (y, m, d),
        [n] if word.len() == 8 => (n / 10_000, n / 100 % 100, n % 100),
        _ => return None,
    };
    ((1..=12).contains(&m) && (1..=31).contains(&d)).then_some((y, m, d))
}

/// `HH:MM[:SS[.frac]]` with an offset or `z` at its end: nanoseconds of the day, and seconds of the offset.
fn parse_clock(word: &str) -> Option<(i64, i64)> {
    let (clock, zone) = match word.char_indices().find(|(_, c)| "+-z".contains(*c)) {
        Some((at, _)) => word.split_at_checked(at)?,
        None => (word, ""),
    };
    let mut parts = clock.splitn(3, ':');
    let (hour, minute) = (parts.next()?.parse::<i64>().ok()?, parts.next()?.parse::<i64>().ok()?);
    let second = parts.next().map_or(Some(0), seconds)?;
    if hour > 23 || minute > 59 || second >= 61 * SECOND {
        return None;
    }
    let offset = if zone.is_empty() { 0 } else { parse_zone(zone)? };
    Some(((hour * 3600 + minute * 60) * SECOND + second, offset))
}

fn parse_zone(word: &str) -> Option<i64> {
    if word == "z" || word == "utc" || word == "gmt" {
        return Some(0);
    }
    let (sign, rest) = match word.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let digits = rest.replace(':', "");
    let n = digits.parse::<i64>().ok()?;
    match digits.len() {
        2 => Some(sign * n * 3600),
        4 => Some(sign * (n / 100 * 3600 + n % 100 * 60)),
        _ => None,
    }
}

fn month_number(word: &str) -> Option<i64> {
    let short = word.get(..3)?;
    let at = MONTHS.iter().position(|m| m.get(..3).is_some_and(|m| m.eq_ignore_ascii_case(short)))?;
    MONTHS.get(at)?.to_ascii_lowercase().starts_with(word).then_some(at as i64 + 1)
}

/// A unit of time: nanoseconds, and months where its length varies.
fn unit(word: &str) -> Option<(i64, i64)> {
    Some(match word.strip_suffix('s').unwrap_or(word) {
        "sec" | "second" => (SECOND, 0),
        "min" | "minute" => (60 * SECOND, 0),
        "hour" => (3600 * SECOND, 0),
        "day" => (86_400 * SECOND, 0),
        "week" => (7 * 86_400 * SECOND, 0),
        "fortnight" => (14 * 86_400 * SECOND, 0),
        "month" => (0, 1),
        "year" => (0, 12),
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        Time::parse_rfc3339(text).unwrap()
    }

    #[test]
    fn formats() {
        let t = at("2026-01-02T03:04:05.006Z");
        assert_eq!(format(t, "%a %b %e %H:%M:%S %Z %Y"), "Fri Jan  2 03:04:05 UTC 2026");
        assert_eq!(format(t, "%Y-%m-%d %T.%N %z|%-d|%_H|%^a|%3N|%j|%V|%s"), {
            "2026-01-02 03:04:05.006000000 +0000|2| 3|FRI|006|002|01|1767323045"
        });
        assert_eq!(format(t, "%q%%%!|%-!|%:Y|%"), "1%%!|%-!|%:Y|%");
        assert_eq!(strftime(t, "%H:%M %P %-d %3N %q %:z %z"), "03:04 am 2 %3N %q %:z +0000");
    }

    #[test]
    fn dates_are_read() {
        let now = at("2026-11-24T10:20:30Z");
        let reads = |s: &str| parse(s, now).map(|t| t.to_string()).unwrap_or_default();
        assert_eq!(reads("@86400"), "1970-01-02T00:00:00Z");
        assert_eq!(reads("2020-02-03"), "2020-02-03T00:00:00Z");
        assert_eq!(reads("2020-02-03 04:05"), "2020-02-03T04:05:00Z");
        assert_eq!(reads("2020-02-03T04:05:06Z"), "2020-02-03T04:05:06Z");
        assert_eq!(reads("2020-02-03T04:05:06+01:00"), "2020-02-03T03:05:06Z");
        assert_eq!(reads("2020-02-03 04:05:06.5 +0100"), "2020-02-03T03:05:06.5Z");
        assert_eq!(reads("yesterday"), "2026-11-23T10:20:30Z");
        assert_eq!(reads("2 days ago"), "2026-11-22T10:20:30Z");
        assert_eq!(reads("+1 hour"), "2026-11-24T11:20:30Z");
        assert_eq!(reads("next month"), "2026-12-24T10:20:30Z");
        assert_eq!(reads("24 Nov 2020"), "2020-11-24T00:00:00Z");
        assert_eq!(reads("Nov 5 2020 3:04"), "2020-11-05T03:04:00Z");
        assert_eq!(reads("10:00"), "2026-11-24T10:00:00Z");
        assert_eq!(reads("garbage"), "");
    }
}

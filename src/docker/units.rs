//! Sizes and durations in the words of `docker/go-units`, and how ids and long texts are cut. It must not know
//! where the numbers come from.

use super::template::printf::float_g;
use crate::ambient::{Time, SECOND};

/// `72.9MB`: base 1000, three digits, as the size columns of tables.
pub fn human_size3(bytes: u64) -> String {
    scaled(bytes as f64, 3, 1000.0, &["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"])
}

/// `72.89MB`: base 1000, four digits, as progress and `system df`.
pub fn human_size(bytes: u64) -> String {
    scaled(bytes as f64, 4, 1000.0, &["B", "kB", "MB", "GB", "TB", "PB", "EB", "ZB", "YB"])
}

/// `23.54GiB`: base 1024, four digits, as memory.
pub fn bytes_size(bytes: u64) -> String {
    scaled(bytes as f64, 4, 1024.0, &["B", "KiB", "MiB", "GiB", "TiB", "PiB", "EiB", "ZiB", "YiB"])
}

fn scaled(mut size: f64, digits: usize, base: f64, units: &[&str]) -> String {
    let mut left = units.iter();
    let mut unit = left.next().copied().unwrap_or("");
    while size >= base {
        let Some(next) = left.next() else { break };
        unit = next;
        size /= base;
    }
    float_g(size, Some(digits)) + unit
}

/// `About an hour`, from nanoseconds.
pub fn human_duration(nanos: i64) -> String {
    let seconds = nanos / SECOND;
    let minutes = seconds / 60;
    let hours = (nanos as f64 / (3600.0 * SECOND as f64) + 0.5) as i64;
    match () {
        () if seconds < 1 => "Less than a second".to_owned(),
        () if seconds == 1 => "1 second".to_owned(),
        () if seconds < 60 => format!("{seconds} seconds"),
        () if minutes == 1 => "About a minute".to_owned(),
        () if minutes < 60 => format!("{minutes} minutes"),
        () if hours == 1 => "About an hour".to_owned(),
        () if hours < 48 => format!("{hours} hours"),
        () if hours < 24 * 14 => format!("{} days", hours / 24),
        () if hours < 24 * 60 => format!("{} weeks", hours / 24 / 7),
        () if hours < 24 * 365 * 2 => format!("{} months", hours / 24 / 30),
        () => format!("{} years", seconds / 3600 / 24 / 365),
    }
}

/// `3 weeks ago`, for a moment in whole seconds.
pub fn ago(now: Time, created: i64) -> String {
    human_duration(now.0.saturating_sub(Time::from_secs(created).0)) + " ago"
}

/// Go's `time.Time.String` for a moment in whole seconds: `2026-11-24 10:53:13 +0000 UTC`.
pub fn date_time(secs: i64) -> String {
    let c = Time::from_secs(secs).civil();
    format!("{:04}-{:02}-{:02} {:02}:{:02}:{:02} +0000 UTC", c.year, c.month, c.day, c.hour, c.minute, c.second)
}

/// The first 12 digits, without `sha256:`.
pub fn short_id(id: &str) -> &str {
    let digits = id.strip_prefix("sha256:").unwrap_or(id);
    digits.get(..12).unwrap_or(digits)
}

/// At most `max` columns, the last an ellipsis where something was cut.
pub fn ellipsis(text: &str, max: usize) -> String {
    use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};
    if text.width() <= max {
        return text.to_owned();
    }
    let mut out = String::new();
    let mut width = 0;
    for c in text.chars() {
        width += c.width().unwrap_or(0);
        if width > max.saturating_sub(1) {
            break;
        }
        out.push(c);
    }
    out.push('…');
    out
}

/// A size as a person writes it (`64m`, `1.5g`, `512`), base 1024; the error is go-units' sentence.
pub fn ram_in_bytes(text: &str) -> Result<i64, String> {
    let invalid = || format!("invalid size: '{text}'");
    let split = text.find(|c: char| !c.is_ascii_digit() && c != '.').unwrap_or(text.len());
    let (number, unit) = text.split_at_checked(split).ok_or_else(invalid)?;
    let number: f64 = number.parse().map_err(|_| invalid())?;
    let unit = unit.strip_prefix(' ').unwrap_or(unit).to_ascii_lowercase();
    let (prefix, rest) = match unit.chars().next() {
        Some(c) if "kmgtp".contains(c) => (c, unit.get(1..).unwrap_or("")),
        _ => ('b', unit.as_str()),
    };
    if !matches!(rest, "" | "b" | "ib") || (prefix == 'b' && rest == "ib") {
        return Err(invalid());
    }
    let power = "bkmgtp".find(prefix).unwrap_or(0);
    Ok((number * 1024f64.powi(power as i32)) as i64)
}

/// Go's `time.ParseDuration`: nanoseconds of `1h30m`, `500ms`, `-2s`.
pub fn parse_duration(text: &str) -> Option<i64> {
    let (sign, mut rest) = match text.strip_prefix('-') {
        Some(rest) => (-1.0, rest),
        None => (1.0, text.strip_prefix('+').unwrap_or(text)),
    };
    if rest == "0" {
        return Some(0);
    }
    if rest.is_empty() {
        return None;
    }
    let mut total = 0.0;
    while !rest.is_empty() {
        let digits = rest.find(|c: char| !c.is_ascii_digit() && c != '.')?;
        let (number, after) = rest.split_at_checked(digits)?;
        let number: f64 = number.parse().ok()?;
        let units = [("ns", 1.0), ("us", 1e3), ("µs", 1e3), ("ms", 1e6), ("s", 1e9), ("m", 6e10), ("h", 3.6e12)];
        let (unit, scale) =
            units.iter().find(|(u, _)| after.starts_with(u) && (*u != "m" || !after.starts_with("ms")))?;
        total += number * scale;
        rest = after.strip_prefix(unit)?;
    }
    Some((sign * total) as i64)
}

/// A moment as `--since` and `--until` take it: a duration before `now`, a date, a date and time, or seconds
/// since the epoch (`timetypes.GetTimestamp`).
pub fn parse_moment(text: &str, now: Time) -> Option<Time> {
    if let Some(nanos) = parse_duration(text).filter(|_| text != "0") {
        return Some(Time::from_secs(now.plus_nanos(-nanos).secs()));
    }
    let (date, clock) = text.split_once('T').unwrap_or((text, ""));
    if date.matches('-').count() >= 2 {
        let zone = if clock.contains(['Z', '+', '-']) { "" } else { "Z" };
        let full = match clock.trim_end_matches('Z').matches(':').count() {
            _ if clock.is_empty() => "00:00:00".to_owned(),
            0 => format!("{}:00:00", clock.trim_end_matches('Z')),
            1 if zone == "Z" => format!("{clock}:00"),
            _ => clock.to_owned(),
        };
        return Time::parse_rfc3339(&format!("{}T{full}{zone}", date.trim_end_matches('Z')));
    }
    let (secs, fraction) = text.split_once('.').unwrap_or((text, ""));
    let nanos = if fraction.is_empty() { 0 } else { format!("{fraction:0<9}").get(..9)?.parse().ok()? };
    secs.parse().ok().map(|secs: i64| Time(secs.saturating_mul(SECOND)).plus_nanos(nanos))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_go_units() {
        let sizes = [0, 52, 999, 1002, 999_499, 999_500, 72_885_460, 75_824_128, 1_982_296, 10_000_000_000];
        let three: Vec<String> = sizes.iter().map(|n| human_size3(*n)).collect();
        let want = ["0B", "52B", "999B", "1kB", "999kB", "1e+03kB", "72.9MB", "75.8MB", "1.98MB", "10GB"];
        assert_eq!(three, want);
        assert_eq!([human_size(72_885_460), human_size(12_345), human_size(1000)], ["72.89MB", "12.35kB", "1kB"]);
        assert_eq!([bytes_size(25_274_793_984), bytes_size(327_680), bytes_size(0)], ["23.54GiB", "320KiB", "0B"]);
    }

    #[test]
    fn durations_are_go_units() {
        let words = |seconds: i64| human_duration(seconds * SECOND);
        for (seconds, want) in [
            (0, "Less than a second"),
            (1, "1 second"),
            (59, "59 seconds"),
            (60, "About a minute"),
            (120, "2 minutes"),
            (59 * 60, "59 minutes"),
            (60 * 60, "About an hour"),
            (90 * 60, "2 hours"),
            (47 * 3600, "47 hours"),
            (48 * 3600, "2 days"),
            (22 * 86_400, "3 weeks"),
            (365 * 86_400, "12 months"),
            (1000 * 86_400, "2 years"),
        ] {
            assert_eq!(words(seconds), want, "{seconds} s");
        }
    }

    #[test]
    fn texts_are_cut_and_read() {
        assert_eq!(ellipsis("bash -c 'echo hola > /hola.txt'", 20), "bash -c 'echo hola …");
        assert_eq!((ellipsis("bash", 20), ellipsis("ñandú", 4)), ("bash".into(), "ñan…".into()));
        assert_eq!(short_id("sha256:eb00f075d41f349b"), "eb00f075d41f");
        assert_eq!(
            [ram_in_bytes("64m"), ram_in_bytes("1.5g"), ram_in_bytes("512")],
            [Ok(67_108_864), Ok(1_610_612_736), Ok(512)]
        );
        assert!(ram_in_bytes("x").is_err() && ram_in_bytes("5mm").is_err());
        assert_eq!(
            [parse_duration("1h30m"), parse_duration("500ms"), parse_duration("x")],
            [Some(5_400 * SECOND), Some(SECOND / 2), None]
        );
        let now = Time::from_secs(1_000_000);
        assert_eq!(parse_moment("10m", now), Some(Time::from_secs(999_400)));
        assert_eq!(parse_moment("1970-01-01", now), Some(Time(0)));
        assert_eq!(parse_moment("1970-01-01T00:01", now), Some(Time::from_secs(60)));
        assert_eq!(parse_moment("1970-01-01T01:00:00+01:00", now), Some(Time(0)));
        assert_eq!((parse_moment("12.5", now), parse_moment("x", now)), (Some(Time(12_500_000_000)), None));
    }
}

//! How wide a text is, without asking a browser, and how long texts are made to fit. Widths are upper bounds over the
//! fonts of the two stacks; too wide only costs a little room, too narrow would clip.

/// Bytes as Docker prints them (`units.HumanSize` with three digits): base 1000, `%.3g`.
pub fn human_size(bytes: u64) -> String {
    sized(bytes, 3)
}

/// Bytes with `digits` significant digits, base 1000, as C's `%.{digits}g` and the unit.
pub fn sized(bytes: u64, digits: usize) -> String {
    const UNITS: [&str; 7] = ["B", "kB", "MB", "GB", "TB", "PB", "EB"];
    let (mut value, mut unit) = (bytes as f64, 0);
    while value >= 1000.0 && unit < UNITS.len() - 1 {
        value /= 1000.0;
        unit += 1;
    }
    format!("{}{}", significant(value, digits), UNITS.get(unit).unwrap_or(&""))
}

/// `%.{digits}g` for values from 0 to 1000: trailing zeros cut, an exponent where rounding reaches a digit more.
fn significant(value: f64, digits: usize) -> String {
    let scientific = format!("{:.*e}", digits.saturating_sub(1), value);
    let (mantissa, exponent) = scientific.split_once('e').unwrap_or((&scientific, "0"));
    let exponent: usize = exponent.parse().unwrap_or(0);
    let trimmed = |s: &str| match s.contains('.') {
        true => s.trim_end_matches('0').trim_end_matches('.').to_string(),
        false => s.to_string(),
    };
    match exponent < digits {
        true => trimmed(&format!("{value:.*}", digits - 1 - exponent)),
        false => format!("{}e+{exponent:02}", trimmed(mantissa)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sizes_are_dockers() {
        let is = |bytes, text: &str| assert_eq!(human_size(bytes), text);
        is(0, "0B");
        is(52, "52B");
        is(811, "811B");
        is(999, "999B");
        is(1000, "1kB");
        is(1002, "1kB");
        is(1050, "1.05kB");
        is(999_500, "1e+03kB");
        is(72_900_000, "72.9MB");
        is(72_888_888, "72.9MB");
        is(1_234_567_890, "1.23GB");
        assert_eq!(sized(218_700_000, 4), "218.7MB");
        assert_eq!(sized(72_890_000, 4), "72.89MB");
    }
}

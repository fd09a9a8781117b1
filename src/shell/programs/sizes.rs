//! Numbers of bytes as GNU writes them (`-h`, `--si`, `-k`) and reads them (`10K`, `2MB`, `1b`). It must not know
//! which program asks.

/// Human-readable, rounded up as `ls -h`, `du -h` and `df -h` do: `4.0K`, `1.1M`, `72M`; powers of 1024, or of 1000.
pub fn human(bytes: u64, base: u64) -> String {
    if bytes < base {
        return bytes.to_string();
    }
    let units = if base == 1000 { "kMGTPE" } else { "KMGTPE" };
    let mut scale = u128::from(base);
    let bytes = u128::from(bytes);
    for unit in units.chars() {
        let next = scale * u128::from(base);
        // Tenths below ten, whole units above; either may round up into the next.
        let tenths = (bytes * 10).div_ceil(scale);
        let whole = bytes.div_ceil(scale);
        if tenths < 100 {
            return [(tenths / 10).to_string().as_str(), ".", (tenths % 10).to_string().as_str(), &unit.to_string()]
                .concat();
        }
        if whole < u128::from(base) {
            return [whole.to_string(), unit.to_string()].concat();
        }
        if bytes <= scale * u128::from(base) && whole >= u128::from(base) && bytes < next {
            // 1023.5K is 1.0M.
            return ["1.0", units.chars().skip_while(|u| *u != unit).nth(1).unwrap_or('E').to_string().as_str()]
                .concat();
        }
        scale = next;
    }
    bytes.to_string()
}

/// Reads a number with a multiplier as `head -c`, `dd`, `truncate` and `du -B` do.
pub fn parse(text: &str) -> Option<u64> {
    let digits = text.find(|c: char| !c.is_ascii_digit()).unwrap_or(text.len());
    let (number, suffix) = text.split_at_checked(digits)?;
    let number: u64 = if number.is_empty() && !suffix.is_empty() { 1 } else { number.parse().ok()? };
    number.checked_mul(multiplier(suffix)?)
}

fn multiplier(suffix: &str) -> Option<u64> {
    match suffix {
        "" | "c" => return Some(1),
        "w" => return Some(2),
        "b" => return Some(512),
        _ => {}
    }
    let mut chars = suffix.chars();
    let power = 1 + "KMGTPE".find(chars.next()?.to_ascii_uppercase())? as u32;
    match chars.as_str() {
        "" | "iB" => 1024u64.checked_pow(power),
        "B" => 1000u64.checked_pow(power),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn human_rounds_up() {
        let all: Vec<String> = [0, 1, 1023, 1024, 1025, 4096, 10240, 10241, 1_048_575, 1_048_576, 76_000_000]
            .map(|n| human(n, 1024))
            .into();
        assert_eq!(all.join(" "), "0 1 1023 1.0K 1.1K 4.0K 10K 11K 1.0M 1.0M 73M");
        assert_eq!(human(999_999, 1000), "1.0M");
    }

    #[test]
    fn multipliers() {
        assert_eq!(parse("10K"), Some(10_240));
        assert_eq!(parse("2MB"), Some(2_000_000));
        assert_eq!(parse("1b"), Some(512));
        assert_eq!(parse("M"), Some(1 << 20));
        assert_eq!(parse("x"), None);
        assert_eq!(parse(""), None);
    }
}

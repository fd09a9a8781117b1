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

/// A font of the figures: which stack, the size in tenths of a px, bold or not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Font {
    /// Monospace rather than sans.
    pub mono: bool,
    /// Size in tenths of a px.
    pub size: i32,
    /// 600 or 700 rather than 400 or 500.
    pub bold: bool,
}

/// The font of a text class of [`super::style::RULES`].
pub fn font(class: &str) -> Font {
    let (mono, size, bold) = match class.split(' ').next().unwrap_or_default() {
        "t-dig" | "t-tab" | "t-pl" | "m" => (true, 130, true),
        "t-tab2" | "t-pl2" | "c-name" | "c-size" | "t-fn" => (true, 120, false),
        "t-tabs" => (true, 115, true),
        "t-tag" => (true, 125, true),
        "t-size" => (false, 135, true),
        "t-rw" | "t-emp" => (false, 150, true),
        "t-lab" | "t-no" => (false, 130, true),
        "t-tag2" => (false, 125, true),
        "t-cnt" | "c-let" => (false, 120, true),
        "t-note" | "t-pl3" => (false, 120, false),
        "t-cap" => (false, 135, false),
        "t-tot" => (false, 130, class.ends_with(" b")),
        "t-emp2" => (false, 140, false),
        _ => (false, 125, false),
    };
    Font { mono, size, bold }
}

/// Advance widths of the printable ASCII characters, in hundredths of an em: those of DejaVu Sans Condensed,
/// the widest font of the stack.
const ASCII: [u8; 95] = [
    29, 36, 42, 76, 58, 86, 70, 25, 35, 35, 45, 76, 29, 33, 29, 31, 58, 58, 58, 58, 58, 58, 58, 58, 58, 58, 31, 31, 76,
    76, 76, 48, 90, 62, 62, 63, 70, 57, 52, 70, 68, 27, 27, 59, 50, 78, 68, 71, 55, 71, 63, 57, 55, 66, 62, 89, 62, 55,
    62, 35, 31, 35, 76, 45, 45, 55, 57, 50, 57, 56, 32, 57, 57, 25, 25, 52, 25, 88, 57, 55, 57, 57, 37, 47, 36, 57, 54,
    74, 54, 54, 48, 58, 31, 58, 76,
];

impl Font {
    /// One character's width in thousandths of a px.
    fn advance(self, c: char) -> i32 {
        use unicode_width::UnicodeWidthChar;
        let cells = c.width().unwrap_or(0) as i32;
        if self.mono {
            return cells * 60 * self.size;
        }
        let known = (c as usize).checked_sub(32).and_then(|i| ASCII.get(i));
        let em = match known {
            Some(&w) => i32::from(w),
            None if c == '…' => 100,
            None => cells * if cells > 1 { 52 } else { 58 },
        };
        let em = if self.bold { em * 112 / 100 } else { em };
        em * self.size
    }

    /// A text's width in px, rounded up.
    pub fn width(self, text: &str) -> i32 {
        let total: i32 = text.chars().fold(0, |sum, c| sum.saturating_add(self.advance(c)));
        total.saturating_add(999) / 1000
    }

    /// The text, cut at its end with `…` if it is wider than `room` px; empty if not even two characters fit.
    pub fn fit(self, text: &str, room: i32) -> String {
        self.cut(text, room, false)
    }

    /// The text, its middle replaced by `…` if it is wider than `room` px: names differ at their ends.
    pub fn fit_middle(self, text: &str, room: i32) -> String {
        self.cut(text, room, true)
    }

    fn cut(self, text: &str, room: i32, middle: bool) -> String {
        if self.width(text) <= room {
            return text.to_string();
        }
        let room = room * 1000 - self.advance('…');
        // Two thirds of a name's room are for its end.
        let mut left = if middle { room / 3 } else { room };
        let mut head = String::new();
        for c in text.chars() {
            left -= self.advance(c);
            if left < 0 {
                break;
            }
            head.push(c);
        }
        let used: i32 = head.chars().map(|c| self.advance(c)).sum();
        let mut left = if middle { room - used } else { 0 };
        let mut tail: Vec<char> = Vec::new();
        for c in text.chars().rev().take(if middle { usize::MAX } else { 0 }) {
            left -= self.advance(c);
            if left < 0 {
                break;
            }
            tail.push(c);
        }
        if head.chars().count() + tail.len() < 2 {
            return String::new();
        }
        let head = if middle { head.as_str() } else { head.trim_end() };
        format!("{head}…{}", tail.iter().rev().collect::<String>())
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

    #[test]
    fn long_texts_are_cut() {
        let mono = font("t-tabs");
        assert_eq!(mono.width("contenedor1"), 76);
        assert_eq!(mono.fit_middle("contenedor1", 80), "contenedor1");
        assert_eq!(mono.fit_middle("un-contenedor-de-prueba-12", 80), "un-…ueba-12");
        assert_eq!(font("t-cmd").fit("mkdir -p /run/systemd and more", 150), "mkdir -p /run/systemd a…");
        assert_eq!(mono.fit("abcdef", 7), "");
        for room in 0..200 {
            assert!(mono.width(&mono.fit_middle("ñandú-日本語-abcdefgh", room)) <= room.max(0));
        }
    }
}

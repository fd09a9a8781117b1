//! Time and randomness, which come in from outside: a session is its log, so the same seed and the same
//! inputs give the same bytes everywhere. Nothing below `web` and `native` asks the machine for either.

use std::fmt;

/// A moment: nanoseconds since the Unix epoch.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Hash)]
pub struct Time(pub i64);

/// One second in nanoseconds.
pub const SECOND: i64 = 1_000_000_000;

/// A moment of the civil calendar, UTC.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Civil {
    /// Year, such as 2026.
    pub year: i64,
    /// 1 to 12.
    pub month: u8,
    /// 1 to 31.
    pub day: u8,
    /// 0 to 23.
    pub hour: u8,
    /// 0 to 59.
    pub minute: u8,
    /// 0 to 59.
    pub second: u8,
    /// 0 to 999,999,999.
    pub nano: u32,
    /// 0 is Sunday.
    pub weekday: u8,
    /// 1 to 366.
    pub year_day: u16,
}

impl Time {
    /// Go's zero time, `0001-01-01T00:00:00Z`, which the Docker API prints for "never". Its true distance from
    /// the epoch does not fit nanoseconds in an `i64`, so the smallest value stands for it.
    pub const NEVER: Time = Time(i64::MIN);

    /// From whole seconds since the epoch.
    pub const fn from_secs(secs: i64) -> Time {
        Time(secs * SECOND)
    }

    /// Whole seconds since the epoch, rounded down.
    pub const fn secs(self) -> i64 {
        self.0.div_euclid(SECOND)
    }

    /// Nanoseconds within the second.
    pub const fn subsec_nanos(self) -> u32 {
        self.0.rem_euclid(SECOND) as u32
    }

    /// This moment and `nanos` more.
    pub const fn plus_nanos(self, nanos: i64) -> Time {
        Time(self.0.saturating_add(nanos))
    }

    /// The calendar's view of it (Howard Hinnant's `civil_from_days`).
    pub fn civil(self) -> Civil {
        if self == Time::NEVER {
            return Civil {
                year: 1,
                month: 1,
                day: 1,
                hour: 0,
                minute: 0,
                second: 0,
                nano: 0,
                weekday: 1,
                year_day: 1,
            };
        }
        let secs = self.secs();
        let (days, rest) = (secs.div_euclid(86_400), secs.rem_euclid(86_400));
        let z = days + 719_468;
        let era = z.div_euclid(146_097);
        let doe = z.rem_euclid(146_097);
        let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
        let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
        let mp = (5 * doy + 2) / 153;
        let day = doy - (153 * mp + 2) / 5 + 1;
        let month = if mp < 10 { mp + 3 } else { mp - 9 };
        let year = yoe + era * 400 + i64::from(month <= 2);
        let jan1 = days_from_civil(year, 1, 1);
        Civil {
            year,
            month: month as u8,
            day: day as u8,
            hour: (rest / 3600) as u8,
            minute: (rest % 3600 / 60) as u8,
            second: (rest % 60) as u8,
            nano: self.subsec_nanos(),
            weekday: (days + 4).rem_euclid(7) as u8,
            year_day: (days - jan1 + 1) as u16,
        }
    }

    /// From the calendar (UTC); out-of-range fields carry over.
    pub fn from_civil(year: i64, month: i64, day: i64, hour: i64, minute: i64, second: i64) -> Time {
        let secs = days_from_civil(year, month, day) * 86_400 + hour * 3600 + minute * 60 + second;
        Time::from_secs(secs)
    }

    /// As Go's `time.RFC3339Nano`: trailing zeros of the fraction are cut, `Z` for UTC.
    pub fn rfc3339_nano(self) -> String {
        let c = self.civil();
        let mut out = self.rfc3339_seconds();
        if c.nano != 0 {
            let frac = format!("{:09}", c.nano);
            out.push('.');
            out.push_str(frac.trim_end_matches('0'));
        }
        out.push('Z');
        out
    }

    /// RFC 3339 with always nine decimals, as `docker logs -t` writes it.
    pub fn rfc3339_fixed(self) -> String {
        format!("{}.{:09}Z", self.rfc3339_seconds(), self.civil().nano)
    }

    fn rfc3339_seconds(self) -> String {
        let c = self.civil();
        format!("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}", c.year, c.month, c.day, c.hour, c.minute, c.second)
    }

    /// Reads RFC 3339 (`2026-11-02T04:20:37.906364789Z`, also with a `+01:00` offset).
    pub fn parse_rfc3339(text: &str) -> Option<Time> {
        let (date, rest) = text.split_once('T')?;
        let mut d = date.splitn(3, '-').map(str::parse::<i64>);
        let (year, month, day) = (d.next()?.ok()?, d.next()?.ok()?, d.next()?.ok()?);
        let zone_at = rest.find(['Z', '+', '-'])?;
        let (clock, zone) = rest.split_at_checked(zone_at)?;
        let offset = match zone {
            "Z" => 0,
            _ => {
                let (sign, hm) = zone.split_at_checked(1)?;
                let (h, m) = hm.split_once(':')?;
                let secs = h.parse::<i64>().ok()? * 3600 + m.parse::<i64>().ok()? * 60;
                if sign == "-" {
                    -secs
                } else {
                    secs
                }
            }
        };
        let (whole, frac) = clock.split_once('.').unwrap_or((clock, ""));
        let mut c = whole.splitn(3, ':').map(str::parse::<i64>);
        let (hour, minute, second) = (c.next()?.ok()?, c.next()?.ok()?, c.next()?.ok()?);
        let nanos = if frac.is_empty() { 0 } else { format!("{frac:0<9}").get(..9)?.parse::<i64>().ok()? };
        if year == 1 {
            return Some(Time::NEVER);
        }
        if !(1678..2262).contains(&year) {
            return None;
        }
        Some(Time::from_civil(year, month, day, hour, minute, second - offset).plus_nanos(nanos))
    }
}

impl fmt::Display for Time {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.rfc3339_nano())
    }
}

impl serde::Serialize for Time {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

fn days_from_civil(year: i64, month: i64, day: i64) -> i64 {
    let (year, month) = (year + (month - 1).div_euclid(12), (month - 1).rem_euclid(12) + 1);
    let y = if month <= 2 { year - 1 } else { year };
    let era = y.div_euclid(400);
    let yoe = y.rem_euclid(400);
    let doy = (153 * (if month > 2 { month - 3 } else { month + 9 }) + 2) / 5 + day - 1;
    let doe = yoe * 365 + yoe / 4 - yoe / 100 + doy;
    era * 146_097 + doe - 719_468
}

/// The seeded source of ids and names: SplitMix64 (Steele, Lea, Flood 2014). Not for secrets.
#[derive(Clone, Debug)]
pub struct Ids(u64);

impl Ids {
    /// The same seed gives the same sequence.
    pub const fn new(seed: u64) -> Ids {
        Ids(seed)
    }

    /// The next 64 bits.
    pub fn next_u64(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number in `0..bound` (0 where `bound` is 0).
    pub fn below(&mut self, bound: u64) -> u64 {
        if bound == 0 {
            0
        } else {
            self.next_u64() % bound
        }
    }

    /// 64 lower-case hexadecimal digits, the form of a container's id. As Docker's
    /// `stringid.GenerateRandomID` does, an id whose first 12 digits are all decimal is drawn again.
    pub fn hex64(&mut self) -> String {
        loop {
            let id: String = (0..4).map(|_| format!("{:016x}", self.next_u64())).collect();
            if id.chars().take(12).any(|c| c.is_ascii_alphabetic()) {
                return id;
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn calendar_round_trips() {
        let t = Time::parse_rfc3339("2026-11-02T04:20:37.906364789Z").unwrap();
        assert_eq!(t.rfc3339_nano(), "2026-11-02T04:20:37.906364789Z");
        assert_eq!(t.civil().weekday, 1);
        assert_eq!(Time::parse_rfc3339("2026-11-02T05:20:37+01:00").unwrap().rfc3339_nano(), "2026-11-02T04:20:37Z");
        assert_eq!(Time::NEVER.rfc3339_nano(), "0001-01-01T00:00:00Z");
        assert_eq!(Time::parse_rfc3339("0001-01-01T00:00:00Z"), Some(Time::NEVER));
    }

    #[test]
    fn ids_depend_on_the_seed_alone() {
        assert_eq!(Ids::new(7).hex64(), Ids::new(7).hex64());
        assert_ne!(Ids::new(7).hex64(), Ids::new(8).hex64());
        assert_eq!(Ids::new(7).hex64().len(), 64);
    }
}

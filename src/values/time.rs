//! Moments and spans of time as clients write them.

use chrono::{DateTime, Datelike, Duration, Utc};

/// What a client is told that writes anything else.
pub const TAKES: &str = "takes a time as RFC 3339 has it, like 2026-11-24T08:30:00Z";

/// A moment with any offset (RFC 3339), in the years 0 to 9999, which every layer below can hold.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (0..=9999).contains(&time.year()).then_some(time)
}

/// A span of time: a number with `m`, `h`, `d` or `w` behind it.
///
/// # Errors
/// What it takes, for anything else.
pub fn duration(text: &str) -> Result<Duration, String> {
    let takes = || "takes a number with m, h, d or w behind it, like 24h or 90d".to_owned();
    let unit = text.chars().last().ok_or_else(takes)?;
    let number = text
        .strip_suffix(unit)
        .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
        .and_then(|digits| digits.parse::<i64>().ok())
        .filter(|n| (1..=100_000).contains(n));
    let number = number.ok_or_else(takes)?;
    match unit {
        'm' => Ok(Duration::minutes(number)),
        'h' => Ok(Duration::hours(number)),
        'd' => Ok(Duration::days(number)),
        'w' => Ok(Duration::weeks(number)),
        _ => Err(takes()),
    }
}

#[cfg(test)]
mod tests {
    use super::{duration, parse};

    #[test]
    fn a_time_has_an_offset_and_a_year_of_four_digits() {
        assert!(parse("2026-11-24T08:30:00+05:30").is_some());
        for text in [
            "2026-11-24",
            "2026-11-24T08:30:00",
            "10000-01-01T00:00:00Z",
            "-262143-01-01T00:00:00Z",
            "2026-13-01T00:00:00Z",
        ] {
            assert_eq!(parse(text), None, "{text}");
        }
    }

    #[test]
    fn a_span_is_a_number_with_a_unit() {
        assert_eq!(duration("90d"), Ok(chrono::Duration::days(90)));
        assert_eq!(duration("15m"), Ok(chrono::Duration::minutes(15)));
        for text in ["", "h", "24", "-1h", "+1h", "0d", "1y", "1.5h", "100001d"] {
            assert!(duration(text).is_err(), "{text}");
        }
    }
}

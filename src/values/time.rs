//! Moments as clients write them.

use chrono::{DateTime, Datelike, Utc};

/// What a client is told that writes anything else.
pub const TAKES: &str = "takes a time as RFC 3339 has it, like 2026-11-24T08:30:00Z";

/// A moment with any offset (RFC 3339), in the years 0 to 9999, which every layer below can hold.
pub fn parse(text: &str) -> Option<DateTime<Utc>> {
    let time = DateTime::parse_from_rfc3339(text).ok()?.to_utc();
    (0..=9999).contains(&time.year()).then_some(time)
}

#[cfg(test)]
mod tests {
    use super::parse;

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
}

//! How often something may be done.

use std::fmt;
use std::str::FromStr;

use chrono::Duration;

/// So many in so long: `5/min`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Rate {
    /// How many: 1 to 100,000.
    pub many: u32,
    /// In how long.
    pub per: Duration,
}

impl Rate {
    /// The time after which one more may be done, on the average.
    pub fn interval(self) -> Duration {
        self.per / i32::try_from(self.many).unwrap_or(i32::MAX)
    }
}

/// A setting that is a rate, or `off`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Limit(pub Option<Rate>);

impl FromStr for Limit {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const TAKES: &str =
            "takes a number from 1 to 100000 and s, min, h or day like 5/min, or off";
        if text == "off" {
            return Ok(Limit(None));
        }
        let (many, unit) = text.split_once('/').ok_or(TAKES)?;
        let per = match unit {
            "s" => Duration::seconds(1),
            "min" => Duration::minutes(1),
            "h" => Duration::hours(1),
            "day" => Duration::days(1),
            _ => return Err(TAKES),
        };
        match many.parse() {
            Ok(many @ 1..=100_000) => Ok(Limit(Some(Rate { many, per }))),
            _ => Err(TAKES),
        }
    }
}

impl fmt::Display for Limit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(rate) = self.0 else {
            return f.write_str("off");
        };
        let unit = match rate.per.num_seconds() {
            1 => "s",
            60 => "min",
            3600 => "h",
            _ => "day",
        };
        write!(f, "{}/{unit}", rate.many)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::Limit;

    #[test]
    fn a_rate_is_a_number_and_a_unit() {
        for text in ["off", "1/s", "5/min", "100000/h", "3/day"] {
            assert_eq!(text.parse::<Limit>().unwrap().to_string(), text);
        }
        for text in [
            "", "5", "5/", "/min", "0/min", "-1/min", "5/minute", "5 / min", "100001/s", "OFF",
        ] {
            assert!(text.parse::<Limit>().is_err(), "{text}");
        }
    }
}

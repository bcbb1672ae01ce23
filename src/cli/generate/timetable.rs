//! When things happened: in ten and a half years that end at the same day in every run.

use chrono::{DateTime, Duration, Utc};

use super::random::Random;

/// When each of so many articles was begun.
#[derive(Debug, Clone, Copy)]
pub(super) struct Timetable {
    /// Seconds from one article to the next.
    step: usize,
}

impl Timetable {
    /// 2016-01-01T00:00:00Z
    pub(super) const BEGIN: DateTime<Utc> = match DateTime::from_timestamp(1_451_606_400, 0) {
        Some(begin) => begin,
        None => DateTime::UNIX_EPOCH,
    };
    /// To the middle of 2026, in seconds.
    const SPAN: usize = 3_830 * 86_400;

    pub(super) fn new(articles: usize) -> Self {
        Timetable {
            step: (Timetable::SPAN / articles.max(1)).max(1),
        }
    }

    /// When this one was begun, some time between its neighbours.
    pub(super) fn begin_of(self, article: usize, random: &mut Random) -> DateTime<Utc> {
        let seconds = article * self.step + random.below(self.step);
        Timetable::BEGIN + Duration::seconds(i64::try_from(seconds).unwrap_or_default())
    }
}

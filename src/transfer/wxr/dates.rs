//! Dates as WordPress writes them.

use chrono::{DateTime, Datelike, NaiveDateTime, Utc};

use super::part::Part;

/// When an item was written or is to be published.
pub(super) fn written(item: &Part) -> Option<DateTime<Utc>> {
    stated(item.of("wp:post_date_gmt"))
        .or_else(|| rfc2822(item.of("pubDate")))
        .or_else(|| stated(item.of("wp:post_date")))
        .or_else(|| stated(item.of("wp:post_modified_gmt")))
}

/// When an item was last changed.
pub(super) fn changed(item: &Part) -> Option<DateTime<Utc>> {
    stated(item.of("wp:post_modified_gmt")).or_else(|| stated(item.of("wp:post_modified")))
}

/// A date without an offset; none for `0000-00-00 00:00:00`, which stands for none.
pub(super) fn stated(text: &str) -> Option<DateTime<Utc>> {
    let date = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok()?;
    likely(date.and_utc())
}

fn rfc2822(text: &str) -> Option<DateTime<Utc>> {
    likely(DateTime::parse_from_rfc2822(text).ok()?.to_utc())
}

fn likely(date: DateTime<Utc>) -> Option<DateTime<Utc>> {
    (1..=9999).contains(&date.year()).then_some(date)
}

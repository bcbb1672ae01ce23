//! What came to readers in the last two days.

use chrono::{DateTime, TimeDelta, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;

use crate::db::{Reader, Statement};
use crate::error::Result;

/// An edition, as the news sitemap lists it.
#[derive(Debug, Queryable)]
pub struct NewsPage {
    /// Its language.
    pub locale: String,
    /// Its slug.
    pub slug: String,
    /// Its headline.
    pub title: String,
    /// When readers first got it.
    pub first_published_at: DateTime<Utc>,
}

/// For how long something is news.
pub const NEWS: TimeDelta = TimeDelta::hours(48);

/// The editions that readers first got within 48 hours, newest first: at most 1,000, which is as many as
/// a news sitemap may have.
///
/// # Errors
/// When the database fails.
pub async fn latest(reader: &Reader) -> Result<Vec<NewsPage>> {
    let list: Statement<(sql::Text, sql::Text, sql::Text, sql::Timestamptz)> = Statement::new(
        "select e.locale, e.slug, e.title, t.first_published_at from translations t \
        join editions e on e.article_id = t.article_id and e.locale = t.locale \
        join locales l on l.code = e.locale and l.enabled \
        where t.published_revision is not null and t.first_published_at > now() - interval '48 hours' \
        order by t.first_published_at desc, t.article_id desc, t.locale limit 1000",
    );
    reader.load(list).await
}

/// The language as news sitemaps take it: ISO 639 alone, but for the two ways to write Chinese.
pub fn language(locale: &str) -> &str {
    let (language, rest) = locale.split_once('-').unwrap_or((locale, ""));
    let written = |ways: &[&str]| rest.split('-').any(|subtag| ways.contains(&subtag));
    match language {
        "zh" if written(&["Hant"]) => "zh-tw",
        "zh" if written(&["Hans"]) => "zh-cn",
        "zh" if written(&["TW", "HK", "MO"]) => "zh-tw",
        "zh" if written(&["CN", "SG"]) => "zh-cn",
        language => language,
    }
}

#[cfg(test)]
mod tests {
    use super::language;

    #[test]
    fn news_are_in_a_language_of_iso_639() {
        for (locale, expected) in [
            ("hi", "hi"),
            ("hi-Deva-IN", "hi"),
            ("pt-BR", "pt"),
            ("kok", "kok"),
            ("zh", "zh"),
            ("zh-Hant-CN", "zh-tw"),
            ("zh-HK", "zh-tw"),
            ("zh-CN", "zh-cn"),
        ] {
            assert_eq!(language(locale), expected);
        }
    }
}

//! What there is to do, across articles.
//!
//! Every list here is a merge of runs of one index, a run for each combination of language, status,
//! staleness and source; `translation_counts` and `article_counts` know which combinations there are. So a
//! page costs a page whatever the filters, and a total costs nothing.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::reading::{CHANGED_SQL, behind_sql};
use super::workflow::Status;
use crate::db::{Reader, Statement};
use crate::error::Result;

/// A translation as work: its state without its texts, or that it is missing.
#[derive(Debug, Clone, Queryable, Serialize, ToSchema)]
pub struct WorkItem {
    /// The article.
    pub article_id: Uuid,
    /// Its headline in the language that it was written in.
    #[schema(max_length = 300, example = "The old bridge reopens")]
    pub article_title: String,
    /// The language.
    #[schema(max_length = 35, example = "hi")]
    pub locale: String,
    /// The language that the article was written in.
    #[schema(max_length = 35, example = "en")]
    pub source_locale: String,
    /// Whether the article was written in it.
    pub is_source: bool,
    /// Whether it is yet to be begun; then most of the rest is `null`.
    pub missing: bool,
    /// The state of the working copy.
    #[schema(inline, example = "draft")]
    pub status: Option<Status>,
    /// Whether readers have an edition.
    pub is_published: bool,
    /// The working copy's newest revision.
    #[schema(minimum = 1, example = 3)]
    pub revision: Option<i32>,
    /// The source's revision that it follows.
    #[schema(minimum = 1, example = 2)]
    pub based_on_revision: Option<i32>,
    /// Whether the working copy says something else than readers have.
    pub has_unpublished_changes: bool,
    /// Whether the source was published with another text than the one that it follows.
    pub stale: bool,
    /// When that was.
    pub stale_since: Option<DateTime<Utc>>,
    /// How many revisions of the source it is behind.
    #[schema(minimum = 0, example = 1)]
    pub behind_by: i32,
    /// The members of the source whose text is another by now.
    #[schema(max_items = 8, example = json!(["title", "body"]))]
    pub changed_fields: Vec<String>,
    /// Its address on the site.
    #[schema(max_length = 120, example = "पुराना-पुल-फिर-खुला")]
    pub slug: Option<String>,
    /// How many words the body has; of a missing one, the source's.
    #[schema(minimum = 0, example = 412)]
    pub word_count: i32,
    /// When the working copy is to come to readers.
    pub publish_at: Option<DateTime<Utc>>,
    /// When it is to be taken from readers.
    pub unpublish_at: Option<DateTime<Utc>>,
    /// When it came to readers.
    pub published_at: Option<DateTime<Utc>>,
    /// When it first came to readers.
    pub first_published_at: Option<DateTime<Utc>>,
    /// When it was begun.
    pub created_at: Option<DateTime<Utc>>,
    /// When it was last changed.
    pub updated_at: Option<DateTime<Utc>>,
    /// Counts the changes.
    #[serde(skip)]
    pub version: Option<i64>,
}

type WorkSql = (
    sql::Uuid,
    sql::Text,
    sql::Text,
    sql::Text,
    sql::Bool,
    sql::Bool,
    sql::Nullable<sql::Text>,
    sql::Bool,
    sql::Nullable<sql::Integer>,
    sql::Nullable<sql::Integer>,
    sql::Bool,
    sql::Bool,
    sql::Nullable<sql::Timestamptz>,
    sql::Integer,
    sql::Array<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Integer,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::Timestamptz>,
    sql::Nullable<sql::BigInt>,
);

/// Which work a list has.
#[derive(Debug, Clone, Default)]
pub struct Worklist {
    /// Only in this language.
    pub locale: Option<String>,
    /// Only in this state.
    pub status: Option<Status>,
    /// Only what is stale, or only what is not.
    pub stale: Option<bool>,
    /// Only of articles written in this language.
    pub source_locale: Option<String>,
}

impl Worklist {
    /// A page of at most so many translations, last changed first, behind this one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(
        &self,
        reader: &Reader,
        limit: i64,
        after: Option<(DateTime<Utc>, Uuid, String)>,
    ) -> Result<Vec<WorkItem>> {
        let mut page: Statement<WorkSql> = Statement::new("with kinds as materialized (")
            .append(self.kinds())
            .sql(
                "), page as materialized (select t.* from kinds k cross join lateral (\
                    select t.* from translations t where not t.trashed and t.locale = k.locale and t.status = k.status \
                    and (t.stale_since is not null) = k.stale and t.source_locale = k.source_locale",
            );
        if let Some((updated_at, article, locale)) = after {
            // The first condition is what the index can begin at.
            page = page
                .sql(" and (t.updated_at, t.article_id) <= (")
                .bind(updated_at)
                .sql(", ")
                .bind(article)
                .sql(") and (t.updated_at, t.article_id, t.locale) < (")
                .bind(updated_at)
                .sql(", ")
                .bind(article)
                .sql(", ")
                .bind(locale)
                .sql(")");
        }
        let order = "order by t.updated_at desc, t.article_id desc";
        let behind = behind_sql("t.based_on_revision");
        let (source, revision) = (
            source_sql("t.article_id", "t.source_locale"),
            revision_sql("t"),
        );
        page = page
            .sql(format!(" {order} limit "))
            .bind(limit)
            .sql(format!(") t {order}, t.locale desc limit "))
            .bind(limit)
            .sql(format!(
                ") select t.article_id, s.title, t.locale, t.source_locale, t.locale = t.source_locale, false, \
                    t.status, t.published_revision is not null, t.revision, t.based_on_revision, {CHANGED_SQL}, \
                    stale.since is not null, stale.since, coalesce(behind.revisions, 0), \
                    coalesce(behind.fields, '{{}}'), t.slug, r.word_count, t.publish_at, t.unpublish_at, \
                    t.published_at, t.first_published_at, t.created_at, t.updated_at, t.version \
                from page t {source} {revision} \
                cross join lateral (select t.stale_since as since) as stale {behind} {order}, t.locale desc"
            ));
        reader.load(page).await
    }

    /// How many there are altogether.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count(&self, reader: &Reader) -> Result<i64> {
        let count: Statement<sql::BigInt> =
            Statement::new("select coalesce(sum(number), 0)::bigint from (")
                .append(self.kinds())
                .sql(") as kinds");
        Ok(reader.first(count).await?.unwrap_or_default())
    }

    /// SQL of the combinations that the list is merged from, with how many there are of each.
    fn kinds(&self) -> Statement<()> {
        let mut kinds = Statement::new(
            "select locale, status, stale, source_locale, sum(change) as number \
            from translation_counts where true",
        );
        if let Some(locale) = &self.locale {
            kinds = kinds.sql(" and locale = ").bind(locale.as_str());
        }
        if let Some(status) = self.status {
            kinds = kinds.sql(" and status = ").bind(status.name());
        }
        if let Some(stale) = self.stale {
            kinds = kinds.sql(" and stale = ").bind(stale);
        }
        if let Some(source) = &self.source_locale {
            kinds = kinds.sql(" and source_locale = ").bind(source.as_str());
        }
        kinds.sql(" group by 1, 2, 3, 4 having sum(change) > 0")
    }

    /// A page of what is not there: newest article first, in the languages that readers get or in the one
    /// that is asked for.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load_missing(
        &self,
        reader: &Reader,
        limit: i64,
        after: Option<(Uuid, String)>,
    ) -> Result<Vec<WorkItem>> {
        let mut page: Statement<WorkSql> = Statement::new("with wanted as materialized (")
            .append(self.wanted())
            .sql("), kinds as materialized (")
            .append(self.gaps())
            .sql(
                "), page as materialized (select a.id, w.code, a.source_locale from kinds k cross join lateral (\
                    select a.id, a.source_locale from articles a where a.deleted_at is null \
                    and a.translated_into = k.translated_into and a.source_locale = k.source_locale",
            );
        if let Some((article, _)) = &after {
            page = page.sql(" and a.id <= ").bind(*article);
        }
        // One more than asked for: the first article may have nothing left to list.
        page = page
            .sql(" order by a.id desc limit ")
            .bind(limit + 1)
            .sql(") a join wanted w on w.code <> all(k.translated_into)");
        if let Some((article, locale)) = after {
            page = page
                .sql(" where (a.id < ")
                .bind(article)
                .sql(" or w.code > ")
                .bind(locale)
                .sql(")");
        }
        page = page
            .sql(" order by a.id desc, w.code limit ")
            .bind(limit)
            .sql(format!(
                ") select p.id, s.title, p.code, p.source_locale, false, true, null::text, false, null::integer, \
                    null::integer, false, false, null::timestamptz, 0, '{{}}'::text[], null::text, r.word_count, \
                    null::timestamptz, null::timestamptz, null::timestamptz, null::timestamptz, null::timestamptz, \
                    null::timestamptz, null::bigint \
                from page p {} {} order by p.id desc, p.code",
                source_sql("p.id", "p.source_locale"),
                revision_sql("s")
            ));
        reader.load(page).await
    }

    /// How many of those there are.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn count_missing(&self, reader: &Reader) -> Result<i64> {
        let count: Statement<sql::BigInt> = Statement::new("with wanted as (")
            .append(self.wanted())
            .sql(") select coalesce(sum(k.number), 0)::bigint from (")
            .append(self.gaps())
            .sql(") k join wanted w on w.code <> all(k.translated_into)");
        Ok(reader.first(count).await?.unwrap_or_default())
    }

    fn wanted(&self) -> Statement<()> {
        match &self.locale {
            Some(locale) => {
                Statement::new("select code from locales where code = ").bind(locale.as_str())
            }
            None => Statement::new("select code from locales where enabled"),
        }
    }

    /// SQL of the sets of languages that articles are in and that lack a wanted one.
    fn gaps(&self) -> Statement<()> {
        let mut gaps = Statement::new(
            "select translated_into, source_locale, sum(change) as number from article_counts \
            where exists (select from wanted w where w.code <> all(translated_into))",
        );
        if let Some(source) = &self.source_locale {
            gaps = gaps.sql(" and source_locale = ").bind(source.as_str());
        }
        gaps.sql(" group by 1, 2 having sum(change) > 0")
    }
}

/// SQL of the source of an article. The limit keeps it a look-up of its own: joined freely it may be planned
/// as a walk through the whole table.
fn source_sql(article: &str, locale: &str) -> String {
    format!(
        "cross join lateral (select o.article_id, o.locale, o.revision, o.title from translations o \
            where (o.article_id, o.locale) = ({article}, {locale}) limit 1) as s"
    )
}

/// SQL of the newest revision of a translation, with a limit for the same reason.
fn revision_sql(alias: &str) -> String {
    format!(
        "cross join lateral (select w.digest, w.word_count from revisions w \
            where (w.article_id, w.locale, w.number) = ({alias}.article_id, {alias}.locale, {alias}.revision) \
            limit 1) as r"
    )
}

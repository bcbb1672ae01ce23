//! Reading translations: the working copy for editors, what is published for readers.

use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::document::{Row, RowSql, TranslationDocument};
use crate::articles::{Article, ArticleRef};
use crate::db::{Reader, Statement};
use crate::document::EMBED_HOSTS_SQL;
use crate::error::{Error, Result};

/// Whose eyes it is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum View {
    /// Editors see the working copy.
    Working,
    /// Readers see what is published, in locales that are switched on.
    Published,
}

/// SQL of a row: `r` is the working copy's revision, or the published one.
fn select(view: View) -> String {
    let sql = match view {
        View::Working => Columns {
            status: "t.status",
            revision: "t.revision",
            follows: "t.based_on_revision",
            stale_since: "t.stale_since",
            updated_at: "t.updated_at",
            changed: CHANGED_SQL,
            times: "t.publish_at, t.unpublish_at",
            visible: "",
        },
        View::Published => Columns {
            status: "'published'",
            revision: "t.published_revision",
            follows: "r.based_on_revision",
            stale_since: "stale_since(t.article_id, t.source_locale, r.based_on_revision)",
            updated_at: "t.republished_at",
            changed: "false",
            // What is planned is nobody's business.
            times: "null::timestamptz, null::timestamptz",
            visible: " and l.enabled",
        },
    };
    let behind = behind_sql(sql.follows);
    let Columns {
        status,
        revision,
        follows,
        stale_since,
        updated_at,
        changed,
        times,
        visible,
    } = sql;
    format!(
        "select t.article_id, t.locale, t.locale = t.source_locale, {status}, t.published_revision is not null, \
            r.number, {follows}, {changed}, r.slug, r.title, r.subtitle, r.dateline, \
            coalesce(r.summary, r.excerpt), r.body, r.body_html, r.seo_title, r.seo_description, \
            r.lead_image_alt, r.lead_image_caption, r.translators, r.word_count, t.published_at, \
            t.first_published_at, {times}, stale.since, coalesce(behind.revisions, 0), \
            coalesce(behind.fields, '{{}}'), t.created_at, {updated_at}, t.version, {EMBED_HOSTS_SQL} \
        from translations t join articles a on a.id = t.article_id and a.deleted_at is null \
        join locales l on l.code = t.locale{visible} \
        join revisions r on (r.article_id, r.locale, r.number) = (t.article_id, t.locale, {revision}) \
        cross join lateral (select {stale_since} as since) as stale {behind}"
    )
}

/// What differs between the two views, as SQL.
struct Columns {
    status: &'static str,
    revision: &'static str,
    follows: &'static str,
    stale_since: &'static str,
    updated_at: &'static str,
    changed: &'static str,
    times: &'static str,
    visible: &'static str,
}

/// SQL of whether the working copy `r` of `t` says something else than readers have.
pub(super) const CHANGED_SQL: &str = "coalesce(r.digest <> (select p.digest from revisions p \
    where (p.article_id, p.locale, p.number) = (t.article_id, t.locale, t.published_revision)), false)";

/// SQL of how far `t` is behind what readers of the source have, where `stale.since` says that it is.
pub(super) fn behind_sql(follows: &str) -> String {
    format!(
        "left join lateral (select lp.number - {follows} as revisions, changed_fields(b, lp) as fields \
            from revisions lp join revisions b \
                on (b.article_id, b.locale, b.number) = (t.article_id, t.source_locale, {follows}) \
            where lp.article_id = t.article_id and lp.locale = t.source_locale and lp.published_at is not null \
            order by lp.number desc limit 1) as behind on stale.since is not null"
    )
}

/// The translation on the writing connection: what a write answers with.
///
/// # Errors
/// 404.
pub async fn written(
    conn: &mut AsyncPgConnection,
    article: Uuid,
    locale: &str,
) -> Result<TranslationDocument> {
    let find: Statement<RowSql> =
        Statement::new(format!("{} where t.article_id = ", select(View::Working)))
            .bind(article)
            .sql(" and t.locale = ")
            .bind(locale);
    let rows: Vec<Row> = find.load(conn).await?;
    rows.into_iter()
        .next()
        .map(TranslationDocument::from)
        .ok_or_else(|| Error::not_found("translation"))
}

/// The translations of an article, or the one in a language.
///
/// # Errors
/// When the database fails.
pub async fn find(
    reader: &Reader,
    article: &ArticleRef,
    locale: Option<&str>,
    view: View,
) -> Result<Vec<TranslationDocument>> {
    let mut find: Statement<RowSql> =
        Statement::new(format!("{} where t.article_id = ", select(view)))
            .append(id_sql(article, locale, view));
    if let Some(locale) = locale {
        find = find.sql(" and t.locale = ").bind(locale);
    }
    let rows: Vec<Row> = reader
        .load(find.sql(" order by t.locale <> a.source_locale, t.locale"))
        .await?;
    Ok(rows.into_iter().map(TranslationDocument::from).collect())
}

/// SQL of the id of the article that is meant.
pub(super) fn id_sql(article: &ArticleRef, locale: Option<&str>, view: View) -> Statement<()> {
    match article {
        ArticleRef::Id(id) => Statement::new("").bind(*id),
        ArticleRef::Slug(slug) if view == View::Published => Article::id_by_published_slug(slug),
        ArticleRef::Slug(slug) => Statement::new("(")
            .append(Article::id_by_slug(slug, locale))
            .sql(")"),
    }
}

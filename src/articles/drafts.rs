//! Articles as their editors see them: working copies, `view=draft`.

pub mod list;

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::AsyncPgConnection;
use diesel_async::RunQueryDsl;
use serde_json::json;
use uuid::Uuid;

use super::ArticleRef;
use super::previews::Preview;
use crate::db::{Reader, Statement};
use crate::document::{
    ALTERNATES_SQL, EMBED_HOSTS_SQL, Parts, PartsSql, article_comments_sql, item_sql, tags_sql,
};
use crate::error::{Error, Result};
use crate::locales::preference::{preference, rank_sql};
use crate::values::markdown::{self, EmbedHosts};
use crate::values::negotiation::Negotiation;

/// A working copy with the article around it.
#[derive(Debug, Clone, Queryable)]
pub struct Draft {
    /// The article.
    pub article_id: Uuid,
    /// The language of this copy.
    pub locale: String,
    /// Whether that is the site's default.
    pub is_default: bool,
    /// Counts the changes of the article and of all its working copies.
    pub version: i64,
    /// When this copy was published, if it is.
    pub published_at: Option<DateTime<Utc>>,
    /// When this copy was last saved.
    pub updated_at: DateTime<Utc>,
    /// Its headline.
    pub title: String,
    /// Its Markdown.
    pub body: String,
    /// The hosts that it may embed, as they are kept.
    embed_hosts: Option<String>,
    /// What the document is put together from.
    pub parts: Parts,
}

type DraftSql = (
    sql::Uuid,
    sql::Text,
    sql::Bool,
    sql::BigInt,
    sql::Nullable<sql::Timestamptz>,
    sql::Timestamptz,
    sql::Text,
    sql::Text,
    sql::Nullable<sql::Text>,
    PartsSql,
);

impl Draft {
    /// `body` and `body_html`, a JSON object. A draft's HTML is made when it is read.
    pub fn body_members(&self) -> String {
        let hosts = EmbedHosts::kept(self.embed_hosts.as_deref());
        let html = markdown::article_html(&self.body, &hosts);
        json!({"body": self.body, "body_html": html}).to_string()
    }

    /// The working copy in the best language for its editor.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(
        reader: &Reader,
        article: &ArticleRef,
        negotiation: &Negotiation,
    ) -> Result<Option<Draft>> {
        Draft::find_where(reader, article, Statement::new(""), negotiation).await
    }

    /// The same for who holds a preview link; none also when the link has been revoked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find_previewed(
        reader: &Reader,
        preview: &Preview,
        negotiation: &Negotiation,
    ) -> Result<Option<Draft>> {
        let article = ArticleRef::Id(preview.article);
        let valid = Statement::new(" and a.preview_generation = ").bind(preview.generation);
        Draft::find_where(reader, &article, valid, negotiation).await
    }

    async fn find_where(
        reader: &Reader,
        article: &ArticleRef,
        condition: Statement<()>,
        negotiation: &Negotiation,
    ) -> Result<Option<Draft>> {
        let rank = rank_sql("t", "a.source_locale");
        let by_slug = matches!(article, ArticleRef::Slug(_)) && negotiation.asked().is_none();
        let mut find: Statement<DraftSql> =
            preference(negotiation).sql(format!("{} and a.id = ", select()));
        find = match article {
            ArticleRef::Id(id) => find.bind(*id),
            ArticleRef::Slug(slug) => {
                let wanted = negotiation.candidates();
                let best = wanted.as_slice().first().map(String::as_str);
                find.sql("(")
                    .append(super::Article::id_by_slug(slug, best))
                    .sql(")")
            }
        };
        find = find.append(condition);
        // A bare slug names its own copy, whatever languages are wanted.
        find = match article {
            ArticleRef::Slug(slug) if by_slug => find
                .sql(format!(" and ({rank} is not null or t.slug = "))
                .bind(slug.as_str())
                .sql(") order by t.slug = ")
                .bind(slug.as_str())
                .sql(" desc, "),
            _ => find.sql(format!(" and {rank} is not null order by ")),
        };
        reader.first(find.sql(format!("{rank} limit 1"))).await
    }

    /// The working copy in exactly this language, on the writing connection: what a write answers with.
    ///
    /// # Errors
    /// 404.
    pub async fn written(
        conn: &mut AsyncPgConnection,
        article: Uuid,
        locale: &str,
    ) -> Result<Draft> {
        let find: Statement<DraftSql> = Statement::new(format!(
            "{} and a.id = ",
            select().replacen(", preference", "", 1)
        ))
        .bind(article)
        .sql(" and t.locale = ")
        .bind(locale);
        let found: Vec<Draft> = find.load(conn).await?;
        found
            .into_iter()
            .next()
            .ok_or_else(|| Error::not_found("article"))
    }

    /// The languages that an article has working copies in; none: there is no such article.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn locales(reader: &Reader, article: &ArticleRef) -> Result<Vec<String>> {
        let find: Statement<sql::Text> = Statement::new(
            "select t.locale from translations t join articles a on a.id = t.article_id \
            where a.deleted_at is null and a.id = ",
        );
        let find = match article {
            ArticleRef::Id(id) => find.bind(*id),
            ArticleRef::Slug(slug) => find
                .sql("(")
                .append(super::Article::id_by_slug(slug, None))
                .sql(")"),
        };
        reader.load(find.sql(" order by t.locale")).await
    }
}

const FROM: &str = "from articles a join translations t on t.article_id = a.id \
    join revisions r on (r.article_id, r.locale, r.number) = (t.article_id, t.locale, t.revision) \
    join locales l on l.code = t.locale join comment_counts c on c.article_id = a.id, preference \
    where a.deleted_at is null";

fn select() -> String {
    let item = item_sql("t.status", "t.updated_at");
    let comments = article_comments_sql();
    let tags = tags_sql();
    format!(
        " select a.id, t.locale, l.is_default, a.version, t.published_at, t.updated_at, t.title, r.body, {EMBED_HOSTS_SQL}, {item}, \
            {tags}, {ALTERNATES_SQL}, {comments}, a.comments_threads, c.approved, '{{}}'::text[] {FROM}"
    )
}

//! Editions as readers get them: one query, one finished document.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::articles::{Article, ArticleRef};
use crate::db::{Reader, Statement};
use crate::document::{HIDDEN_SQL, Parts, PartsSql, comments_sql};
use crate::error::{Code, Error, Problem, Result};
use crate::locales::preference::{preference, rank_sql};
use crate::values::negotiation::Negotiation;
use crate::values::slug::Slug;

/// The last published state of an article in one language.
#[derive(Debug, Clone, Queryable)]
pub struct Edition {
    /// The article.
    pub article_id: Uuid,
    /// The language.
    pub locale: String,
    /// Whether that is the site's default.
    pub is_default: bool,
    /// Its slug.
    pub slug: String,
    /// Its headline.
    pub title: String,
    /// When it came to readers.
    pub published_at: DateTime<Utc>,
    /// When it was last published.
    pub updated_at: DateTime<Utc>,
    /// Changes with what is stored of it.
    pub digest: String,
    /// Its cache keys.
    pub surrogate_keys: String,
    /// `body` and `body_html`, a JSON object; lists do without.
    pub body: Option<String>,
    /// What the document is put together from.
    pub parts: Parts,
    /// The slug of the edition that the path's slug names, where it is by slug.
    pub named: Option<String>,
    /// How many articles bear the path's slug.
    pub bearers: i64,
}

/// The SQL types of [`Edition`].
pub type EditionSql = (
    sql::Uuid,
    sql::Text,
    sql::Bool,
    sql::Text,
    sql::Text,
    sql::Timestamptz,
    sql::Timestamptz,
    sql::Text,
    sql::Text,
    sql::Nullable<sql::Text>,
    PartsSql,
    sql::Nullable<sql::Text>,
    sql::BigInt,
);

/// SQL of the columns of [`Edition`], from `e` (editions), `l` (locales) and `c` (comment counts).
pub fn columns(body: &str, named: &str) -> String {
    let comments = comments_sql();
    format!(
        "e.article_id, e.locale, l.is_default, e.slug, e.title, e.published_at, e.updated_at, e.digest, \
        e.surrogate_keys, {body}, e.item, e.tags, e.alternates, {comments}, e.comments_threads, c.approved, \
        {HIDDEN_SQL}, {named}"
    )
}

/// SQL of what the columns come from besides `editions e`.
pub const JOINS: &str = "join locales l on l.code = e.locale and l.enabled \
    join comment_counts c on c.article_id = e.article_id";

impl Edition {
    /// What a reader of the article gets.
    ///
    /// # Errors
    /// 404 `not-found`, or `translation-not-available` with the languages that there are.
    pub async fn find(
        reader: &Reader,
        article: &ArticleRef,
        negotiation: &Negotiation,
    ) -> Result<Edition> {
        let statement = match article {
            ArticleRef::Id(id) => by_id(*id, negotiation),
            ArticleRef::Slug(slug) => by_slug(slug, negotiation),
        };
        match reader.first(statement).await? {
            Some(edition) => Ok(edition),
            None => Err(Edition::missing(reader, article, negotiation).await?),
        }
    }

    /// Whether it was asked for by a slug that was its own once.
    pub fn has_moved_from(&self, article: &ArticleRef) -> bool {
        let ArticleRef::Slug(slug) = article else {
            return false;
        };
        self.named
            .as_ref()
            .is_some_and(|named| named != slug.as_str())
    }

    /// The languages that readers have the article in, each with the edition's cache keys; none: they have
    /// no such article.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn locales(reader: &Reader, article: &ArticleRef) -> Result<Vec<(String, String)>> {
        let find: Statement<(sql::Text, sql::Text)> = Statement::new(
            "select e.locale, e.surrogate_keys from editions e \
            join locales l on l.code = e.locale and l.enabled where e.article_id = ",
        );
        let find = match article {
            ArticleRef::Id(id) => find.bind(*id),
            ArticleRef::Slug(slug) => find.append(Article::id_by_published_slug::<()>(slug)),
        };
        reader.load(find.sql(" order by e.locale")).await
    }

    async fn missing(
        reader: &Reader,
        article: &ArticleRef,
        negotiation: &Negotiation,
    ) -> Result<Error> {
        let mut available = Edition::locales(reader, article).await?;
        // One that was published since the look-up was not there when it was asked for.
        available.retain(|(locale, _)| {
            negotiation
                .strict()
                .is_none_or(|asked| asked.as_str() != locale)
        });
        let Some((_, keys)) = available.first() else {
            return Ok(unknown(article));
        };
        let keys = format!("{keys} site");
        let locales = available.into_iter().map(|(locale, _)| locale).collect();
        Ok(not_available(negotiation, locales).until_changes(&keys))
    }
}

/// 404, until it is published.
pub fn unknown(article: &ArticleRef) -> Error {
    let keys = match article {
        ArticleRef::Id(id) => format!("article-{id} site"),
        ArticleRef::Slug(_) => "list site".to_owned(),
    };
    Error::not_found("article").until_changes(&keys)
}

/// 404 with the languages that there are.
pub fn not_available(negotiation: &Negotiation, available: Vec<String>) -> Error {
    let asked = negotiation.asked().map_or_else(
        || "a language asked for".to_owned(),
        |locale| format!("`{locale}`"),
    );
    let detail = format!(
        "the article is not there in {asked}; it is in {}",
        available.join(", ")
    );
    let problem =
        Problem::new(Code::TranslationNotAvailable, detail).with("available_locales", available);
    // Another header might have found one of them.
    let problem = match negotiation.uses_header() {
        true => problem.header("vary", "Accept-Encoding, Accept-Language"),
        false => problem,
    };
    problem.into()
}

fn by_id(id: Uuid, negotiation: &Negotiation) -> Statement<EditionSql> {
    let columns = columns("e.body", "null::text, 0::bigint");
    if let Some(locale) = negotiation.strict() {
        return Statement::new(format!(
            "select {columns} from editions e {JOINS} where e.article_id = "
        ))
        .bind(id)
        .sql(" and e.locale = ")
        .bind(locale.as_str());
    }
    let rank = rank_sql("e", "e.source_locale");
    preference(negotiation)
        .sql(format!(
            " select {columns} from editions e {JOINS}, preference where e.article_id = "
        ))
        .bind(id)
        .sql(format!(" and {rank} is not null order by {rank} limit 1"))
}

/// By the edition that the slug names or named. It is served itself, or the same article in the
/// language that `?locale=` asks for.
fn by_slug(slug: &Slug, negotiation: &Negotiation) -> Statement<EditionSql> {
    let columns = columns("e.body", "named.slug, named.bearers");
    let asked = negotiation.asked().map(|locale| locale.as_str().to_owned());
    let named = preference(negotiation)
        .sql(
            ", named as (select s.article_id, s.locale, n.slug, count(*) over () as bearers \
            from slugs s join locales l on l.code = s.locale and l.enabled \
            join editions n on n.article_id = s.article_id and n.locale = s.locale, preference \
            where s.published_at is not null and s.slug = ",
        )
        .bind(slug.as_str())
        .sql(" order by coalesce(s.locale = ")
        .bind(asked)
        .sql(
            ", false) desc, n.slug = s.slug desc, array_position(preference.ranked, s.locale), s.locale limit 1) ",
        )
        .sql(format!(
            "select {columns} from named join editions e on e.article_id = named.article_id {JOINS}, preference where "
        ));
    if negotiation.asked().is_none() {
        return named.sql("e.locale = named.locale");
    }
    let rank = rank_sql("e", "e.source_locale");
    named.sql(format!("{rank} is not null order by {rank} limit 1"))
}

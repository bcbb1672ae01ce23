//! Projecting working copies into what readers get.
//!
//! Everything in `editions` follows from the working tables, so every write that readers are to see
//! ends with a call here, in its own transaction: publishing, tagging, going to the trash and coming
//! back. Rows whose content would stay the same are left alone.

mod words;

pub use words::index_older;

use std::collections::HashMap;

use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use crate::db::Statement;
use crate::document::{ALTERNATES_SQL, COMMENTS_CLOSE_SQL, KEYS_SQL, item_sql, tags_sql};
use crate::error::Result;

/// The published words of the articles in question.
const PUBLISHED: &str = "\
    from translations t \
    join articles a on a.id = t.article_id and a.deleted_at is null \
    join revisions r on (r.article_id, r.locale, r.number) = (t.article_id, t.locale, t.published_revision) \
    where t.article_id = any(";

/// Makes what readers have of these articles what it should be. Gives the cache keys of all that changed
/// or may have: of the editions as they were and as they are, and of the lists that they stand in.
///
/// # Errors
/// When the database fails.
pub async fn project(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<Vec<String>> {
    if articles.is_empty() {
        return Ok(vec![]);
    }
    keep_locales(conn).await?;
    lock_tag_counts(conn, articles).await?;
    let mut keys = keys_of(conn, articles).await?;
    withdraw(conn, articles).await?;
    write_editions(conn, articles).await?;
    file_under_tags(conn, articles).await?;
    file_under_authors(conn, articles).await?;
    words::index(conn, articles).await?;
    keys.extend(keys_of(conn, articles).await?);
    keys.sort();
    keys.dedup();
    Ok(keys)
}

/// Gives readers these articles, which nobody has had yet: [`project`] for many at a time. So nothing is taken
/// away, no answer that is kept is old, and the counts that all others wait for come last.
///
/// # Errors
/// When the database fails.
pub async fn introduce(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    keep_locales(conn).await?;
    write_editions(conn, articles).await?;
    add_to_authors(conn, articles).await?;
    words::take_missing(conn, articles).await?;
    add_to_tags(conn, articles).await
}

/// SQL of the cache keys of the edition `e`, and of the lists that it stands in: a set.
const KEYS_OF_EDITION: &str = "unnest(string_to_array(e.surrogate_keys, ' ') || array['list', 'list-' || e.locale, \
    'slug-' || left(encode(sha256(convert_to(e.slug, 'UTF8')), 'hex'), 16)])";

/// The cache keys of the editions there are of these articles, and of the lists that they stand in.
async fn keys_of(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<Vec<String>> {
    let keys: Statement<sql::Text> = Statement::new(format!(
        "select distinct key from editions e cross join {KEYS_OF_EDITION} as key where e.article_id = any("
    ))
    .bind(articles.to_vec())
    .sql(")");
    Ok(keys.load(conn).await?)
}

/// The same of each of these articles.
///
/// # Errors
/// When the database fails.
pub async fn keys_by_article(
    conn: &mut AsyncPgConnection,
    articles: &[Uuid],
) -> Result<HashMap<Uuid, Vec<String>>> {
    let keys: Statement<(sql::Uuid, sql::Array<sql::Text>)> = Statement::new(format!(
        "select e.article_id, array_agg(distinct key) from editions e cross join {KEYS_OF_EDITION} as key \
        where e.article_id = any("
    ))
    .bind(articles.to_vec())
    .sql(") group by e.article_id");
    let keys: Vec<(Uuid, Vec<String>)> = keys.load(conn).await?;
    Ok(keys.into_iter().collect())
}

/// The cache keys of the lists in which a tag's name stands.
///
/// # Errors
/// When the database fails.
pub async fn lists_bearing(conn: &mut AsyncPgConnection, tag: Uuid) -> Result<Vec<String>> {
    let keys: Statement<sql::Text> = Statement::new(
        "select 'list' union all select 'list-' || locale from tag_counts where articles > 0 and tag_id = ",
    )
    .bind(tag);
    Ok(keys.load(conn).await?)
}

/// Takes everything of these articles from readers. Gives the cache keys, as [`project`].
///
/// # Errors
/// When the database fails.
pub async fn withdraw_all(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<Vec<String>> {
    lock_tag_counts(conn, articles).await?;
    let keys = keys_of(conn, articles).await?;
    let withdraw = Statement::new("delete from editions where article_id = any(");
    run(conn, withdraw.bind(articles.to_vec()).sql(")")).await?;
    Ok(keys)
}

async fn run(conn: &mut AsyncPgConnection, statement: Statement<()>) -> Result<()> {
    statement.execute(conn).await?;
    Ok(())
}

/// Keeps the locales' fallbacks, which tags' names depend on, as they are until the transaction ends.
/// A statement of its own: the next ones then see what whoever changed them has committed.
async fn keep_locales(conn: &mut AsyncPgConnection) -> Result<()> {
    run(
        conn,
        Statement::new("select 1 from locales order by code for share"),
    )
    .await
}

/// Takes the counts that will change in the one order that everybody takes them in.
async fn lock_tag_counts(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    let lock = Statement::new(
        "select 1 from tag_counts where (tag_id, locale) in (\
            select tag_id, locale from edition_tags where article_id = any(",
    )
    .bind(articles.to_vec())
    .sql(
        ") union select link.tag_id, t.locale from article_tags link \
            join translations t on t.article_id = link.article_id where link.article_id = any(",
    )
    .bind(articles.to_vec())
    .sql(")) order by locale, tag_id for update");
    run(conn, lock).await
}

async fn withdraw(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    let withdraw = Statement::new("delete from editions e where e.article_id = any(")
        .bind(articles.to_vec())
        .sql(
            ") and not exists (select from translations t join articles a on a.id = t.article_id \
            where t.article_id = e.article_id and t.locale = e.locale \
              and t.published_revision is not null and a.deleted_at is null)",
        );
    run(conn, withdraw).await
}

async fn write_editions(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    let item = item_sql("'published'", "t.republished_at");
    let tags = tags_sql();
    // Materialized: the digest reads all of it again, which would else be put together twice.
    let write = Statement::new(format!(
        "with fresh as materialized (\
            select a.id as article_id, t.locale, a.source_locale, r.slug, r.title, a.authors, t.published_at, \
                t.republished_at as updated_at, a.comments_open, {COMMENTS_CLOSE_SQL} as comments_close_at, \
                a.comments_threads, {item} as item, json_build_object('body', r.body, 'body_html', r.body_html)::text as body, \
                {tags} as tags, {ALTERNATES_SQL} as alternates, {KEYS_SQL} as surrogate_keys {PUBLISHED}"
    ))
    .bind(articles.to_vec())
    .sql(
        ")) insert into editions (article_id, locale, source_locale, slug, title, authors, published_at, \
            updated_at, comments_open, comments_close_at, comments_threads, item, body, tags, alternates, \
            surrogate_keys, digest) \
        select fresh.*, left(md5(concat_ws(chr(10), item, body, tags, alternates)), 16) from fresh order by locale \
        on conflict (article_id, locale) do update set \
            source_locale = excluded.source_locale, slug = excluded.slug, title = excluded.title, \
            authors = excluded.authors, published_at = excluded.published_at, updated_at = excluded.updated_at, \
            comments_open = excluded.comments_open, comments_close_at = excluded.comments_close_at, \
            comments_threads = excluded.comments_threads, item = excluded.item, body = excluded.body, \
            tags = excluded.tags, alternates = excluded.alternates, \
            surrogate_keys = excluded.surrogate_keys, digest = excluded.digest \
        where (editions.digest, editions.comments_open, editions.comments_close_at, editions.comments_threads) \
            is distinct from \
            (excluded.digest, excluded.comments_open, excluded.comments_close_at, excluded.comments_threads)",
    );
    run(conn, write).await
}

/// Keeps the listing by tag.
async fn file_under_tags(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    let remove = Statement::new("delete from edition_tags f where f.article_id = any(")
        .bind(articles.to_vec())
        .sql(
            ") and not exists (select from article_tags link \
            join editions e on e.article_id = link.article_id \
            where link.article_id = f.article_id and link.tag_id = f.tag_id \
              and e.locale = f.locale and e.published_at = f.published_at)",
        );
    run(conn, remove).await?;
    add_to_tags(conn, articles).await
}

async fn add_to_tags(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    let add = Statement::new(
        "insert into edition_tags (tag_id, locale, published_at, article_id) \
        select link.tag_id, e.locale, e.published_at, e.article_id from editions e \
        join article_tags link on link.article_id = e.article_id where e.article_id = any(",
    )
    .bind(articles.to_vec())
    .sql(") order by e.locale, link.tag_id on conflict do nothing");
    run(conn, add).await
}

/// Keeps the listing by author.
async fn file_under_authors(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    let remove = Statement::new("delete from edition_authors f where f.article_id = any(").bind(articles.to_vec()).sql(
        ") and not exists (select from editions e where e.article_id = f.article_id and e.locale = f.locale \
            and e.published_at = f.published_at and f.author = any(e.authors))",
    );
    run(conn, remove).await?;
    add_to_authors(conn, articles).await
}

async fn add_to_authors(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    let add = Statement::new(
        "insert into edition_authors (author, locale, published_at, article_id) \
        select distinct author, e.locale, e.published_at, e.article_id \
        from editions e cross join unnest(e.authors) as author where e.article_id = any(",
    )
    .bind(articles.to_vec())
    .sql(") on conflict do nothing");
    run(conn, add).await
}

/// Calls tags what they are called now, in every edition that bears one of them: one statement however
/// many there are, so a reader never sees some renamed and others not.
///
/// # Errors
/// When the database fails.
pub async fn rename_tags(conn: &mut AsyncPgConnection, tags: &[Uuid]) -> Result<()> {
    keep_locales(conn).await?;
    let affected = Statement::new(
        " where exists (select from edition_tags f where f.article_id = e.article_id \
        and f.locale = e.locale and f.tag_id = any(",
    )
    .bind(tags.to_vec())
    .sql("))");
    refresh_tags(conn, affected).await
}

/// Makes the tags of these articles' editions what they should be, and leaves their words alone.
///
/// # Errors
/// When the database fails.
pub async fn retag(conn: &mut AsyncPgConnection, articles: &[Uuid]) -> Result<()> {
    if articles.is_empty() {
        return Ok(());
    }
    keep_locales(conn).await?;
    lock_tag_counts(conn, articles).await?;
    let affected = Statement::new(" where e.article_id = any(")
        .bind(articles.to_vec())
        .sql(")");
    refresh_tags(conn, affected).await?;
    file_under_tags(conn, articles).await
}

/// The same for the editions in a locale, whose fallbacks have changed.
///
/// # Errors
/// When the database fails.
pub async fn rename_tags_in(conn: &mut AsyncPgConnection, locale: &str) -> Result<()> {
    refresh_tags(conn, Statement::new(" where e.locale = ").bind(locale)).await
}

async fn refresh_tags(conn: &mut AsyncPgConnection, affected: Statement<()>) -> Result<()> {
    let tags = tags_sql();
    let refresh = Statement::new(format!(
        "with fresh as materialized (select t.article_id, t.locale, {tags} as tags, {KEYS_SQL} as surrogate_keys \
            from editions t join articles a on a.id = t.article_id \
            where (t.article_id, t.locale) in (select e.article_id, e.locale from editions e"
    ))
    .append(affected)
    .sql(
        ")) update editions e set tags = fresh.tags, surrogate_keys = fresh.surrogate_keys, \
            digest = left(md5(concat_ws(chr(10), e.item, e.body, fresh.tags, e.alternates)), 16) \
        from fresh where (fresh.article_id, fresh.locale) = (e.article_id, e.locale) and fresh.tags <> e.tags",
    );
    run(conn, refresh).await
}

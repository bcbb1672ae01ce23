//! Adding articles, as they stand in their lines, by one statement for each table.

use chrono::{DateTime, Utc};
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use super::Ready;
use super::rows::{AddressRow, ArticleRow, RevisionRow, TagRow, TranslationRow};
use super::slugs::{self, Claim};
use crate::db::{Statement, rows};
use crate::document::EMBED_HOSTS_SQL;
use crate::error::Result;
use crate::events::Event;
use crate::projection;
use crate::transfer::import::just_added;
use crate::transfer::line::{ArticleLine, TranslationLine};
use crate::values::markdown::EmbedHosts;

/// A translation that is to be added, and what it is one of.
#[derive(Debug, Clone, Copy)]
pub(super) struct Piece<'l> {
    pub(super) article: Uuid,
    pub(super) line: &'l ArticleLine,
    pub(super) one: &'l TranslationLine,
}

impl Piece<'_> {
    /// Where it stands in its line.
    pub(super) fn pointer(&self) -> String {
        let all = &self.line.translations;
        let at = all.iter().position(|one| one.locale == self.one.locale);
        format!("/translations/{}", at.unwrap_or_default())
    }
}

/// Adds articles that are not there, readers' editions included.
///
/// # Errors
/// 409 and 422 for what is taken: nothing is added then.
pub(super) async fn add(
    conn: &mut AsyncPgConnection,
    new: &[Ready<'_>],
    actor: Option<&str>,
) -> Result<()> {
    if new.is_empty() {
        return Ok(());
    }
    let now = Utc::now();
    let articles: Vec<ArticleRow<'_>> = new
        .iter()
        .map(|one| ArticleRow::new(one.id, one.line, now))
        .collect::<Result<_>>()?;
    let pieces: Vec<Piece<'_>> = new.iter().flat_map(pieces).collect();
    let slugs = slugs::choose(conn, &pieces).await?;
    let keys = ["articles_pkey", "articles_external_id_key"];
    let added = rows::add(conn, &articles).await;
    added.map_err(|error| just_added(error, keys))?;
    rows::add(conn, &new.iter().flat_map(tag_rows).collect::<Vec<_>>()).await?;
    add_translations(conn, &pieces, &slugs, 2, actor, now).await?;
    follow_source(conn, new).await?;
    let shown: Vec<Uuid> = new
        .iter()
        .filter(|one| is_shown(one.line))
        .map(|one| one.id)
        .collect();
    if !shown.is_empty() {
        projection::introduce(conn, &shown).await?;
    }
    tell(conn, new, &shown, actor).await
}

fn pieces<'l>(one: &Ready<'l>) -> impl Iterator<Item = Piece<'l>> + use<'l> {
    let (article, line) = (one.id, one.line);
    line.translations
        .iter()
        .map(move |one| Piece { article, line, one })
}

fn tag_rows<'r>(one: &'r Ready<'_>) -> impl Iterator<Item = TagRow<'r>> {
    let tags = one.tags.iter().enumerate();
    tags.map(|(position, tag_id)| TagRow {
        article_id: one.id,
        tag_id,
        position,
    })
}

fn is_shown(line: &ArticleLine) -> bool {
    line.deleted_at.is_none() && line.translations.iter().any(|one| one.shown().is_some())
}

/// Adds translations of articles that are there, under slugs that were chosen for them.
///
/// # Errors
/// As [`add`].
pub(super) async fn add_translations(
    conn: &mut AsyncPgConnection,
    pieces: &[Piece<'_>],
    slugs: &[String],
    version: i64,
    actor: Option<&str>,
    now: DateTime<Utc>,
) -> Result<()> {
    slugs::check_former(conn, pieces).await?;
    let hosts = embed_hosts(conn).await?;
    let translations: Vec<TranslationRow<'_>> = pieces
        .iter()
        .zip(slugs)
        .map(|(piece, slug)| TranslationRow {
            version,
            ..TranslationRow::new(piece.article, piece.line, piece.one, slug, now)
        })
        .collect();
    let of_each = || pieces.iter().zip(&translations);
    let claims = of_each().flat_map(|(piece, row)| claims(piece.one, row));
    slugs::claim(conn, claims.collect()).await?;
    rows::add(conn, &translations).await?;
    let revisions: Vec<RevisionRow<'_>> = of_each()
        .flat_map(|(piece, row)| {
            piece.one.all_revisions().map(|revision| {
                let own = revision.words.slug.as_ref().map(|slug| slug.as_str());
                let is_head = revision.number.unwrap_or(1) == row.revision;
                let slug = own.filter(|_| !is_head).unwrap_or(row.slug);
                RevisionRow::new(row, revision, slug, actor, &hosts)
            })
        })
        .collect();
    rows::add(conn, &revisions).await?;
    add_addresses(conn, pieces.iter().map(|piece| (piece.article, piece.one))).await?;
    if translations
        .iter()
        .any(|row| row.publish_at.or(row.unpublish_at).is_some())
    {
        let tell: Statement<()> = Statement::new("select pg_notify('due', '')");
        tell.execute(conn).await?;
    }
    Ok(())
}

/// Whose pages articles may show in a frame.
pub(super) async fn embed_hosts(conn: &mut AsyncPgConnection) -> Result<EmbedHosts> {
    let hosts: Statement<sql::Nullable<sql::Text>> =
        Statement::new(format!("select {EMBED_HOSTS_SQL}"));
    let hosts: Option<String> = hosts.get_result(conn).await?;
    Ok(EmbedHosts::kept(hosts.as_deref()))
}

/// The slugs that are to lead to a translation.
fn claims(one: &TranslationLine, row: &TranslationRow<'_>) -> Vec<Claim> {
    let claim = |slug: &str, seen_at| Claim {
        article: row.article_id,
        locale: row.locale.to_owned(),
        slug: slug.to_owned(),
        seen_at,
    };
    let shown = one
        .published
        .as_ref()
        .and_then(|shown| shown.words.slug.as_ref());
    let working_is_shown = row.first_published_at.filter(|_| one.published.is_none());
    let mut claims = vec![claim(row.slug, working_is_shown)];
    claims.extend(shown.map(|slug| claim(slug.as_str(), row.first_published_at)));
    let former = one.former_slugs.iter();
    claims.extend(former.map(|slug| claim(slug.as_str(), Some(row.created_at))));
    claims
}

/// Notes where translations stood. What is said of an address last counts.
pub(super) async fn add_addresses<'l>(
    conn: &mut AsyncPgConnection,
    translations: impl IntoIterator<Item = (Uuid, &'l TranslationLine)>,
) -> Result<()> {
    let rows: Vec<AddressRow<'_>> = translations
        .into_iter()
        .flat_map(|(article_id, one)| {
            one.former_addresses.iter().map(move |address| AddressRow {
                address,
                article_id,
                locale: &one.locale,
            })
        })
        .collect();
    if rows.is_empty() {
        return Ok(());
    }
    let mut addresses: Vec<String> = rows.iter().map(|row| row.address.to_owned()).collect();
    addresses.sort();
    let forget: Statement<()> = Statement::new("delete from former_addresses where address = any(")
        .bind(addresses)
        .sql(")");
    forget.execute(conn).await?;
    let mut last = std::collections::BTreeMap::new();
    last.extend(rows.into_iter().map(|row| (row.address, row)));
    let rows: Vec<AddressRow<'_>> = last.into_values().collect();
    rows::add(conn, &rows).await?;
    Ok(())
}

/// Finds out which translations are stale: those that follow an earlier text than readers of the source have.
async fn follow_source(conn: &mut AsyncPgConnection, new: &[Ready<'_>]) -> Result<()> {
    let behind = |line: &ArticleLine| {
        let source = line.source();
        let shown = source.into_iter().flat_map(|source| {
            let shown = source.shown().map(|shown| shown.number.unwrap_or(1));
            let earlier = source.all_revisions().filter(|one| one.shown_at.is_some());
            shown
                .into_iter()
                .chain(earlier.filter_map(|one| one.number))
        });
        let newest = shown.max();
        let follow = line
            .translations
            .iter()
            .filter_map(|one| one.head.words.based_on_revision);
        follow.min().is_some_and(|follows| newest > Some(follows))
    };
    let ids: Vec<Uuid> = new
        .iter()
        .filter(|one| behind(one.line))
        .map(|one| one.id)
        .collect();
    if ids.is_empty() {
        return Ok(());
    }
    let follow: Statement<()> = Statement::new(
        "update translations t set stale_since = s.since from (\
            select article_id, locale, stale_since(article_id, source_locale, based_on_revision) as since \
            from translations where locale <> source_locale and article_id = any(",
    )
    .bind(ids)
    .sql(
        ")) s where (t.article_id, t.locale) = (s.article_id, s.locale) \
        and s.since is distinct from t.stale_since",
    );
    follow.execute(conn).await?;
    Ok(())
}

/// Writes the event of each article: it is there, in these languages, and readers have it in those.
async fn tell(
    conn: &mut AsyncPgConnection,
    new: &[Ready<'_>],
    shown: &[Uuid],
    actor: Option<&str>,
) -> Result<()> {
    let mut keys = projection::keys_by_article(conn, shown).await?;
    let events = new.iter().map(|one| {
        let locales = |published: bool| {
            let chosen = one.line.translations.iter();
            let chosen = chosen.filter(move |one| !published || one.shown().is_some());
            chosen.map(|one| one.locale.as_str()).collect::<Vec<_>>()
        };
        Event::new("article.created", actor)
            .article(one.id)
            .locale(&one.line.source_locale)
            .data(json!({"imported": true, "locales": locales(false), "published": locales(true)}))
            .keys(keys.remove(&one.id).unwrap_or_default())
    });
    Event::write_all(conn, events.collect()).await
}

//! Making an article that is there what its line says.

use chrono::{DateTime, Utc};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use super::Ready;
use super::agree::{shown_agrees, translation_agrees};
use super::slugs::{self, Claim};
use super::write::{Piece, add_addresses, add_translations, embed_hosts};
use crate::articles::{Article, ArticleRef, NewArticle};
use crate::db::Statement;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::projection;
use crate::transfer::line::{ArticleLine, RevisionLine, TranslationLine};
use crate::translations::saving::compare_all_with_source;
use crate::translations::{NewTranslation, Translation};
use crate::values::markdown;

/// Makes an article, which `is` so far, what its line says. What changes of its words is a revision, as if it had
/// been saved here; translations that the line does not name stay.
///
/// # Errors
/// 422 and 409 for what is taken or not to be changed.
pub(super) async fn change(
    conn: &mut AsyncPgConnection,
    ready: &Ready<'_>,
    is: &ArticleLine,
    actor: Option<&str>,
) -> Result<()> {
    let line = ready.line;
    if line.source_locale != is.source_locale {
        let detail = format!(
            "the article was written in `{}`, which stays so",
            is.source_locale
        );
        return Err(Error::fault("/source_locale", "immutable", detail));
    }
    let article = Article::lock_any(conn, &ArticleRef::Id(ready.id), None).await?;
    let kept = is.article.external_id.clone();
    let neutral = NewArticle {
        external_id: line.article.external_id.clone().or(kept),
        ..line.article.clone()
    };
    article.update(conn, &neutral).await?;
    article.set_tags(conn, &ready.tags).await?;
    for one in &line.translations {
        let there = is.translations.iter().find(|is| is.locale == one.locale);
        match there {
            Some(is) if translation_agrees(one, is) => {}
            Some(is) => change_translation(conn, &article, one, is, actor).await?,
            None => add_translation(conn, &article, line, one, actor).await?,
        }
    }
    compare_all_with_source(conn, &article).await?;
    article.touch(conn).await?;
    date(conn, ready.id, line).await?;
    let keys = projection::project(conn, &[ready.id]).await?;
    Event::new("article.updated", actor)
        .article(ready.id)
        .data(json!({"imported": true}))
        .keys(keys)
        .write(conn)
        .await
}

async fn date(conn: &mut AsyncPgConnection, article: Uuid, line: &ArticleLine) -> Result<()> {
    let date: Statement<()> = Statement::new("update articles set created_at = coalesce(")
        .bind(line.created_at)
        .sql(", created_at), updated_at = coalesce(")
        .bind(line.updated_at)
        .sql(", updated_at), deleted_at = ")
        .bind(line.deleted_at)
        .sql(" where id = ")
        .bind(article);
    date.execute(conn).await?;
    Ok(())
}

/// Adds a language. The numbers of the line are those of another installation: it follows the source as it is
/// here, unless both count alike.
async fn add_translation(
    conn: &mut AsyncPgConnection,
    article: &Article,
    line: &ArticleLine,
    one: &TranslationLine,
    actor: Option<&str>,
) -> Result<()> {
    let source = Translation::find(conn, article.id, &article.source_locale).await?;
    let newest = source.map(|source| source.revision);
    let mut one = one.clone();
    if newest != line.source().map(TranslationLine::revision) {
        one.head.words.based_on_revision = newest;
    }
    let pieces = [Piece {
        article: article.id,
        line,
        one: &one,
    }];
    let slugs = slugs::choose(conn, &pieces).await?;
    let version = article.version + 1;
    add_translations(conn, &pieces, &slugs, version, actor, Utc::now()).await
}

async fn change_translation(
    conn: &mut AsyncPgConnection,
    article: &Article,
    line: &TranslationLine,
    is: &TranslationLine,
    actor: Option<&str>,
) -> Result<()> {
    let find = Translation::find(conn, article.id, &line.locale).await?;
    let before = find.ok_or_else(|| Error::Internal("a translation is gone".into()))?;
    let shown_as_before = shown_agrees(line, is);
    let mut shown = before.published_revision;
    let mut working = before;
    if let Some(published) = line.published.as_ref().filter(|_| !shown_as_before) {
        working = working.save(conn, article, words(published), actor).await?;
        shown = Some(working.revision);
    }
    working = working
        .save(conn, article, words(&line.head), actor)
        .await?;
    if line.shown().is_none() {
        shown = None;
    } else if line.published.is_none() && !shown_as_before {
        shown = Some(working.revision);
    }
    if let Some(number) = shown {
        render(conn, &working, number).await?;
    }
    set_state(conn, line, &working, shown, shown_as_before).await?;
    lead(conn, article, line, &working).await
}

/// The words of a line, to be saved here: they follow the source as it is here.
fn words(revision: &RevisionLine) -> NewTranslation {
    NewTranslation {
        based_on_revision: None,
        ..revision.words.clone()
    }
}

/// Has the HTML of what readers get, and notes when they first got it.
async fn render(conn: &mut AsyncPgConnection, of: &Translation, number: i32) -> Result<()> {
    let revision = of.revision(conn, number).await?;
    let hosts = embed_hosts(conn).await?;
    let render: Statement<()> = Statement::new(
        "update revisions set published_at = coalesce(published_at, now()), body_html = ",
    )
    .bind(markdown::article_html(&revision.body, &hosts))
    .sql(" where published_at is null and article_id = ")
    .bind(of.article_id)
    .sql(" and locale = ")
    .bind(of.locale.as_str())
    .sql(" and number = ")
    .bind(number);
    render.execute(conn).await?;
    Ok(())
}

async fn set_state(
    conn: &mut AsyncPgConnection,
    line: &TranslationLine,
    of: &Translation,
    shown: Option<i32>,
    shown_as_before: bool,
) -> Result<()> {
    let now = Utc::now();
    let kept = of.published_at.filter(|_| shown.is_some());
    let since: Option<DateTime<Utc>> = shown.map(|_| line.published_at.or(kept).unwrap_or(now));
    let first = line.first_published_at.or(of.first_published_at).or(since);
    let set: Statement<()> = Statement::new("update translations set status = ")
        .bind(line.status.name())
        .sql(", published_revision = ")
        .bind(shown)
        .sql(", published_at = ")
        .bind(since)
        .sql(", first_published_at = ")
        .bind(first)
        .sql(", republished_at = case when ")
        .bind(shown.is_none())
        .sql(" then null when ")
        .bind(shown_as_before)
        .sql(" then coalesce(republished_at, ")
        .bind(since)
        .sql(") else ")
        .bind(line.republished_at.unwrap_or(now))
        .sql(" end, publish_at = ")
        .bind(line.publish_at)
        .sql(", unpublish_at = ")
        .bind(line.unpublish_at)
        .sql(", created_at = coalesce(")
        .bind(line.created_at)
        .sql(", created_at), updated_at = ")
        .bind(line.updated_at.unwrap_or(now))
        .sql(", version = version + 1 where article_id = ")
        .bind(of.article_id)
        .sql(" and locale = ")
        .bind(of.locale.as_str());
    set.execute(conn).await?;
    Ok(())
}

/// Lets its slugs lead to it, and notes where it stood.
async fn lead(
    conn: &mut AsyncPgConnection,
    article: &Article,
    line: &TranslationLine,
    of: &Translation,
) -> Result<()> {
    let now = Utc::now();
    let claim = |slug: &str, seen_at| Claim {
        article: article.id,
        locale: of.locale.clone(),
        slug: slug.to_owned(),
        seen_at,
    };
    let former = line
        .former_slugs
        .iter()
        .map(|slug| claim(slug.as_str(), Some(now)));
    let own = line.shown().map(|shown| match &line.published {
        Some(_) => shown
            .words
            .slug
            .as_ref()
            .map_or(of.slug.as_str(), |slug| slug.as_str()),
        None => of.slug.as_str(),
    });
    let own = own.map(|slug| claim(slug, Some(now)));
    let claims = slugs::claim(conn, former.chain(own).collect()).await;
    claims.map_err(|error| match error {
        Error::Contended => Error::conflict("one of its former slugs is another article's"),
        other => other,
    })?;
    add_addresses(conn, [(article.id, line)]).await
}

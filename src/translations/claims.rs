//! Claiming slugs, so that each names one article in its locale.

use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::NewTranslation;
use crate::db::{OnConstraint, Statement};
use crate::error::{Error, Result};
use crate::values::slug::Slug;

/// Claims the slug for the article: the one that is given or held, or the first free one made from the
/// title. What claims it is an insert, so that of two who want it at once one waits and then finds it
/// taken.
pub(super) async fn claim(
    conn: &mut AsyncPgConnection,
    article: Uuid,
    locale: &str,
    new: &NewTranslation,
    held: Option<&str>,
) -> Result<String> {
    if let Some(slug) = &new.slug {
        if held == Some(slug.as_str()) || try_claim(conn, article, locale, slug).await? {
            return Ok(slug.as_str().to_owned());
        }
        return Err(Error::conflict(format!(
            "the slug `{slug}` is taken in `{locale}`"
        )));
    }
    if let Some(held) = held {
        return Ok(held.to_owned());
    }
    let Some(base) = Slug::from_title(&new.title) else {
        return Err(Error::fault(
            "/slug",
            "required",
            "no slug can be made from this title: give one",
        ));
    };
    // Windows that grow: a title used ten thousand times costs five queries.
    let (mut from, mut size) = (1, 16);
    loop {
        let window: Vec<Slug> = (from..from + size)
            .map(|n| {
                if n == 1 {
                    base.clone()
                } else {
                    base.numbered(n)
                }
            })
            .collect();
        if let Some(slug) = first_free(conn, article, locale, &window).await? {
            if try_claim(conn, article, locale, &slug).await? {
                return Ok(slug.into());
            }
            // Somebody was quicker: look again.
            continue;
        }
        from += size;
        size *= 8;
    }
}

async fn first_free(
    conn: &mut AsyncPgConnection,
    article: Uuid,
    locale: &str,
    window: &[Slug],
) -> Result<Option<Slug>> {
    let texts: Vec<String> = window.iter().cloned().map(String::from).collect();
    let taken: Statement<sql::Text> = Statement::new("select slug from slugs where article_id <> ")
        .bind(article)
        .sql(" and locale = ")
        .bind(locale)
        .sql(" and slug = any(")
        .bind(texts)
        .sql(")");
    let taken: Vec<String> = taken.load(conn).await?;
    Ok(window
        .iter()
        .find(|slug| !taken.iter().any(|known| known == slug.as_str()))
        .cloned())
}

/// Whether the article may have this slug, as things are.
pub(super) async fn may_claim(
    conn: &mut AsyncPgConnection,
    article: Uuid,
    locale: &str,
    slug: &Slug,
) -> Result<bool> {
    let window = std::slice::from_ref(slug);
    Ok(first_free(conn, article, locale, window).await?.is_some())
}

/// A slug is free when nobody has it, when the article has or had it itself, and when the article that
/// had it is erased.
async fn try_claim(
    conn: &mut AsyncPgConnection,
    article: Uuid,
    locale: &str,
    slug: &Slug,
) -> Result<bool> {
    let claim: Statement<sql::Bool> = Statement::new("insert into slugs (locale, slug, article_id) values (")
        .bind(locale)
        .sql(", ")
        .bind(slug.as_str())
        .sql(", ")
        .bind(article)
        .sql(
            ") on conflict on constraint slugs_pkey do update set article_id = excluded.article_id \
            where slugs.article_id is null or slugs.article_id = excluded.article_id returning true",
        );
    let claimed: Vec<bool> = claim
        .load(conn)
        .await
        .on_constraint("slugs_locale_fkey", || {
            Error::fault(
                "",
                "unknown_locale",
                format!("there is no locale `{locale}` here"),
            )
        })?;
    Ok(!claimed.is_empty())
}

/// Gives a slug back that readers never saw. One that they saw leads on.
pub(super) async fn release(conn: &mut AsyncPgConnection, locale: &str, slug: &str) -> Result<()> {
    let release: Statement<()> =
        Statement::new("delete from slugs where published_at is null and locale = ")
            .bind(locale)
            .sql(" and slug = ")
            .bind(slug);
    release.execute(conn).await?;
    Ok(())
}

//! Working copies and their revisions in the database.

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Map, Value, json};
use uuid::Uuid;

use super::claims::{claim, release};
use super::text::NewTranslation;
use crate::articles::Article;
use crate::db::OnConstraint;
use crate::error::{Error, Result};
use crate::schema::{revisions, translations};
use crate::values::merge_patch::members;
use crate::values::slug::Slug;

/// An article in one language: its state. Its words are those of its newest revision.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = translations)]
pub struct Translation {
    /// The article.
    pub article_id: Uuid,
    /// The language.
    pub locale: String,
    /// The working copy's slug.
    pub slug: String,
    /// The working copy's state.
    pub status: String,
    /// The newest revision.
    pub revision: i32,
    /// The source's revision that it follows; none for the source itself.
    pub based_on_revision: Option<i32>,
    /// Counts the changes.
    pub version: i64,
    /// The revision that readers have.
    pub published_revision: Option<i32>,
    /// When it came to readers.
    pub published_at: Option<DateTime<Utc>>,
    /// When it first came to readers.
    pub first_published_at: Option<DateTime<Utc>>,
}

/// The words of a translation at one save.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = revisions)]
pub struct Revision {
    /// Counted from 1.
    pub number: i32,
    /// Its slug.
    pub slug: String,
    /// Its headline.
    pub title: String,
    /// The line under it.
    pub subtitle: Option<String>,
    /// Where it was reported from.
    pub dateline: Option<String>,
    /// The summary, if one was written.
    pub summary: Option<String>,
    /// What stands for it otherwise.
    pub excerpt: String,
    /// The Markdown.
    pub body: String,
    /// For search engines.
    pub seo_title: Option<String>,
    /// For search engines.
    pub seo_description: Option<String>,
    /// What the lead image shows.
    pub lead_image_alt: Option<String>,
    /// The line under the lead image.
    pub lead_image_caption: Option<String>,
    /// Who translated it.
    pub translators: Vec<String>,
    /// Equal for equal words.
    pub digest: Vec<u8>,
}

impl Revision {
    /// What a request may write, as JSON: what a merge patch is applied to.
    pub fn writable(&self) -> Map<String, Value> {
        members(json!({
            "title": self.title, "subtitle": self.subtitle, "dateline": self.dateline, "summary": self.summary,
            "body": self.body, "slug": self.slug,
            "seo": {"title": self.seo_title, "description": self.seo_description},
            "lead_image_alt": self.lead_image_alt, "lead_image_caption": self.lead_image_caption,
            "translators": self.translators,
        }))
    }
}

impl Translation {
    /// An article's translation in a language, if it has one. The article is locked, and with it all
    /// its translations.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn find(
        conn: &mut AsyncPgConnection,
        article: Uuid,
        locale: &str,
    ) -> Result<Option<Translation>> {
        let found = translations::table
            .find((article, locale))
            .select(Translation::as_select());
        Ok(found.first(conn).await.optional()?)
    }

    /// All translations of an article, by locale.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn all(conn: &mut AsyncPgConnection, article: Uuid) -> Result<Vec<Translation>> {
        let all = translations::table
            .filter(translations::article_id.eq(article))
            .order(translations::locale);
        Ok(all.select(Translation::as_select()).load(conn).await?)
    }

    /// A revision of it.
    ///
    /// # Errors
    /// When the database fails; the revision is there.
    pub async fn revision(&self, conn: &mut AsyncPgConnection, number: i32) -> Result<Revision> {
        let found = revisions::table
            .find((self.article_id, &self.locale, number))
            .select(Revision::as_select());
        Ok(found.first(conn).await?)
    }

    /// Writes an article's first words in a language.
    ///
    /// # Errors
    /// 409 for a slug that is taken, 422 for a revision of the source that there is not.
    pub async fn create(
        conn: &mut AsyncPgConnection,
        article: &Article,
        locale: &str,
        mut new: NewTranslation,
        actor: Option<&str>,
    ) -> Result<Translation> {
        let excerpt = new.excerpt();
        new.forget_made_summary(&[&excerpt]);
        let based_on = based_on(conn, article, locale, &new).await?;
        let slug = claim(conn, article.id, locale, &new, None).await?;
        let translation: Translation = diesel::insert_into(translations::table)
            .values((
                translations::article_id.eq(article.id),
                translations::locale.eq(locale),
                translations::slug.eq(&slug),
                translations::title.eq(&new.title),
                translations::revision.eq(1),
                translations::version.eq(article.version + 1),
                translations::based_on_revision.eq(based_on),
            ))
            .returning(Translation::as_returning())
            .get_result(conn)
            .await
            .on_constraint("translations_locale_fkey", || {
                Error::fault(
                    "",
                    "unknown_locale",
                    format!("there is no locale `{locale}` here"),
                )
            })?;
        let digest = new.digest(&slug);
        translation
            .add_revision(conn, &new, &excerpt, digest, actor)
            .await?;
        Ok(translation)
    }

    /// Saves these words as its newest revision, if they are not what it says already. The article is
    /// locked. Gives the translation as it then is.
    ///
    /// # Errors
    /// As [`Translation::create`].
    pub async fn save(
        &self,
        conn: &mut AsyncPgConnection,
        article: &Article,
        mut new: NewTranslation,
        actor: Option<&str>,
    ) -> Result<Translation> {
        let current = self.revision(conn, self.revision).await?;
        let excerpt = new.excerpt();
        new.forget_made_summary(&[&excerpt, &current.excerpt]);
        let wanted = new.slug.as_ref().map_or(self.slug.as_str(), Slug::as_str);
        if new.digest(wanted) == current.digest {
            return self.rebase(conn, article, &new).await;
        }
        let based_on = based_on(conn, article, &self.locale, &new).await?;
        let slug = claim(conn, self.article_id, &self.locale, &new, Some(&self.slug)).await?;
        let digest = new.digest(&slug);
        let status = self.status_with(conn, &digest).await?;
        let saved: Translation =
            diesel::update(translations::table.find((self.article_id, &self.locale)))
                .set((
                    translations::slug.eq(&slug),
                    translations::title.eq(&new.title),
                    translations::status.eq(status),
                    translations::revision.eq(translations::revision + 1),
                    translations::based_on_revision.eq(based_on),
                    translations::version.eq(translations::version + 1),
                    translations::updated_at.eq(diesel::dsl::now),
                ))
                .returning(Translation::as_returning())
                .get_result(conn)
                .await?;
        saved
            .add_revision(conn, &new, &excerpt, digest, actor)
            .await?;
        if slug != self.slug {
            release(conn, &self.locale, &self.slug).await?;
        }
        Ok(saved)
    }

    /// The same words, perhaps said to follow another revision of the source: that is no new revision.
    async fn rebase(
        &self,
        conn: &mut AsyncPgConnection,
        article: &Article,
        new: &NewTranslation,
    ) -> Result<Translation> {
        if new.based_on_revision.is_none() || new.based_on_revision == self.based_on_revision {
            return Ok(self.clone());
        }
        let based_on = based_on(conn, article, &self.locale, new).await?;
        Ok(
            diesel::update(translations::table.find((self.article_id, &self.locale)))
                .set((
                    translations::based_on_revision.eq(based_on),
                    translations::version.eq(translations::version + 1),
                    translations::updated_at.eq(diesel::dsl::now),
                ))
                .returning(Translation::as_returning())
                .get_result(conn)
                .await?,
        )
    }

    /// The state that it is in with these words: what readers have already is published, and anything
    /// else in its place is a draft.
    async fn status_with(&self, conn: &mut AsyncPgConnection, digest: &[u8]) -> Result<&str> {
        let published = match self.published_revision {
            Some(number) => self.revision(conn, number).await?.digest == digest,
            None => false,
        };
        Ok(match self.status.as_str() {
            "draft" | "published" if published => "published",
            "published" => "draft",
            other => other,
        })
    }

    async fn add_revision(
        &self,
        conn: &mut AsyncPgConnection,
        new: &NewTranslation,
        excerpt: &str,
        digest: Vec<u8>,
        actor: Option<&str>,
    ) -> Result<()> {
        let key = (
            revisions::article_id.eq(self.article_id),
            revisions::locale.eq(&self.locale),
            revisions::number.eq(self.revision),
        );
        let words = (
            revisions::slug.eq(&self.slug),
            revisions::title.eq(&new.title),
            revisions::subtitle.eq(&new.subtitle),
            revisions::dateline.eq(&new.dateline),
            revisions::summary.eq(&new.summary),
            revisions::excerpt.eq(excerpt),
            revisions::body.eq(&new.body),
            revisions::seo_title.eq(&new.seo.title),
            revisions::seo_description.eq(&new.seo.description),
            revisions::lead_image_alt.eq(&new.lead_image_alt),
            revisions::lead_image_caption.eq(&new.lead_image_caption),
            revisions::translators.eq(&new.translators),
        );
        let facts = (
            revisions::word_count.eq(new.word_count()),
            revisions::digest.eq(digest),
            revisions::based_on_revision.eq(self.based_on_revision),
            revisions::actor.eq(actor),
        );
        diesel::insert_into(revisions::table)
            .values((key, words, facts))
            .execute(conn)
            .await?;
        Ok(())
    }

    /// Deletes it with its revisions; the article is locked, and to be projected after.
    ///
    /// # Errors
    /// 409 for the source.
    pub async fn delete(&self, conn: &mut AsyncPgConnection, article: &Article) -> Result<()> {
        if self.locale == article.source_locale {
            return Err(Error::conflict(
                "the source cannot be deleted: the other translations follow it, and an article without it is none; \
                delete the article instead",
            ));
        }
        diesel::delete(translations::table.find((self.article_id, &self.locale)))
            .execute(conn)
            .await?;
        release(conn, &self.locale, &self.slug).await
    }
}

/// The source's revision that a translation follows: the one it names, or the newest.
async fn based_on(
    conn: &mut AsyncPgConnection,
    article: &Article,
    locale: &str,
    new: &NewTranslation,
) -> Result<Option<i32>> {
    if locale == article.source_locale {
        return match new.based_on_revision {
            None => Ok(None),
            Some(_) => Err(Error::fault(
                "/based_on_revision",
                "invalid",
                "the source follows no other text",
            )),
        };
    }
    let newest: i32 = translations::table
        .find((article.id, &article.source_locale))
        .select(translations::revision)
        .first(conn)
        .await?;
    match new.based_on_revision {
        Some(number) if number > newest => {
            let detail = format!("the source has {newest} revisions");
            Err(Error::fault(
                "/based_on_revision",
                "unknown_revision",
                detail,
            ))
        }
        given => Ok(Some(given.unwrap_or(newest))),
    }
}

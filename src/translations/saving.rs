//! Saving words: each save that changes something is a revision.

use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::Translation;
use super::claims::{claim, may_claim, release};
use super::text::NewTranslation;
use super::workflow::Status;
use crate::articles::Article;
use crate::db::{OnConstraint, Statement};
use crate::error::{Error, Result};
use crate::schema::{revisions, translations};
use crate::values::slug::Slug;

impl Translation {
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
                translations::source_locale.eq(&article.source_locale),
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
        translation.compare_with_source(conn).await?;
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
        if status == Status::Published {
            saved.say_what_readers_have_follows(conn).await?;
        }
        saved.compare_with_source(conn).await?;
        Ok(saved)
    }

    /// Saves the words of an earlier revision again: they follow the source where that one did. Its slug
    /// comes back too, unless another article has it by now.
    ///
    /// # Errors
    /// 404 when there is no revision of this number.
    pub async fn restore(
        &self,
        conn: &mut AsyncPgConnection,
        article: &Article,
        number: i32,
        actor: Option<&str>,
    ) -> Result<Translation> {
        let earlier = self.revision(conn, number).await?;
        let mut words = earlier.words()?;
        words.based_on_revision = earlier.based_on_revision;
        if let Some(slug) = &words.slug
            && !may_claim(conn, self.article_id, &self.locale, slug).await?
        {
            words.slug = None;
        }
        self.save(conn, article, words, actor).await
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
        diesel::update(revisions::table.find((self.article_id, &self.locale, self.revision)))
            .set(revisions::based_on_revision.eq(based_on))
            .execute(conn)
            .await?;
        let rebased: Translation =
            diesel::update(translations::table.find((self.article_id, &self.locale)))
                .set((
                    translations::based_on_revision.eq(based_on),
                    translations::version.eq(translations::version + 1),
                    translations::updated_at.eq(diesel::dsl::now),
                ))
                .returning(Translation::as_returning())
                .get_result(conn)
                .await?;
        rebased.compare_with_source(conn).await?;
        Ok(rebased)
    }

    /// Readers have these very words: what they follow is said of the published revision too.
    async fn say_what_readers_have_follows(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        if let Some(published) = self.published_revision {
            diesel::update(revisions::table.find((self.article_id, &self.locale, published)))
                .set(revisions::based_on_revision.eq(self.based_on_revision))
                .execute(conn)
                .await?;
        }
        Ok(())
    }

    async fn status_with(&self, conn: &mut AsyncPgConnection, digest: &[u8]) -> Result<Status> {
        let published = match self.published_revision {
            Some(number) => self.revision(conn, number).await?.digest == digest,
            None => false,
        };
        Ok(self.status.with_words(published))
    }

    /// Finds out whether readers of the source have a newer text than the one that it follows.
    async fn compare_with_source(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        if self.is_source() {
            return Ok(());
        }
        let compare: Statement<()> = Statement::new(
            "update translations set stale_since = stale_since(article_id, source_locale, based_on_revision) \
            where article_id = ",
        )
        .bind(self.article_id)
        .sql(" and locale = ")
        .bind(self.locale.as_str());
        compare.execute(conn).await?;
        Ok(())
    }
}

/// Compares every translation of an article with what readers of the source have now. Gives the
/// languages in which it has become stale by that.
///
/// # Errors
/// When the database fails.
pub async fn compare_all_with_source(
    conn: &mut AsyncPgConnection,
    article: &Article,
) -> Result<Vec<String>> {
    let compare: Statement<sql::Text> = Statement::new(
        "with compared as (select locale, stale_since as before, \
            stale_since(article_id, source_locale, based_on_revision) as since \
            from translations where locale <> source_locale and article_id = ",
    )
    .bind(article.id)
    .sql(
        "), changed as (update translations t set stale_since = compared.since from compared \
            where t.locale = compared.locale and compared.since is distinct from compared.before and t.article_id = ",
    )
    .bind(article.id)
    .sql(
        " returning t.locale) \
        select locale from compared where before is null and since is not null order by locale",
    );
    Ok(compare.load(conn).await?)
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

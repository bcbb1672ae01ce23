//! Changing tags, and every word that leads to them.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::{NewTag, NewTagTranslation, Tag, TagRef, touch_articles};
use super::parents::{parent_of, queue_for_parents};
use super::words::{file_words, keep_former};
use crate::db::{OnConstraint, Statement};
use crate::error::{Error, Result};
use crate::locales::LocaleRow;
use crate::projection;
use crate::schema::{tag_translations, tags};
use crate::values::locale::Locale;
use crate::values::slug::Slug;

impl Tag {
    /// Makes a tag.
    ///
    /// # Errors
    /// 409 when a word that is to lead to it leads to another; 422 for an unknown locale or parent.
    pub async fn create(conn: &mut AsyncPgConnection, new: &NewTag) -> Result<Tag> {
        Tag::create_as(conn, Uuid::now_v7(), new).await
    }

    /// The same under this id.
    ///
    /// # Errors
    /// As [`Tag::create`], and 409 for an id that is taken.
    pub async fn create_as(conn: &mut AsyncPgConnection, id: Uuid, new: &NewTag) -> Result<Tag> {
        let slug = slug_of(new.slug.as_ref(), &new.name)?;
        let locale = own_locale(conn, new).await?;
        let parent = parent_of(conn, new, None).await?;
        let tag = diesel::insert_into(tags::table)
            .values((
                tags::id.eq(id),
                tags::slug.eq(slug.as_str()),
                tags::name.eq(&new.name),
                tags::description.eq(&new.description),
                tags::locale.eq(locale),
                tags::parent_id.eq(parent),
                tags::synonyms.eq(&new.synonyms),
            ))
            .returning(Tag::as_returning())
            .get_result(conn)
            .await
            .on_constraint("tags_slug_key", || taken(slug.as_str()))?;
        file_words(conn, &tag).await?;
        Ok(tag)
    }

    /// Puts this in the place of what it said; the tag is locked.
    ///
    /// # Errors
    /// As [`Tag::create`], and 422 for a parent that is a part of it.
    pub async fn update(&self, conn: &mut AsyncPgConnection, new: &NewTag) -> Result<Tag> {
        let slug = slug_of(new.slug.as_ref(), &new.name)?;
        let locale = own_locale(conn, new).await?;
        let parent = parent_of(conn, new, Some(self.id)).await?;
        let tag = diesel::update(tags::table.find(self.id))
            .set((
                tags::slug.eq(slug.as_str()),
                tags::name.eq(&new.name),
                tags::description.eq(&new.description),
                tags::locale.eq(locale),
                tags::parent_id.eq(parent),
                tags::synonyms.eq(&new.synonyms),
                tags::version.eq(tags::version + 1),
                tags::updated_at.eq(diesel::dsl::now),
            ))
            .returning(Tag::as_returning())
            .get_result(conn)
            .await
            .on_constraint("tags_slug_key", || taken(slug.as_str()))?;
        if tag.slug != self.slug {
            keep_former(conn, self).await?;
        }
        file_words(conn, &tag).await?;
        if tag.name != self.name || tag.slug != self.slug || tag.locale != self.locale {
            tag.rename_in_editions(conn).await?;
        }
        Ok(tag)
    }

    /// Names it in another language; tells whether it had no name in it before.
    ///
    /// # Errors
    /// 409 for its own language and for a slug that is taken, 404 for an unknown locale.
    pub async fn translate(
        &self,
        conn: &mut AsyncPgConnection,
        locale: &Locale,
        new: &NewTagTranslation,
    ) -> Result<bool> {
        if self.locale == locale.as_str() {
            return Err(Error::conflict(
                "this is the tag's own language: change the tag itself",
            ));
        }
        if !LocaleRow::exists(conn, locale).await? {
            return Err(Error::not_found("locale"));
        }
        let slug = slug_of(new.slug.as_ref(), &new.name)?;
        let values = (
            tag_translations::name.eq(&new.name),
            tag_translations::slug.eq(slug.as_str()),
            tag_translations::description.eq(&new.description),
        );
        let known = tag_translations::table.find((self.id, locale.as_str()));
        let replaced = diesel::update(known)
            .set(values)
            .execute(conn)
            .await
            .on_constraint("tag_translations_slug_key", || taken(slug.as_str()))?;
        if replaced == 0 {
            diesel::insert_into(tag_translations::table)
                .values((
                    tag_translations::tag_id.eq(self.id),
                    tag_translations::locale.eq(locale.as_str()),
                    values,
                ))
                .execute(conn)
                .await
                .on_constraint("tag_translations_slug_key", || taken(slug.as_str()))?;
        }
        self.renamed(conn).await?;
        Ok(replaced == 0)
    }

    /// Whether it has a name in this language, other than its own.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_named_in(&self, conn: &mut AsyncPgConnection, locale: &Locale) -> Result<bool> {
        let named = tag_translations::table.find((self.id, locale.as_str()));
        Ok(diesel::select(diesel::dsl::exists(named))
            .get_result(conn)
            .await?)
    }

    /// Takes its name in a language away.
    ///
    /// # Errors
    /// 404 when it has none, 409 for its own language.
    pub async fn untranslate(&self, conn: &mut AsyncPgConnection, locale: &Locale) -> Result<()> {
        if self.locale == locale.as_str() {
            return Err(Error::conflict("a tag keeps its name in its own language"));
        }
        let gone = diesel::delete(tag_translations::table.find((self.id, locale.as_str())))
            .execute(conn)
            .await?;
        if gone == 0 {
            return Err(Error::not_found("translation of the tag"));
        }
        self.renamed(conn).await
    }

    /// Deletes it; `detach` takes it from its articles first.
    ///
    /// # Errors
    /// 409 with their number when there are articles with it.
    pub async fn delete(&self, conn: &mut AsyncPgConnection, detach: bool) -> Result<()> {
        let articles = touch_articles(conn, self.id).await?;
        if !articles.is_empty() && !detach {
            let number = articles.len();
            return Err(Error::Problem(Box::new(
                crate::error::Problem::new(
                    crate::error::Code::Conflict,
                    format!(
                        "the tag is in use by {number} articles; ?detach=true takes it from them"
                    ),
                )
                .with("article_count", number),
            )));
        }
        detach_from_all(conn, self.id).await?;
        projection::retag(conn, &articles).await?;
        diesel::delete(tags::table.find(self.id))
            .execute(conn)
            .await?;
        Ok(())
    }

    /// Gives all it has to another tag and lets its words lead there. Both are locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn merge_into(&self, conn: &mut AsyncPgConnection, target: &Tag) -> Result<usize> {
        queue_for_parents(conn).await?;
        let articles = touch_articles(conn, self.id).await?;
        let give: Statement<()> = Statement::new(
            "insert into article_tags (article_id, tag_id, position) select article_id, ",
        )
        .bind(target.id)
        .sql(", position from article_tags where tag_id = ")
        .bind(self.id)
        .sql(" on conflict do nothing");
        give.execute(conn).await?;
        detach_from_all(conn, self.id).await?;
        projection::retag(conn, &articles).await?;
        self.leave_parts_to(conn, target).await?;
        let lead: Statement<()> = Statement::new(
            "insert into tag_handles (handle, tag_id, kind) select distinct handle, ",
        )
        .bind(target.id)
        .sql("::uuid, 'former' from gone on conflict do nothing");
        let lead = Statement::<()>::new("with gone as (delete from tag_handles where tag_id = ")
            .bind(self.id)
            .sql(" returning handle) ")
            .append(lead);
        lead.execute(conn).await?;
        diesel::delete(tags::table.find(self.id))
            .execute(conn)
            .await?;
        diesel::update(tags::table.find(target.id))
            .set((
                tags::version.eq(tags::version + 1),
                tags::updated_at.eq(diesel::dsl::now),
            ))
            .execute(conn)
            .await?;
        Ok(articles.len())
    }

    async fn renamed(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let touched: Tag = diesel::update(tags::table.find(self.id))
            .set((
                tags::version.eq(tags::version + 1),
                tags::updated_at.eq(diesel::dsl::now),
            ))
            .returning(Tag::as_returning())
            .get_result(conn)
            .await?;
        file_words(conn, &touched).await?;
        touched.rename_in_editions(conn).await
    }

    async fn rename_in_editions(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        touch_articles(conn, self.id).await?;
        projection::rename_tags(conn, &[self.id]).await
    }
}

async fn detach_from_all(conn: &mut AsyncPgConnection, tag: Uuid) -> Result<()> {
    let detach: Statement<()> =
        Statement::new("delete from article_tags where tag_id = ").bind(tag);
    detach.execute(conn).await?;
    Ok(())
}

fn slug_of(given: Option<&Slug>, name: &str) -> Result<Slug> {
    given
        .cloned()
        .or_else(|| Slug::from_title(name))
        .ok_or_else(|| {
            Error::fault(
                "/slug",
                "required",
                "no slug can be made from this name: give one",
            )
        })
}

async fn own_locale(conn: &mut AsyncPgConnection, new: &NewTag) -> Result<String> {
    match &new.locale {
        None => LocaleRow::default_code(conn).await,
        Some(locale) if LocaleRow::exists(conn, locale).await? => Ok(locale.as_str().to_owned()),
        Some(_) => Err(Error::fault(
            "/locale",
            "unknown_locale",
            "there is no such locale here",
        )),
    }
}

fn taken(slug: &str) -> Error {
    Error::conflict(format!("the slug `{slug}` is taken by another tag"))
}

/// Locks two tags in the one order that everybody takes them in.
///
/// # Errors
/// 404 for the first, 422 for the second.
pub async fn lock_both(
    conn: &mut AsyncPgConnection,
    from: &TagRef,
    into: &TagRef,
) -> Result<(Tag, Tag)> {
    let lock: Statement<()> = Statement::new("select 1 from tags where id = any(")
        .append(from.ids_sql::<()>())
        .sql(" || ")
        .append(into.ids_sql::<()>())
        .sql(") order by id for update");
    lock.execute(conn).await?;
    let source = Tag::lock(conn, from).await?;
    let target = Tag::lock(conn, into).await.map_err(|error| match error {
        Error::Problem(_) => Error::fault("/into", "unknown_tag", "there is no such tag"),
        other => other,
    })?;
    Ok((source, target))
}

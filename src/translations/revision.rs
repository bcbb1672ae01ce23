//! Revisions: the words of a translation at each save.

use diesel::dsl::{AsSelect, SqlTypeOf};
use diesel::pg::Pg;
use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Map, Value, json};

use super::Translation;
use super::text::NewTranslation;
use crate::error::{Error, Result};
use crate::schema::revisions;
use crate::values::fields;
use crate::values::merge_patch::members;

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
    /// The source's revision that it follows; none for the source itself.
    pub based_on_revision: Option<i32>,
    /// How far each segment is, where a translator's tool has said so.
    pub segment_states: Option<Value>,
}

/// The SQL types of a [`Revision`].
pub(super) type RevisionSql = SqlTypeOf<AsSelect<Revision, Pg>>;
/// SQL of its columns, from `r` (revisions).
pub(super) const COLUMNS: &str = "r.number, r.slug, r.title, r.subtitle, r.dateline, r.summary, r.excerpt, r.body, \
    r.seo_title, r.seo_description, r.lead_image_alt, r.lead_image_caption, r.translators, r.digest, \
    r.based_on_revision, r.segment_states";

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

    /// Its words, to be saved again.
    ///
    /// # Errors
    /// When they would not be taken today.
    pub fn words(&self) -> Result<NewTranslation> {
        fields::decode(Value::Object(self.writable())).map_err(Error::invalid)
    }
}

impl Translation {
    /// A revision of it.
    ///
    /// # Errors
    /// 404 when there is none of this number.
    pub async fn revision(&self, conn: &mut AsyncPgConnection, number: i32) -> Result<Revision> {
        let found = revisions::table
            .find((self.article_id, &self.locale, number))
            .select(Revision::as_select());
        let found: Option<Revision> = found.first(conn).await.optional()?;
        found.ok_or_else(|| Error::not_found("revision"))
    }

    pub(super) async fn add_revision(
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
}

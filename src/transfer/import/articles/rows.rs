//! The rows that a new article is.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use crate::db::rows::Row;
use crate::error::{Error, Result};
use crate::transfer::line::{ArticleLine, RevisionLine, TranslationLine};
use crate::translations::text::EXCERPT;
use crate::values::markdown::{self, EmbedHosts};

type Time = DateTime<Utc>;

/// A row of a table: each member is the column of its name.
macro_rules! row {
    ($(#[$doc:meta])* $row:ident of $table:literal { $($column:ident: $type:ty,)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Serialize)]
        pub(super) struct $row<'l> {
            $(pub(super) $column: $type,)+
        }

        impl Row for $row<'_> {
            const TABLE: &'static str = $table;
            const COLUMNS: &'static str = columns!($($column)+);
        }
    };
}

macro_rules! columns {
    ($first:ident $($column:ident)*) => {
        concat!(stringify!($first), $(", ", stringify!($column)),*)
    };
}

row! {
    ArticleRow of "articles" {
        id: Uuid,
        external_id: Option<&'l str>,
        source_locale: &'l str,
        authors: &'l [String],
        lead_image: Option<Value>,
        metadata: &'l serde_json::Map<String, Value>,
        comments_open: bool,
        comments_close_at: Option<Time>,
        comments_threads: &'l str,
        version: i64,
        created_at: Time,
        updated_at: Time,
        deleted_at: Option<Time>,
        translated_into: Vec<&'l str>,
        preview_generation: i32,
    }
}

row! {
    TagRow of "article_tags" {
        article_id: Uuid,
        tag_id: &'l Uuid,
        position: usize,
    }
}

row! {
    TranslationRow of "translations" {
        article_id: Uuid,
        locale: &'l str,
        source_locale: &'l str,
        slug: &'l str,
        title: &'l str,
        status: &'l str,
        revision: i32,
        based_on_revision: Option<i32>,
        version: i64,
        published_revision: Option<i32>,
        published_at: Option<Time>,
        first_published_at: Option<Time>,
        republished_at: Option<Time>,
        created_at: Time,
        updated_at: Time,
        publish_at: Option<Time>,
        unpublish_at: Option<Time>,
        trashed: bool,
    }
}

row! {
    RevisionRow of "revisions" {
        article_id: Uuid,
        locale: &'l str,
        number: i32,
        slug: &'l str,
        title: &'l str,
        subtitle: Option<&'l str>,
        dateline: Option<&'l str>,
        summary: Option<&'l str>,
        excerpt: String,
        body: &'l str,
        body_html: Option<String>,
        seo_title: Option<&'l str>,
        seo_description: Option<&'l str>,
        lead_image_alt: Option<&'l str>,
        lead_image_caption: Option<&'l str>,
        translators: &'l [String],
        word_count: i32,
        digest: String,
        based_on_revision: Option<i32>,
        actor: Option<&'l str>,
        created_at: Time,
        published_at: Option<Time>,
        segment_states: Option<&'l serde_json::Map<String, Value>>,
    }
}

row! {
    AddressRow of "former_addresses" {
        address: &'l str,
        article_id: Uuid,
        locale: &'l str,
    }
}

/// When the things of a line were made, where it does not say so.
fn made_at(line: &ArticleLine, now: Time) -> Time {
    line.created_at.unwrap_or(now)
}

impl<'l> ArticleRow<'l> {
    pub(super) fn new(id: Uuid, line: &'l ArticleLine, now: Time) -> Result<Self> {
        let article = &line.article;
        let image = article.lead_image.as_ref().map(serde_json::to_value);
        let image = image.transpose();
        let mut languages: Vec<&str> = line
            .translations
            .iter()
            .map(|one| one.locale.as_str())
            .collect();
        languages.sort_unstable();
        let created_at = made_at(line, now);
        Ok(ArticleRow {
            id,
            external_id: article.external_id.as_deref(),
            source_locale: &line.source_locale,
            authors: &article.authors,
            lead_image: image.map_err(|error| Error::Internal(error.to_string()))?,
            metadata: &article.metadata,
            comments_open: article.comments_open,
            comments_close_at: article.comments_close_at,
            comments_threads: &article.comments_threads,
            version: 1,
            created_at,
            updated_at: line.updated_at.unwrap_or(created_at),
            deleted_at: line.deleted_at,
            translated_into: languages,
            preview_generation: 1,
        })
    }
}

impl<'l> TranslationRow<'l> {
    /// The row of a translation under this slug. What it follows, where that is not said, is the newest of the
    /// source.
    pub(super) fn new(
        article: Uuid,
        line: &'l ArticleLine,
        one: &'l TranslationLine,
        slug: &'l str,
        now: Time,
    ) -> Self {
        let made = one.created_at.unwrap_or_else(|| made_at(line, now));
        let newest = line.source().map(TranslationLine::revision);
        let is_source = one.locale == line.source_locale;
        let follows = one.head.words.based_on_revision.or(newest);
        let shown = one.shown().map(|shown| shown.number.unwrap_or(1));
        let since = shown.map(|_| one.published_at.unwrap_or(made));
        TranslationRow {
            article_id: article,
            locale: &one.locale,
            source_locale: &line.source_locale,
            slug,
            title: &one.head.words.title,
            status: one.status.name(),
            revision: one.revision(),
            based_on_revision: follows.filter(|_| !is_source),
            version: 2,
            published_revision: shown,
            published_at: since,
            first_published_at: one.first_published_at.or(one.published_at).or(since),
            republished_at: since.map(|since| one.republished_at.unwrap_or(since)),
            created_at: made,
            updated_at: one.updated_at.unwrap_or(made),
            publish_at: one.publish_at,
            unpublish_at: one.unpublish_at,
            trashed: line.deleted_at.is_some(),
        }
    }
}

impl<'l> RevisionRow<'l> {
    /// The row of a revision of this translation. What readers have is rendered.
    pub(super) fn new(
        of: &TranslationRow<'l>,
        revision: &'l RevisionLine,
        slug: &'l str,
        actor: Option<&'l str>,
        hosts: &EmbedHosts,
    ) -> Self {
        let words = &revision.words;
        let number = revision.number.unwrap_or(1);
        let html = markdown::article_html(&words.body, hosts);
        let plain = markdown::plain_text_of(&html);
        let excerpt = markdown::excerpt(&plain, EXCERPT);
        let summary = words
            .summary
            .as_deref()
            .filter(|summary| *summary != excerpt);
        let is_shown = of.published_revision == Some(number);
        RevisionRow {
            article_id: of.article_id,
            locale: of.locale,
            number,
            slug,
            title: &words.title,
            subtitle: words.subtitle.as_deref(),
            dateline: words.dateline.as_deref(),
            summary,
            excerpt,
            body: &words.body,
            body_html: is_shown.then_some(html),
            seo_title: words.seo.title.as_deref(),
            seo_description: words.seo.description.as_deref(),
            lead_image_alt: words.lead_image_alt.as_deref(),
            lead_image_caption: words.lead_image_caption.as_deref(),
            translators: &words.translators,
            word_count: i32::try_from(markdown::word_count(&plain)).unwrap_or(i32::MAX),
            digest: hex(&words.digest_with(slug, summary)),
            based_on_revision: match number == of.revision {
                true => of.based_on_revision,
                false => words
                    .based_on_revision
                    .filter(|_| of.locale != of.source_locale),
            },
            actor,
            created_at: revision.revised_at.unwrap_or(of.created_at),
            published_at: revision
                .shown_at
                .or_else(|| of.republished_at.filter(|_| is_shown)),
            segment_states: revision.segment_states.as_ref(),
        }
    }
}

/// Bytes as PostgreSQL reads them from text.
fn hex(bytes: &[u8]) -> String {
    let digits = bytes.iter().map(|byte| format!("{byte:02x}"));
    format!("\\x{}", digits.collect::<String>())
}

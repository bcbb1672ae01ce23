//! The rows that are made, as the tables have them.

use std::error::Error;

use chrono::{DateTime, Utc};
use serde_json::Value;
use tokio_postgres::types::private::BytesMut;
use tokio_postgres::types::{IsNull, ToSql, Type, to_sql_checked};
use uuid::Uuid;

use super::copying::Row;

/// What is written as the one who did it.
pub(super) const ACTOR: &str = "generated content";

type Time = DateTime<Utc>;

/// A row of a table: each member is the column of its name, and has the type of it.
macro_rules! row {
    ($row:ident of $table:literal { $($column:ident: $rust:ty => $sql:ident,)+ }) => {
        #[derive(Debug)]
        pub(super) struct $row {
            $(pub(super) $column: $rust,)+
        }

        impl Row for $row {
            const TABLE: &str = $table;
            const COLUMNS: &[(&str, Type)] = &[$((stringify!($column), Type::$sql),)+];

            fn values(&self) -> Vec<&(dyn ToSql + Sync)> {
                vec![$(&self.$column,)+]
            }
        }
    };
}

/// Articles and all that belongs to them.
#[derive(Debug, Default)]
pub(super) struct Batch {
    pub(super) articles: Vec<Article>,
    pub(super) article_tags: Vec<ArticleTag>,
    pub(super) slugs: Vec<Slug>,
    pub(super) translations: Vec<Translation>,
    pub(super) revisions: Vec<Revision>,
    pub(super) comments: Vec<Comment>,
}

row!(Article of "articles" {
    id: Uuid => UUID,
    external_id: String => TEXT,
    source_locale: &'static str => TEXT,
    authors: Vec<String> => TEXT_ARRAY,
    lead_image: Value => JSONB,
    metadata: Value => JSONB,
    comments_open: bool => BOOL,
    comments_threads: &'static str => TEXT,
    version: i64 => INT8,
    created_at: Time => TIMESTAMPTZ,
    updated_at: Time => TIMESTAMPTZ,
    translated_into: Vec<&'static str> => TEXT_ARRAY,
});

row!(ArticleTag of "article_tags" {
    article_id: Uuid => UUID,
    tag_id: Uuid => UUID,
    position: i32 => INT4,
});

row!(Slug of "slugs" {
    locale: &'static str => TEXT,
    slug: String => TEXT,
    article_id: Uuid => UUID,
    published_at: Option<Time> => TIMESTAMPTZ,
});

row!(Translation of "translations" {
    article_id: Uuid => UUID,
    locale: &'static str => TEXT,
    source_locale: &'static str => TEXT,
    slug: String => TEXT,
    title: String => TEXT,
    status: &'static str => TEXT,
    revision: i32 => INT4,
    based_on_revision: Option<i32> => INT4,
    version: i64 => INT8,
    published_revision: Option<i32> => INT4,
    published_at: Option<Time> => TIMESTAMPTZ,
    first_published_at: Option<Time> => TIMESTAMPTZ,
    republished_at: Option<Time> => TIMESTAMPTZ,
    publish_at: Option<Time> => TIMESTAMPTZ,
    stale_since: Option<Time> => TIMESTAMPTZ,
    created_at: Time => TIMESTAMPTZ,
    updated_at: Time => TIMESTAMPTZ,
});

row!(Revision of "revisions" {
    article_id: Uuid => UUID,
    locale: &'static str => TEXT,
    number: i32 => INT4,
    slug: String => TEXT,
    title: String => TEXT,
    subtitle: Option<String> => TEXT,
    dateline: Option<String> => TEXT,
    summary: Option<String> => TEXT,
    excerpt: String => TEXT,
    body: String => TEXT,
    body_html: Option<String> => TEXT,
    lead_image_alt: Option<String> => TEXT,
    lead_image_caption: Option<String> => TEXT,
    translators: Vec<String> => TEXT_ARRAY,
    word_count: i32 => INT4,
    digest: Vec<u8> => BYTEA,
    based_on_revision: Option<i32> => INT4,
    actor: &'static str => TEXT,
    created_at: Time => TIMESTAMPTZ,
    published_at: Option<Time> => TIMESTAMPTZ,
});

row!(Comment of "comments" {
    id: Uuid => UUID,
    article_id: Uuid => UUID,
    parent_id: Option<Uuid> => UUID,
    ancestors: Vec<Uuid> => UUID_ARRAY,
    locale: &'static str => TEXT,
    author_name: Option<String> => TEXT,
    author_email: Option<String> => TEXT,
    body: Option<String> => TEXT,
    body_html: Option<String> => TEXT,
    words: Lexemes => TS_VECTOR,
    status: &'static str => TEXT,
    created_at: Time => TIMESTAMPTZ,
});

/// Words without their places, as PostgreSQL receives a `tsvector`: how many there are, and each with a NUL
/// behind it and the number of its places.
#[derive(Debug)]
pub(super) struct Lexemes(pub(super) Vec<String>);

impl ToSql for Lexemes {
    fn to_sql(&self, _: &Type, out: &mut BytesMut) -> Result<IsNull, Box<dyn Error + Sync + Send>> {
        out.extend_from_slice(&i32::try_from(self.0.len())?.to_be_bytes());
        for word in &self.0 {
            out.extend_from_slice(word.as_bytes());
            out.extend_from_slice(&[0, 0, 0]);
        }
        Ok(IsNull::No)
    }

    fn accepts(kind: &Type) -> bool {
        *kind == Type::TS_VECTOR
    }

    to_sql_checked!();
}

row!(Tag of "tags" {
    id: Uuid => UUID,
    slug: String => TEXT,
    name: String => TEXT,
    locale: &'static str => TEXT,
    parent_id: Option<Uuid> => UUID,
});

row!(TagTranslation of "tag_translations" {
    tag_id: Uuid => UUID,
    locale: &'static str => TEXT,
    name: String => TEXT,
    slug: String => TEXT,
});

row!(TagHandle of "tag_handles" {
    handle: String => TEXT,
    tag_id: Uuid => UUID,
    kind: &'static str => TEXT,
});

row!(TagTerm of "tag_terms" {
    term: String => TEXT,
    tag_id: Uuid => UUID,
});

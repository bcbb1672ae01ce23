//! Tags in the database, and how they are named in requests.

use std::convert::Infallible;
use std::str::FromStr;

use chrono::{DateTime, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Map, Value, json};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::{Bind, Statement};
use crate::error::{Error, Result};
use crate::schema::tags;
use crate::values::fields::{Decode, Fault, Fields};
use crate::values::locale::Locale;
use crate::values::merge_patch::members;
use crate::values::slug::Slug;

/// A tag in its own language.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = tags)]
pub struct Tag {
    /// Its id.
    pub id: Uuid,
    /// Its slug, in no language in particular.
    pub slug: String,
    /// Its name in its own language.
    pub name: String,
    /// What it is about, in its own language.
    pub description: Option<String>,
    /// Its own language.
    pub locale: String,
    /// The tag that it is a part of.
    pub parent_id: Option<Uuid>,
    /// Other words for it, in any language.
    pub synonyms: Vec<String>,
    /// Counts the changes.
    pub version: i64,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was last changed.
    pub updated_at: DateTime<Utc>,
}

/// What is said of a tag.
#[derive(Debug, Clone, PartialEq, ToSchema)]
#[schema(example = json!({"name": "Water transport", "locale": "en", "parent": "transport", "synonyms": ["ferries"]}))]
pub struct NewTag {
    /// Its name in its own language.
    #[schema(min_length = 1, max_length = 100, example = "Water transport")]
    pub name: String,
    /// Its slug; left out: made from the name.
    #[schema(nullable, required = false)]
    pub slug: Option<Slug>,
    /// What it is about.
    #[schema(
        max_length = 1000,
        nullable,
        required = false,
        example = "Ferries, rivers and ports"
    )]
    pub description: Option<String>,
    /// Its own language; left out: the default locale.
    #[schema(nullable, required = false)]
    pub locale: Option<Locale>,
    /// The tag that it is a part of: slug or id.
    #[schema(value_type = Option<String>, max_length = 120, required = false, example = "transport")]
    pub parent: Option<TagRef>,
    /// Other words for it, in any language.
    #[schema(max_items = 50, required = false, example = json!(["ferries", "बोटी"]))]
    pub synonyms: Vec<String>,
}

impl Decode for NewTag {
    fn decode(fields: &mut Fields<'_>) -> Self {
        NewTag {
            name: fields.required_line("name", 100),
            slug: fields.parsed("slug", "invalid_slug"),
            description: fields.line("description", 1000),
            locale: fields.parsed("locale", "malformed_locale"),
            parent: fields.line("parent", 120).map(|text| TagRef::of(&text)),
            synonyms: fields.lines("synonyms", 50, 100).unwrap_or_default(),
        }
    }
}

/// A tag's name in another language.
#[derive(Debug, Clone, PartialEq, ToSchema)]
#[schema(example = json!({"name": "जल परिवहन"}))]
pub struct NewTagTranslation {
    /// Its name.
    #[schema(min_length = 1, max_length = 100, example = "जल परिवहन")]
    pub name: String,
    /// Its slug in this language; left out: made from the name.
    #[schema(nullable, required = false)]
    pub slug: Option<Slug>,
    /// What it is about.
    #[schema(max_length = 1000, nullable, required = false)]
    pub description: Option<String>,
}

impl Decode for NewTagTranslation {
    fn decode(fields: &mut Fields<'_>) -> Self {
        NewTagTranslation {
            name: fields.required_line("name", 100),
            slug: fields.parsed("slug", "invalid_slug"),
            description: fields.line("description", 1000),
        }
    }
}

/// A tag as a request names it: by its id, or by a word that leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum TagRef {
    /// Its id.
    Id(Uuid),
    /// Its slug, a translation's slug, a synonym or a former slug; empty: a word of no tag.
    Handle(String),
}

impl TagRef {
    /// What the text names. A name or synonym is as good as its slug.
    pub fn of(text: &str) -> Self {
        match text.parse() {
            Ok(id) => TagRef::Id(id),
            Err(_) => TagRef::Handle(Slug::from_title(text).map(String::from).unwrap_or_default()),
        }
    }

    /// SQL of the ids that it leads to: an array of one or none.
    pub fn ids_sql<Row>(&self) -> Statement<Row> {
        match self {
            TagRef::Id(id) => Statement::new("array[").bind(*id).sql("]"),
            TagRef::Handle(handle) => {
                Statement::new("array(select tag_id from tag_handles where handle = ")
                    .bind(handle.as_str())
                    .sql(" order by kind <> 'slug', kind <> 'translation' limit 1)")
            }
        }
    }
}

impl FromStr for TagRef {
    type Err = Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(TagRef::of(text))
    }
}

impl Tag {
    /// What a request may write, as JSON: what a merge patch is applied to.
    pub fn writable(&self) -> Map<String, Value> {
        members(json!({
            "name": self.name, "slug": self.slug, "description": self.description, "locale": self.locale,
            "parent": self.parent_id, "synonyms": self.synonyms,
        }))
    }

    /// The tag, kept from changing until the transaction ends.
    ///
    /// # Errors
    /// 404.
    pub async fn lock(conn: &mut AsyncPgConnection, reference: &TagRef) -> Result<Tag> {
        let find: Statement<sql::Uuid> = Statement::new("select unnest(")
            .append(reference.ids_sql::<()>())
            .sql(")");
        let found: Option<Uuid> = find.get_result(conn).await.optional()?;
        let id = found.ok_or_else(|| Error::not_found("tag"))?;
        let row = tags::table
            .find(id)
            .select(Tag::as_select())
            .for_no_key_update();
        row.first(conn)
            .await
            .optional()?
            .ok_or_else(|| Error::not_found("tag"))
    }

    /// The ids of these tags, in their order and each once, kept from changing until the transaction
    /// ends. To be called before an article is locked: tags first, then articles, is the order that
    /// everybody keeps.
    ///
    /// # Errors
    /// 422 with each unknown one at its place under `pointer`.
    pub async fn resolve(
        conn: &mut AsyncPgConnection,
        references: &[TagRef],
        pointer: &str,
    ) -> Result<Vec<Uuid>> {
        let (mut found, mut faults) = (Vec::new(), Vec::new());
        for (index, reference) in references.iter().enumerate() {
            let find: Statement<sql::Uuid> = Statement::new("select unnest(")
                .append(reference.ids_sql::<()>())
                .sql(")");
            match find.get_result::<Uuid>(conn).await.optional()? {
                Some(id) if !found.contains(&id) => found.push(id),
                Some(_) => {}
                None => faults.push(unknown(pointer, index)),
            }
        }
        let lock: Statement<sql::Uuid> = Statement::new("select id from tags where id = any(")
            .bind(found.clone())
            .sql(") order by id for share");
        let locked: Vec<Uuid> = lock.load(conn).await?;
        for (index, reference) in references.iter().enumerate() {
            if let TagRef::Id(id) = reference
                && !locked.contains(id)
            {
                faults.push(unknown(pointer, index));
            }
        }
        if faults.is_empty() {
            Ok(found)
        } else {
            Err(Error::invalid(faults))
        }
    }
}

fn unknown(pointer: &str, index: usize) -> Fault {
    Fault::new(
        format!("{pointer}/{index}"),
        "unknown_tag",
        "there is no such tag",
    )
}

/// Locks the articles that bear a tag, in the order that everybody takes them in, and counts them as
/// changed.
///
/// # Errors
/// When the database fails.
pub async fn touch_articles(conn: &mut AsyncPgConnection, tag: Uuid) -> Result<Vec<Uuid>> {
    let lock: Statement<sql::Uuid> = Statement::new(
        "select a.id from articles a join article_tags link on link.article_id = a.id where link.tag_id = ",
    )
    .bind(tag)
    .sql(" order by a.id for update of a");
    let articles: Vec<Uuid> = lock.load(conn).await?;
    let touch: Statement<()> =
        Statement::new("update articles set version = version + 1 where id = any(")
            .bind(Bind::Uuids(articles.clone()))
            .sql(")");
    touch.execute(conn).await?;
    Ok(articles)
}

//! What lists of articles may be filtered by, published or not.

use chrono::{DateTime, Utc};
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::db::{Reader, Statement};
use crate::error::Result;
use crate::tags::TagRef;
use crate::values::locale::Locale;

/// What articles may be filtered by, published or not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Filters {
    /// With each of these tags.
    pub tags: Vec<TagRef>,
    /// With any of these tags.
    pub any_tag: Vec<TagRef>,
    /// Whether parts of a tag count as the tag.
    pub descendants: bool,
    /// By this author.
    pub author: Option<String>,
    /// Published after this time.
    pub published_after: Option<DateTime<Utc>>,
    /// Published before this time.
    pub published_before: Option<DateTime<Utc>>,
    /// Changed after this time.
    pub updated_after: Option<DateTime<Utc>>,
    /// Only the one with this name in the system that it came from.
    pub external_id: Option<String>,
    /// Only these.
    pub ids: Option<Vec<Uuid>>,
    /// Written in this language.
    pub source_locale: Option<Locale>,
    /// Not there in this language.
    pub missing_locale: Option<Locale>,
}

impl Filters {
    /// SQL of the one article that an external id names.
    pub fn external_id_sql(external_id: &str) -> Statement<()> {
        Statement::new("(select id from articles where external_id = ")
            .bind(external_id)
            .sql(")")
    }

    /// The groups of tags of which an article has to bear one each, as SQL of arrays of ids.
    pub fn tag_groups<Row>(&self) -> Vec<Statement<Row>> {
        let each = self.tags.iter().map(TagRef::ids_sql);
        let any = self
            .any_tag
            .iter()
            .map(TagRef::ids_sql)
            .reduce(|all: Statement<Row>, one| all.sql(" || ").append(one));
        each.chain(any)
            .map(|ids| {
                if self.descendants {
                    with_descendants(ids)
                } else {
                    ids
                }
            })
            .collect()
    }
}

impl Filters {
    /// Whether all that is asked for is one author, or one tag or any of some.
    pub fn is_one_listing(&self) -> bool {
        let listings = usize::from(self.author.is_some())
            + self.tags.len()
            + usize::from(!self.any_tag.is_empty());
        let others = Filters {
            tags: vec![],
            any_tag: vec![],
            descendants: false,
            author: None,
            ..self.clone()
        };
        listings == 1 && others == Filters::default()
    }

    /// The tags that are named here, as far as there are such: for the keys of what bears them.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn tag_ids(&self, reader: &Reader) -> Result<Vec<Uuid>> {
        let named = self.tags.iter().chain(&self.any_tag);
        let known = named.clone().map(|tag| match tag {
            TagRef::Id(id) => Some(*id),
            TagRef::Handle(_) => None,
        });
        if let Some(ids) = known.collect() {
            return Ok(ids);
        }
        let ids = named
            .map(TagRef::ids_sql)
            .reduce(|all: Statement<sql::Uuid>, one| all.sql(" || ").append(one));
        let Some(ids) = ids else { return Ok(vec![]) };
        let find: Statement<sql::Uuid> = Statement::new("select unnest(").append(ids).sql(")");
        reader.load(find).await
    }
}

fn with_descendants<Row>(ids: Statement<Row>) -> Statement<Row> {
    Statement::new("array(with recursive tree(id) as (select unnest(").append(ids).sql(
        ") union select g.id from tags g join tree on g.parent_id = tree.id) select id from tree)",
    )
}

//! Reading the log backwards: who did what to which edition when.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::db::{Reader, Statement};
use crate::error::Result;

/// Something that changed, as it was written down with the change.
#[derive(Debug, Clone, Queryable, Serialize, ToSchema)]
#[schema(as = Event)]
pub struct EventRow {
    /// Its number.
    #[schema(minimum = 1, example = 4711)]
    pub id: i64,
    /// What happened: the kind of thing, a dot, and what became of it.
    #[serde(rename = "type")]
    #[schema(max_length = 60, example = "translation.published")]
    pub kind: String,
    /// When.
    pub occurred_at: DateTime<Utc>,
    /// The name of the token that did it; `null`: a guest, or Dateline itself at a time that was set.
    #[schema(max_length = 100, example = "A. Deshmukh")]
    pub actor: Option<String>,
    /// The article that it is about.
    pub article_id: Option<Uuid>,
    /// The language of the edition that it is about.
    #[schema(max_length = 35, example = "hi")]
    pub locale: Option<String>,
    /// What else there is to say, such as the revision, or why a text was rejected.
    #[schema(value_type = Object, example = json!({"revision": 3}))]
    pub data: Value,
}

type EventSql = (
    sql::BigInt,
    sql::Text,
    sql::Timestamptz,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Uuid>,
    sql::Nullable<sql::Text>,
    sql::Jsonb,
);

/// Which events a list has.
#[derive(Debug, Clone, Default)]
pub struct Audit {
    /// Only those about this article.
    pub article: Option<Uuid>,
    /// Only those about an edition in this language.
    pub locale: Option<String>,
    /// Only what this actor did.
    pub actor: Option<String>,
}

impl Audit {
    /// A page of at most so many events, newest first, behind this one.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn load(
        &self,
        reader: &Reader,
        limit: i64,
        after: Option<i64>,
    ) -> Result<Vec<EventRow>> {
        let mut page: Statement<EventSql> = Statement::new(
            "select id, type, occurred_at, actor, article_id, locale, data from events where true",
        );
        if let Some(article) = self.article {
            page = page.sql(" and article_id = ").bind(article);
        }
        if let Some(locale) = &self.locale {
            page = page.sql(" and locale = ").bind(locale.as_str());
        }
        if let Some(actor) = &self.actor {
            page = page.sql(" and actor = ").bind(actor.as_str());
        }
        if let Some(id) = after {
            page = page.sql(" and id < ").bind(id);
        }
        reader
            .load(page.sql(" order by id desc limit ").bind(limit))
            .await
    }
}

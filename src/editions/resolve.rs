//! What a site's address shows, now or once.

use diesel::Queryable;
use diesel::sql_types as sql;
use uuid::Uuid;

use crate::db::{Reader, Statement};
use crate::error::Result;
use crate::values::locale::Locale;
use crate::values::slug::Slug;

/// An address that an article has or had.
#[derive(Debug, Clone, Queryable)]
pub struct Known {
    /// The article, unless it was erased.
    pub article_id: Option<Uuid>,
    /// The slug of its edition in the address's language, if readers have one.
    pub slug: Option<String>,
}

/// Looks an address up in the whole history of published slugs; `None`: never seen.
///
/// # Errors
/// When the database fails.
pub async fn resolve(reader: &Reader, locale: &Locale, slug: &Slug) -> Result<Option<Known>> {
    let find: Statement<(sql::Nullable<sql::Uuid>, sql::Nullable<sql::Text>)> = Statement::new(
        "select s.article_id, e.slug from slugs s join locales l on l.code = s.locale and l.enabled \
        left join editions e on e.article_id = s.article_id and e.locale = s.locale \
        where s.published_at is not null and s.locale = ",
    )
    .bind(locale.as_str())
    .sql(" and s.slug = ")
    .bind(slug.as_str());
    reader.first(find).await
}

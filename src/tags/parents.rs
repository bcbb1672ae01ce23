//! What is a part of what: a tree, whatever happens at once.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::Tag;
use super::model::NewTag;
use crate::db::Statement;
use crate::error::{Error, Result};
use crate::schema::tags;

impl Tag {
    /// Gives its parts to another tag. One that is itself somewhere under this tag takes its place, so
    /// that no circle closes.
    pub(super) async fn leave_parts_to(
        &self,
        conn: &mut AsyncPgConnection,
        target: &Tag,
    ) -> Result<()> {
        if is_under(conn, target.id, self.id).await? {
            diesel::update(tags::table.find(target.id))
                .set(tags::parent_id.eq(self.parent_id))
                .execute(conn)
                .await?;
        }
        diesel::update(tags::table.filter(tags::parent_id.eq(self.id)))
            .set(tags::parent_id.eq(target.id))
            .execute(conn)
            .await?;
        Ok(())
    }
}

/// The parent's id. Tags that change parents do so one after the other, so that no two of them can
/// close a circle together.
pub(super) async fn parent_of(
    conn: &mut AsyncPgConnection,
    new: &NewTag,
    child: Option<Uuid>,
) -> Result<Option<Uuid>> {
    let Some(reference) = &new.parent else {
        return Ok(None);
    };
    queue_for_parents(conn).await?;
    let unknown = || Error::fault("/parent", "unknown_tag", "there is no such tag");
    let parent = Tag::resolve(conn, std::slice::from_ref(reference), "")
        .await
        .map_err(|error| match error {
            Error::Problem(_) => unknown(),
            other => other,
        })?;
    let parent = parent.as_slice().first().copied().ok_or_else(unknown)?;
    let Some(child) = child else {
        return Ok(Some(parent));
    };
    if is_under(conn, parent, child).await? {
        return Err(Error::fault(
            "/parent",
            "cycle",
            "a tag cannot be a part of itself",
        ));
    }
    Ok(Some(parent))
}

/// Waits for its turn to change what is a part of what.
pub(super) async fn queue_for_parents(conn: &mut AsyncPgConnection) -> Result<()> {
    let queue: Statement<()> =
        Statement::new("select pg_advisory_xact_lock(hashtext('tags.parent_id'))");
    queue.execute(conn).await?;
    Ok(())
}

/// Whether a tag is another, or a part of it at any depth.
async fn is_under(conn: &mut AsyncPgConnection, tag: Uuid, whole: Uuid) -> Result<bool> {
    let above: Statement<diesel::sql_types::Bool> =
        Statement::new("with recursive above(id) as (select ")
            .bind(tag)
            .sql(
                "::uuid union select t.parent_id from tags t join above on t.id = above.id \
                    where t.parent_id is not null) select exists (select from above where id = ",
            )
            .bind(whole)
            .sql(")");
    Ok(above.get_result(conn).await?)
}

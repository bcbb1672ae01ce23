//! Bringing a translation to readers, and taking it from them.

use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};

use super::Translation;
use crate::db::Statement;
use crate::error::{Code, Error, Problem, Result};
use crate::schema::{revisions, slugs, translations};
use crate::values::markdown;

impl Translation {
    /// Gives readers its newest revision, at the next projection. Tells whether that changes anything.
    ///
    /// # Errors
    /// 409 from a state that this is no move of.
    pub async fn publish(&self, conn: &mut AsyncPgConnection) -> Result<bool> {
        if !matches!(
            self.status.as_str(),
            "draft" | "in_review" | "scheduled" | "published"
        ) {
            return Err(self.illegal("publish"));
        }
        if self.status == "published" && self.published_revision.is_some() {
            return Ok(false);
        }
        self.render(conn).await?;
        let publish: Statement<()> = Statement::new(
            "update translations set status = 'published', published_revision = revision, \
                published_at = case when published_revision is null then now() else published_at end, \
                first_published_at = coalesce(first_published_at, now()), republished_at = now(), \
                version = version + 1, updated_at = now() where article_id = ",
        )
        .bind(self.article_id)
        .sql(" and locale = ")
        .bind(self.locale.as_str());
        publish.execute(conn).await?;
        diesel::update(
            slugs::table
                .find((&self.locale, &self.slug))
                .filter(slugs::published_at.is_null()),
        )
        .set(slugs::published_at.eq(diesel::dsl::now.into_sql::<sql::Nullable<sql::Timestamptz>>()))
        .execute(conn)
        .await?;
        Ok(true)
    }

    /// Takes it from readers, at the next projection.
    ///
    /// # Errors
    /// 409 when they do not have it.
    pub async fn unpublish(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        if self.published_revision.is_none() {
            return Err(self.illegal("unpublish"));
        }
        diesel::update(translations::table.find((self.article_id, &self.locale)))
            .set((
                translations::status.eq("draft"),
                translations::published_revision.eq(None::<i32>),
                translations::published_at.eq(None::<chrono::DateTime<chrono::Utc>>),
                translations::republished_at.eq(None::<chrono::DateTime<chrono::Utc>>),
                translations::version.eq(translations::version + 1),
                translations::updated_at.eq(diesel::dsl::now),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }

    /// Renders the newest revision, once: its HTML is kept with it.
    async fn render(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let unrendered = revisions::table
            .find((self.article_id, &self.locale, self.revision))
            .filter(revisions::body_html.is_null());
        let body: Option<String> = unrendered
            .select(revisions::body)
            .first(conn)
            .await
            .optional()?;
        if let Some(body) = body {
            diesel::update(revisions::table.find((self.article_id, &self.locale, self.revision)))
                .set(revisions::body_html.eq(markdown::article_html(&body)))
                .execute(conn)
                .await?;
        }
        Ok(())
    }

    /// 409 for a move that the state does not allow, with those that it does.
    fn illegal(&self, action: &str) -> Error {
        let mut legal = vec![];
        if self.status != "archived" {
            legal.push("publish");
        }
        if self.published_revision.is_some() {
            legal.push("unpublish");
        }
        let state = match self.published_revision {
            Some(_) => format!("{} and published", self.status),
            None => self.status.clone(),
        };
        let detail = format!(
            "it is {state}: `{action}` is not possible; legal: {}",
            legal.join(", ")
        );
        Problem::new(Code::Conflict, detail)
            .with("legal_actions", legal)
            .into()
    }
}

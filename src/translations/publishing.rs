//! The moves of a working copy: into review, to readers now or at a time, and away from them.
//!
//! Each is one statement on a translation whose article is locked; what it means for readers follows when
//! [`show`] is called at the end of the transaction.

use chrono::{DateTime, Utc};
use diesel::dsl;
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;

use super::Translation;
use super::saving::compare_all_with_source;
use super::workflow::{Action, Status};
use crate::articles::Article;
use crate::db::Statement;
use crate::document::EMBED_HOSTS_SQL;
use crate::error::{Error, Result};
use crate::events::Event;
use crate::projection;
use crate::schema::{revisions, slugs};
use crate::values::markdown::{self, EmbedHosts};

/// When to publish, and for how long; by default at once, and for as long as was said before.
#[derive(Debug, Clone, Copy, Default)]
pub struct Publication {
    publish_at: Option<DateTime<Utc>>,
    unpublish_at: Option<Option<DateTime<Utc>>>,
}

impl Publication {
    /// At this time, or at once when there is none or it has passed; until that time, where anything is
    /// said of it.
    pub fn new(
        publish_at: Option<DateTime<Utc>>,
        unpublish_at: Option<Option<DateTime<Utc>>>,
    ) -> Self {
        Publication {
            publish_at: publish_at.filter(|time| *time > Utc::now()),
            unpublish_at,
        }
    }

    /// Whether readers see nothing of it yet.
    pub fn is_later(&self) -> bool {
        self.publish_at.is_some()
    }
}

/// What a translation no longer has when readers no longer have it.
const WITHDRAWN: &str = "published_revision = null, published_at = null, republished_at = null, \
    unpublish_at = null";

impl Translation {
    /// Hands a draft to its editor.
    ///
    /// # Errors
    /// 409 from a state that this is no move of.
    pub async fn submit(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        self.check(Action::Submit)?;
        self.set(conn, "status = 'in_review'").await
    }

    /// Hands it back to be worked on.
    ///
    /// # Errors
    /// 409 from a state that this is no move of.
    pub async fn reject(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        self.check(Action::Reject)?;
        self.set(conn, "status = 'draft'").await
    }

    /// Puts it away; readers lose what they have of it.
    ///
    /// # Errors
    /// 409 from a state that this is no move of.
    pub async fn archive(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        self.check(Action::Archive)?;
        self.set(
            conn,
            format!("status = 'archived', publish_at = null, {WITHDRAWN}"),
        )
        .await
    }

    /// Takes it up again; one that was scheduled is not any more.
    ///
    /// # Errors
    /// 409 from a state that this is no move of.
    pub async fn reopen(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        self.check(Action::Reopen)?;
        let reopen = "status = 'draft', publish_at = null, \
            unpublish_at = case when published_revision is not null then unpublish_at end";
        self.set(conn, reopen).await
    }

    /// Takes it from readers.
    ///
    /// # Errors
    /// 409 when they do not have it.
    pub async fn unpublish(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        self.check(Action::Unpublish)?;
        self.withdraw(conn).await
    }

    /// The same, whatever its state is by now.
    pub(super) async fn withdraw(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        self.set(
            conn,
            format!("status = 'draft', publish_at = null, {WITHDRAWN}"),
        )
        .await
    }

    /// Publishes it now or at its time. Gives the event that this is, if it changes anything.
    ///
    /// # Errors
    /// 409 from a state that this is no move of, 422 for times that make no sense.
    pub async fn publish(
        &self,
        conn: &mut AsyncPgConnection,
        publication: Publication,
        actor: Option<&str>,
    ) -> Result<Option<Event>> {
        self.check(Action::Publish)?;
        let publish_at = publication.publish_at;
        let unpublish_at = publication.unpublish_at.unwrap_or(self.unpublish_at);
        if unpublish_at.is_some_and(|end| end <= publish_at.unwrap_or_else(Utc::now)) {
            return Err(Error::fault(
                "/unpublish_at",
                "too_early",
                "it would be over before it begins: give a later time, or null for none",
            ));
        }
        let event = |kind| {
            Event::new(kind, actor)
                .article(self.article_id)
                .locale(&self.locale)
        };
        let times = json!({"revision": self.revision, "publish_at": publish_at, "unpublish_at": unpublish_at});
        if publish_at.is_some() {
            self.schedule(conn, publish_at, unpublish_at).await?;
            return Ok(Some(event("translation.scheduled").data(times)));
        }
        if self.status != Status::Published {
            self.publish_now(conn, unpublish_at).await?;
            return Ok(Some(event("translation.published").data(times)));
        }
        if unpublish_at == self.unpublish_at {
            return Ok(None);
        }
        let end: Statement<()> = Statement::new("unpublish_at = ").bind(unpublish_at);
        self.update(conn, end).await?;
        Ok(Some(event("translation.scheduled").data(times)))
    }

    async fn schedule(
        &self,
        conn: &mut AsyncPgConnection,
        publish_at: Option<DateTime<Utc>>,
        unpublish_at: Option<DateTime<Utc>>,
    ) -> Result<()> {
        let times = Statement::new("status = 'scheduled', publish_at = ")
            .bind(publish_at)
            .sql(", unpublish_at = ")
            .bind(unpublish_at);
        self.update(conn, times).await
    }

    /// Gives readers its newest revision, at the next projection.
    pub(super) async fn publish_now(
        &self,
        conn: &mut AsyncPgConnection,
        unpublish_at: Option<DateTime<Utc>>,
    ) -> Result<()> {
        self.render(conn).await?;
        let publish = Statement::new(
            "status = 'published', published_revision = revision, \
            published_at = case when published_revision is null then now() else published_at end, \
            first_published_at = coalesce(first_published_at, now()), republished_at = now(), \
            publish_at = null, unpublish_at = ",
        )
        .bind(unpublish_at);
        self.update(conn, publish).await?;
        diesel::update(
            slugs::table
                .find((&self.locale, &self.slug))
                .filter(slugs::published_at.is_null()),
        )
        .set(slugs::published_at.eq(diesel::dsl::now.into_sql::<sql::Nullable<sql::Timestamptz>>()))
        .execute(conn)
        .await?;
        Ok(())
    }

    /// Renders the newest revision, once: its HTML is kept with it, and when readers first got it.
    async fn render(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let newest = revisions::table.find((self.article_id, &self.locale, self.revision));
        let unseen = newest.filter(revisions::published_at.is_null());
        let hosts = dsl::sql::<sql::Nullable<sql::Text>>(EMBED_HOSTS_SQL);
        let body: Option<(String, Option<String>)> = unseen
            .select((revisions::body, hosts))
            .first(conn)
            .await
            .optional()?;
        if let Some((body, hosts)) = body {
            let hosts = EmbedHosts::kept(hosts.as_deref());
            diesel::update(newest)
                .set((
                    revisions::body_html.eq(markdown::article_html(&body, &hosts)),
                    revisions::published_at
                        .eq(diesel::dsl::now.into_sql::<sql::Nullable<sql::Timestamptz>>()),
                ))
                .execute(conn)
                .await?;
        }
        Ok(())
    }

    async fn set(
        &self,
        conn: &mut AsyncPgConnection,
        columns: impl Into<std::borrow::Cow<'static, str>>,
    ) -> Result<()> {
        self.update(conn, Statement::new(columns)).await
    }

    /// Sets these columns, and counts it as changed.
    async fn update(&self, conn: &mut AsyncPgConnection, columns: Statement<()>) -> Result<()> {
        let update: Statement<()> = Statement::new("update translations set ")
            .append(columns)
            .sql(", version = version + 1, updated_at = now() where article_id = ")
            .bind(self.article_id)
            .sql(" and locale = ")
            .bind(self.locale.as_str());
        update.execute(conn).await?;
        Ok(())
    }
}

/// Ends a change that readers do not see: counts the article as changed, and writes the events.
///
/// # Errors
/// When the database fails.
pub async fn note(
    conn: &mut AsyncPgConnection,
    article: &Article,
    events: impl IntoIterator<Item = Event>,
) -> Result<()> {
    article.touch(conn).await?;
    for event in events {
        event.write(conn).await?;
    }
    Ok(())
}

/// Ends a change that readers may see: finds out which translations it makes stale, shows readers what is
/// published now, and notes it.
///
/// # Errors
/// When the database fails.
pub async fn show(
    conn: &mut AsyncPgConnection,
    article: &Article,
    events: impl IntoIterator<Item = Event>,
) -> Result<()> {
    let stale = compare_all_with_source(conn, article).await?;
    let keys = projection::project(conn, &[article.id]).await?;
    let events = events.into_iter().map(|event| event.keys(keys.clone()));
    let stale = stale.iter().map(|locale| {
        Event::new("translation.stale", None)
            .article(article.id)
            .locale(locale)
    });
    note(conn, article, events.chain(stale)).await
}

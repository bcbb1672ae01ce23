//! Writing the log. An event is written in the transaction of its change, so that there is never one
//! without the other.

use diesel::prelude::*;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::db::{is_dry_run, touch};
use crate::error::Result;
use crate::schema::events;

/// Something that changed.
#[derive(Debug, Clone, Insertable)]
#[diesel(table_name = events)]
pub struct Event {
    kind: &'static str,
    actor: Option<String>,
    article_id: Option<Uuid>,
    locale: Option<String>,
    data: Value,
    surrogate_keys: Vec<String>,
}

impl Event {
    /// An event of this type, done by `actor`: a token's name, or nobody for guests.
    pub fn new(kind: &'static str, actor: Option<&str>) -> Self {
        Event {
            kind,
            actor: actor.map(str::to_owned),
            article_id: None,
            locale: None,
            data: json!({}),
            surrogate_keys: vec![],
        }
    }

    /// About this article, which is another for readers now.
    #[must_use]
    pub fn article(self, id: Uuid) -> Self {
        self.about(id).key(format!("article-{id}"))
    }

    /// About this article, of which readers see what they saw.
    #[must_use]
    pub fn about(mut self, id: Uuid) -> Self {
        self.article_id = Some(id);
        self
    }

    /// About this locale.
    #[must_use]
    pub fn locale(mut self, locale: &str) -> Self {
        self.locale = Some(locale.to_owned());
        self
    }

    /// With these facts; never with text of a comment or an e-mail address, which have to be erasable.
    #[must_use]
    pub fn data(mut self, data: Value) -> Self {
        self.data = data;
        self
    }

    /// Touches what carries this cache key.
    #[must_use]
    pub fn key(mut self, key: String) -> Self {
        self.surrogate_keys.push(key);
        self
    }

    /// Touches what carries any of these cache keys.
    #[must_use]
    pub fn keys(mut self, keys: impl IntoIterator<Item = String>) -> Self {
        for key in keys {
            if !self.surrogate_keys.contains(&key) {
                self.surrogate_keys.push(key);
            }
        }
        self
    }

    /// Writes it, unless nothing is to be left behind.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn write(self, conn: &mut AsyncPgConnection) -> Result<()> {
        if is_dry_run() {
            return Ok(());
        }
        let keys = touched(self.kind, self.surrogate_keys.clone());
        let id = diesel::insert_into(events::table)
            .values(self)
            .returning(events::id)
            .get_result(conn)
            .await?;
        touch(id, keys);
        Ok(())
    }

    /// Writes all of these, in their order, as [`Event::write`] does.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn write_all(conn: &mut AsyncPgConnection, events: Vec<Event>) -> Result<()> {
        if is_dry_run() {
            return Ok(());
        }
        // A statement takes 65,535 values, and an event has six.
        for some in events.chunks(1000) {
            let ids: Vec<i64> = diesel::insert_into(events::table)
                .values(some)
                .returning(events::id)
                .get_results(conn)
                .await?;
            for (id, event) in ids.into_iter().zip(some) {
                touch(id, touched(event.kind, event.surrogate_keys.clone()));
            }
        }
        Ok(())
    }
}

/// What an event changes: what bears one of its keys, and with a comment that comes or goes for readers the order
/// by number of comments.
pub(super) fn touched(kind: &str, mut keys: Vec<String>) -> Vec<String> {
    if kind.starts_with("comment.") && keys.iter().any(|key| key.starts_with("article-")) {
        keys.push(COMMENTED.into());
    }
    keys
}

/// The key of what is in order by number of comments. No CDN is told: there they may lag.
pub const COMMENTED: &str = "commented";

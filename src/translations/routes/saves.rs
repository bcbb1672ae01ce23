//! What the routes that save words share: the save, and its event.

use diesel_async::AsyncPgConnection;
use serde_json::json;

use crate::articles::Article;
use crate::auth::{Scope, Writer};
use crate::error::{Error, Result};
use crate::events::Event;
use crate::locales::LocaleRow;
use crate::translations::{NewTranslation, Status, Translation};
use crate::values::locale::Locale;

/// Writes the article's first words in a language.
pub(super) async fn begin(
    conn: &mut AsyncPgConnection,
    writer: &Writer,
    article: &Article,
    locale: &Locale,
    new: NewTranslation,
) -> Result<()> {
    if !LocaleRow::exists(conn, locale).await? {
        return Err(Error::not_found("locale"));
    }
    let begun = Translation::create(conn, article, locale.as_str(), new, writer.actor()).await?;
    article.touch(conn).await?;
    event("translation.created", writer.actor(), &begun)
        .data(json!({"revision": 1}))
        .write(conn)
        .await
}

/// Saves words in the place of those there are.
pub(super) async fn save(
    conn: &mut AsyncPgConnection,
    writer: &Writer,
    article: &Article,
    before: &Translation,
    new: NewTranslation,
) -> Result<()> {
    let saved = before.save(conn, article, new, writer.actor()).await?;
    let kept = save_event(conn, writer, article, before, &saved).await?;
    match kept {
        None => Ok(()),
        Some(event) => {
            event
                .data(json!({"revision": saved.revision}))
                .write(conn)
                .await
        }
    }
}

/// Counts the article as changed when a save changed anything, and gives the event that is then to be
/// written.
pub(super) async fn save_event(
    conn: &mut AsyncPgConnection,
    writer: &Writer,
    article: &Article,
    before: &Translation,
    saved: &Translation,
) -> Result<Option<Event>> {
    if saved.version == before.version {
        return Ok(None);
    }
    if before.status == Status::Scheduled {
        // The words are due for readers as they stand: who may not publish may not slip others in.
        writer.also(Scope::ContentPublish)?;
    }
    article.touch(conn).await?;
    Ok(Some(event("translation.saved", writer.actor(), saved)))
}

/// An event about a translation.
pub(super) fn event(kind: &'static str, actor: Option<&str>, translation: &Translation) -> Event {
    Event::new(kind, actor)
        .article(translation.article_id)
        .locale(&translation.locale)
}

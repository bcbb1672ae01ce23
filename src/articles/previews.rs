//! Preview links: who holds one sees the working copies of one article until it expires.
//!
//! A link is sealed, not stored. What it is sealed with is part of the article: raised by one, it makes
//! all links that were given out worthless.

use chrono::{DateTime, Duration, TimeZone, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::Article;
use crate::db::{Reader, Statement, is_dry_run};
use crate::error::Result;
use crate::schema::articles;
use crate::values::seal::Seal;

/// What previews are sealed for.
const PURPOSE: &str = "preview";
/// The generation of a link that was only tried: no article is ever of it, so that the link leads nowhere.
const NEVER: i32 = -1;

/// What a preview link lets see.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Preview {
    /// The article.
    pub article: Uuid,
    /// The article's generation of links that it is of.
    pub generation: i32,
    /// Until when.
    pub expires_at: DateTime<Utc>,
}

impl Preview {
    /// A preview of this article from now on, to the second.
    pub fn new(article: &Article, lasts: Duration) -> Self {
        let end = (Utc::now() + lasts).timestamp();
        Preview {
            article: article.id,
            generation: match is_dry_run() {
                true => NEVER,
                false => article.preview_generation,
            },
            expires_at: Utc.timestamp_opt(end, 0).single().unwrap_or_default(),
        }
    }

    /// The token that stands for it.
    pub fn token(&self, seal: &Seal) -> String {
        let mut payload = self.article.as_bytes().to_vec();
        payload.extend_from_slice(&self.generation.to_be_bytes());
        payload.extend_from_slice(&self.expires_at.timestamp().to_be_bytes());
        seal.seal(PURPOSE, &payload)
    }

    /// The preview that a token stands for, unless it is made up or has expired. Whether it was revoked
    /// only the article knows.
    pub fn of(seal: &Seal, token: &str) -> Option<Self> {
        let payload = seal.open(PURPOSE, token)?;
        let (article, rest) = payload.split_first_chunk::<16>()?;
        let (generation, rest) = rest.split_first_chunk::<4>()?;
        let (expires_at, _) = rest.split_first_chunk::<8>()?;
        let expires_at = i64::from_be_bytes(*expires_at);
        let preview = Preview {
            article: Uuid::from_bytes(*article),
            generation: i32::from_be_bytes(*generation),
            expires_at: Utc.timestamp_opt(expires_at, 0).single()?,
        };
        (preview.expires_at > Utc::now()).then_some(preview)
    }
}

/// A language in which a previewed article is there: locale, status, slug, headline.
pub type PreviewedCopy = (String, String, String, String);

/// The languages in which a previewed article is there, the source first.
///
/// # Errors
/// When the database fails.
pub async fn previewed_copies(reader: &Reader, preview: &Preview) -> Result<Vec<PreviewedCopy>> {
    let copies: Statement<(sql::Text, sql::Text, sql::Text, sql::Text)> = Statement::new(
        "select t.locale, t.status, t.slug, t.title from translations t join articles a on a.id = t.article_id \
        where a.deleted_at is null and a.id = ",
    )
    .bind(preview.article)
    .sql(" and a.preview_generation = ")
    .bind(preview.generation)
    .sql(" order by t.locale <> t.source_locale, t.locale");
    reader.load(copies).await
}

impl Article {
    /// Makes all preview links worthless that were given out; the article is locked.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn revoke_previews(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        diesel::update(articles::table.find(self.id))
            .set(articles::preview_generation.eq(articles::preview_generation + 1))
            .execute(conn)
            .await?;
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn preview(seconds: i64) -> Preview {
        let end = (Utc::now() + Duration::seconds(seconds)).timestamp();
        Preview {
            article: Uuid::now_v7(),
            generation: 7,
            expires_at: Utc.timestamp_opt(end, 0).single().unwrap_or_default(),
        }
    }

    #[test]
    fn a_token_gives_its_preview_back_until_it_expires() {
        let seal = Seal::new(b"key");
        let valid = preview(60);
        assert_eq!(Preview::of(&seal, &valid.token(&seal)), Some(valid.clone()));
        assert_eq!(Preview::of(&Seal::new(b"other"), &valid.token(&seal)), None);
        assert_eq!(Preview::of(&seal, &preview(-1).token(&seal)), None);
        assert_eq!(Preview::of(&seal, "anything"), None);
    }
}

//! Telling the writer of a comment that it was answered. Dateline sends no mail: it says in the log when one is due,
//! and to whom on request. Who posts with somebody else's e-mail address has nobody told: whoever reads its mail
//! is asked first.
//!
//! The token in such a mail is sealed, not stored, and of one comment and one e-mail address.

use chrono::{DateTime, Duration, TimeZone, Utc};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use super::model::Comment;
use super::visitors::Visitors;
use crate::db::{FOR_REAL, Statement};
use crate::error::{Code, Error, Result};
use crate::events::Event;
use crate::values::seal::Seal;

/// What these tokens are sealed for.
const PURPOSE: &str = "notice";
/// How long one lasts.
const LASTS: Duration = Duration::days(7);

/// What the token in a mail stands for: the wish of whoever reads it about the replies to a comment.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoticeToken {
    comment: Uuid,
    /// Until when, in seconds.
    expires_at: DateTime<Utc>,
    /// What stands for the e-mail address that the mail goes to.
    email: Vec<u8>,
}

impl NoticeToken {
    /// One for the writer of a comment, who has this e-mail address.
    pub fn new(visitors: &Visitors, comment: Uuid, email: &str, now: DateTime<Utc>) -> Self {
        let end = (now + LASTS).timestamp();
        NoticeToken {
            comment,
            expires_at: Utc.timestamp_opt(end, 0).single().unwrap_or_default(),
            email: visitors.email(email),
        }
    }

    /// The text that stands for it.
    pub fn seal(&self, seal: &Seal) -> String {
        let mut payload = self.comment.as_bytes().to_vec();
        payload.extend_from_slice(&self.expires_at.timestamp().to_be_bytes());
        payload.extend_from_slice(&self.email);
        seal.seal(PURPOSE, &payload)
    }

    /// What a text stands for.
    ///
    /// # Errors
    /// 403 when it is damaged, made up, or has expired.
    pub fn open(seal: &Seal, text: &str, now: DateTime<Utc>) -> Result<Self> {
        let token = NoticeToken::read(seal, text).ok_or_else(refused)?;
        if token.expires_at > now {
            Ok(token)
        } else {
            Err(refused())
        }
    }

    fn read(seal: &Seal, text: &str) -> Option<Self> {
        let payload = seal.open(PURPOSE, text)?;
        let (comment, rest) = payload.split_first_chunk::<16>()?;
        let (expires_at, email) = rest.split_first_chunk::<8>()?;
        let expires_at = i64::from_be_bytes(*expires_at);
        Some(NoticeToken {
            comment: Uuid::from_bytes(*comment),
            expires_at: Utc.timestamp_opt(expires_at, 0).single()?,
            email: email.to_vec(),
        })
    }

    /// Notes that the writer wants to be told of replies from now on, or does not; the comment's id.
    ///
    /// # Errors
    /// 404 when the comment is gone, or knows no e-mail address any more; 403 when it is another's.
    pub async fn decide(
        &self,
        conn: &mut AsyncPgConnection,
        visitors: &Visitors,
        wanted: bool,
    ) -> Result<Uuid> {
        let comment = Comment::lock(conn, self.comment).await?;
        let email = comment.author_email.as_deref();
        let email = email.ok_or_else(|| Error::not_found("comment"))?;
        if visitors.email(email) != self.email {
            return Err(refused());
        }
        let (state, kind) = match wanted {
            true => (Some("confirmed"), "comment.notice_confirmed"),
            false => (None, "comment.notice_stopped"),
        };
        if comment.reply_notice.as_deref() != state {
            let update: Statement<()> = Statement::new("update comments set reply_notice = ")
                .bind(state.map(str::to_owned))
                .sql(" where id = ")
                .bind(comment.id);
            update.execute(conn).await?;
            Event::new(kind, None)
                .about(comment.article_id)
                .locale(&comment.locale)
                .data(json!({"comment_id": comment.id}))
                .write(conn)
                .await?;
        }
        Ok(comment.id)
    }
}

fn refused() -> Error {
    Error::problem(
        Code::Forbidden,
        "the token is not one for this comment, or has expired",
    )
}

/// Writes that a comment was answered, if this reply is to be told of: see [`replied_all`].
///
/// # Errors
/// When the database fails.
pub async fn replied(conn: &mut AsyncPgConnection, reply: &Comment) -> Result<()> {
    if reply.status != "approved" || reply.parent_id.is_none() {
        return Ok(());
    }
    replied_all(conn, &[reply.id]).await
}

/// Writes for each of these comments that it answers another, where it is approved and the writer of the other,
/// which is approved too, wants to be told, wrote not both, and was not told before. Whoever calls has locked them.
///
/// # Errors
/// When the database fails.
pub async fn replied_all(conn: &mut AsyncPgConnection, replies: &[Uuid]) -> Result<()> {
    let tell: Statement<()> = Statement::new(
        "with told as (update comments c set reply_told = true from comments p where c.id = any(",
    )
    .bind(replies.to_vec())
    .sql(format!(
        ") and c.status = 'approved' and not c.reply_told and p.id = c.parent_id and p.status = 'approved' \
            and p.reply_notice = 'confirmed' and p.author_email is not null \
            and lower(p.author_email) is distinct from lower(c.author_email) \
            returning c.id, p.id as parent, c.article_id, c.locale) \
        insert into events (type, article_id, locale, data) select 'comment.replied', article_id, locale, \
            jsonb_build_object('comment_id', parent, 'reply_id', id) from told where {FOR_REAL} order by id",
    ));
    tell.execute(conn).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_token_is_of_one_comment_and_one_address_and_lasts_seven_days() {
        let seal = Seal::new(b"key");
        let visitors = Visitors::new(Seal::new(b"key"));
        let (comment, now) = (Uuid::now_v7(), Utc::now());
        let token = NoticeToken::new(&visitors, comment, "Meera@Example.org", now);
        assert_eq!(
            token,
            NoticeToken::new(&visitors, comment, "meera@example.org", now)
        );
        assert_ne!(
            token,
            NoticeToken::new(&visitors, comment, "ravi@example.org", now)
        );
        let text = token.seal(&seal);
        assert_eq!(NoticeToken::open(&seal, &text, now).unwrap(), token);
        let nearly = now + Duration::days(7) - Duration::seconds(2);
        assert!(NoticeToken::open(&seal, &text, nearly).is_ok());
        let late = now + Duration::days(7) + Duration::seconds(1);
        assert!(NoticeToken::open(&seal, &text, late).is_err());
        assert!(NoticeToken::open(&Seal::new(b"other"), &text, now).is_err());
        assert!(NoticeToken::open(&seal, "anything", now).is_err());
        let other = seal.seal("form", &[0; 40]);
        assert!(NoticeToken::open(&seal, &other, now).is_err());
    }
}

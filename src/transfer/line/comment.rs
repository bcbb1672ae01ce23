//! A comment on a line.

use chrono::{DateTime, Utc};
use uuid::Uuid;

use crate::comments::status::Status;
use crate::comments::text::{read_author, read_body};
use crate::values::fields::{Decode, Fields};
use crate::values::locale::Locale;

/// A comment.
#[derive(Debug, Clone, PartialEq)]
pub struct CommentLine {
    /// Its id.
    pub id: Option<Uuid>,
    /// Its name in the system that it comes from.
    pub external_id: Option<String>,
    /// The article.
    pub article: Named,
    /// The comment that it answers.
    pub parent: Named,
    /// Its language; none: the article's.
    pub locale: Option<Locale>,
    /// Who wrote it; none for a tombstone.
    pub author_name: Option<String>,
    /// For moderators only.
    pub author_email: Option<String>,
    /// The writer's page.
    pub author_url: Option<String>,
    /// What it says; none for a tombstone.
    pub body: Option<String>,
    /// Its state.
    pub status: Status,
    /// Why the last moderator decided so.
    pub moderation_reason: Option<String>,
    /// Why it was held back.
    pub held_for: Vec<String>,
    /// `requested` or `confirmed`, where its writer wants to be told of replies.
    pub reply_notice: Option<String>,
    /// How many like it, and how many do not.
    pub reactions: [i32; 2],
    /// When it was written.
    pub created_at: Option<DateTime<Utc>>,
    /// When its words were last changed.
    pub edited_at: Option<DateTime<Utc>>,
}

/// Something that is there already, by one of its names or by none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// By its id.
    pub id: Option<Uuid>,
    /// By its name in the system that it comes from.
    pub external_id: Option<String>,
}

impl Named {
    fn read(fields: &mut Fields<'_>, id: &str, external_id: &str) -> Self {
        Named {
            id: fields.parsed(id, "malformed_id"),
            external_id: fields.line(external_id, 200),
        }
    }

    /// Whether it names nothing.
    pub fn is_none(&self) -> bool {
        self.id.is_none() && self.external_id.is_none()
    }
}

/// Nothing is left of what was deleted but its place.
fn refuse_words(fields: &mut Fields<'_>) {
    for name in ["author_name", "author_email", "body"] {
        if fields.take(name).is_some() {
            fields.fault(name, "invalid", "is null where the status is deleted");
        }
    }
}

impl Decode for CommentLine {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let article = Named::read(fields, "article_id", "article_external_id");
        if article.is_none() {
            fields.fault("article_id", "required", "takes the article's id");
        }
        let status = fields
            .parsed("status", "invalid")
            .unwrap_or(Status::Approved);
        let words = match status {
            Status::Deleted => {
                refuse_words(fields);
                None
            }
            _ => Some((read_author(fields), read_body(fields))),
        };
        let (author, body) = words.unzip();
        let (author_name, author_email) = author.unzip();
        let reply_notice = fields.line("reply_notice", 20);
        if !matches!(
            reply_notice.as_deref(),
            None | Some("requested" | "confirmed")
        ) {
            fields.fault("reply_notice", "invalid", "takes requested or confirmed");
        }
        let reactions = fields.object("reactions", |fields| {
            ["like", "dislike"].map(|name| fields.integer(name, 0..=i32::MAX).unwrap_or(0))
        });
        CommentLine {
            id: fields.parsed("id", "malformed_id"),
            external_id: fields.line("external_id", 200),
            article,
            parent: Named::read(fields, "parent_id", "parent_external_id"),
            locale: fields.parsed("locale", "malformed_locale"),
            author_name,
            author_email: author_email.flatten(),
            author_url: fields.web_address("author_url"),
            body,
            status,
            moderation_reason: fields.line("moderation_reason", 500),
            held_for: fields.lines("held_for", 20, 40).unwrap_or_default(),
            reply_notice,
            reactions: reactions.unwrap_or_default(),
            created_at: fields.time("created_at"),
            edited_at: fields.time("edited_at"),
        }
    }
}

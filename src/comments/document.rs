//! Comments as they are read.

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::Comment;
use crate::values::language::direction;

/// A comment. A deleted one that was answered stays as a tombstone, without name and words.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Comment)]
pub struct CommentDocument {
    /// Its id.
    pub id: Uuid,
    /// The article.
    pub article_id: Uuid,
    /// The comment that it answers.
    pub parent_id: Option<Uuid>,
    /// How many comments stand above it.
    #[schema(minimum = 0, maximum = 6, example = 0)]
    pub depth: usize,
    /// Who wrote it.
    #[schema(max_length = 80, example = "Meera")]
    pub author_name: Option<String>,
    /// The writer's own page.
    #[schema(max_length = 2048)]
    pub author_url: Option<String>,
    /// Who wrote it, for moderators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, max_length = 254)]
    pub author_email: Option<String>,
    /// What it says.
    #[schema(
        max_length = 5000,
        example = "My bus is **twenty minutes** faster now."
    )]
    pub body: Option<String>,
    /// The same as HTML, sanitised.
    #[schema(max_length = 100_000)]
    pub body_html: Option<String>,
    /// Its language.
    #[schema(max_length = 35, example = "en")]
    pub locale: String,
    /// The direction that its text runs in: `ltr` or `rtl`, by its own first letter that has one.
    #[schema(max_length = 3, example = "ltr")]
    pub direction: &'static str,
    /// `pending`, `approved`, `rejected`, `spam` or `deleted`.
    #[schema(max_length = 20, example = "approved")]
    pub status: String,
    /// Why a moderator decided so, for moderators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, max_length = 500)]
    pub moderation_reason: Option<String>,
    /// Why it was held back, for moderators: `premoderation`, `first_time`, `links`, `blocked_word`,
    /// `check`, `honeypot` or `reports`.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, max_items = 10)]
    pub held_for: Option<Vec<String>>,
    /// How many have reported it since a moderator last decided, for moderators.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(required = false, minimum = 0)]
    pub report_count: Option<i32>,
    /// What readers think of it.
    pub reactions: Reactions,
    /// Approved direct replies.
    #[schema(minimum = 0, example = 2)]
    pub reply_count: i32,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its words were last changed.
    pub edited_at: Option<DateTime<Utc>>,
    /// Counts the changes.
    #[serde(skip)]
    pub version: i64,
}

/// What readers think of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct Reactions {
    /// How many like it.
    #[schema(minimum = 0, example = 3)]
    pub like: i32,
    /// How many do not.
    #[schema(minimum = 0, example = 0)]
    pub dislike: i32,
}

impl CommentDocument {
    /// The comment as a reader sees it, or a moderator.
    pub fn new(comment: Comment, for_moderator: bool) -> Self {
        CommentDocument {
            depth: comment.depth(),
            id: comment.id,
            article_id: comment.article_id,
            parent_id: comment.parent_id,
            direction: direction(comment.body.as_deref().unwrap_or_default(), &comment.locale),
            held_for: for_moderator.then_some(comment.held_for),
            report_count: for_moderator.then_some(comment.report_count),
            reactions: Reactions {
                like: comment.likes,
                dislike: comment.dislikes,
            },
            author_name: comment.author_name,
            author_url: comment.author_url,
            author_email: comment.author_email.filter(|_| for_moderator),
            body: comment.body,
            body_html: comment.body_html,
            locale: comment.locale,
            status: comment.status,
            moderation_reason: comment.moderation_reason.filter(|_| for_moderator),
            reply_count: comment.reply_count,
            created_at: comment.created_at,
            edited_at: comment.edited_at,
            version: comment.version,
        }
    }
}

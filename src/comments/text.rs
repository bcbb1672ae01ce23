//! What is written of a comment, by its author and by moderators.

use utoipa::ToSchema;
use uuid::Uuid;

use crate::values::fields::{Decode, Fields, Unit, is_blank};
use crate::values::locale::Locale;

/// The most characters that a comment may have.
pub const LONGEST: usize = 5000;

/// A comment as a reader writes it.
#[derive(Debug, Clone, ToSchema)]
#[schema(example = json!({"author_name": "Meera", "body": "My bus is **twenty minutes** faster now. Thank you!"}))]
pub struct NewComment {
    /// Who writes.
    #[schema(min_length = 1, max_length = 80, example = "Meera")]
    pub author_name: String,
    /// Never shown to the public.
    #[schema(max_length = 254, format = Email, nullable, required = false, example = "meera@example.org")]
    pub author_email: Option<String>,
    /// The writer's own page: http or https.
    #[schema(max_length = 2048, nullable, required = false)]
    pub author_url: Option<String>,
    /// What it says: plain text with a little Markdown (emphasis, links, lists, quotes, code).
    #[schema(
        min_length = 1,
        max_length = 5000,
        example = "My bus is **twenty minutes** faster now."
    )]
    pub body: String,
    /// Its language; left out: found out from the text, else the article's.
    #[schema(nullable, required = false)]
    pub locale: Option<Locale>,
    /// The comment that it answers.
    #[schema(nullable, required = false)]
    pub parent_id: Option<Uuid>,
    /// Whether the writer wants to be told of replies by e-mail, for which `author_email` is needed; whoever reads
    /// that mail is asked first.
    #[schema(required = false, default = false)]
    pub notify_replies: bool,
}

impl Decode for NewComment {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let author_email = read_email(fields);
        NewComment {
            author_name: read_name(fields),
            notify_replies: read_notify(fields, author_email.as_deref()),
            author_email,
            author_url: fields.web_address("author_url"),
            body: read_body(fields),
            locale: fields.parsed("locale", "malformed_locale"),
            parent_id: fields.parsed("parent_id", "malformed_id"),
        }
    }
}

/// What a moderator or the writer changes of a comment.
#[derive(Debug, Clone, ToSchema)]
#[schema(example = json!({"status": "approved", "reason": "on topic"}))]
pub struct CommentChanges {
    /// Who writes.
    #[schema(min_length = 1, max_length = 80, required = false)]
    pub author_name: String,
    /// The writer's own page.
    #[schema(max_length = 2048, nullable, required = false)]
    pub author_url: Option<String>,
    /// What it says.
    #[schema(min_length = 1, max_length = 5000, required = false)]
    pub body: String,
    /// The decision: `pending`, `approved`, `rejected` or `spam`; moderators only.
    #[schema(
        required = false,
        pattern = "^(pending|approved|rejected|spam)$",
        example = "approved"
    )]
    pub status: String,
    /// Why; shown to moderators only.
    #[schema(max_length = 500, nullable, required = false)]
    pub reason: Option<String>,
}

impl Decode for CommentChanges {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let status = fields.required_line("status", 20);
        if !status.is_empty()
            && !matches!(
                status.as_str(),
                "pending" | "approved" | "rejected" | "spam"
            )
        {
            fields.fault(
                "status",
                "invalid",
                "takes pending, approved, rejected or spam",
            );
        }
        CommentChanges {
            author_name: read_name(fields),
            author_url: fields.web_address("author_url"),
            body: read_body(fields),
            status,
            reason: fields.line("reason", 500),
        }
    }
}

/// A name may not turn the writing direction of what stands around it.
fn read_name(fields: &mut Fields<'_>) -> String {
    let name = fields.required_line("author_name", 80);
    if name
        .chars()
        .any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'))
    {
        fields.fault(
            "author_name",
            "control_character",
            "may not contain bidirectional controls",
        );
    }
    name
}

fn read_email(fields: &mut Fields<'_>) -> Option<String> {
    let email = fields.line("author_email", 254)?;
    let valid = email.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.len() <= 64
            && domain.contains('.')
            && domain.split('.').all(|label| !label.is_empty())
            && !email.contains(|c: char| c.is_whitespace() || "<>()[],;:\\\"".contains(c))
            && !domain.contains('@')
    });
    if !valid {
        fields.fault("author_email", "invalid_email", "takes an e-mail address");
    }
    Some(email)
}

fn read_notify(fields: &mut Fields<'_>, email: Option<&str>) -> bool {
    let wanted = fields.flag("notify_replies").unwrap_or_default();
    if wanted && email.is_none() {
        fields.fault(
            "notify_replies",
            "needs_email",
            "takes true with an author_email only",
        );
    }
    wanted
}

fn read_body(fields: &mut Fields<'_>) -> String {
    let before = fields.faults();
    fields.demand("body");
    let body = fields
        .text("body", LONGEST, Unit::Characters)
        .unwrap_or_default();
    if is_blank(&body) && fields.faults() == before {
        fields.fault("body", "blank", "may not be blank");
    }
    body
}

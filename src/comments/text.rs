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
    /// The token of the form that it was written in (`GET /v1/articles/{article}/comments/form`), where the
    /// site asks for it.
    #[schema(max_length = 500, nullable, required = false)]
    pub form_token: Option<String>,
    /// A field that no reader sees, to be left empty: who fills it in is a program.
    #[schema(max_length = 5000, nullable, required = false, example = "")]
    pub website_confirm: Option<String>,
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
            form_token: fields.line("form_token", 500),
            website_confirm: read_trap(fields),
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

/// Who writes, and their e-mail address if it is given.
pub fn read_author(fields: &mut Fields<'_>) -> (String, Option<String>) {
    (read_name(fields), read_email(fields))
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

/// Whatever is in it, it tells a program nothing.
fn read_trap(fields: &mut Fields<'_>) -> Option<String> {
    match fields.take("website_confirm")? {
        serde_json::Value::String(text) if is_blank(&text) => None,
        filled => Some(filled.to_string()),
    }
}

pub(super) fn read_email(fields: &mut Fields<'_>) -> Option<String> {
    let email = fields.line("author_email", 254)?;
    if !is_email(&email) {
        fields.fault("author_email", "invalid_email", "takes an e-mail address");
    }
    Some(email)
}

/// The same where it has to be there.
pub(super) fn read_required_email(fields: &mut Fields<'_>) -> String {
    let before = fields.faults();
    fields.demand("author_email");
    let email = read_email(fields);
    if email.is_none() && fields.faults() == before {
        fields.fault("author_email", "blank", "may not be blank");
    }
    email.unwrap_or_default()
}

/// Whether this is an e-mail address, by the look of it.
pub fn is_email(text: &str) -> bool {
    text.split_once('@').is_some_and(|(local, domain)| {
        !local.is_empty()
            && local.len() <= 64
            && domain.contains('.')
            && domain.split('.').all(|label| !label.is_empty())
            && !text.contains(|c: char| c.is_whitespace() || "<>()[],;:\\\"".contains(c))
            && !domain.contains('@')
    })
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

/// What the comment says; a fault where it says nothing.
pub fn read_body(fields: &mut Fields<'_>) -> String {
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

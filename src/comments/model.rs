//! Comments in the database.

use std::fmt::Write;

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;
use uuid::Uuid;

use crate::articles::ArticleRef;
use crate::db::Statement;
use crate::error::{Code, Error, Result};
use crate::schema::comments;
use crate::values::fields::{Decode, Fields, Unit};
use crate::values::locale::Locale;
use crate::values::markdown;

/// How long the writer of a comment may change it.
const EDITABLE: Duration = Duration::minutes(15);
/// How deep threads go; what answers the deepest stands beside it. Roots are at depth 0.
const DEEPEST: usize = 6;

/// A comment.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable)]
#[diesel(table_name = comments)]
pub struct Comment {
    /// Its id.
    pub id: Uuid,
    /// The article.
    pub article_id: Uuid,
    /// The comment that it answers.
    pub parent_id: Option<Uuid>,
    /// From the root of its thread down to its parent.
    pub ancestors: Vec<Uuid>,
    /// Its language.
    pub locale: String,
    /// Who wrote it; none for a tombstone.
    pub author_name: Option<String>,
    /// For moderators only.
    pub author_email: Option<String>,
    /// The writer's page.
    pub author_url: Option<String>,
    /// What it says; none for a tombstone.
    pub body: Option<String>,
    /// The same as HTML.
    pub body_html: Option<String>,
    /// `pending`, `approved`, `rejected`, `spam` or `deleted`.
    pub status: String,
    /// Why the last moderator decided so.
    pub moderation_reason: Option<String>,
    /// Approved direct replies.
    pub reply_count: i32,
    /// SHA-256 of the writer's token.
    pub edit_token_hash: Option<Vec<u8>>,
    /// Counts the changes.
    pub version: i64,
    /// When it was written.
    pub created_at: DateTime<Utc>,
    /// When its words were last changed.
    pub edited_at: Option<DateTime<Utc>>,
}

/// The SQL types of [`Comment`], in the order of [`COLUMNS`].
pub type CommentSql = (
    sql::Uuid,
    sql::Uuid,
    sql::Nullable<sql::Uuid>,
    sql::Array<sql::Uuid>,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Nullable<sql::Text>,
    sql::Text,
    sql::Nullable<sql::Text>,
    sql::Integer,
    sql::Nullable<sql::Bytea>,
    sql::BigInt,
    sql::Timestamptz,
    sql::Nullable<sql::Timestamptz>,
);

/// SQL of the columns of [`Comment`], from `c`.
pub const COLUMNS: &str = "c.id, c.article_id, c.parent_id, c.ancestors, c.locale, c.author_name, c.author_email, \
    c.author_url, c.body, c.body_html, c.status, c.moderation_reason, c.reply_count, c.edit_token_hash, c.version, \
    c.created_at, c.edited_at";

/// SQL of whether readers see `c`: it is approved, or a tombstone with something approved under it.
pub const VISIBLE: &str = "(c.status = 'approved' or (c.status = 'deleted' and exists (\
    select from comments u where u.root_id = c.root_id and u.status = 'approved' and c.id = any(u.ancestors))))";

/// SQL of whether readers see the article with this id.
pub fn article_visible_sql(id: &str) -> String {
    format!("exists (select from editions v join locales vl on vl.code = v.locale and vl.enabled where v.article_id = {id})")
}

/// SQL of the id of an article that readers name.
pub fn article_id_sql<Row>(article: &ArticleRef) -> Statement<Row> {
    match article {
        ArticleRef::Id(id) => Statement::new("").bind(*id),
        ArticleRef::Slug(slug) => Statement::new(
            "(select s.article_id from slugs s join editions n on n.article_id = s.article_id and n.locale = s.locale \
            where s.slug = ",
        )
        .bind(slug.as_str())
        .sql(" order by n.slug = s.slug desc, s.locale limit 1)"),
    }
}

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
    #[schema(min_length = 1, max_length = 5000, example = "My bus is **twenty minutes** faster now.")]
    pub body: String,
    /// Its language; left out: found out from the text, else the article's.
    #[schema(nullable, required = false)]
    pub locale: Option<Locale>,
    /// The comment that it answers.
    #[schema(nullable, required = false)]
    pub parent_id: Option<Uuid>,
}

impl Decode for NewComment {
    fn decode(fields: &mut Fields<'_>) -> Self {
        NewComment {
            author_name: read_name(fields),
            author_email: read_email(fields),
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
    #[schema(required = false, pattern = "^(pending|approved|rejected|spam)$", example = "approved")]
    pub status: String,
    /// Why; shown to moderators only.
    #[schema(max_length = 500, nullable, required = false)]
    pub reason: Option<String>,
}

impl Decode for CommentChanges {
    fn decode(fields: &mut Fields<'_>) -> Self {
        let status = fields.required_line("status", 20);
        if !status.is_empty() && !matches!(status.as_str(), "pending" | "approved" | "rejected" | "spam") {
            fields.fault("status", "invalid", "takes pending, approved, rejected or spam");
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
    if name.chars().any(|c| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')) {
        fields.fault("author_name", "control_character", "may not contain bidirectional controls");
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

fn read_body(fields: &mut Fields<'_>) -> String {
    if !fields.has("body") {
        fields.fault("body", "required", "is required");
    }
    let body = fields.text("body", 5000, Unit::Characters).unwrap_or_default();
    if body.chars().all(|c| c.is_whitespace() || matches!(c, '\u{200b}'..='\u{200f}' | '\u{feff}' | '\u{2060}')) {
        fields.fault("body", "blank", "may not be blank");
    }
    body
}

/// What a new comment has to know of its article.
#[derive(Debug, Clone, Queryable)]
struct Subject {
    id: Uuid,
    open: bool,
    threads: String,
    source_locale: String,
}

impl Comment {
    /// Posts a comment under an article that readers see, and tells its writer's token.
    ///
    /// # Errors
    /// 404 for the article, 409 when it is closed, 422 for a parent or locale that will not do.
    pub async fn create(
        conn: &mut AsyncPgConnection,
        article: &ArticleRef,
        new: &NewComment,
        status: &str,
    ) -> Result<(Comment, String)> {
        let subject = Comment::subject(conn, article).await?;
        if !subject.open {
            return Err(Error::conflict("comments on this article are closed"));
        }
        let parent = match new.parent_id {
            Some(id) => Some(Comment::parent(conn, &subject, id).await?),
            None => None,
        };
        let locale = comment_locale(conn, &subject, new).await?;
        if let Some(parent) = &parent
            && subject.threads == "per_locale"
            && parent.locale != locale
        {
            return Err(Error::fault("/parent_id", "other_language", "the threads of this article are one per language"));
        }
        let ancestors = parent.map(|parent| parent.ancestors_of_reply()).unwrap_or_default();
        let secret = new_secret()?;
        let comment = diesel::insert_into(comments::table)
            .values((
                comments::id.eq(Uuid::now_v7()),
                comments::article_id.eq(subject.id),
                comments::parent_id.eq(ancestors.last()),
                comments::ancestors.eq(&ancestors),
                comments::locale.eq(locale),
                comments::author_name.eq(&new.author_name),
                comments::author_email.eq(&new.author_email),
                comments::author_url.eq(&new.author_url),
                comments::body.eq(&new.body),
                comments::body_html.eq(markdown::comment_html(&new.body)),
                comments::status.eq(status),
                comments::edit_token_hash.eq(hash(&secret)),
            ))
            .returning(Comment::as_returning())
            .get_result(conn)
            .await?;
        Ok((comment, secret))
    }

    async fn subject(conn: &mut AsyncPgConnection, article: &ArticleRef) -> Result<Subject> {
        let find: Statement<(sql::Uuid, sql::Bool, sql::Text, sql::Text)> = Statement::new(
            "select a.id, a.comments_open and (a.comments_close_at is null or a.comments_close_at > now()), \
                a.comments_threads, a.source_locale from articles a where a.id = ",
        )
        .append(article_id_sql::<()>(article))
        .sql(format!(" and {}", article_visible_sql("a.id")));
        let found: Vec<Subject> = find.load(conn).await?;
        found.into_iter().next().ok_or_else(|| Error::not_found("article"))
    }

    /// The comment that is answered, kept from being deleted meanwhile.
    async fn parent(conn: &mut AsyncPgConnection, subject: &Subject, id: Uuid) -> Result<Comment> {
        let found = comments::table
            .find(id)
            .filter(comments::article_id.eq(subject.id))
            .filter(comments::status.eq("approved"))
            .select(Comment::as_select())
            .for_key_share();
        let parent: Option<Comment> = found.first(conn).await.optional()?;
        parent.ok_or_else(|| {
            Error::fault("/parent_id", "unknown_comment", "there is no such comment under this article")
        })
    }

    /// The place of a reply: under this comment, or beside it at the deepest level.
    fn ancestors_of_reply(self) -> Vec<Uuid> {
        let mut ancestors = self.ancestors;
        if ancestors.len() < DEEPEST {
            ancestors.push(self.id);
        }
        ancestors
    }

    /// How many comments stand above it.
    pub fn depth(&self) -> usize {
        self.ancestors.len()
    }

    /// Whether its words are gone.
    pub fn is_deleted(&self) -> bool {
        self.status == "deleted"
    }

    /// The comment, kept from changing until the transaction ends.
    ///
    /// # Errors
    /// 404.
    pub async fn lock(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Comment> {
        let found = comments::table.find(id).select(Comment::as_select()).for_update();
        found.first(conn).await.optional()?.ok_or_else(|| Error::not_found("comment"))
    }

    /// Lets pass who holds the writer's token while it lasts.
    ///
    /// # Errors
    /// 403.
    pub fn admit(&self, secret: &str) -> Result<()> {
        if self.edit_token_hash.as_deref() != Some(&hash(secret)) {
            return Err(Error::problem(Code::Forbidden, "the edit token is not that of this comment"));
        }
        if Utc::now() - self.created_at > EDITABLE {
            return Err(Error::problem(Code::Forbidden, "a comment can be changed by its writer for 15 minutes"));
        }
        Ok(())
    }

    /// Makes it say this, in this state; it is locked, and no tombstone.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update(&self, conn: &mut AsyncPgConnection, new: &CommentChanges) -> Result<Comment> {
        let edited = self.body.as_ref() != Some(&new.body);
        let edited_at = if edited { Some(Utc::now()) } else { self.edited_at };
        Ok(diesel::update(comments::table.find(self.id))
            .set((
                comments::author_name.eq(&new.author_name),
                comments::author_url.eq(&new.author_url),
                comments::body.eq(&new.body),
                comments::body_html.eq(markdown::comment_html(&new.body)),
                comments::status.eq(&new.status),
                comments::moderation_reason.eq(&new.reason),
                comments::edited_at.eq(edited_at),
                comments::version.eq(comments::version + 1),
            ))
            .returning(Comment::as_returning())
            .get_result(conn)
            .await?)
    }

    /// Deletes it; it is locked. With replies it leaves a tombstone; without, it takes the tombstones
    /// above it along that have no other reply.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn delete(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        if has_replies(conn, self.id).await? {
            return self.bury(conn).await;
        }
        let mut next = self.remove(conn).await?;
        while let Some(id) = next {
            let parent = Comment::lock(conn, id).await?;
            if !parent.is_deleted() || has_replies(conn, id).await? {
                break;
            }
            next = parent.remove(conn).await?;
        }
        Ok(())
    }

    async fn bury(&self, conn: &mut AsyncPgConnection) -> Result<()> {
        let nothing = None::<String>;
        diesel::update(comments::table.find(self.id))
            .set((
                comments::status.eq("deleted"),
                comments::author_name.eq(&nothing),
                comments::author_email.eq(&nothing),
                comments::author_url.eq(&nothing),
                comments::body.eq(&nothing),
                comments::body_html.eq(&nothing),
                comments::moderation_reason.eq(&nothing),
                comments::edit_token_hash.eq(None::<Vec<u8>>),
                comments::version.eq(comments::version + 1),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }

    async fn remove(&self, conn: &mut AsyncPgConnection) -> Result<Option<Uuid>> {
        diesel::delete(comments::table.find(self.id)).execute(conn).await?;
        Ok(self.parent_id)
    }
}

async fn has_replies(conn: &mut AsyncPgConnection, id: Uuid) -> Result<bool> {
    let replies = comments::table.filter(comments::parent_id.eq(id));
    Ok(diesel::select(diesel::dsl::exists(replies)).get_result(conn).await?)
}

/// The language that the comment says it is in, or seems to be in, among those there are; else the
/// article's.
async fn comment_locale(conn: &mut AsyncPgConnection, subject: &Subject, new: &NewComment) -> Result<String> {
    let codes: Vec<String> = {
        use crate::schema::locales;
        locales::table.filter(locales::enabled).select(locales::code).order(locales::code).load(conn).await?
    };
    if let Some(said) = &new.locale {
        let known = said.lookup().map(String::from).find(|tag| codes.contains(tag));
        return known.ok_or_else(|| Error::fault("/locale", "unknown_locale", "there is no such locale here"));
    }
    let detected = whatlang::detect(&new.body).filter(whatlang::Info::is_reliable);
    let detected = detected.and_then(|info| info.lang().code().parse::<Locale>().ok());
    let found = detected.and_then(|language| {
        codes.iter().find(|code| code.split('-').next() == Some(language.language())).cloned()
    });
    Ok(found.unwrap_or_else(|| subject.source_locale.clone()))
}

fn new_secret() -> Result<String> {
    let mut bytes = [0; 32];
    getrandom::fill(&mut bytes).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    }))
}

fn hash(secret: &str) -> Vec<u8> {
    Sha256::digest(secret).to_vec()
}

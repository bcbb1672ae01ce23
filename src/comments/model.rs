//! Comments in the database.

use chrono::{DateTime, Duration, Utc};
use diesel::prelude::*;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde_json::json;
use uuid::Uuid;

use super::moderation::{resolve_reports, settling};
use super::text::CommentChanges;
use crate::articles::{Article, ArticleRef};
use crate::db::Statement;
use crate::error::{Code, Error, Result};
use crate::events::Event;
use crate::schema::{comment_history, comments};
use crate::values::markdown;
use crate::values::search::words;
use crate::values::secret::hash;

/// How long the writer of a comment may change it.
const EDITABLE: Duration = Duration::minutes(15);

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
    /// How many like it.
    pub likes: i32,
    /// How many do not.
    pub dislikes: i32,
    /// Its place by what readers think of it: see `comment_score` in the migrations.
    pub score: i32,
    /// How many have reported it since a moderator last decided.
    pub report_count: i32,
    /// Why it was held back: `premoderation`, `first_time`, `links`, `blocked_word`, `reports`,
    /// `honeypot`, `check` …
    pub held_for: Vec<String>,
    /// What stands for the address that it came from: see [`super::visitors`].
    pub address_hash: Option<Vec<u8>>,
    /// The key that it does so by.
    pub address_key: Option<i32>,
    /// `requested` when its writer wants to be told of replies, `confirmed` when the address is theirs.
    pub reply_notice: Option<String>,
    /// Whether it stands in readers' lists.
    pub visible: bool,
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
    sql::Integer,
    sql::Integer,
    sql::Integer,
    sql::Integer,
    sql::Array<sql::Text>,
    sql::Nullable<sql::Bytea>,
    sql::Nullable<sql::Integer>,
    sql::Nullable<sql::Text>,
    sql::Bool,
);

/// SQL of the columns of [`Comment`], from `c`.
pub const COLUMNS: &str = "c.id, c.article_id, c.parent_id, c.ancestors, c.locale, c.author_name, c.author_email, \
    c.author_url, c.body, c.body_html, c.status, c.moderation_reason, c.reply_count, c.edit_token_hash, c.version, \
    c.created_at, c.edited_at, c.likes, c.dislikes, c.score, c.report_count, c.held_for, c.address_hash, \
    c.address_key, c.reply_notice, c.visible";

/// What a change of a comment means for its moderation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Nothing.
    None,
    /// What it says now has to wait, for these reasons.
    Held(Vec<String>),
    /// A moderator has decided: what waited for that is settled.
    Decided,
}

/// SQL of whether readers see the article with this id.
pub fn article_visible_sql(id: &str) -> String {
    format!(
        "exists (select from editions v join locales vl on vl.code = v.locale and vl.enabled where v.article_id = {id})"
    )
}

/// SQL of the id of an article that readers name.
pub fn article_id_sql<Row>(article: &ArticleRef) -> Statement<Row> {
    match article {
        ArticleRef::Id(id) => Statement::new("").bind(*id),
        ArticleRef::Slug(slug) => Article::id_by_published_slug(slug),
    }
}

impl Comment {
    /// How many comments stand above it.
    pub fn depth(&self) -> usize {
        self.ancestors.len()
    }

    /// Whether its words are gone.
    pub fn is_deleted(&self) -> bool {
        self.status == "deleted"
    }

    /// The comment, kept from changing until the transaction ends, and with it those above it, whose counts
    /// follow it. All are locked from the root downwards, so that no two wait for each other.
    ///
    /// # Errors
    /// 404.
    pub async fn lock(conn: &mut AsyncPgConnection, id: Uuid) -> Result<Comment> {
        let mut found = Comment::lock_all(conn, &[id]).await?;
        found.pop().ok_or_else(|| Error::not_found("comment"))
    }

    /// Those there are of these comments, each locked as by [`Comment::lock`], in the order of their ids.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn lock_all(conn: &mut AsyncPgConnection, ids: &[Uuid]) -> Result<Vec<Comment>> {
        let above: Statement<sql::Uuid> = Statement::new(
            "select c.id from comments c where c.id in (\
                select unnest(n.ancestors || n.id) from comments n where n.id = any(",
        )
        .bind(ids.to_vec())
        .sql(")) order by c.id for update");
        let _: Vec<Uuid> = above.load(conn).await?;
        // A statement of its own: it sees what whoever held the locks before has made of them.
        let find: Statement<CommentSql> = Statement::new(format!(
            "select {COLUMNS} from comments c where c.id = any("
        ))
        .bind(ids.to_vec())
        .sql(") order by c.id");
        Ok(find.load(conn).await?)
    }

    /// What happened to it, of which it is what has come; it was `before`. Words, names and reasons are no part
    /// of it. What readers see changes only where they saw it, or see it now.
    pub fn event(&self, kind: &'static str, actor: Option<&str>, before: &Comment) -> Event {
        let event = Event::new(kind, actor)
            .locale(&self.locale)
            .data(json!({"comment_id": self.id, "status": self.status}));
        if self.visible || before.visible {
            event.article(self.article_id)
        } else {
            event.about(self.article_id)
        }
    }

    /// Whether readers see its article.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn is_in_sight(&self, conn: &mut AsyncPgConnection) -> Result<bool> {
        let visible = article_visible_sql("a.id");
        let visible: Statement<sql::Bool> =
            Statement::new(format!("select {visible} from articles a where a.id = "))
                .bind(self.article_id);
        Ok(visible.get_result(conn).await?)
    }

    /// Lets pass who holds the writer's token while it lasts.
    ///
    /// # Errors
    /// 403.
    pub fn admit(&self, secret: &str) -> Result<()> {
        if self.edit_token_hash.as_deref() != Some(&hash(secret)) {
            return Err(Error::problem(
                Code::Forbidden,
                "the edit token is not that of this comment",
            ));
        }
        if Utc::now() - self.created_at > EDITABLE {
            return Err(Error::problem(
                Code::Forbidden,
                "a comment can be changed by its writer for 15 minutes",
            ));
        }
        Ok(())
    }

    /// Makes it say this, in this state; it is locked, and no tombstone. What it said before, and who decided
    /// so, is kept in its history.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn update(
        &self,
        conn: &mut AsyncPgConnection,
        new: &CommentChanges,
        actor: Option<&str>,
        verdict: Verdict,
    ) -> Result<Comment> {
        let says_else = self.body.as_ref() != Some(&new.body);
        let edited_at = if says_else {
            Some(Utc::now())
        } else {
            self.edited_at
        };
        self.remember(conn, new, actor).await?;
        let settling = match verdict {
            Verdict::None => Statement::new(""),
            Verdict::Held(reasons) => Statement::new(", held_for = ").bind(reasons),
            Verdict::Decided => {
                resolve_reports(conn, vec![self.id]).await?;
                settling(&new.status)
            }
        };
        let html = markdown::comment_html(&new.body);
        let words = words_of(&new.author_name, &new.body);
        let update: Statement<CommentSql> = Statement::new("update comments c set author_name = ")
            .bind(new.author_name.as_str())
            .sql(", author_url = ")
            .bind(new.author_url.clone())
            .sql(", body = ")
            .bind(new.body.as_str())
            .sql(", body_html = ")
            .bind(html)
            .sql(", words = array_to_tsvector(")
            .bind(words)
            .sql("), status = ")
            .bind(new.status.as_str())
            .sql(", moderation_reason = ")
            .bind(new.reason.clone())
            .sql(", edited_at = ")
            .bind(edited_at)
            .append(settling)
            .sql(", version = version + 1 where c.id = ")
            .bind(self.id)
            .sql(format!(" returning {COLUMNS}"));
        Ok(update.get_result(conn).await?)
    }

    async fn remember(
        &self,
        conn: &mut AsyncPgConnection,
        new: &CommentChanges,
        actor: Option<&str>,
    ) -> Result<()> {
        let same_words = self.body.as_ref() == Some(&new.body)
            && self.author_name.as_ref() == Some(&new.author_name)
            && self.author_url == new.author_url;
        let before = |text: &Option<String>| text.clone().filter(|_| !same_words);
        diesel::insert_into(comment_history::table)
            .values((
                comment_history::comment_id.eq(self.id),
                comment_history::actor.eq(actor),
                comment_history::from_status.eq(&self.status),
                comment_history::to_status.eq(&new.status),
                comment_history::reason.eq(&new.reason),
                comment_history::author_name.eq(before(&self.author_name)),
                comment_history::author_url.eq(before(&self.author_url)),
                comment_history::body.eq(before(&self.body)),
            ))
            .execute(conn)
            .await?;
        Ok(())
    }
}

/// What a comment is found by: its words, and `@` with its writer's name.
pub fn words_of(author_name: &str, body: &str) -> Vec<String> {
    let name = author_name.to_lowercase();
    let own = words(author_name)
        .chain(words(body))
        .map(|word| word.folded);
    let mut all: Vec<String> = own.chain([format!("@{name}")]).collect();
    all.sort();
    all.dedup();
    all
}

//! Writing new comments: many at once, each on its own terms, in one statement.
//!
//! The statement looks at everything that may speak against a comment, under locks that keep it true: the
//! article, the parent, bans, rates, what was said already. It writes those that nothing speaks against,
//! with their events, and tells of each what came of it. No comment can make it fail for the others: what
//! speaks against one leaves it out.

use chrono::{DateTime, Utc};
use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use uuid::Uuid;

use super::model::{Comment, words_of};
use super::screening::Screened;
use super::subject::{Place, closed, unknown_parent};
use super::text::NewComment;
use crate::db::{Statement, touch};
use crate::error::{Code, Error, Problem, Result};
use crate::events::log::COMMENTED;
use crate::values::markdown;
use crate::values::rate::Rate;
use crate::values::secret::{hash, new_secret};

mod columns;
mod statement;

use statement::statement;

/// A comment that is to be written, and what it is held against.
#[derive(Debug, Clone)]
pub struct Post {
    /// The comment as it would be.
    pub comment: Comment,
    /// The name of the token that it comes with.
    pub actor: Option<String>,
    /// Whether an author with enough approved comments need not wait.
    pub may_be_trusted: bool,
    /// What stands for its writer in the list of bans: kind and hash.
    pub known_as: Vec<(&'static str, Vec<u8>)>,
    /// What stands for its text by its writer; none: it may be said again.
    pub fingerprint: Option<Vec<u8>>,
    /// What stands for where it comes from, to be counted; none: it is not.
    pub from: Option<Vec<u8>>,
}

/// What is counted and trusted, the same for all.
#[derive(Debug, Clone, Copy)]
pub struct Terms {
    /// How many from one address.
    pub rate: Option<Rate>,
    /// How many under one article.
    pub article_rate: Option<Rate>,
    /// How many approved comments make an author trusted; 0: none do.
    pub trust_after: u32,
}

/// A comment that was written.
#[derive(Debug, Clone)]
pub struct Posted {
    /// The comment.
    pub comment: Comment,
    /// How many more may come from there at once, and when one more may again.
    pub allowance: Option<Allowance>,
}

/// What is left of a rate.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Allowance {
    /// Of this.
    pub rate: Rate,
    /// How many more may come at once.
    pub left: i64,
    /// Whole seconds until one more may come than that; at least 1.
    pub wait: i64,
}

/// What came of a comment, as the statement tells.
#[derive(Debug, Queryable)]
struct Outcome {
    number: i32,
    verdict: String,
    status: String,
    created_at: DateTime<Utc>,
    /// Milliseconds until the allowance is whole again; with `rate` before, else after this one.
    whole_in: i64,
    events: Vec<i64>,
}

/// The SQL types of [`Outcome`].
type OutcomeSql = (
    sql::Integer,
    sql::Text,
    sql::Text,
    sql::Timestamptz,
    sql::BigInt,
    sql::Array<sql::BigInt>,
);

impl Post {
    /// What a moderator writes, or the sample content: held against nothing. With the token of its writer.
    ///
    /// # Errors
    /// When the system gives no random bits.
    pub fn new(new: NewComment, place: Place, screened: Screened) -> Result<(Post, String)> {
        let secret = new_secret("").map_err(|error| Error::Internal(error.to_string()))?;
        let html = markdown::comment_html(&new.body);
        let comment = Comment {
            id: Uuid::now_v7(),
            article_id: place.article_id,
            parent_id: place.ancestors.last().copied(),
            ancestors: place.ancestors,
            locale: place.locale,
            author_name: Some(new.author_name),
            author_email: new.author_email,
            author_url: new.author_url,
            body: Some(new.body),
            body_html: Some(html),
            status: screened.status.to_owned(),
            moderation_reason: None,
            reply_count: 0,
            edit_token_hash: Some(hash(&secret)),
            version: 1,
            created_at: Utc::now(),
            edited_at: None,
            likes: 0,
            dislikes: 0,
            score: 0,
            report_count: 0,
            held_for: screened.reasons(),
            address_hash: None,
            address_key: None,
            reply_notice: new.notify_replies.then(|| "requested".to_owned()),
            visible: screened.status == "approved",
        };
        let post = Post {
            comment,
            actor: None,
            may_be_trusted: screened.waits_as_all_do(),
            known_as: vec![],
            fingerprint: None,
            from: None,
        };
        Ok((post, secret))
    }

    /// What it is found by.
    fn words(&self) -> Vec<String> {
        let text = |text: &Option<String>| text.clone().unwrap_or_default();
        words_of(&text(&self.comment.author_name), &text(&self.comment.body))
    }

    /// Whether both may be written by one statement: nothing is counted or remembered for the two as one.
    pub fn goes_with(&self, other: &Post, terms: Terms) -> bool {
        let same = |one: &Option<Vec<u8>>, other: &Option<Vec<u8>>| one.is_some() && one == other;
        !same(&self.fingerprint, &other.fingerprint)
            && (terms.rate.is_none() || !same(&self.from, &other.from))
            && (terms.article_rate.is_none() || self.comment.article_id != other.comment.article_id)
    }
}

impl Terms {
    /// None at all.
    pub fn none() -> Self {
        Terms {
            rate: None,
            article_rate: None,
            trust_after: 0,
        }
    }
}

/// Forgets what was said and counted so long ago that it speaks against nothing any more.
///
/// # Errors
/// When the database fails.
pub async fn forget_past(conn: &mut AsyncPgConnection) -> Result<()> {
    let said: Statement<()> = Statement::new("delete from recent_comments where comment_id < ")
        .bind(columns::id_of_a_day_ago());
    said.execute(conn).await?;
    let counted: Statement<()> = Statement::new("delete from comment_rates where whole_at < now()");
    counted.execute(conn).await?;
    Ok(())
}

/// Whether to wait for what somebody else is changing, or to leave such comments out for now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Locks {
    /// Wait.
    Wait,
    /// Leave out: their result is `None`.
    Skip,
}

/// Writes these comments, and tells of each what came of it, in their order. Any two of them have to go with each
/// other ([`Post::goes_with`]). The statement may be its own transaction.
///
/// # Errors
/// When the database fails. Of a comment: 404 and 409 for the article, 422 for the parent, 403 for who is
/// banned, 429 for too many, 409 for what was said already.
pub async fn write(
    conn: &mut AsyncPgConnection,
    posts: &[Post],
    terms: Terms,
    locks: Locks,
) -> Result<Vec<Option<Result<Posted>>>> {
    let outcomes: Vec<Outcome> = statement(posts, terms, locks).load(conn).await?;
    let mut results: Vec<Option<Result<Posted>>> = posts.iter().map(|_| None).collect();
    for outcome in outcomes {
        let at = usize::try_from(outcome.number).unwrap_or(usize::MAX);
        let (Some(post), Some(result)) = (posts.get(at), results.get_mut(at)) else {
            return Err(Error::Internal("a comment that nobody wrote".into()));
        };
        *result = outcome.result(post, terms, locks);
    }
    Ok(results)
}

impl Outcome {
    fn result(self, post: &Post, terms: Terms, locks: Locks) -> Option<Result<Posted>> {
        let allowance = terms.rate.map(|rate| self.allowance(rate));
        let refusal = match self.verdict.as_str() {
            "written" => return Some(Ok(self.posted(post, allowance))),
            // It may be there, and locked.
            "article" | "parent" if locks == Locks::Skip => return None,
            "article" => Error::not_found("article"),
            "closed" => closed(),
            "parent" => unknown_parent(),
            "banned" => Error::problem(Code::Forbidden, "comments from you are not taken here"),
            "rate" => too_many(allowance),
            "article_rate" => too_many(terms.article_rate.map(|rate| self.allowance(rate))),
            "duplicate" => Error::conflict("you said that under this article already"),
            other => Error::Internal(format!("a comment with the verdict {other}")),
        };
        Some(Err(refusal))
    }

    fn posted(self, post: &Post, allowance: Option<Allowance>) -> Posted {
        let mut comment = post.comment.clone();
        comment.visible = self.status == "approved";
        if comment.visible {
            comment.held_for.clear();
        }
        comment.status = self.status;
        comment.created_at = self.created_at;
        let keys = comment
            .visible
            .then(|| [format!("article-{}", comment.article_id), COMMENTED.into()]);
        for event in self.events {
            touch(event, keys.clone().into_iter().flatten());
        }
        Posted {
            comment,
            allowance: allowance.filter(|_| post.from.is_some()),
        }
    }

    fn allowance(&self, rate: Rate) -> Allowance {
        let interval = rate.interval().num_milliseconds().max(1);
        let room = rate.per.num_milliseconds() - self.whole_in;
        // What is not there yet of the next one.
        let missing = interval - room.rem_euclid(interval);
        Allowance {
            rate,
            left: room.div_euclid(interval).max(0),
            wait: missing.div_euclid(1000) + i64::from(missing.rem_euclid(1000) > 0),
        }
    }
}

/// 429, with when to come again (draft-ietf-httpapi-ratelimit-headers).
fn too_many(allowance: Option<Allowance>) -> Error {
    let problem = Problem::new(
        Code::RateLimited,
        "too many comments have come from there in a short time",
    );
    let Some(allowance) = allowance else {
        return problem.into();
    };
    let [policy, rest] = allowance.headers();
    problem
        .header("retry-after", allowance.wait.to_string())
        .header("ratelimit-policy", policy)
        .header("ratelimit", rest)
        .into()
}

impl Allowance {
    /// The values of `RateLimit-Policy` and `RateLimit`.
    pub fn headers(&self) -> [String; 2] {
        let window = self.rate.per.num_seconds();
        [
            format!("\"comments\";q={};w={window}", self.rate.many),
            format!("\"comments\";r={};t={}", self.left, self.wait),
        ]
    }
}

//! What readers think of a comment: one reaction each.

use std::str::FromStr;

use diesel::Queryable;
use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use utoipa::ToSchema;
use uuid::Uuid;

use super::model::{COLUMNS, Comment, CommentSql, article_visible_sql};
use super::visitors::Visitor;
use crate::db::{FOR_REAL, Statement, touch};
use crate::error::{Error, Result};
use crate::values::fields::{Decode, Fields};

/// What a reader thinks of a comment.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ToSchema)]
#[schema(rename_all = "lowercase")]
pub enum Reaction {
    /// It is liked.
    Like,
    /// It is not.
    Dislike,
}

/// A reaction as a reader sends it.
#[derive(Debug, Clone, Copy, ToSchema)]
#[schema(example = json!({"reaction": "like"}))]
pub struct NewReaction {
    /// What the reader thinks of the comment.
    #[schema(inline)]
    pub reaction: Reaction,
}

impl FromStr for Reaction {
    type Err = &'static str;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        match text {
            "like" => Ok(Reaction::Like),
            "dislike" => Ok(Reaction::Dislike),
            _ => Err("takes like or dislike"),
        }
    }
}

impl Decode for NewReaction {
    fn decode(fields: &mut Fields<'_>) -> Self {
        fields.demand("reaction");
        let reaction = fields.parsed("reaction", "invalid");
        NewReaction {
            reaction: reaction.unwrap_or(Reaction::Like),
        }
    }
}

/// The comment as it then is, and the event, if anything has changed.
#[derive(Queryable)]
struct Reacted {
    event: Option<i64>,
    comment: Comment,
}

type ReactedSql = (sql::Nullable<sql::BigInt>, CommentSql);

/// The cache key of what readers think of the comments under an article. It is not the article's own: a
/// reaction drops no answer but those that tell of reactions.
pub fn reactions_key(article: Uuid) -> String {
    format!("comments-{article}")
}

impl Reaction {
    /// Makes it the visitor's reaction to a comment that readers see as approved; the comment as it then is. The
    /// same again changes nothing.
    ///
    /// # Errors
    /// 404.
    pub async fn give(
        self,
        conn: &mut AsyncPgConnection,
        comment: Uuid,
        visitor: &Visitor,
        actor: Option<&str>,
    ) -> Result<Comment> {
        // `on conflict` sees what others have committed since the statement began, and of two values it can only
        // have become the other.
        let change = subject(comment)
            .sql(", own as (insert into comment_reactions as r (comment_id, visitor, likes) select s.id, ")
            .bind(visitor.voice.clone())
            .sql(", ")
            .bind(self == Reaction::Like)
            .sql(
                " from subject s on conflict (comment_id, visitor) \
                    do update set likes = excluded.likes, changed_at = now() where r.likes <> excluded.likes \
                    returning r.likes, r.changed_at is not null as has_changed)",
            );
        let given = [
            "select likes, 1 from own",
            "select not likes, -1 from own where has_changed",
        ];
        let change = counted(change, &given, &visitor.earlier_voices, actor);
        make(conn, change).await
    }

    /// Takes back whatever the visitor thinks of a comment that readers see as approved.
    ///
    /// # Errors
    /// 404 for the comment.
    pub async fn take_back(
        conn: &mut AsyncPgConnection,
        comment: Uuid,
        visitor: &Visitor,
        actor: Option<&str>,
    ) -> Result<Comment> {
        let change = counted(subject(comment), &[], &visitor.voices(), actor);
        make(conn, change).await
    }
}

/// `subject`: the comment, if readers see it as approved, kept from changing. The others of the statement take
/// their rows from it, so that they wait for it first.
fn subject(comment: Uuid) -> Statement<ReactedSql> {
    Statement::new(format!(
        "with subject as materialized (select {COLUMNS} from comments c where c.id = "
    ))
    .bind(comment)
    .sql(format!(
        " and c.status = 'approved' and {} for no key update of c)",
        article_visible_sql("c.article_id")
    ))
}

/// Takes back what these voices have given, counts by that and by what was `given` what has really changed, and writes
/// the event, in the same statement: many may react to one comment, and its row is held for one way to the database
/// and back. It is no edit: the version stays.
fn counted(
    mut change: Statement<ReactedSql>,
    given: &[&str],
    voices: &[Vec<u8>],
    actor: Option<&str>,
) -> Statement<ReactedSql> {
    let mut votes: Vec<String> = given.iter().copied().map(str::to_owned).collect();
    // Each for itself: PostgreSQL then finds it by the whole key, and reads no other reaction to the comment.
    for (at, voice) in voices.iter().enumerate() {
        votes.push(format!("select likes, -1 from gone_{at}"));
        change = change
            .sql(format!(
                ", gone_{at} as (delete from comment_reactions r using subject s \
                    where r.comment_id = s.id and r.visitor = "
            ))
            .bind(voice.clone())
            .sql(" returning r.likes)");
    }
    let votes = votes.join(" union all ");
    change
        .sql(format!(
            ", votes (likes, weight) as ({votes}), \
            change as (select coalesce(sum(weight) filter (where likes), 0)::integer as likes, \
                coalesce(sum(weight) filter (where not likes), 0)::integer as dislikes from votes), \
            changed as (update comments c set likes = c.likes + n.likes, dislikes = c.dislikes + n.dislikes \
                from change n, subject s where c.id = s.id and (n.likes <> 0 or n.dislikes <> 0) \
                returning {COLUMNS}), \
            event as (insert into events (type, actor, article_id, locale, data, surrogate_keys) \
                select 'comment.reacted', "
        ))
        .bind(actor.map(str::to_owned))
        .sql(format!(
            ", c.article_id, c.locale, jsonb_build_object('comment_id', c.id), array['comments-' || c.article_id] \
                from changed c where {FOR_REAL} returning id) \
            select (select id from event), {COLUMNS} from (select * from changed \
                union all select * from subject where not exists (select from changed)) c"
        ))
}

/// Makes a change; the comment as it then is.
async fn make(conn: &mut AsyncPgConnection, change: Statement<ReactedSql>) -> Result<Comment> {
    let found: Vec<Reacted> = change.load(conn).await?;
    let reacted = found.into_iter().next();
    let reacted = reacted.ok_or_else(|| Error::not_found("comment"))?;
    if let Some(event) = reacted.event {
        touch(event, [reactions_key(reacted.comment.article_id)]);
    }
    Ok(reacted.comment)
}

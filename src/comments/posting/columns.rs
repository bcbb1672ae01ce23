//! The values of many comments, column by column: an array for each.

use chrono::{Duration, Utc};
use uuid::{NoContext, Timestamp, Uuid};

use super::{OutcomeSql, Post, Terms};
use crate::db::{Bind, Statement};

/// How long the same may not be said again.
const REMEMBERED: Duration = Duration::hours(24);

/// The columns, each with its name and type, and who the writers are known as.
#[derive(Debug)]
pub(super) struct Columns {
    columns: Vec<(&'static str, &'static str, Bind)>,
    numbers: Vec<i32>,
    kinds: Vec<String>,
    hashes: Vec<Vec<u8>>,
}

impl Columns {
    /// Those of these comments.
    pub(super) fn of(posts: &[Post], terms: Terms) -> Self {
        let (mut numbers, mut kinds, mut hashes) = (vec![], vec![], vec![]);
        for (number, post) in (0..).zip(posts) {
            for (kind, hash) in &post.known_as {
                numbers.push(number);
                kinds.push((*kind).to_owned());
                hashes.push(hash.clone());
            }
        }
        Columns {
            columns: columns(posts, terms),
            numbers,
            kinds,
            hashes,
        }
    }

    /// `wanted`: a row for each; `known`: the names that bans know the writers by; and `measure`, which ids of
    /// comments that are a day old are.
    pub(super) fn wanted(self) -> Statement<OutcomeSql> {
        let names: Vec<&str> = self.columns.iter().map(|(name, ..)| *name).collect();
        let names = names.join(", ");
        let mut wanted = Statement::new("with wanted as materialized (select * from unnest(");
        for (at, (_, kind, values)) in self.columns.into_iter().enumerate() {
            wanted = wanted
                .sql(if at == 0 { "" } else { ", " })
                .bind(values)
                .sql(format!("::{kind}[]"));
        }
        wanted
            .sql(format!(
                ") as w({names})), known as materialized (select * from unnest("
            ))
            .bind(self.numbers)
            .sql("::int[], ")
            .bind(self.kinds)
            .sql("::text[], ")
            .bind(self.hashes)
            .sql("::bytea[]) as k(number, kind, hash)), measure as materialized (select ")
            .bind(id_of_a_day_ago())
            .sql("::uuid as day_ago)")
    }
}

fn columns(posts: &[Post], terms: Terms) -> Vec<(&'static str, &'static str, Bind)> {
    let texts = |of: &dyn Fn(&Post) -> Option<String>| {
        let texts = posts.iter().map(|post| of(post).unwrap_or_default());
        Bind::Texts(texts.collect())
    };
    let bytes = |of: &dyn Fn(&Post) -> Option<Vec<u8>>| {
        let bytes = posts.iter().map(|post| of(post).unwrap_or_default());
        Bind::ByteStrings(bytes.collect())
    };
    let integers = |of: &dyn Fn(&Post) -> i32| Bind::Integers(posts.iter().map(of).collect());
    let ids =
        |of: &dyn Fn(&Post) -> Option<Uuid>| Bind::OptionalUuids(posts.iter().map(of).collect());
    let article_key = |post: &Post| {
        let counted = post.from.is_some() && terms.article_rate.is_some();
        counted.then(|| post.comment.article_id.as_bytes().to_vec())
    };
    let list = |items: Vec<String>| Some(format!("{{{}}}", items.join(",")));
    let numbers = (0..).zip(posts).map(|(number, _)| number);
    vec![
        ("number", "int", Bind::Integers(numbers.collect())),
        ("id", "uuid", ids(&|post| Some(post.comment.id))),
        (
            "article_id",
            "uuid",
            ids(&|post| Some(post.comment.article_id)),
        ),
        ("parent_id", "uuid", ids(&|post| post.comment.parent_id)),
        (
            "ancestors",
            "text",
            texts(&|post| list(post.comment.ancestors.iter().map(Uuid::to_string).collect())),
        ),
        (
            "locale",
            "text",
            texts(&|post| Some(post.comment.locale.clone())),
        ),
        (
            "author_name",
            "text",
            texts(&|post| post.comment.author_name.clone()),
        ),
        (
            "author_email",
            "text",
            texts(&|post| post.comment.author_email.clone()),
        ),
        (
            "author_url",
            "text",
            texts(&|post| post.comment.author_url.clone()),
        ),
        ("body", "text", texts(&|post| post.comment.body.clone())),
        (
            "body_html",
            "text",
            texts(&|post| post.comment.body_html.clone()),
        ),
        (
            "words",
            "text",
            texts(&|post| Some(post.words().join("\u{1f}"))),
        ),
        (
            "status",
            "text",
            texts(&|post| Some(post.comment.status.clone())),
        ),
        (
            "held_for",
            "text",
            texts(&|post| list(post.comment.held_for.clone())),
        ),
        (
            "edit_token_hash",
            "bytea",
            bytes(&|post| post.comment.edit_token_hash.clone()),
        ),
        (
            "address_hash",
            "bytea",
            bytes(&|post| post.comment.address_hash.clone()),
        ),
        (
            "address_key",
            "int",
            integers(&|post| post.comment.address_key.unwrap_or_default()),
        ),
        (
            "reply_notice",
            "text",
            texts(&|post| post.comment.reply_notice.clone()),
        ),
        ("actor", "text", texts(&|post| post.actor.clone())),
        (
            "trustable",
            "int",
            integers(&|post| i32::from(post.may_be_trusted)),
        ),
        (
            "fingerprint",
            "bytea",
            bytes(&|post| post.fingerprint.clone()),
        ),
        (
            "from_key",
            "bytea",
            bytes(&|post| post.from.clone().filter(|_| terms.rate.is_some())),
        ),
        ("article_key", "bytea", bytes(&article_key)),
    ]
}

/// The first id that a comment of a day ago can have: ids are UUIDs of version 7 (RFC 9562 section 5.7), which
/// begin with their time.
pub(super) fn id_of_a_day_ago() -> Uuid {
    let then = (Utc::now() - REMEMBERED).timestamp();
    let then = Timestamp::from_unix(NoContext, u64::try_from(then).unwrap_or_default(), 0);
    Uuid::new_v7(then)
}

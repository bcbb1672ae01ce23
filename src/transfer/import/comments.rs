//! Comments on their way in.

mod known;
mod write;

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::{At, Outcome, Verdict, add_all, attempt, comment_keys, each_once, id_at};
use crate::error::Result;
use crate::transfer::line::CommentLine;
use crate::values::fields::Fault;
use known::Known;

/// A line about a comment, with what it names.
#[derive(Debug)]
struct Ready<'l> {
    at: usize,
    line: &'l CommentLine,
    id: Uuid,
    article: Uuid,
    locale: String,
    /// From the root of its thread down to its parent.
    ancestors: Vec<Uuid>,
}

/// Takes comments in. What answers another of these follows when that one is there.
pub(super) async fn take_in(
    conn: &mut AsyncPgConnection,
    mut lines: Vec<At<'_, CommentLine>>,
    actor: Option<&str>,
) -> Result<Vec<(usize, Outcome)>> {
    let mut outcomes = vec![];
    while !lines.is_empty() {
        let (first, mut later) = each_once(lines, comment_keys);
        let (now, answers) = split_answers(first);
        later.extend(answers);
        later.sort_by_key(|(at, _)| *at);
        outcomes.extend(take_in_once(conn, &now, actor).await?);
        lines = later;
    }
    Ok(outcomes)
}

type Lines<'l> = Vec<At<'l, CommentLine>>;

/// Those that answer nothing before them, and the others.
fn split_answers(lines: Lines<'_>) -> (Lines<'_>, Lines<'_>) {
    let mut before: Vec<String> = vec![];
    let (mut now, mut later) = (vec![], vec![]);
    for (at, line) in lines {
        let parent = &line.parent;
        let id = parent.id.map(|id| id.to_string());
        let mut named = id.iter().chain(&parent.external_id);
        let answers = named.any(|name| before.contains(name));
        before.extend(comment_keys(line));
        if answers {
            later.push((at, line));
        } else {
            now.push((at, line));
        }
    }
    (now, later)
}

async fn take_in_once(
    conn: &mut AsyncPgConnection,
    lines: &[At<'_, CommentLine>],
    actor: Option<&str>,
) -> Result<Vec<(usize, Outcome)>> {
    let known = Known::find(conn, lines).await?;
    let (mut new, mut there) = (vec![], vec![]);
    let mut outcomes = vec![];
    for &(at, line) in lines {
        match known.ready(at, line) {
            Err(faults) => outcomes.push((at, Outcome::refused(faults))),
            Ok(ready) => match known.stored(ready.id) {
                Some(stored) => there.push((ready, stored)),
                None => new.push(ready),
            },
        }
    }
    let added = add_all(
        conn,
        &new,
        |one| (one.at, one.id),
        async |conn, new| write::add(conn, new, actor).await,
    );
    outcomes.extend(added.await?);
    for (ready, stored) in there {
        let outcome = if stored.agrees(&ready) {
            Outcome::of(Verdict::Unchanged, ready.id)
        } else {
            attempt(conn, async |conn| {
                write::change(conn, &ready, stored, actor).await?;
                Ok(Outcome::of(Verdict::Updated, ready.id))
            })
            .await?
        };
        outcomes.push((ready.at, outcome));
    }
    Ok(outcomes)
}

fn fault(pointer: &str, code: &'static str, detail: &str) -> Vec<Fault> {
    vec![Fault::new(pointer, code, detail)]
}

fn id_of(line: &CommentLine) -> Uuid {
    line.id.unwrap_or_else(|| id_at(line.created_at))
}

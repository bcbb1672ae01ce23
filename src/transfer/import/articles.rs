//! Articles on their way in: the new ones of many lines by a few statements, those that change one by one.

mod agree;
mod change;
mod known;
mod rows;
mod slugs;
mod write;

use diesel_async::AsyncPgConnection;
use uuid::Uuid;

use super::{At, Outcome, Verdict, add_all, article_keys, attempt, each_once};
use crate::error::{Error, Result};
use crate::transfer::line::ArticleLine;
use crate::values::fields::Fault;
use known::Known;

/// A line about an article, with what it names.
#[derive(Debug)]
struct Ready<'l> {
    at: usize,
    line: &'l ArticleLine,
    /// The article's id: its own, the line's, or a new one.
    id: Uuid,
    tags: Vec<Uuid>,
}

/// Takes articles in. Of several lines about one article the later ones follow the first.
pub(super) async fn take_in(
    conn: &mut AsyncPgConnection,
    mut lines: Vec<At<'_, ArticleLine>>,
    actor: Option<&str>,
) -> Result<Vec<(usize, Outcome)>> {
    let mut outcomes = vec![];
    while !lines.is_empty() {
        let (now, later) = each_once(lines, article_keys);
        outcomes.extend(take_in_once(conn, &now, actor).await?);
        lines = later;
    }
    Ok(outcomes)
}

/// The same of lines about different articles.
async fn take_in_once(
    conn: &mut AsyncPgConnection,
    lines: &[At<'_, ArticleLine>],
    actor: Option<&str>,
) -> Result<Vec<(usize, Outcome)>> {
    let known = Known::find(conn, lines).await?;
    let (mut new, mut there) = (vec![], vec![]);
    let mut outcomes = vec![];
    for &(at, line) in lines {
        match known.ready(at, line) {
            Err(faults) => outcomes.push((at, Outcome::refused(faults))),
            Ok(ready) if known.is_there(ready.id) => there.push(ready),
            Ok(ready) => new.push(ready),
        }
    }
    let added = add_all(
        conn,
        &new,
        |one| (one.at, one.id),
        async |conn, new| write::add(conn, new, actor).await,
    );
    outcomes.extend(added.await?);
    outcomes.extend(change(conn, &there, &known, actor).await?);
    Ok(outcomes)
}

/// Makes articles that are there what their lines say.
async fn change(
    conn: &mut AsyncPgConnection,
    there: &[Ready<'_>],
    known: &Known,
    actor: Option<&str>,
) -> Result<Vec<(usize, Outcome)>> {
    let ids: Vec<Uuid> = there.iter().map(|one| one.id).collect();
    let as_lines = known::as_lines(conn, &ids).await?;
    let mut outcomes = vec![];
    for one in there {
        let is = match as_lines.get(&one.id) {
            Some(Ok(is)) => is,
            Some(Err(faults)) => {
                outcomes.push((one.at, Outcome::refused(faults.clone())));
                continue;
            }
            None => return Err(Error::Internal("an article that is there is not".into())),
        };
        let tags = known.tags_of(is);
        let outcome = if agree::agrees(one.line, is) && tags == one.tags {
            Outcome::of(Verdict::Unchanged, one.id)
        } else {
            attempt(conn, async |conn| {
                change::change(conn, one, is, actor).await?;
                Ok(Outcome::of(Verdict::Updated, one.id))
            })
            .await?
        };
        outcomes.push((one.at, outcome));
    }
    Ok(outcomes)
}

/// The one fault of something that names nothing here.
fn fault(pointer: impl Into<String>, code: &'static str, detail: impl Into<String>) -> Vec<Fault> {
    vec![Fault::new(pointer, code, detail)]
}

//! Content on its way in: lines are written over what they name, many in one transaction.

mod articles;
mod comments;
mod locales;
mod tags;

use chrono::{DateTime, Utc};
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::{NoContext, Timestamp, Uuid};

use super::line::{ArticleLine, CommentLine, Line};
use crate::db::{Statement, ViolatedConstraint, nested};
use crate::error::{Code, Error, Result};
use crate::values::fields::Fault;

/// What became of a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// It is there now.
    Created,
    /// What was there is as it says now.
    Updated,
    /// It was so already.
    Unchanged,
    /// It is not taken.
    Refused,
}

/// The same, of which thing.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// What became of it.
    pub verdict: Verdict,
    /// The thing's id, or a locale's code.
    pub id: Option<String>,
    /// Its name in the system that it comes from.
    pub external_id: Option<String>,
    /// Why it was refused.
    pub faults: Vec<Fault>,
}

impl Outcome {
    /// Something of this id is as its line says.
    fn of(verdict: Verdict, id: impl ToString) -> Self {
        Outcome {
            verdict,
            id: Some(id.to_string()),
            external_id: None,
            faults: vec![],
        }
    }

    /// It was refused for these faults.
    pub fn refused(faults: Vec<Fault>) -> Self {
        Outcome {
            verdict: Verdict::Refused,
            id: None,
            external_id: None,
            faults,
        }
    }

    /// The same under this name.
    #[must_use]
    pub fn named(mut self, external_id: Option<&str>) -> Self {
        self.external_id = external_id.map(str::to_owned);
        self
    }
}

impl Line {
    /// Its name in the system that it comes from.
    pub fn external_id(&self) -> Option<&str> {
        match self {
            Line::Locale(_) | Line::Tag(_) => None,
            Line::Article(line) => line.article.external_id.as_deref(),
            Line::Comment(line) => line.external_id.as_deref(),
        }
    }
}

/// Takes these lines in, locales before tags before articles before comments; tells of each what became of it, in
/// their order. To be called in a transaction, with no more lines than one statement can bear: see
/// [`super::batch`].
///
/// # Errors
/// When the database fails: nothing is taken in then.
pub async fn take_in(
    conn: &mut AsyncPgConnection,
    lines: &[&Line],
    actor: Option<&str>,
) -> Result<Vec<Outcome>> {
    look_up_by_index(conn).await?;
    let mut outcomes: Vec<Option<Outcome>> = vec![None; lines.len()];
    let (mut of_articles, mut of_comments) = (vec![], vec![]);
    let (mut of_locales, mut of_tags) = (vec![], vec![]);
    for (at, line) in lines.iter().enumerate() {
        match line {
            Line::Locale(line) => of_locales.push((at, line)),
            Line::Tag(line) => of_tags.push((at, line)),
            Line::Article(line) => of_articles.push((at, &**line)),
            Line::Comment(line) => of_comments.push((at, &**line)),
        }
    }
    let mut results = locales::take_in(conn, &of_locales, actor).await?;
    for (at, line) in of_tags {
        results.push((at, tags::take_in(conn, line, actor).await?));
    }
    results.extend(articles::take_in(conn, of_articles, actor).await?);
    results.extend(comments::take_in(conn, of_comments, actor).await?);
    for (at, outcome) in results {
        if let (Some(place), Some(line)) = (outcomes.get_mut(at), lines.get(at)) {
            *place = Some(outcome.named(line.external_id()));
        }
    }
    let all: Option<Vec<Outcome>> = outcomes.into_iter().collect();
    all.ok_or_else(|| Error::Internal("a line without an outcome".into()))
}

/// A batch is few rows of tables that grow while it is taken in, faster than PostgreSQL looks how large they are: by
/// what it knows it would read them whole.
async fn look_up_by_index(conn: &mut AsyncPgConnection) -> Result<()> {
    let settings: Statement<()> = Statement::new(
        "select set_config(name, 'off', true) \
        from unnest(array['enable_seqscan', 'enable_hashjoin', 'enable_mergejoin']) as name",
    );
    settings.execute(conn).await?;
    Ok(())
}

/// A line and its place among those that are taken in together.
type At<'l, L> = (usize, &'l L);

/// Lines of which no two are about the same thing by one of their keys, and the others.
fn each_once<'l, L>(
    lines: Vec<At<'l, L>>,
    keys: impl Fn(&L) -> Vec<String>,
) -> (Vec<At<'l, L>>, Vec<At<'l, L>>) {
    let mut seen = std::collections::HashSet::new();
    lines.into_iter().partition(|(_, line)| {
        let keys = keys(line);
        let new = !keys.iter().any(|key| seen.contains(key));
        seen.extend(keys);
        new
    })
}

fn article_keys(line: &ArticleLine) -> Vec<String> {
    let id = line.id.map(|id| id.to_string());
    id.into_iter()
        .chain(line.article.external_id.clone())
        .collect()
}

fn comment_keys(line: &CommentLine) -> Vec<String> {
    let id = line.id.map(|id| id.to_string());
    id.into_iter().chain(line.external_id.clone()).collect()
}

/// A new id for something made then: ids are in order of time.
fn id_at(created_at: Option<DateTime<Utc>>) -> Uuid {
    let Some(time) = created_at else {
        return Uuid::now_v7();
    };
    let seconds = u64::try_from(time.timestamp()).unwrap_or(0);
    Uuid::new_v7(Timestamp::from_unix(
        NoContext,
        seconds,
        time.timestamp_subsec_nanos(),
    ))
}

/// Adds what is not there, each with its place and its id: all at once, or where something stands in the way of one of them
/// each by itself.
async fn add_all<R>(
    conn: &mut AsyncPgConnection,
    new: &[R],
    about: impl Fn(&R) -> (usize, Uuid),
    add: impl AsyncFn(&mut AsyncPgConnection, &[R]) -> Result<()>,
) -> Result<Vec<(usize, Outcome)>> {
    let created = |one: &R| {
        let (at, id) = about(one);
        (at, Outcome::of(Verdict::Created, id))
    };
    match nested(conn, async |conn| add(conn, new).await).await {
        Ok(()) => return Ok(new.iter().map(created).collect()),
        Err(error @ Error::Contended) => return Err(error),
        Err(Error::Problem(problem)) if problem.code == Code::Unavailable => {
            return Err(Error::Problem(problem));
        }
        Err(_) => {}
    }
    let mut outcomes = vec![];
    for one in new {
        let (at, created) = created(one);
        let alone = attempt(conn, async |conn| {
            add(conn, std::slice::from_ref(one)).await.map(|()| created)
        });
        outcomes.push((at, alone.await?));
    }
    Ok(outcomes)
}

/// What it means that rows could not be added: where one of these keys is taken, somebody else has added the same just
/// now, and it is there then.
fn just_added(error: diesel::result::Error, keys: [&str; 2]) -> Error {
    match keys.iter().any(|key| error.violates(key)) {
        true => Error::Contended,
        false => error.into(),
    }
}

/// Does all of this or none of it, within the transaction that runs. What the client can do something about
/// becomes the line's refusal; all else ends the transaction.
async fn attempt(
    conn: &mut AsyncPgConnection,
    work: impl AsyncFnOnce(&mut AsyncPgConnection) -> Result<Outcome>,
) -> Result<Outcome> {
    match nested(conn, work).await {
        Err(error) => refusal(error),
        outcome => outcome,
    }
}

/// The refusal that an error means for its line.
fn refusal(error: Error) -> Result<Outcome> {
    match error {
        Error::Problem(problem) if problem.code == Code::Unavailable => {
            Err(Error::Problem(problem))
        }
        Error::Problem(problem) if !problem.faults.is_empty() => {
            Ok(Outcome::refused(problem.faults))
        }
        Error::Problem(problem) => Ok(Outcome::refused(vec![Fault::new(
            "",
            problem.code.name(),
            problem.detail,
        )])),
        other => Err(other),
    }
}

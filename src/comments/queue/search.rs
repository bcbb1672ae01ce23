//! Comments by their words.
//!
//! Whatever the words, a page costs little: where they are common, comments are looked through newest first
//! until the page is full; where they are rare, the index has them all.

use diesel::Queryable;
use diesel::sql_types as sql;

use super::Queue;
use super::walks::first;
use crate::comments::model::{COLUMNS, Comment, CommentSql};
use crate::db::{Reader, Statement};
use crate::error::{Code, Error, Result};
use crate::values::search::{self, TooLong, lexeme, words};

/// The most characters of a query.
const LONGEST: usize = 1000;
/// Fewer letters begin so many words that the index is not asked for them beside others.
const TELLING: usize = 3;

/// Words that all have to be in a comment; the last may be begun only.
#[derive(Debug, Clone)]
pub struct Words(Vec<String>);

impl Words {
    /// The words of a query; none where there is no word in it.
    ///
    /// # Errors
    /// 400 for more than can be searched for.
    pub fn parse(q: &str) -> Result<Option<Words>> {
        let refuse =
            |detail: String| Error::problem(Code::InvalidParameter, format!("q: {detail}"));
        if q.chars().nth(LONGEST).is_some() {
            return Err(refuse(format!("takes at most {LONGEST} characters")));
        }
        let words: Vec<String> = words(q).map(|word| word.folded).collect();
        if words.len() > search::WORDS {
            return Err(refuse(TooLong.to_string()));
        }
        Ok((!words.is_empty()).then_some(Words(words)))
    }
}

/// A query as PostgreSQL takes it.
#[derive(Debug)]
pub(super) struct WordQuery {
    /// For all that is asked for.
    whole: String,
    /// For what the index tells at little cost; nothing where that is nothing.
    telling: String,
}

/// What is thought of a query.
#[derive(Debug, Queryable)]
struct Estimate {
    /// How many comments match.
    matches: i64,
    /// How many there are.
    comments: i64,
}

impl WordQuery {
    /// For a writer's name in any case, and words.
    pub(super) fn new(name: Option<&str>, words: Option<&Words>) -> Option<WordQuery> {
        let name = name.map(|name| lexeme(&format!("@{}", name.to_lowercase())));
        let mut all: Vec<String> = name.into_iter().collect();
        let Some((last, whole)) = words.and_then(|words| words.0.split_last()) else {
            let whole = all.pop()?;
            return Some(WordQuery {
                telling: whole.clone(),
                whole,
            });
        };
        all.extend(whole.iter().map(|word| lexeme(word)));
        let finished = all.join(" & ");
        all.push(format!("{}:*", lexeme(last)));
        let whole = all.join(" & ");
        let telling = match last.chars().count() < TELLING {
            true => finished,
            false => whole.clone(),
        };
        Some(WordQuery { whole, telling })
    }

    /// The condition as the index answers it at little cost if there are few matches.
    fn by_index(&self) -> Statement<()> {
        match self.telling.is_empty() {
            true => Statement::new(" and ").append(matches(&self.whole)),
            false => self.thorough(),
        }
    }

    /// The condition as it is answered at a bounded cost, however many matches there are.
    pub(super) fn thorough(&self) -> Statement<()> {
        let mut condition = Statement::new("");
        if !self.telling.is_empty() {
            condition = condition.sql(" and ").append(matches(&self.telling));
        }
        if self.whole == self.telling {
            return condition;
        }
        // No index answers it in this form.
        condition
            .sql(" and case when ")
            .append(matches(&self.whole))
            .sql(" then true end")
    }

    async fn estimate(&self, reader: &Reader) -> Result<Estimate> {
        let estimate: Statement<(sql::BigInt, sql::BigInt)> = Statement::new("select estimated_comments(")
            .bind(self.whole.as_str())
            .sql(
                "::tsquery), (select greatest(reltuples, 1)::bigint from pg_class where oid = 'comments'::regclass)",
            );
        let estimate: Option<Estimate> = reader.first(estimate).await?;
        estimate.ok_or_else(|| Error::Internal("there is no estimate".into()))
    }
}

impl Estimate {
    /// How many comments to look through for so many matches, if that is cheaper than to fetch all that match.
    fn looks(&self, most: i64) -> Option<i64> {
        let expected = most.saturating_mul(self.comments) / self.matches.max(1);
        // Words come in clusters.
        let looks = expected.saturating_mul(2).saturating_add(100);
        (looks < self.matches).then_some(looks)
    }
}

/// The page of a queue with these words.
///
/// # Errors
/// When the database fails, or it takes too long.
pub(super) async fn load(
    queue: &Queue,
    query: &WordQuery,
    reader: &Reader,
) -> Result<Vec<Comment>> {
    let estimate = query.estimate(reader).await?;
    let Some(looks) = estimate.looks(queue.limit) else {
        return reader.load(out_of(queue, query.by_index())).await;
    };
    let found: Vec<Comment> = reader.load(looked_through(queue, query, looks)).await?;
    let is_full = i64::try_from(found.len()).is_ok_and(|found| found >= queue.limit);
    if is_full || ends_within(queue, looks, reader).await? {
        return Ok(found);
    }
    reader.load(out_of(queue, query.thorough())).await
}

/// SQL of the matches among the newest so many.
fn looked_through(queue: &Queue, query: &WordQuery, looks: i64) -> Statement<CommentSql> {
    Statement::new(format!("select {COLUMNS} from "))
        .append(queue.newest(looks))
        .sql(" c where ")
        .append(matches(&query.whole))
        .append(first(queue.limit))
}

/// Whether there are fewer to look through.
async fn ends_within(queue: &Queue, looks: i64, reader: &Reader) -> Result<bool> {
    let count: Statement<sql::BigInt> = Statement::new("select count(*) from ")
        .append(queue.newest(looks))
        .sql(" c");
    let count: Option<i64> = reader.first(count).await?;
    Ok(count.unwrap_or_default() < looks)
}

/// SQL of the page out of all that match; `offset 0` keeps PostgreSQL from looking through them in the order
/// of time.
fn out_of(queue: &Queue, condition: Statement<()>) -> Statement<CommentSql> {
    Statement::new(
        "with page as materialized (select c.id from (select c.id, c.created_at from comments c where ",
    )
    .append(queue.wanted())
    .append(condition)
    .sql(" offset 0) c where true")
    .append(queue.behind())
    .append(first(queue.limit))
    .sql(format!(
        ") select {COLUMNS} from page p join comments c on c.id = p.id \
        order by c.created_at desc, c.id desc"
    ))
}

/// SQL of whether the words of a comment match. The query is read once, not for each comment.
fn matches(query: &str) -> Statement<()> {
    Statement::new("c.words @@ (select ")
        .bind(query)
        .sql("::tsquery)")
}

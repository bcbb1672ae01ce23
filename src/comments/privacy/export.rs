//! All that is kept of someone's comments, part by part: however much it is, little of it is in memory.

use std::collections::{HashMap, VecDeque};

use chrono::{DateTime, Utc};
use serde::Serialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Person;
use crate::comments::bans::Ban;
use crate::comments::document::CommentDocument;
use crate::comments::history::{self, HistoryEntry};
use crate::comments::model::{COLUMNS, Comment, CommentSql};
use crate::comments::visitors::Visitors;
use crate::db::{Reader, Statement};
use crate::error::{Error, Result};

/// How many comments are read at once.
const COMMENTS: i64 = 200;
/// How much of the history of each comes with them.
const FIRST: i64 = 10;
/// How much at once of what there is besides.
const MORE: i64 = 200;

/// A comment with all that is kept of it.
#[derive(Debug, Serialize, ToSchema)]
pub struct ExportedComment {
    #[serde(flatten)]
    comment: CommentDocument,
    /// Whether its writer wants to be told of replies: `requested`, or `confirmed` by the address.
    #[schema(max_length = 20, example = "confirmed")]
    reply_notice: Option<String>,
    /// What was decided of it, and what it said before, oldest first.
    history: Vec<HistoryEntry>,
}

/// The export of a person's comments on its way out, as JSON.
#[derive(Debug)]
pub struct Export {
    reader: Reader,
    person: Person,
    /// What stands for the e-mail address among bans.
    email: Vec<u8>,
    /// The beginning, until it is written.
    head: Option<Vec<u8>>,
    /// The last comment that was read.
    after: Option<(DateTime<Utc>, Uuid)>,
    /// Those that were read and are not written yet.
    waiting: VecDeque<ExportedComment>,
    /// The comment whose history is being written, and the entry to go on behind.
    open: Option<(Uuid, i64)>,
    ended: bool,
}

impl Export {
    /// The export of what is kept of this person.
    ///
    /// # Errors
    /// When it cannot be written as JSON, which is this service's mistake.
    pub fn new(reader: Reader, person: Person, visitors: &Visitors) -> Result<Self> {
        let mut head = b"{\"author_email\":".to_vec();
        head.extend(json(&person.author_email)?);
        head.extend_from_slice(b",\"comments\":[");
        Ok(Export {
            reader,
            email: visitors.email(&person.author_email),
            person,
            head: Some(head),
            after: None,
            waiting: VecDeque::new(),
            open: None,
            ended: false,
        })
    }

    /// The next part; none behind the last.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(&mut self) -> Result<Option<Vec<u8>>> {
        if let Some((comment, after)) = self.open.take() {
            return self.go_on(comment, after).await.map(Some);
        }
        if self.waiting.is_empty() && !self.ended {
            self.read().await?;
        }
        let mut part = vec![];
        while self.open.is_none()
            && let Some(comment) = self.waiting.pop_front()
        {
            part.extend(self.head.take().unwrap_or_else(|| b",".to_vec()));
            self.write(&mut part, comment)?;
        }
        if part.is_empty() && !self.ended {
            self.ended = true;
            return self.end().await.map(Some);
        }
        Ok(Some(part).filter(|part| !part.is_empty()))
    }

    /// Reads the next comments, newest first.
    async fn read(&mut self) -> Result<()> {
        let page: Statement<CommentSql> = Statement::new(format!(
            "select {COLUMNS} from comments c where c.author_email is not null and lower(c.author_email) = lower("
        ))
        .bind(self.person.author_email.as_str())
        .sql(")");
        let page = match self.after {
            None => page,
            Some((created_at, id)) => page
                .sql(" and (c.created_at, c.id) < (")
                .bind(created_at)
                .sql(", ")
                .bind(id)
                .sql(")"),
        };
        let page = page
            .sql(" order by c.created_at desc, c.id desc limit ")
            .bind(COMMENTS);
        let comments: Vec<Comment> = self.reader.load(page).await?;
        let Some(last) = comments.last() else {
            return Ok(());
        };
        self.after = Some((last.created_at, last.id));
        let ids = comments.iter().map(|comment| comment.id).collect();
        let mut histories: HashMap<Uuid, Vec<HistoryEntry>> = HashMap::new();
        for (id, entry) in history::beginnings(&self.reader, ids, FIRST).await? {
            histories.entry(id).or_default().push(entry);
        }
        self.waiting
            .extend(comments.into_iter().map(|comment| ExportedComment {
                history: histories.remove(&comment.id).unwrap_or_default(),
                reply_notice: comment.reply_notice.clone(),
                comment: CommentDocument::new(comment, true),
            }));
        Ok(())
    }

    /// Writes a comment; where its history may be longer, without what closes it.
    fn write(&mut self, part: &mut Vec<u8>, comment: ExportedComment) -> Result<()> {
        part.extend(json(&comment)?);
        let last = comment.history.last().map(|last| last.id);
        let is_full = i64::try_from(comment.history.len()).is_ok_and(|entries| entries >= FIRST);
        if let Some(last) = last.filter(|_| is_full) {
            part.truncate(part.len().saturating_sub(CLOSE.len()));
            self.open = Some((comment.comment.id, last));
        }
        Ok(())
    }

    /// More of a history, and what closes it behind the last.
    async fn go_on(&mut self, comment: Uuid, after: i64) -> Result<Vec<u8>> {
        let entries = history::entries(&self.reader, comment, Some(after), MORE).await?;
        let mut part = vec![];
        for entry in &entries {
            part.push(b',');
            part.extend(json(entry)?);
        }
        let is_full = i64::try_from(entries.len()).is_ok_and(|entries| entries >= MORE);
        match entries.last().filter(|_| is_full) {
            Some(last) => self.open = Some((comment, last.id)),
            None => part.extend_from_slice(CLOSE),
        }
        Ok(part)
    }

    async fn end(&mut self) -> Result<Vec<u8>> {
        let ban = Ban::of_email(&self.reader, self.email.clone()).await?;
        let mut part = self.head.take().unwrap_or_default();
        part.extend_from_slice(b"],\"bans\":");
        part.extend(json(&ban.as_slice())?);
        part.push(b'}');
        Ok(part)
    }
}

/// What closes a comment: its history is the last member.
const CLOSE: &[u8] = b"]}";

fn json<T: Serialize + ?Sized>(value: &T) -> Result<Vec<u8>> {
    serde_json::to_vec(value).map_err(|error| Error::Internal(error.to_string()))
}

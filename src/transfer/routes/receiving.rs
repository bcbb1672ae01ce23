//! An import over HTTP: lines are taken in as they arrive, and what became of each is told.

use std::time::Duration;

use actix_web::web::Payload;
use futures_util::StreamExt;
use serde::Serialize;
use tokio::time::timeout;
use utoipa::ToSchema;

use crate::db::{Database, Ending};
use crate::error::{Code, Error, Result};
use crate::transfer::batch::{Batch, Item};
use crate::transfer::entry::{Found, Place};
use crate::transfer::import::{Outcome, Verdict};
use crate::transfer::ndjson::{self, Lines, NumberedLine};
use crate::transfer::spool::Spool;
use crate::values::fields::Fault;

/// How long lines that have arrived wait for more.
const GATHER: Duration = Duration::from_millis(50);
/// How long a client may send nothing.
const SILENCE: Duration = Duration::from_secs(60);

/// What became of a line.
#[derive(Debug, Serialize, ToSchema)]
pub(super) struct LineResult {
    /// Its number, counted from 1.
    #[schema(minimum = 1, example = 3)]
    line: u64,
    /// Its name in the system that it comes from.
    #[schema(max_length = 200, example = "wordpress:news.example:4711")]
    external_id: Option<String>,
    /// The id of what it is about; of a locale its code.
    #[schema(max_length = 36, example = "01932c5e-7c1b-7d7e-9d55-0c6f0a2b9a10")]
    id: Option<String>,
    /// What became of it.
    #[schema(inline, example = "created")]
    result: Verdict,
    /// Why it was refused.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false, max_items = 1000)]
    errors: Vec<Fault>,
}

/// An import that is running.
pub(super) struct Receiving {
    /// What arrives.
    pub(super) payload: Payload,
    /// Where it goes.
    pub(super) db: Database,
    /// Whether it is to be taken back.
    pub(super) dry_run: bool,
    /// Who does it.
    pub(super) actor: Option<String>,
    /// Where it is told.
    pub(super) results: Spool,
}

impl Receiving {
    /// Takes in all that arrives. What was taken in stays, whatever becomes of the rest.
    pub(super) async fn run(mut self) {
        let db = self.db.clone();
        let outcome = if self.dry_run {
            // All of it is one transaction, in which each batch is a part.
            let tried = db.hold(true, async |held| {
                Ending::RollBack(held.during(self.take_in()).await)
            });
            tried.await.and_then(|outcome| outcome)
        } else {
            self.take_in().await
        };
        self.results.end(outcome);
    }

    async fn take_in(&mut self) -> Result<()> {
        let mut lines = Lines::default();
        let mut batch = Batch::default();
        loop {
            let wait = if batch.is_empty() { SILENCE } else { GATHER };
            match timeout(wait, self.payload.next()).await {
                Ok(Some(Ok(bytes))) => {
                    for line in lines.push(&bytes) {
                        batch.push(item(line));
                        if batch.is_full() {
                            self.flush(&mut batch).await?;
                        }
                    }
                }
                Ok(None) => {
                    lines
                        .end()
                        .into_iter()
                        .for_each(|line| batch.push(item(line)));
                    return self.flush(&mut batch).await;
                }
                Ok(Some(Err(error))) => {
                    self.flush(&mut batch).await?;
                    let detail = format!("the body broke off: {error}");
                    return Err(Error::problem(Code::MalformedJson, detail));
                }
                Err(_) if batch.is_empty() => {
                    return Err(Error::problem(
                        Code::RequestTimeout,
                        "nothing came for a minute",
                    ));
                }
                Err(_) => self.flush(&mut batch).await?,
            }
        }
    }

    async fn flush(&mut self, batch: &mut Batch) -> Result<()> {
        let batch = std::mem::take(batch);
        if batch.is_empty() {
            return Ok(());
        }
        let actor = self.actor.as_deref();
        let taken = batch.take_in(&self.db, actor).await?;
        let mut told = Vec::new();
        for (item, outcome) in taken {
            let result = LineResult::new(&item, outcome);
            serde_json::to_writer(&mut told, &result)
                .map_err(|error| Error::Internal(error.to_string()))?;
            told.push(b'\n');
        }
        self.results.write(&told)
    }
}

impl std::fmt::Debug for Receiving {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Receiving")
    }
}

fn item((number, line): NumberedLine) -> Item {
    let place = Place::Line(number);
    let bytes = line.as_ref().map_or(0, Vec::len);
    match ndjson::found(line.as_deref()) {
        Found::Line(members) => Item::of_line(place, members, bytes),
        Found::Refused {
            external_id,
            faults,
        } => Item::refused(place, external_id, faults),
        // A line is one of these two.
        Found::LeftOut(_) | Found::Note(_) => Item::refused(place, None, vec![]),
    }
}

impl LineResult {
    fn new(item: &Item, outcome: Outcome) -> Self {
        LineResult {
            line: match item.place {
                Place::Line(number) => number,
                Place::Item(_) => 0,
            },
            external_id: outcome.external_id,
            id: outcome.id,
            result: outcome.verdict,
            errors: outcome.faults,
        }
    }
}

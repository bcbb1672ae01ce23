//! Lines that are taken in together.

use std::time::Duration;

use serde_json::{Map, Value};
use tokio::time::sleep;

use super::entry::Place;
use super::import::{self, Outcome};
use super::line::{self, Line};
use crate::db::Database;
use crate::error::{Error, Result};
use crate::values::fields::Fault;

/// The most lines of a batch.
const LINES: usize = 200;
/// How many bytes of lines make a batch full.
const BYTES: usize = 1024 * 1024;

/// How long to wait for what others are changing that is in the way, before each further attempt: milliseconds.
const PAUSES: [u64; 5] = [20, 100, 300, 1000, 3000];

/// Lines that are taken in together, in one transaction.
#[derive(Debug, Default)]
pub struct Batch {
    items: Vec<Item>,
    bytes: usize,
}

/// What stood in one place.
#[derive(Debug)]
pub struct Item {
    /// Where.
    pub place: Place,
    /// The line, or what is wrong with it.
    pub line: Result<Line, Refused>,
    /// How many bytes it takes, about.
    pub bytes: usize,
}

/// Why something is no line that can be taken in.
#[derive(Debug)]
pub struct Refused {
    /// Its name in the system that it comes from.
    pub external_id: Option<String>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
}

impl Item {
    /// What a line of the format is found to be.
    pub fn of_line(place: Place, line: Map<String, Value>, bytes: usize) -> Self {
        let external_id = line.get("external_id").and_then(Value::as_str);
        let external_id = external_id.map(str::to_owned);
        let line = line::decode(line).map_err(|faults| Refused {
            external_id,
            faults,
        });
        Item { place, line, bytes }
    }

    /// Something that is no line.
    pub fn refused(place: Place, external_id: Option<String>, faults: Vec<Fault>) -> Self {
        let line = Err(Refused {
            external_id,
            faults,
        });
        Item {
            place,
            line,
            bytes: 0,
        }
    }
}

impl Batch {
    /// Adds one more.
    pub fn push(&mut self, item: Item) {
        self.bytes += item.bytes;
        self.items.push(item);
    }

    /// Whether it is to be taken in before anything is added.
    pub fn is_full(&self) -> bool {
        self.items.len() >= LINES || self.bytes >= BYTES
    }

    /// Whether there is nothing in it.
    pub fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// Whether it is of articles alone, which lean on nothing that comes with them.
    pub fn is_of_articles(&self) -> bool {
        let mut lines = self.items.iter().filter_map(|item| item.line.as_ref().ok());
        lines.all(|line| matches!(line, Line::Article(_)))
    }

    /// Takes its lines in, in a transaction of their own or a part of the one that they are held in; tells of each, in
    /// their order, what became of it.
    ///
    /// # Errors
    /// When the database fails: nothing is taken in then.
    pub async fn take_in(self, db: &Database, actor: Option<&str>) -> Result<Vec<(Item, Outcome)>> {
        let lines = self.lines();
        for pause in PAUSES {
            let taken = db.write(async |conn| import::take_in(conn, &lines, actor).await);
            match taken.await {
                Err(Error::Contended) => sleep(Duration::from_millis(pause)).await,
                taken => return taken.map(|taken| self.with(taken)),
            }
        }
        Err(Error::Contended)
    }

    fn lines(&self) -> Vec<&Line> {
        let lines = self.items.iter();
        lines.filter_map(|item| item.line.as_ref().ok()).collect()
    }

    fn with(self, taken: Vec<Outcome>) -> Vec<(Item, Outcome)> {
        let mut taken = taken.into_iter();
        let of = |mut item: Item| {
            let outcome = match &mut item.line {
                Ok(_) => taken.next(),
                Err(refused) => {
                    let faults = std::mem::take(&mut refused.faults);
                    let outcome = Outcome::refused(faults);
                    Some(outcome.named(refused.external_id.as_deref()))
                }
            };
            outcome.map(|outcome| (item, outcome))
        };
        self.items.into_iter().filter_map(of).collect()
    }
}

//! The rows of a Ghost export one by one.

use std::cell::Cell;
use std::fmt;
use std::io::{self, BufReader, Read};

use serde::de::{
    DeserializeSeed, Deserializer, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor,
};
use serde_json::Value;

use crate::transfer::entry::Halt;

/// The most bytes that a row may have.
const LONGEST: u64 = 16 * 1024 * 1024;

/// The tables that are read.
const TABLES: [&str; 7] = [
    "posts",
    "users",
    "tags",
    "posts_tags",
    "posts_authors",
    "posts_meta",
    "settings",
];

/// Why a file could not be read to its end.
pub(super) struct Broken(pub(super) String);

/// What is done with the row of a table, and with how much of the file has been read.
pub(super) type Each<'a> = dyn FnMut(&str, Value, u64) -> Result<(), Halt> + 'a;

/// Reads all rows. Gives why it could not read to the end, where that was so.
pub(super) fn rows(file: &mut impl Read, each: &mut Each<'_>) -> Result<Option<Broken>, Halt> {
    let measure = Measure::default();
    let metered = Metered {
        reader: BufReader::with_capacity(64 * 1024, file),
        measure: &measure,
    };
    let mut halted = None;
    let walk = Walk {
        level: Level::File,
        each,
        halted: &mut halted,
        measure: &measure,
    };
    let mut source = serde_json::Deserializer::from_reader(metered);
    let ended = walk.deserialize(&mut source);
    match (halted, ended) {
        (Some(halt), _) => Err(halt),
        (None, Ok(())) => Ok(None),
        (None, Err(error)) if error.is_io() && !measure.is_over() => {
            Err(Halt::from(io::Error::from(error)))
        }
        (None, Err(error)) => Ok(Some(Broken(error.to_string()))),
    }
}

/// How much has been read, and where the row began that is being read.
#[derive(Default)]
struct Measure {
    done: Cell<u64>,
    row: Cell<Option<u64>>,
}

impl Measure {
    fn is_over(&self) -> bool {
        self.row
            .get()
            .is_some_and(|start| self.done.get().saturating_sub(start) > LONGEST)
    }
}

/// Reads no further than a row may be long.
struct Metered<'a, R> {
    reader: R,
    measure: &'a Measure,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.measure.is_over() {
            return Err(io::Error::other(format!(
                "a row is longer than {LONGEST} bytes"
            )));
        }
        let read = self.reader.read(buffer)?;
        let done = self.measure.done.get();
        self.measure
            .done
            .set(done.saturating_add(u64::try_from(read).unwrap_or(u64::MAX)));
        Ok(read)
    }
}

/// Which part of the file is read.
#[derive(Clone, Copy)]
enum Level<'t> {
    /// All of it: `{"db": […]}`, or what stands in there.
    File,
    /// Its tables.
    Data,
    /// A table's rows.
    Table(&'t str),
}

struct Walk<'w, 'e, 't> {
    level: Level<'t>,
    each: &'w mut Each<'e>,
    halted: &'w mut Option<Halt>,
    measure: &'w Measure,
}

impl<'e> Walk<'_, 'e, '_> {
    fn at<'s, 't>(&'s mut self, level: Level<'t>) -> Walk<'s, 'e, 't> {
        Walk {
            level,
            each: &mut *self.each,
            halted: &mut *self.halted,
            measure: self.measure,
        }
    }
}

impl<'de> DeserializeSeed<'de> for Walk<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, source: D) -> Result<(), D::Error> {
        source.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Walk<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a Ghost export")
    }

    fn visit_map<A: MapAccess<'de>>(mut self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<String>()? {
            let within = match (self.level, name.as_str()) {
                (Level::File, "db") => Some(Level::File),
                (Level::File, "data") => Some(Level::Data),
                (Level::Data, name) if TABLES.contains(&name) => Some(Level::Table(name)),
                _ => None,
            };
            match within {
                Some(level) => map.next_value_seed(self.at(level))?,
                None => map.next_value::<IgnoredAny>().map(|_| ())?,
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(mut self, mut list: A) -> Result<(), A::Error> {
        let Level::Table(table) = self.level else {
            while list.next_element_seed(self.at(self.level))?.is_some() {}
            return Ok(());
        };
        loop {
            self.measure.row.set(Some(self.measure.done.get()));
            let row = list.next_element::<Value>()?;
            self.measure.row.set(None);
            let Some(row) = row else {
                return Ok(());
            };
            if let Err(halt) = (self.each)(table, row, self.measure.done.get()) {
                *self.halted = Some(halt);
                return Err(A::Error::custom("no more is wanted"));
            }
        }
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }
}

//! What is found in a file that is to be taken in, whatever its format.

use serde_json::{Map, Value};
use url::Url;

use crate::values::fields::Fault;

/// One thing found in a file.
#[derive(Debug)]
pub struct Entry {
    /// Where it stands.
    pub place: Place,
    /// How much of the file has been read with it: bytes.
    pub done: u64,
    /// What it is.
    pub found: Found,
}

/// Where something stands in a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Place {
    /// A line, counted from 1.
    Line(u64),
    /// An item, as a reader of the file would name it.
    Item(String),
}

/// What was found.
#[derive(Debug)]
pub enum Found {
    /// Something to be taken in: a line of the import format as a JSON object.
    Line(Map<String, Value>),
    /// Something that cannot be, and why.
    Refused {
        /// Its name in the system that it comes from, where that much is known.
        external_id: Option<String>,
        /// What is wrong with it.
        faults: Vec<Fault>,
    },
    /// Something that is no content, such as a menu: what is counted under this name.
    LeftOut(&'static str),
    /// Something to be told in the end.
    Note(String),
}

/// What a reader of a file has to know of where its content goes, and where it stood.
#[derive(Debug, Clone, Default)]
pub struct Destination {
    /// The languages that are set up there, the default first.
    pub locales: Vec<String>,
    /// The address of the site that the file comes from, for files that do not tell it.
    pub site: Option<Url>,
}

/// Why a file cannot be read any further.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// The system does not give it.
    #[error("{0}")]
    Io(#[from] std::io::Error),
    /// It is not what it should be.
    #[error("{0}")]
    Format(String),
}

/// Why no more is read of a file.
#[derive(Debug)]
pub(super) enum Halt {
    /// Nobody wants more.
    Stopped,
    /// There is no more that could be read.
    Unreadable(Unreadable),
}

impl<E: Into<Unreadable>> From<E> for Halt {
    fn from(error: E) -> Self {
        Halt::Unreadable(error.into())
    }
}

impl Halt {
    /// What a reader of files answers with that ended so.
    pub(super) fn ended(result: Result<(), Halt>) -> Result<(), Unreadable> {
        match result {
            Ok(()) | Err(Halt::Stopped) => Ok(()),
            Err(Halt::Unreadable(error)) => Err(error),
        }
    }
}

/// Where a reader of files puts what it finds.
pub(super) struct Outlet<'a> {
    /// Takes it, and says whether more is wanted.
    each: &'a mut dyn FnMut(Entry) -> bool,
    /// How much of the file has been read.
    done: u64,
}

impl<'a> Outlet<'a> {
    pub(super) fn new(each: &'a mut dyn FnMut(Entry) -> bool) -> Self {
        Outlet { each, done: 0 }
    }

    /// Notes that the file has been read up to here.
    pub(super) fn reach(&mut self, done: u64) {
        self.done = self.done.max(done);
    }

    pub(super) fn put(&mut self, place: impl Into<String>, found: Found) -> Result<(), Halt> {
        let entry = Entry {
            place: Place::Item(place.into()),
            done: self.done,
            found,
        };
        match (self.each)(entry) {
            true => Ok(()),
            false => Err(Halt::Stopped),
        }
    }

    /// A line of the import format.
    pub(super) fn line(&mut self, place: impl Into<String>, line: Value) -> Result<(), Halt> {
        match line {
            Value::Object(members) => self.put(place, Found::Line(members)),
            _ => Ok(()),
        }
    }

    pub(super) fn refuse(
        &mut self,
        place: impl Into<String>,
        external_id: Option<String>,
        fault: (&str, &'static str, String),
    ) -> Result<(), Halt> {
        let (pointer, code, detail) = fault;
        let faults = vec![Fault::new(pointer, code, detail)];
        self.put(
            place,
            Found::Refused {
                external_id,
                faults,
            },
        )
    }

    pub(super) fn note(
        &mut self,
        place: impl Into<String>,
        note: impl Into<String>,
    ) -> Result<(), Halt> {
        self.put(place, Found::Note(note.into()))
    }
}

//! Reading the file, on a thread of its own.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::thread;

use tokio::sync::mpsc::{Receiver, Sender, channel};
use url::Url;

use super::super::Failure;
use crate::transfer::batch::Item;
use crate::transfer::entry::{Destination, Entry, Found, Place};
use crate::transfer::format::Format;
use crate::transfer::{ghost, ndjson, wxr};

/// How many items are read ahead.
const AHEAD: usize = 64;

/// A file to read.
#[derive(Debug)]
pub(super) struct Source {
    pub(super) path: PathBuf,
    pub(super) bytes: u64,
    file: File,
    format: Format,
    /// Where its content stood.
    pub(super) site: Option<Url>,
}

/// What comes of reading it, one after the other.
#[derive(Debug)]
pub(super) enum Read {
    /// Something to be taken in or refused, and how far the file has been read with it.
    Item(Box<Item>, u64),
    /// Something that is no content.
    LeftOut(&'static str),
    /// Something to be told in the end.
    Note(String),
    /// Nothing more can be read, for this reason.
    Broken(String),
}

impl Source {
    pub(super) fn open(
        path: &Path,
        format: Option<Format>,
        site: Option<Url>,
    ) -> Result<Self, Failure> {
        let failed = |error: std::io::Error| Failure::new(format!("{}: {error}", path.display()));
        let mut file = File::open(path).map_err(failed)?;
        let about = file.metadata().map_err(failed)?;
        if about.is_dir() {
            return Err(Failure::new(format!("{}: is a folder", path.display())));
        }
        // A file without anything in it is of any format.
        let told = match format {
            None if about.len() == 0 => Ok(Format::Ndjson),
            None => Format::of(&mut file),
            Some(format) => Ok(format),
        };
        let format = told.map_err(|error| Failure::new(format!("{}: {error}", path.display())))?;
        Ok(Source {
            format,
            site,
            path: path.to_owned(),
            bytes: about.len(),
            file,
        })
    }

    /// Reads it, as fast as what is read is taken.
    pub(super) fn read(self, destination: Destination) -> Receiver<Read> {
        let (sender, receiver) = channel(AHEAD);
        thread::spawn(move || {
            let mut last = 0;
            let mut each = |entry: Entry| {
                let bytes = usize::try_from(entry.done - last).unwrap_or(usize::MAX);
                last = entry.done;
                sender.blocking_send(Read::of(entry, bytes)).is_ok()
            };
            let mut file = self.file;
            let read = match self.format {
                Format::Ndjson => ndjson::read(file, &mut each),
                Format::Ghost => ghost::read(&mut file, &destination, &mut each),
                Format::Wxr => wxr::read(&mut file, &destination, &mut each),
            };
            if let Err(error) = read {
                tell(&sender, error.to_string());
            }
        });
        receiver
    }
}

/// A note of what stands in this place.
fn noted(place: &Place, note: &str) -> String {
    match place {
        Place::Line(line) => format!("line {line}: {note}"),
        Place::Item(item) => format!("{item}: {note}"),
    }
}

/// Nobody may wait for it any more.
fn tell(sender: &Sender<Read>, reason: String) {
    drop(sender.blocking_send(Read::Broken(reason)));
}

impl Read {
    fn of(entry: Entry, bytes: usize) -> Self {
        let Entry { place, done, found } = entry;
        let item = match found {
            Found::Line(line) => Item::of_line(place, line, bytes),
            Found::Refused {
                external_id,
                faults,
            } => Item::refused(place, external_id, faults),
            Found::LeftOut(kind) => return Read::LeftOut(kind),
            Found::Note(note) => return Read::Note(noted(&place, &note)),
        };
        Read::Item(Box::new(item), done)
    }
}

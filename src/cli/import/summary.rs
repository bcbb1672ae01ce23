//! What came of it all.

use std::collections::BTreeMap;
use std::fmt::{self, Display};
use std::fs::File;
use std::io::{BufWriter, Write};
use std::path::PathBuf;
use std::process::ExitCode;

use serde::Serialize;

use super::super::Failure;
use crate::transfer::batch::Item;
use crate::transfer::entry::Place;
use crate::transfer::import::{Outcome, Verdict};
use crate::transfer::line::Line;
use crate::values::fields::Fault;

/// The kinds of things, as they are counted.
const KINDS: [&str; 4] = ["locales", "tags", "articles", "comments"];

/// Counts what is taken in, and writes down what is not.
#[derive(Debug)]
pub(super) struct Summary {
    dry_run: bool,
    report: PathBuf,
    writer: Option<BufWriter<File>>,
    taken: BTreeMap<&'static str, [u64; 3]>,
    refused: u64,
    left_out: BTreeMap<&'static str, u64>,
    notes: Vec<String>,
    broken: Option<String>,
}

/// A line of the report.
#[derive(Serialize)]
struct Report<'r> {
    #[serde(skip_serializing_if = "Option::is_none")]
    line: Option<u64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    item: Option<&'r str>,
    external_id: Option<&'r str>,
    errors: &'r [Fault],
}

/// The most notes that are kept to be told.
const NOTES: usize = 100;

impl Summary {
    /// One of an import of this file. A report of an earlier one is of no use any more.
    pub(super) fn new(file: &std::path::Path, dry_run: bool) -> Result<Self, Failure> {
        let mut report = file.as_os_str().to_owned();
        report.push(".refused.ndjson");
        let report = PathBuf::from(report);
        match std::fs::remove_file(&report) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                return Err(Failure::new(format!("{}: {error}", report.display())));
            }
            _ => {}
        }
        Ok(Summary {
            dry_run,
            report,
            writer: None,
            taken: BTreeMap::new(),
            refused: 0,
            left_out: BTreeMap::new(),
            notes: vec![],
            broken: None,
        })
    }

    /// Counts what became of an item.
    pub(super) fn count(&mut self, item: &Item, outcome: &Outcome) -> Result<(), Failure> {
        let place = match outcome.verdict {
            Verdict::Created => 0,
            Verdict::Updated => 1,
            Verdict::Unchanged => 2,
            Verdict::Refused => return self.refuse(&item.place, outcome),
        };
        let kind = match &item.line {
            Ok(Line::Locale(_)) => "locales",
            Ok(Line::Tag(_)) => "tags",
            Ok(Line::Article(_)) => "articles",
            Ok(Line::Comment(_)) | Err(_) => "comments",
        };
        let counts = self.taken.entry(kind).or_default();
        if let Some(count) = counts.get_mut(place) {
            *count += 1;
        }
        Ok(())
    }

    fn refuse(&mut self, place: &Place, outcome: &Outcome) -> Result<(), Failure> {
        self.refused += 1;
        let (line, item) = match place {
            Place::Line(line) => (Some(*line), None),
            Place::Item(item) => (None, Some(item.as_str())),
        };
        let report = Report {
            line,
            item,
            external_id: outcome.external_id.as_deref(),
            errors: &outcome.faults,
        };
        let failed =
            |error: std::io::Error| Failure::new(format!("{}: {error}", self.report.display()));
        let writer = match &mut self.writer {
            Some(writer) => writer,
            none => none.insert(BufWriter::new(File::create(&self.report).map_err(failed)?)),
        };
        serde_json::to_writer(&mut *writer, &report).map_err(Failure::new)?;
        writer.write_all(b"\n").map_err(failed)
    }

    /// Something that is no content.
    pub(super) fn leave_out(&mut self, kind: &'static str) {
        *self.left_out.entry(kind).or_default() += 1;
    }

    /// Something to be told in the end.
    pub(super) fn note(&mut self, note: String) {
        if self.notes.len() < NOTES && !self.notes.contains(&note) {
            self.notes.push(note);
        }
    }

    /// Nothing more can be read.
    pub(super) fn break_off(&mut self, reason: String) {
        self.broken = Some(reason);
    }

    /// Everything is written down.
    pub(super) fn finish(&mut self) -> Result<(), Failure> {
        match &mut self.writer {
            Some(writer) => Ok(writer.flush()?),
            None => Ok(()),
        }
    }

    /// 0 when all was taken, else 1.
    pub(super) fn exit_code(&self) -> ExitCode {
        match self.refused == 0 && self.broken.is_none() {
            true => ExitCode::SUCCESS,
            false => ExitCode::FAILURE,
        }
    }
}

impl Display for Summary {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.dry_run {
            writeln!(
                f,
                "dry run: nothing was changed; this is what would have been"
            )?;
        }
        for kind in KINDS {
            if let Some([created, updated, unchanged]) = self.taken.get(kind) {
                writeln!(
                    f,
                    "{kind}: {created} created, {updated} updated, {unchanged} unchanged"
                )?;
            }
        }
        for (kind, number) in &self.left_out {
            writeln!(f, "left out: {number} {kind}")?;
        }
        for note in &self.notes {
            writeln!(f, "note: {note}")?;
        }
        if self.refused > 0 {
            let report = self.report.display();
            writeln!(f, "refused: {}, with the reasons in {report}", self.refused)?;
        }
        if let Some(reason) = &self.broken {
            writeln!(f, "not all of the file was read: {reason}")?;
        }
        if self.taken.is_empty() && self.refused == 0 && self.broken.is_none() {
            writeln!(f, "nothing to take in")?;
        }
        Ok(())
    }
}

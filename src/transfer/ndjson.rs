//! Lines of bytes, however they arrive.

use std::io::Read;

use super::entry::{Entry, Found, Place, Unreadable};
use super::line::{self, LONGEST};
use crate::values::fields::Fault;

/// How much of a file is read at a time.
const PIECE: usize = 256 * 1024;

/// Cuts what arrives into lines. It holds one unfinished line, and of one that is too long nothing.
#[derive(Debug, Default)]
pub struct Lines {
    unfinished: Vec<u8>,
    is_too_long: bool,
    finished: u64,
}

/// A line, by its number, counted from 1; none: it is too long to be one.
pub type NumberedLine = (u64, Option<Vec<u8>>);

impl Lines {
    /// The lines that end in these bytes.
    pub fn push(&mut self, mut bytes: &[u8]) -> Vec<NumberedLine> {
        let mut lines = vec![];
        while let Some(end) = bytes.iter().position(|byte| *byte == b'\n') {
            let (line, rest) = bytes.split_at(end);
            self.add(line);
            lines.extend(self.finish());
            bytes = rest.split_first().map_or(&[], |(_, rest)| rest);
        }
        self.add(bytes);
        lines
    }

    /// The last line, where nothing ended it.
    pub fn end(&mut self) -> Option<NumberedLine> {
        let some = !self.unfinished.is_empty() || self.is_too_long;
        some.then(|| self.finish()).flatten()
    }

    fn add(&mut self, bytes: &[u8]) {
        self.is_too_long |= self.unfinished.len() + bytes.len() > LONGEST;
        if self.is_too_long {
            self.unfinished = vec![];
        } else {
            self.unfinished.extend_from_slice(bytes);
        }
    }

    /// The line, unless it is blank.
    fn finish(&mut self) -> Option<NumberedLine> {
        self.finished += 1;
        let line = std::mem::take(&mut self.unfinished);
        if std::mem::take(&mut self.is_too_long) {
            return Some((self.finished, None));
        }
        let is_blank = line.iter().all(u8::is_ascii_whitespace);
        (!is_blank).then_some((self.finished, Some(line)))
    }
}

/// What a line is found to be.
pub fn found(line: Option<&[u8]>) -> Found {
    let members = match line {
        Some(line) => line::parse(line.strip_prefix(b"\xef\xbb\xbf").unwrap_or(line)),
        None => {
            let detail = format!("a line may have {LONGEST} bytes");
            Err(vec![Fault::new("", "too_long", detail)])
        }
    };
    match members {
        Ok(members) => Found::Line(members),
        Err(faults) => Found::Refused {
            external_id: None,
            faults,
        },
    }
}

/// Reads a file to its end, or until nobody takes any more.
///
/// # Errors
/// When the system does not give it.
pub fn read(mut file: impl Read, each: &mut dyn FnMut(Entry) -> bool) -> Result<(), Unreadable> {
    let mut lines = Lines::default();
    let mut piece = vec![0; PIECE];
    let mut done = 0;
    loop {
        let length = file.read(&mut piece)?;
        let bytes = piece.get(..length).unwrap_or_default();
        let read = match length {
            0 => lines.end().into_iter().collect(),
            _ => lines.push(bytes),
        };
        done += u64::try_from(length).unwrap_or_default();
        for (number, line) in read {
            let entry = Entry {
                place: Place::Line(number),
                done,
                found: found(line.as_deref()),
            };
            if !each(entry) {
                return Ok(());
            }
        }
        if length == 0 {
            return Ok(());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(pieces: &[&[u8]]) -> Vec<(u64, Option<String>)> {
        let mut lines = Lines::default();
        let mut all: Vec<NumberedLine> =
            pieces.iter().flat_map(|piece| lines.push(piece)).collect();
        all.extend(lines.end());
        let text = |line: Vec<u8>| String::from_utf8_lossy(&line).into_owned();
        all.into_iter()
            .map(|(number, line)| (number, line.map(text)))
            .collect()
    }

    #[test]
    fn lines_are_whole_however_they_arrive() {
        let expected = vec![
            (1, Some("ab".into())),
            (3, Some("c".into())),
            (5, Some("d".into())),
        ];
        assert_eq!(all(&[b"ab\n\nc\n \nd"]), expected);
        assert_eq!(
            all(&[b"a", b"b", b"\n", b"\nc", b"\n \n", b"d", b""]),
            expected
        );
        assert_eq!(all(&[b""]), vec![]);
    }

    #[test]
    fn a_line_that_is_too_long_spoils_only_itself_and_is_not_kept() {
        let long = vec![b'x'; LONGEST / 2 + 1];
        let mut lines = Lines::default();
        assert!(lines.push(b"a\n").len() == 1 && lines.push(&long).is_empty());
        assert!(lines.push(&long).is_empty() && lines.unfinished.is_empty());
        assert_eq!(
            lines.push(b"y\nb\n"),
            vec![(2, None), (3, Some(b"b".to_vec()))]
        );
        lines.push(&long);
        lines.push(&long);
        assert_eq!(lines.end(), Some((4, None)));
    }
}

//! What kind of file it is that is to be taken in.

use std::io::{Read, Seek, SeekFrom};
use std::str::FromStr;

use super::entry::Unreadable;

/// How much of a file is looked at.
const LOOK: u64 = 4096;

/// The formats that are read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Format {
    /// Our own: a JSON object a line.
    Ndjson,
    /// A WordPress export.
    Wxr,
    /// A Ghost export.
    Ghost,
}

impl FromStr for Format {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        match text {
            "ndjson" => Ok(Format::Ndjson),
            "wxr" => Ok(Format::Wxr),
            "ghost" => Ok(Format::Ghost),
            _ => Err("takes ndjson, wxr (WordPress) or ghost".to_owned()),
        }
    }
}

impl Format {
    /// Tells by its first bytes what a file is, and leaves it at its beginning.
    ///
    /// # Errors
    /// A file that is none of them, or cannot be read.
    pub fn of(file: &mut (impl Read + Seek)) -> Result<Format, Unreadable> {
        file.seek(SeekFrom::Start(0))?;
        let mut start = Vec::new();
        file.by_ref().take(LOOK).read_to_end(&mut start)?;
        file.seek(SeekFrom::Start(0))?;
        // What is in UTF-16 is told of by the reader of WordPress exports, the only ones that may come so.
        if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
            return Ok(Format::Wxr);
        }
        let start = String::from_utf8_lossy(&start);
        let start = start.trim_start_matches('\u{feff}').trim_start();
        told(start).ok_or_else(|| {
            Unreadable::Format(
                "the file is neither a WordPress export (XML), nor a Ghost export (JSON), nor lines of JSON as \
                `dateline export` writes them; say which by --format if it is one all the same"
                    .to_owned(),
            )
        })
    }
}

fn told(start: &str) -> Option<Format> {
    if start.starts_with('<') {
        return Some(Format::Wxr);
    }
    let inner = start.strip_prefix('{')?;
    let line = start.lines().next().unwrap_or_default();
    let is_line = serde_json::from_str::<serde_json::Value>(line)
        .is_ok_and(|line| line.get("type").is_some());
    let name = inner.trim_start().strip_prefix('"')?.split('"').next()?;
    match name {
        "db" | "meta" | "data" if !is_line => Some(Format::Ghost),
        _ => Some(Format::Ndjson),
    }
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that meets an unexpected value is meant to fail there"
)]
mod tests {
    use std::io::Cursor;

    use super::*;

    #[test]
    fn a_file_is_known_by_its_beginning() {
        for (file, format) in [
            ("\u{feff}<?xml version=\"1.0\"?><rss", Format::Wxr),
            ("{\n  \"db\": [{\"meta\": {}", Format::Ghost),
            ("{\"meta\":{},\"data\":{}}", Format::Ghost),
            ("{\"type\": \"tag\"}\n", Format::Ndjson),
            ("{\"slug\": \"x\", \"type\": \"tag\"}\n", Format::Ndjson),
            ("{\"data\": 1, \"type\": \"tag\"}\n{}", Format::Ndjson),
        ] {
            assert_eq!(
                Format::of(&mut Cursor::new(file)).unwrap(),
                format,
                "{file}"
            );
        }
        for file in ["", "[]", "title,body\n", "PK\u{3}\u{4}", "{}"] {
            assert!(Format::of(&mut Cursor::new(file)).is_err(), "{file}");
        }
    }
}

//! The parts of a WordPress export, found without reading it as XML: what is broken in one part spoils no other.

use std::io::{self, BufRead};

/// The most bytes that a part may have.
pub(super) const LONGEST: usize = 8 * 1024 * 1024;
/// The most bytes of a tag that are kept.
const LONGEST_TAG: usize = 64 * 1024;

/// The elements that are parts.
const PARTS: [&str; 9] = [
    "item",
    "wp:author",
    "wp:category",
    "wp:tag",
    "wp:term",
    "wp:base_site_url",
    "wp:base_blog_url",
    "language",
    "link",
];

/// A part of the file.
#[derive(Debug)]
pub(super) struct Segment {
    /// The name of its element.
    pub(super) name: &'static str,
    /// Where it begins: bytes into the file.
    pub(super) offset: u64,
    /// The element, from its start tag to its end tag.
    pub(super) bytes: Vec<u8>,
    /// How it ended.
    pub(super) end: End,
}

/// How a part of the file ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum End {
    /// With its end tag.
    Whole,
    /// With its end tag, but there is more of it than is taken.
    TooLong,
    /// With the start of the next.
    Unclosed,
    /// With the file.
    CutOff,
}

/// Finds the parts one after the other.
pub(super) struct Segments<R> {
    reader: R,
    offset: u64,
    /// The part that is being read.
    open: Option<Segment>,
    /// The tag that was read last.
    tag: Vec<u8>,
    /// Whether the document came to its end.
    pub(super) ended: bool,
}

enum Markup {
    Tag,
    Other,
}

impl<R: BufRead> Segments<R> {
    pub(super) fn new(reader: R) -> Self {
        Segments {
            reader,
            offset: 0,
            open: None,
            tag: Vec::new(),
            ended: false,
        }
    }

    /// How far the file has been read.
    pub(super) fn offset(&self) -> u64 {
        self.offset
    }

    /// The next part.
    pub(super) fn next(&mut self) -> io::Result<Option<Segment>> {
        loop {
            if !self.skip_text()? {
                return Ok(self.open.take().map(|open| Segment {
                    end: End::CutOff,
                    ..open
                }));
            }
            let start = self.offset.saturating_sub(1);
            if let Some(Markup::Tag) = self.markup()?
                && let Some(segment) = self.tag_read(start)
            {
                return Ok(Some(segment));
            }
        }
    }

    /// Begins or ends a part, if the tag does.
    fn tag_read(&mut self, start: u64) -> Option<Segment> {
        let (closing, name) = match self.tag.strip_prefix(b"/") {
            Some(name) => (true, name),
            None => (false, self.tag.as_slice()),
        };
        let end = name
            .iter()
            .position(|byte| byte.is_ascii_whitespace() || matches!(byte, b'/' | b'>'));
        let name = name.get(..end.unwrap_or(name.len())).unwrap_or(name);
        if closing {
            self.ended |= name == b"rss";
            return match &self.open {
                Some(open) if open.name.as_bytes() == name => self.open.take(),
                _ => None,
            };
        }
        let part = PARTS.iter().find(|part| part.as_bytes() == name)?;
        let nested = self
            .open
            .as_ref()
            .is_some_and(|open| open.name != "item" || *part != "item");
        if nested || self.tag.ends_with(b"/>") {
            return None;
        }
        let mut bytes = vec![b'<'];
        bytes.extend_from_slice(&self.tag);
        let next = Segment {
            name: part,
            offset: start,
            bytes,
            end: End::Whole,
        };
        let unclosed = self.open.replace(next);
        unclosed.map(|open| Segment {
            end: End::Unclosed,
            ..open
        })
    }

    /// Goes past the next `<`. False: there is none.
    fn skip_text(&mut self) -> io::Result<bool> {
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(false);
            }
            let found = buffer.iter().position(|byte| *byte == b'<');
            let length = found.map_or(buffer.len(), |at| at + 1);
            keep(&mut self.open, buffer.get(..length).unwrap_or(buffer));
            self.consume(length);
            if found.is_some() {
                return Ok(true);
            }
        }
    }

    /// Reads what a `<` begins. None: the file ends in it.
    fn markup(&mut self) -> io::Result<Option<Markup>> {
        self.tag.clear();
        let Some(first) = self.byte()? else {
            return Ok(None);
        };
        let end: &[u8] = match first {
            b'?' => b"?>",
            b'!' => match self.byte()? {
                Some(b'-') => b"-->",
                Some(b'[') => b"]]>",
                Some(_) => return self.declaration(),
                None => return Ok(None),
            },
            b'>' => {
                return Ok(Some(Markup::Other));
            }
            first => {
                self.tag.push(first);
                return Ok(self.until(b">", true)?.then_some(Markup::Tag));
            }
        };
        Ok(self.until(end, false)?.then_some(Markup::Other))
    }

    /// A document type, whose entities are nobody's business.
    fn declaration(&mut self) -> io::Result<Option<Markup>> {
        while let Some(byte) = self.byte()? {
            match byte {
                b'>' => return Ok(Some(Markup::Other)),
                b'[' => return Ok(self.until(b"]>", false)?.then_some(Markup::Other)),
                _ => {}
            }
        }
        Ok(None)
    }

    fn byte(&mut self) -> io::Result<Option<u8>> {
        let byte = self.reader.fill_buf()?.first().copied();
        if let Some(byte) = byte {
            keep(&mut self.open, &[byte]);
            self.consume(1);
        }
        Ok(byte)
    }

    /// Goes past the next place where this stands, which ends with `>`. False: the file ends before.
    fn until(&mut self, end: &[u8], tag: bool) -> io::Result<bool> {
        let mut last = [0_u8; 3];
        loop {
            let buffer = self.reader.fill_buf()?;
            if buffer.is_empty() {
                return Ok(false);
            }
            let found = buffer.iter().position(|byte| *byte == b'>');
            let length = found.map_or(buffer.len(), |at| at + 1);
            let read = buffer.get(..length).unwrap_or(buffer);
            for byte in read.get(read.len().saturating_sub(3)..).unwrap_or(read) {
                let [_, second, third] = last;
                last = [second, third, *byte];
            }
            keep(&mut self.open, read);
            if tag && self.tag.len() < LONGEST_TAG {
                self.tag.extend_from_slice(read);
            }
            self.consume(length);
            if found.is_some() && last.ends_with(end) {
                return Ok(true);
            }
        }
    }

    fn consume(&mut self, length: usize) {
        self.reader.consume(length);
        self.offset = self
            .offset
            .saturating_add(u64::try_from(length).unwrap_or(u64::MAX));
    }
}

/// Adds to the open part what was read, as long as it is one that can be taken.
fn keep(open: &mut Option<Segment>, read: &[u8]) {
    let Some(open) = open else {
        return;
    };
    if open.bytes.len().saturating_add(read.len()) > LONGEST {
        open.end = End::TooLong;
        open.bytes = Vec::new();
    }
    if open.end == End::Whole {
        open.bytes.extend_from_slice(read);
    }
}

//! A part of a WordPress export as XML.

use quick_xml::Reader;
use quick_xml::events::{BytesRef, BytesStart, Event};

/// How deep a part may nest; that of an export is three.
const DEEPEST: usize = 16;

/// An element.
#[derive(Debug, Default)]
pub(super) struct Part {
    /// Its name, with its prefix.
    pub(super) name: String,
    /// Its `domain` and `nicename`, which only categories of items have.
    pub(super) domain: String,
    pub(super) nicename: String,
    /// Its text.
    pub(super) text: String,
    /// The elements in it.
    pub(super) parts: Vec<Part>,
}

impl Part {
    /// Reads one element. No entity but those of XML itself is put in for its name.
    ///
    /// # Errors
    /// What is wrong with it, to follow "the item is".
    pub(super) fn read(bytes: &[u8]) -> Result<Part, String> {
        let text = std::str::from_utf8(bytes).map_err(|error| {
            format!(
                "not UTF-8 from its byte {} on; convert the file, for example by iconv",
                error.valid_up_to()
            )
        })?;
        let mut reader = Reader::from_str(text);
        let mut open: Vec<Part> = vec![Part::default()];
        loop {
            let event = reader
                .read_event()
                .map_err(|error| format!("not well-formed XML: {error}"))?;
            match event {
                Event::Start(tag) if open.len() > DEEPEST => {
                    return Err(format!("nested too deep at <{}>", tag.name().as_ref()));
                }
                Event::Start(tag) => open.push(begun(&tag)),
                Event::Empty(tag) => put(&mut open, begun(&tag)),
                Event::End(_) => {
                    if let Some(part) = open.pop() {
                        put(&mut open, part);
                    }
                }
                Event::Text(text) => add(&mut open, &text.xml10_content()),
                Event::CData(text) => add(&mut open, &text.xml10_content()),
                Event::GeneralRef(reference) => add(&mut open, &resolved(&reference)),
                Event::Eof => break,
                Event::Comment(_) | Event::Decl(_) | Event::DocType(_) | Event::PI(_) => {}
            }
        }
        match (open.pop(), open.is_empty()) {
            (Some(mut root), true) => root.parts.pop().ok_or_else(|| "empty".to_owned()),
            _ => Err("not well-formed XML: an element is not closed".to_owned()),
        }
    }

    /// The text of the first part of this name, without the space around it.
    pub(super) fn of(&self, name: &str) -> &str {
        let part = self.parts.iter().find(|part| part.name == name);
        part.map_or("", |part| part.text.trim())
    }

    /// The same as a number; 0 where it is none.
    pub(super) fn number(&self, name: &str) -> u64 {
        self.of(name).parse().unwrap_or_default()
    }

    /// The parts of this name.
    pub(super) fn all<'a>(&'a self, name: &'a str) -> impl Iterator<Item = &'a Part> {
        self.parts.iter().filter(move |part| part.name == name)
    }

    /// What an item notes under this key.
    pub(super) fn meta(&self, key: &str) -> &str {
        let noted = self
            .all("wp:postmeta")
            .find(|meta| meta.of("wp:meta_key") == key);
        noted.map_or("", |meta| meta.of("wp:meta_value"))
    }
}

fn begun(tag: &BytesStart<'_>) -> Part {
    let value = |name: &str| {
        let mut attributes = tag.attributes();
        let mut found = attributes.with_checks(false).flatten();
        let value = found.find(|attribute| attribute.key.as_ref() == name);
        let value = value.map(|attribute| attribute.value.into_owned());
        crate::values::markdown::tree::referenced(&value.unwrap_or_default())
    };
    Part {
        name: tag.name().as_ref().to_owned(),
        domain: value("domain"),
        nicename: value("nicename"),
        ..Part::default()
    }
}

fn put(open: &mut [Part], part: Part) {
    if let Some(parent) = open.last_mut() {
        parent.parts.push(part);
    }
}

fn add(open: &mut [Part], text: &str) {
    if let Some(part) = open.last_mut() {
        part.text.push_str(text);
    }
}

/// What a reference stands for; as it is written where XML does not know it, for whatever a document type says.
fn resolved(reference: &BytesRef<'_>) -> String {
    let named = match &**reference {
        "amp" => Some('&'),
        "lt" => Some('<'),
        "gt" => Some('>'),
        "quot" => Some('"'),
        "apos" => Some('\''),
        _ => reference.resolve_char_ref().ok().flatten(),
    };
    named.map_or_else(|| format!("&{};", &**reference), String::from)
}

//! An XML document as a tree, within bounds.

use std::collections::HashSet;

use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, XmlVersion, escape};

use super::namespaces::{Scopes, Space};
use crate::values::xml::{is_allowed, is_name};

/// How deep elements may nest. The deepest that the core needs is a few groups and a few pairs of codes.
const MAX_DEPTH: usize = 64;
/// How many elements there may be: what bounds the memory that a document takes.
const MAX_ELEMENTS: usize = 400_000;
/// How many attributes an element may have; the core has at most 20 for one.
const MAX_ATTRIBUTES: usize = 64;

/// What is wrong, and at which byte of the text.
#[derive(Debug)]
pub(super) struct Wrong {
    pub(super) at: usize,
    pub(super) reason: String,
}

/// What comes of a check.
pub(super) type Checked<T = ()> = Result<T, Wrong>;

/// An element with what is in it.
#[derive(Debug)]
pub(super) struct Element {
    /// The byte that it begins at.
    pub(super) at: usize,
    pub(super) space: Space,
    /// The name without its prefix.
    pub(super) name: Box<str>,
    pub(super) attributes: Vec<Attribute>,
    pub(super) children: Vec<Node>,
}

/// An attribute, its value with all references resolved.
#[derive(Debug)]
pub(super) struct Attribute {
    pub(super) space: Space,
    pub(super) name: Box<str>,
    pub(super) value: Box<str>,
}

/// What stands in an element.
#[derive(Debug)]
pub(super) enum Node {
    Element(Element),
    Text(String),
}

/// A document, as far as it is read.
struct Building {
    scopes: Scopes,
    /// The elements that are open, the outermost first.
    open: Vec<Element>,
    root: Option<Element>,
    elements: usize,
}

/// Reads a document: it must be well-formed XML 1.0 with namespaces, and have no document type. So
/// there are no entities but the five that XML has, and nothing outside is ever looked up.
pub(super) fn parse(text: &str) -> Checked<Element> {
    if let Some((at, c)) = text.char_indices().find(|&(_, c)| !is_allowed(c)) {
        let reason = format!("U+{:04X} cannot stand in XML", u32::from(c));
        return Err(Wrong { at, reason });
    }
    let mut reader = Reader::from_str(text);
    reader.config_mut().check_comments = true;
    let mut building = Building {
        scopes: Scopes::new(),
        open: Vec::new(),
        root: None,
        elements: 0,
    };
    loop {
        let at = position(reader.buffer_position());
        let event = reader.read_event().map_err(|error| Wrong {
            at: position(reader.error_position()),
            reason: error.to_string(),
        })?;
        if matches!(event, Event::Eof) {
            break;
        }
        let taken = building.take(at, event);
        taken.map_err(|reason| Wrong { at, reason })?;
    }
    match building.root {
        Some(root) if building.open.is_empty() => Ok(root),
        _ => Err(Wrong {
            at: text.len(),
            reason: "ends too early".to_owned(),
        }),
    }
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

impl Building {
    fn take(&mut self, at: usize, event: Event<'_>) -> Result<(), String> {
        match event {
            Event::Start(tag) => self.start(at, &tag),
            Event::Empty(tag) => {
                self.start(at, &tag)?;
                self.end();
                Ok(())
            }
            Event::End(_) => {
                self.end();
                Ok(())
            }
            Event::Text(text) if text.contains("]]>") => Err("]]> stands in text".to_owned()),
            Event::Text(text) => self.text(&text.xml10_content()),
            Event::CData(_) if self.open.is_empty() => Err("text outside of it all".to_owned()),
            Event::CData(text) => self.text(&text.xml10_content()),
            Event::GeneralRef(reference) => self.text(&resolved(&reference)?),
            Event::DocType(_) => Err("a document type is not taken".to_owned()),
            Event::Decl(declaration) => {
                let version = declaration.version().map_err(|error| error.to_string())?;
                if at > 0 || version != "1.0" {
                    return Err("is to begin as XML 1.0, or without a declaration".to_owned());
                }
                declared_encoding(declaration.encoding().transpose().ok().flatten().as_deref())
            }
            Event::PI(instruction) if !is_name(instruction.target()) => {
                Err("an instruction without a name".to_owned())
            }
            Event::PI(_) | Event::Comment(_) | Event::Eof => Ok(()),
        }
    }

    fn start(&mut self, at: usize, tag: &BytesStart<'_>) -> Result<(), String> {
        self.elements += 1;
        if self.elements > MAX_ELEMENTS {
            return Err(format!("there are more than {MAX_ELEMENTS} elements"));
        }
        if self.open.len() >= MAX_DEPTH {
            return Err(format!("elements nest deeper than {MAX_DEPTH}"));
        }
        if self.open.is_empty() && self.root.is_some() {
            return Err("a second root".to_owned());
        }
        if tag.attributes().with_checks(false).count() > MAX_ATTRIBUTES {
            return Err(format!("has more than {MAX_ATTRIBUTES} attributes"));
        }
        self.scopes.enter(self.open.len() + 1, tag)?;
        let name = tag.name();
        let (prefix, local) = parted(name.as_ref())?;
        let element = Element {
            at,
            space: self.scopes.of(prefix)?,
            name: Box::from(local),
            attributes: self.attributes(tag)?,
            children: Vec::new(),
        };
        self.open.push(element);
        Ok(())
    }

    fn attributes(&self, tag: &BytesStart<'_>) -> Result<Vec<Attribute>, String> {
        let mut attributes = Vec::new();
        let mut names = HashSet::new();
        for attribute in tag.attributes().with_checks(false) {
            let attribute = attribute.map_err(|error| error.to_string())?;
            let key = attribute.key.as_ref();
            if !names.insert(key.to_owned()) {
                return Err(format!("has {key} twice"));
            }
            let (prefix, local) = parted(key)?;
            if prefix == "xmlns" || key == "xmlns" {
                continue;
            }
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|error| error.to_string())?;
            if attribute.value.contains('<') || !value.chars().all(is_allowed) {
                return Err(format!("{key} has a character that cannot stand there"));
            }
            let space = match prefix {
                "" => Space::None,
                _ => self.scopes.of(prefix)?,
            };
            attributes.push(Attribute {
                space,
                name: Box::from(local),
                value: Box::from(value.as_ref()),
            });
        }
        Ok(attributes)
    }

    fn end(&mut self) {
        self.scopes.leave(self.open.len());
        let Some(ended) = self.open.pop() else {
            return;
        };
        match self.open.last_mut() {
            Some(parent) => parent.children.push(Node::Element(ended)),
            None => self.root = Some(ended),
        }
    }

    fn text(&mut self, text: &str) -> Result<(), String> {
        let Some(parent) = self.open.last_mut() else {
            return match text.chars().all(is_space) {
                true => Ok(()),
                false => Err("text outside of it all".to_owned()),
            };
        };
        match parent.children.last_mut() {
            Some(Node::Text(before)) => before.push_str(text),
            _ => parent.children.push(Node::Text(text.to_owned())),
        }
        Ok(())
    }
}

/// The white space of XML (2.3).
pub(super) fn is_space(c: char) -> bool {
    matches!(c, ' ' | '\t' | '\n' | '\r')
}

/// A name's prefix and the rest.
fn parted(name: &str) -> Result<(&str, &str), String> {
    let (prefix, local) = name.split_once(':').unwrap_or(("", name));
    let whole = is_name(local) && !local.contains(':');
    if !whole || (name.contains(':') && !is_name(prefix)) {
        return Err(format!("{name} is no name"));
    }
    Ok((prefix, local))
}

/// What a reference in text stands for: a character, or one of the five entities that XML has itself.
fn resolved(reference: &quick_xml::events::BytesRef<'_>) -> Result<String, String> {
    let character = reference.resolve_char_ref();
    if let Some(c) = character.map_err(|error| error.to_string())? {
        return match is_allowed(c) {
            true => Ok(c.to_string()),
            false => Err(format!("U+{:04X} cannot stand in XML", u32::from(c))),
        };
    }
    let name: &str = reference;
    escape::resolve_xml_entity(name)
        .map(str::to_owned)
        .ok_or_else(|| format!("the entity {name} is not defined"))
}

/// The text has been read by its byte order mark, or as UTF-8. What says otherwise was read wrongly.
fn declared_encoding(name: Option<&str>) -> Result<(), String> {
    let taken = ["utf-8", "utf8", "us-ascii", "utf-16", "utf16"];
    match name {
        Some(name) if !taken.iter().any(|known| name.eq_ignore_ascii_case(known)) => {
            Err(format!("is in {name}, which is not read: send UTF-8"))
        }
        _ => Ok(()),
    }
}

impl Element {
    /// Whether it is this element of the core.
    pub(super) fn is(&self, name: &str) -> bool {
        self.space == Space::Core && *self.name == *name
    }

    /// An attribute of its own, one without a prefix.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.attribute_in(Space::None, name)
    }

    /// An attribute in a namespace.
    pub(super) fn attribute_in(&self, space: Space, name: &str) -> Option<&str> {
        let mut attributes = self.attributes.iter();
        let found = attributes.find(|found| found.space == space && *found.name == *name)?;
        Some(&found.value)
    }

    /// The elements in it.
    pub(super) fn elements(&self) -> impl Iterator<Item = &Element> {
        self.children.iter().filter_map(|node| match node {
            Node::Element(element) => Some(element),
            Node::Text(_) => None,
        })
    }

    /// The first of the core's elements of this name in it.
    pub(super) fn child(&self, name: &str) -> Option<&Element> {
        self.elements().find(|element| element.is(name))
    }

    /// It and all in it, in the document's order.
    pub(super) fn all(&self) -> Vec<&Element> {
        let mut found = Vec::new();
        let mut waiting = vec![self];
        while let Some(element) = waiting.pop() {
            found.push(element);
            let from = waiting.len();
            waiting.extend(element.elements());
            if let Some(added) = waiting.get_mut(from..) {
                added.reverse();
            }
        }
        found
    }

    /// A fault of it.
    pub(super) fn wrong(&self, reason: impl Into<String>) -> Wrong {
        Wrong {
            at: self.at,
            reason: reason.into(),
        }
    }
}

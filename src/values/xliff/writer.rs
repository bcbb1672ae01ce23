//! Writing a document.

use std::collections::HashMap;
use std::fmt::Write;

use super::namespaces::CORE;
use super::{Document, File, OUTDATED, Piece, Unit};
use crate::values::xml::is_allowed;

/// Writes a document as XLIFF 2.1.
///
/// Texts come back from [`super::read`] as they are, whatever characters they hold. Attributes can hold
/// fewer: there U+FFFD stands for what XML has no way to write.
pub fn write(document: &Document) -> String {
    let mut xml = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = write!(xml, "<xliff xmlns=\"{CORE}\" version=\"2.1\"");
    attribute(&mut xml, "srcLang", &document.source_language);
    if let Some(language) = &document.target_language {
        attribute(&mut xml, "trgLang", language);
    }
    // White space means something in Markdown.
    xml.push_str(" xml:space=\"preserve\">\n");
    for file in &document.files {
        write_file(&mut xml, file);
    }
    xml.push_str("</xliff>\n");
    xml
}

fn write_file(xml: &mut String, file: &File) {
    xml.push_str("<file");
    attribute(xml, "id", &file.id);
    if let Some(original) = &file.original {
        attribute(xml, "original", original);
    }
    xml.push_str(">\n");
    for unit in &file.units {
        write_unit(xml, unit);
    }
    xml.push_str("</file>\n");
}

fn write_unit(xml: &mut String, unit: &Unit) {
    xml.push_str("<unit");
    attribute(xml, "id", &unit.id);
    if let Some(name) = &unit.name {
        attribute(xml, "name", name);
    }
    xml.push_str(">\n");
    let data = write_data(xml, unit);
    xml.push_str("<segment id=\"s1\"");
    attribute(xml, "state", unit.state.as_str());
    if unit.outdated {
        attribute(xml, "subState", OUTDATED);
    }
    xml.push_str(">\n");
    write_side(xml, "source", &unit.source, &data);
    if let Some(target) = &unit.target {
        write_side(xml, "target", target, &data);
    }
    xml.push_str("</segment>\n</unit>\n");
}

/// Writes what the codes stand for, each once, and gives the ids under which it is found.
fn write_data<'a>(xml: &mut String, unit: &'a Unit) -> HashMap<&'a str, String> {
    let mut ids = HashMap::new();
    for piece in unit.source.iter().chain(unit.target.iter().flatten()) {
        let Piece::Code {
            data: Some(data), ..
        } = piece
        else {
            continue;
        };
        if ids.contains_key(data.as_str()) {
            continue;
        }
        xml.push_str(if ids.is_empty() {
            "<originalData>\n"
        } else {
            ""
        });
        let id = format!("d{}", ids.len() + 1);
        let _ = write!(xml, "<data id=\"{id}\">");
        text(xml, data);
        xml.push_str("</data>\n");
        ids.insert(data.as_str(), id);
    }
    xml.push_str(if ids.is_empty() {
        ""
    } else {
        "</originalData>\n"
    });
    ids
}

fn write_side(xml: &mut String, name: &str, pieces: &[Piece], ids: &HashMap<&str, String>) {
    let _ = write!(xml, "<{name}>");
    for piece in pieces {
        match piece {
            Piece::Text(words) => text(xml, words),
            Piece::Code { id, data } => {
                xml.push_str("<ph");
                attribute(xml, "id", id);
                if let Some(found) = data.as_deref().and_then(|data| ids.get(data)) {
                    attribute(xml, "dataRef", found);
                }
                xml.push_str("/>");
            }
        }
    }
    let _ = writeln!(xml, "</{name}>");
}

fn text(xml: &mut String, text: &str) {
    for c in text.chars() {
        match c {
            c if !is_allowed(c) => {
                let _ = write!(xml, "<cp hex=\"{:04X}\"/>", u32::from(c));
            }
            // Written as it is, it would be read as a line feed.
            '\r' => xml.push_str("&#xD;"),
            '"' => xml.push(c),
            c => escaped(xml, c),
        }
    }
}

fn attribute(xml: &mut String, name: &str, value: &str) {
    let _ = write!(xml, " {name}=\"");
    for c in value.chars() {
        match c {
            c if !is_allowed(c) => xml.push(char::REPLACEMENT_CHARACTER),
            // Written as they are, they would be read as spaces.
            '\t' | '\n' | '\r' => {
                let _ = write!(xml, "&#x{:X};", u32::from(c));
            }
            c => escaped(xml, c),
        }
    }
    xml.push('"');
}

fn escaped(xml: &mut String, c: char) {
    match c {
        '&' => xml.push_str("&amp;"),
        '<' => xml.push_str("&lt;"),
        '>' => xml.push_str("&gt;"),
        '"' => xml.push_str("&quot;"),
        c => xml.push(c),
    }
}

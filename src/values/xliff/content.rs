//! Inline content as pieces.

use std::collections::HashMap;

use super::Piece;
use super::inline::{Item, Part, id_of, items};
use super::tree::Element;

/// The original data of a unit by its ids.
pub(super) type Data<'a> = HashMap<&'a str, String>;

/// The original data of a unit.
pub(super) fn data(unit: &Element) -> Data<'_> {
    let all = unit
        .child("originalData")
        .into_iter()
        .flat_map(Element::elements);
    all.map(|data| (data.attribute("id").unwrap_or_default(), plain(data)))
        .collect()
}

fn plain(data: &Element) -> String {
    let mut text = String::new();
    for item in items(data) {
        match item {
            Item::Text(part) => text.push_str(part),
            Item::Character(c) => text.push(c),
            Item::Code(..) | Item::Annotation(..) => {}
        }
    }
    text
}

/// The attribute that says what a code stands for.
pub(super) fn data_reference(part: Part, code: &Element) -> Option<&str> {
    code.attribute(match part {
        Part::Start if code.is("pc") => "dataRefStart",
        Part::End if code.is("pc") => "dataRefEnd",
        _ => "dataRef",
    })
}

/// The pieces of a text; annotations leave nothing behind. A copy of a code stands for what that stands
/// for.
pub(super) fn pieces(items: &[Item<'_>], data: &Data<'_>) -> Vec<Piece> {
    let mut pieces = Pieces::default();
    let mut known: HashMap<String, Option<String>> = HashMap::new();
    for item in items {
        match item {
            Item::Text(text) => pieces.text(text),
            Item::Character(c) => pieces.text(c.encode_utf8(&mut [0; 4])),
            Item::Annotation(..) => {}
            Item::Code(part, code) => {
                let id = piece_id(*part, code, id_of(code));
                let copied = code
                    .attribute("copyOf")
                    .map(|base| piece_id(*part, code, base));
                let own = data_reference(*part, code).and_then(|id| data.get(id).cloned());
                let data = own.or_else(|| known.get(&copied?).cloned().flatten());
                known.insert(id.clone(), data.clone());
                pieces.0.push(Piece::Code { id, data });
            }
        }
    }
    pieces.0
}

fn piece_id(part: Part, code: &Element, id: &str) -> String {
    let paired = code.is("pc") || code.attribute("startRef").is_some();
    match part {
        Part::End if paired => format!("{id}.end"),
        _ => id.to_owned(),
    }
}

#[derive(Default)]
struct Pieces(Vec<Piece>);

impl Pieces {
    fn text(&mut self, text: &str) {
        match self.0.last_mut() {
            Some(Piece::Text(before)) => before.push_str(text),
            _ if text.is_empty() => {}
            _ => self.0.push(Piece::Text(text.to_owned())),
        }
    }
}

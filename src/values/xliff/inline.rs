//! What a text with inline elements comes to, one after the other.

use super::lexical::code_point;
use super::tree::{Element, Node};

/// Which part of a code or annotation stands at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// All of it.
    Whole,
    /// Where a pair begins.
    Start,
    /// Where a pair ends.
    End,
}

/// What stands at a place.
#[derive(Debug, Clone, Copy)]
pub(super) enum Item<'a> {
    Text(&'a str),
    Character(char),
    /// A code: `ph`, `pc` (twice), `sc` or `ec`.
    Code(Part, &'a Element),
    /// An annotation: `mrk` (twice), `sm` or `em`.
    Annotation(Part, &'a Element),
}

/// What stands in `<source>`, `<target>` or `<data>`, in order.
pub(super) fn items(element: &Element) -> Vec<Item<'_>> {
    let mut items = Vec::new();
    add(element, &mut items);
    items
}

/// Nests as deep as the document, which is bounded.
fn add<'a>(element: &'a Element, items: &mut Vec<Item<'a>>) {
    for node in &element.children {
        match node {
            Node::Text(text) => items.push(Item::Text(text)),
            Node::Element(inner) => match &*inner.name {
                "cp" => {
                    let hex = inner.attribute("hex").unwrap_or_default();
                    items.extend(code_point(hex).map(Item::Character));
                }
                "ph" => items.push(Item::Code(Part::Whole, inner)),
                "sc" => items.push(Item::Code(Part::Start, inner)),
                "ec" => items.push(Item::Code(Part::End, inner)),
                "sm" => items.push(Item::Annotation(Part::Start, inner)),
                "em" => items.push(Item::Annotation(Part::End, inner)),
                "pc" => {
                    items.push(Item::Code(Part::Start, inner));
                    add(inner, items);
                    items.push(Item::Code(Part::End, inner));
                }
                _ => {
                    items.push(Item::Annotation(Part::Start, inner));
                    add(inner, items);
                    items.push(Item::Annotation(Part::End, inner));
                }
            },
        }
    }
}

/// The id that the element names: its own, or that of the start that it ends.
pub(super) fn id_of(element: &Element) -> &str {
    let own = element.attribute("id");
    own.or_else(|| element.attribute("startRef"))
        .unwrap_or_default()
}

//! Whether the annotations of a unit are whole, and comments say something (XLIFF 2.1, 4.7.3).

use std::collections::HashSet;

use super::attributes::shown;
use super::inline::{Item, Part, id_of};
use super::references::{Target, target};
use super::tree::{Checked, Element};

/// Checks one side of a unit.
pub(super) fn check(unit: &Element, items: &[Item<'_>]) -> Checked {
    let notes: HashSet<&str> = unit
        .child("notes")
        .into_iter()
        .flat_map(Element::elements)
        .filter_map(|note| note.attribute("id"))
        .collect();
    let (mut open, mut opened) = (Vec::new(), HashSet::new());
    let mut closed = HashSet::new();
    for item in items {
        match item {
            Item::Annotation(Part::Start, start) => {
                comment(unit, start, &notes)?;
                if start.is("sm") {
                    open.push(*start);
                    opened.insert(id_of(start));
                }
            }
            Item::Annotation(Part::End, end) if end.is("em") => {
                closed.insert(id_of(end));
                ended(end, &opened)?;
            }
            _ => {}
        }
    }
    match open.iter().find(|start| !closed.contains(id_of(start))) {
        Some(start) => Err(start.wrong("a <sm> is without its <em>")),
        None => Ok(()),
    }
}

fn ended(end: &Element, open: &HashSet<&str>) -> Checked {
    match open.contains(id_of(end)) {
        true => Ok(()),
        false => Err(end.wrong(format!("there is no <sm> {} before", shown(id_of(end))))),
    }
}

/// A comment has its text in `value` or in a note of the unit.
fn comment(unit: &Element, annotation: &Element, notes: &HashSet<&str>) -> Checked {
    if annotation.attribute("type") != Some("comment") {
        return Ok(());
    }
    let Some(reference) = annotation.attribute("ref") else {
        return match annotation.attribute("value") {
            Some(_) => Ok(()),
            None => Err(annotation.wrong("a comment is to have a value or a note")),
        };
    };
    let found = target(reference).is_some_and(|found| match found {
        Target::Note {
            unit: None,
            file: false,
            id,
        } => notes.contains(id),
        Target::Note {
            unit: Some(of), id, ..
        } => unit.attribute("id") == Some(of) && notes.contains(id),
        Target::Note { .. } | Target::Other => false,
    });
    match found && annotation.attribute("value").is_none() {
        true => Ok(()),
        false => Err(annotation.wrong("a comment is to have either a value or a note of its unit")),
    }
}

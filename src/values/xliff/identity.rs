//! Whether ids are unique where they have to be (XLIFF 2.1, 4.3.1.17).

use std::collections::HashSet;

use super::attributes::shown;
use super::inline::{Item, Part};
use super::namespaces::Space;
use super::order::parts;
use super::tree::{Checked, Element};

/// Ids that have been met in their scope.
#[derive(Default)]
pub(super) struct Ids<'a>(HashSet<&'a str>);

impl<'a> Ids<'a> {
    /// Takes note of the element's id, if it has one.
    pub(super) fn add(&mut self, element: &'a Element) -> Checked {
        match element.attribute("id") {
            Some(id) if !self.0.insert(id) => {
                let name = &element.name;
                Err(element.wrong(format!("another <{name}> here has the id {}", shown(id))))
            }
            _ => Ok(()),
        }
    }
}

/// Checks a file or group: its notes, and what others put there.
pub(super) fn check_container(container: &Element) -> Checked {
    unique(
        container
            .child("notes")
            .into_iter()
            .flat_map(Element::elements),
    )?;
    let mut met = HashSet::new();
    let mut foreign = container
        .elements()
        .filter(|inner| inner.space == Space::Foreign);
    foreign.try_for_each(|extension| extension_ids(extension, &mut met))
}

/// The ids of an extension, `id` and `xml:id` alike, are unique in the file, group or unit that it is in.
fn extension_ids<'a>(extension: &'a Element, met: &mut HashSet<&'a str>) -> Checked {
    for element in extension.all() {
        let general = element.attribute_in(Space::Xml, "id");
        if let Some(id) = element.attribute("id").or(general)
            && element.space == Space::Foreign
            && !met.insert(id)
        {
            let reason = format!("another element of the extension has the id {}", shown(id));
            return Err(element.wrong(reason));
        }
    }
    Ok(())
}

/// Checks a unit: besides, its data, and its segments.
pub(super) fn check_unit(unit: &Element) -> Checked {
    check_container(unit)?;
    unique(
        unit.child("originalData")
            .into_iter()
            .flat_map(Element::elements),
    )?;
    unique(parts(unit))
}

/// Checks the codes and annotations of one side.
pub(super) fn check_side(items: &[Item<'_>]) -> Checked {
    unique(items.iter().filter_map(|item| match item {
        Item::Code(Part::End, element) if element.is("pc") => None,
        Item::Annotation(Part::End, _) => None,
        Item::Code(_, element) | Item::Annotation(_, element) => Some(*element),
        Item::Text(_) | Item::Character(_) => None,
    }))
}

fn unique<'a>(elements: impl Iterator<Item = &'a Element>) -> Checked {
    let mut ids = Ids::default();
    for element in elements {
        ids.add(element)?;
    }
    Ok(())
}

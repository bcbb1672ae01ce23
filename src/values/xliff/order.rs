//! The segments of a unit put together again.

use std::collections::HashSet;

use super::inline::{Item, items};
use super::tree::{Checked, Element};

/// The source of a unit.
pub(super) fn source(unit: &Element) -> Vec<Item<'_>> {
    parts(unit)
        .filter_map(|part| part.child("source"))
        .flat_map(items)
        .collect()
}

/// The translation of a unit, if any segment has one. What has none, white space between segments most
/// often, stands in it as it is in the source.
pub(super) fn target(unit: &Element) -> Option<Vec<Item<'_>>> {
    let translated = |part: &Element| part.is("segment") && part.child("target").is_some();
    if !parts(unit).any(translated) {
        return None;
    }
    let mut sides: Vec<(usize, &Element)> = ordered(unit)
        .filter_map(|(place, part)| Some((place, part.child("target").or(part.child("source"))?)))
        .collect();
    sides.sort_by_key(|(place, _)| *place);
    Some(
        sides
            .into_iter()
            .flat_map(|(_, side)| items(side))
            .collect(),
    )
}

/// Checks that no two translations claim one place (XLIFF 2.1, 4.3.1.22).
pub(super) fn check(unit: &Element) -> Checked {
    let count = parts(unit).count();
    let mut taken = HashSet::new();
    for (place, part) in ordered(unit) {
        if let Some(target) = part.child("target")
            && (place > count || !taken.insert(place))
        {
            return Err(target.wrong(format!("the order {place} is not free")));
        }
    }
    Ok(())
}

/// The segments with their places in the translation, counted from 1.
fn ordered(unit: &Element) -> impl Iterator<Item = (usize, &Element)> {
    parts(unit).enumerate().map(|(index, part)| {
        let order = part
            .child("target")
            .and_then(|target| target.attribute("order"));
        let place = order.and_then(|order| order.parse().ok());
        (place.unwrap_or(index + 1), part)
    })
}

/// The segments, and what stands between them.
pub(super) fn parts(unit: &Element) -> impl Iterator<Item = &Element> {
    unit.elements()
        .filter(|element| element.is("segment") || element.is("ignorable"))
}

//! References from one place of a document to another: fragment identifiers and sub-flows.

use std::collections::HashSet;

use super::attributes::shown;
use super::tree::{Checked, Element, is_space};
use crate::values::xml::is_name_token;

/// What a fragment identifier leads to.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Target<'a> {
    /// A note: whether the file is named, the unit if that is, and the note's id.
    Note {
        file: bool,
        unit: Option<&'a str>,
        id: &'a str,
    },
    /// Anything else.
    Other,
}

/// Reads a fragment identifier (XLIFF 2.1, 4.4): file, group and unit in this order, each at most once, and
/// then what is wanted in it. `None` where it is not built so.
pub(super) fn target(reference: &str) -> Option<Target<'_>> {
    let path = reference.strip_prefix('#')?;
    let (mut rank, mut file, mut unit) = (0, false, None);
    let mut found = Target::Other;
    for selector in path.strip_prefix('/').unwrap_or(path).split('/') {
        let (prefix, id) = selector.split_once('=').unwrap_or(("", selector));
        let known = match prefix {
            "f" => 1,
            "g" => 2,
            "u" => 3,
            "" | "n" | "d" | "t" => 4,
            _ if is_name_token(prefix) && prefix.chars().nth(1).is_some() => 4,
            _ => return None,
        };
        if known <= rank || !id.split('=').all(is_name_token) {
            return None;
        }
        rank = known;
        file |= known < 3;
        match prefix {
            "u" => unit = Some(id),
            "n" => found = Target::Note { file, unit, id },
            _ => {}
        }
    }
    Some(found)
}

/// Checks the references from within a file.
pub(super) fn check(file: &Element) -> Checked {
    let core = || {
        file.all()
            .into_iter()
            .filter(|element| element.space == file.space)
    };
    let units: HashSet<&str> = core()
        .filter(|element| element.is("unit"))
        .filter_map(|unit| unit.attribute("id"))
        .collect();
    for element in core() {
        for name in ["subFlows", "subFlowsStart", "subFlowsEnd"] {
            let mut ids = element.attribute(name).unwrap_or_default().split(is_space);
            if let Some(id) = ids.find(|id| !id.is_empty() && !units.contains(id)) {
                return Err(element.wrong(format!("there is no unit {} to flow into", shown(id))));
            }
        }
        if let Some(reference) = element.attribute("ref")
            && reference.starts_with('#')
            && target(reference).is_none()
        {
            return Err(element.wrong(format!("{} leads nowhere", shown(reference))));
        }
    }
    Ok(())
}

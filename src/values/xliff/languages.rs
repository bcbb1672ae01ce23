//! Whether the languages of a document go together, and the white space of source and target.

use super::namespaces::Space;
use super::tree::{Checked, Element};

/// What elements inside take over from those around them.
#[derive(Clone, Copy, Default)]
struct Inherited<'a> {
    language: Option<&'a str>,
    space: Option<&'a str>,
}

/// Checks that every source is in the source language and every target in the target language
/// (XLIFF 2.1, 4.2.2.10 and 4.2.2.11), and that both keep white space or both do not.
pub(super) fn check(document: &Element) -> Checked {
    inside(document, document, Inherited::default())
}

fn inside<'a>(document: &'a Element, element: &'a Element, around: Inherited<'a>) -> Checked {
    let here = inherited(element, around);
    match &*element.name {
        "source" => in_language(document, element, here, "srcLang"),
        "target" => in_language(document, element, here, "trgLang"),
        "segment" | "ignorable" => {
            check_space(element, here)?;
            all_inside(document, element, here)
        }
        "xliff" | "file" | "group" | "unit" => all_inside(document, element, here),
        _ => Ok(()),
    }
}

fn all_inside<'a>(document: &'a Element, element: &'a Element, here: Inherited<'a>) -> Checked {
    let mut core = element
        .elements()
        .filter(|inner| inner.space == Space::Core);
    core.try_for_each(|inner| inside(document, inner, here))
}

fn inherited<'a>(element: &'a Element, around: Inherited<'a>) -> Inherited<'a> {
    Inherited {
        language: element.attribute_in(Space::Xml, "lang").or(around.language),
        space: element.attribute_in(Space::Xml, "space").or(around.space),
    }
}

fn in_language(document: &Element, side: &Element, here: Inherited<'_>, name: &str) -> Checked {
    let Some(wanted) = document.attribute(name) else {
        return Err(side.wrong(format!("a <{}> asks for {name} in <xliff>", side.name)));
    };
    match here.language {
        Some(language) if !language.eq_ignore_ascii_case(wanted) => Err(side.wrong(format!(
            "a <{}> is in {language}, not in {wanted}",
            side.name
        ))),
        _ => Ok(()),
    }
}

fn check_space(segment: &Element, around: Inherited<'_>) -> Checked {
    let space = |side: &Element| {
        inherited(side, around)
            .space
            .unwrap_or("default")
            .to_owned()
    };
    let source = segment.child("source").map(space);
    match segment.child("target") {
        Some(target) if Some(space(target)) != source => {
            Err(target.wrong("xml:space is not as it is in the <source>"))
        }
        _ => Ok(()),
    }
}

//! Whether an element has the attributes that it must have, and no others.

use super::lexical::Kind;
use super::namespaces::{Module, Space};
use super::schema::{Attribute as Known, Others, Rule};
use super::tree::{Attribute, Checked, Element};

/// The values of Format Style's `fs`: elements of HTML (XLIFF 2.1, 5.5.3.1).
const STYLES: &str = " a b bdo big blockquote body br button caption center cite code col colgroup dd del div dl dt \
    em h1 h2 h3 h4 h5 h6 head hr html i img label legend li ol p pre q s samp select small span strike strong sub \
    sup table tbody td tfoot th thead title tr tt u ul ";

pub(super) fn check(element: &Element, rule: &Rule) -> Checked {
    for attribute in &element.attributes {
        let taken = match attribute.space {
            Space::None | Space::Core => own(attribute, rule),
            Space::Xml => general(attribute),
            Space::Module(module) => of_module(module, attribute, element, rule),
            Space::Foreign => rule.others == Others::Anybody,
        };
        if !taken {
            let name = &attribute.name;
            let reason = format!(
                "<{}> cannot have {name}=\"{}\"",
                rule.name,
                shown(&attribute.value)
            );
            return Err(element.wrong(reason));
        }
    }
    let mut required = rule
        .attributes
        .iter()
        .copied()
        .flatten()
        .filter(|known| known.required);
    match required.find(|known| element.attribute(known.name).is_none()) {
        Some(known) => Err(element.wrong(format!("<{}> is without {}", rule.name, known.name))),
        None => depending(element),
    }
}

fn own(attribute: &Attribute, rule: &Rule) -> bool {
    let mut known = rule.attributes.iter().copied().flatten();
    let found = known.find(|known: &&Known| known.name == &*attribute.name);
    attribute.space == Space::None && found.is_some_and(|known| known.kind.takes(&attribute.value))
}

fn general(attribute: &Attribute) -> bool {
    let kind = match &*attribute.name {
        "lang" => Kind::Language,
        "space" => Kind::Word(&["default", "preserve"]),
        _ => Kind::Text,
    };
    kind.takes(&attribute.value)
}

fn of_module(module: Module, attribute: &Attribute, element: &Element, rule: &Rule) -> bool {
    // The end of a pair takes after its start (XLIFF 2.1, 5.5.3); one on its own stands for itself.
    let follows = rule.name == "ec" && element.attribute("isolated") != Some("yes");
    if rule.others == Others::Nobody || follows {
        return false;
    }
    match (module, &*attribute.name) {
        (Module::FormatStyle, "fs") => STYLES.contains(&format!(" {} ", attribute.value)),
        (Module::FormatStyle, "subFs") => true,
        (Module::FormatStyle, _) => false,
        _ => true,
    }
}

/// The attributes that ask for others.
fn depending(element: &Element) -> Checked {
    if element.attribute("subState").is_some() && element.attribute("state").is_none() {
        return Err(element.wrong("subState asks for a state"));
    }
    if element.is("skeleton") && element.attribute("href").is_some() != element.children.is_empty()
    {
        return Err(element.wrong("<skeleton> is to have either href or content"));
    }
    match (element.attribute("subType"), element.attribute("type")) {
        (Some(_), None) => Err(element.wrong("subType asks for a type")),
        (Some(sub_type), Some(of)) if !goes_with(sub_type, of) => {
            Err(element.wrong(format!("{} is no subType of {of}", shown(sub_type))))
        }
        _ => Ok(()),
    }
}

/// The sub-types with the prefix `xlf` are XLIFF's own (XLIFF 2.1, 4.3.1.34).
fn goes_with(sub_type: &str, of: &str) -> bool {
    match sub_type.strip_prefix("xlf:") {
        Some("lb" | "pb" | "b" | "i" | "u") => of == "fmt",
        Some("var") => of == "ui",
        Some(_) => false,
        None => true,
    }
}

/// So much of a value as a message needs.
pub(super) fn shown(value: &str) -> String {
    value.chars().take(60).collect()
}

/// Whether a `yes` or `no` says no; `yes` is what is meant where nothing is said.
pub(super) fn says_no(element: &Element, name: &str) -> bool {
    element.attribute(name) == Some("no")
}

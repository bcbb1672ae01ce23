//! Whose an element or attribute is: the XLIFF core's, a module's or somebody else's.

use quick_xml::XmlVersion;
use quick_xml::events::BytesStart;

/// The most namespaces that may be declared at one place, those of the elements around included.
/// Files have a handful; each name is looked up among all of them.
const MAX_DECLARED: usize = 64;

const XML: &str = "http://www.w3.org/XML/1998/namespace";
/// The core of XLIFF 2.0 and 2.1.
pub(super) const CORE: &str = "urn:oasis:names:tc:xliff:document:2.0";
/// The core of XLIFF 2.2.
const CORE_22: &str = "urn:oasis:names:tc:xliff:document:2.2";
const XLIFF: &str = "urn:oasis:names:tc:xliff:";

/// A namespace.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// None at all, as attributes without a prefix are in.
    None,
    /// The core of XLIFF 2.0 and 2.1, or of 2.2.
    Core,
    /// That of `xml:lang`, `xml:space` and `xml:id`.
    Xml,
    /// A module of XLIFF.
    Module(Module),
    /// Anybody else's.
    Foreign,
}

/// The modules whose names are checked; the others are taken as they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Module {
    /// Format Style (XLIFF 2.1, 5.5).
    FormatStyle,
    /// Validation (XLIFF 2.1, 5.9).
    Validation,
    /// Any other.
    Other,
}

/// The namespaces in force where the reading is.
#[derive(Debug)]
pub(super) struct Scopes {
    /// The depth of the element that declares it, the prefix, the namespace.
    declared: Vec<(usize, Box<str>, Space)>,
    /// Which of the two cores the document is in: it cannot be in both.
    pub(super) newest: bool,
}

impl Scopes {
    pub(super) fn new() -> Self {
        Scopes {
            declared: vec![(0, Box::from("xml"), Space::Xml)],
            newest: false,
        }
    }

    /// Forgets what elements at this depth and below declared.
    pub(super) fn leave(&mut self, depth: usize) {
        while self
            .declared
            .last()
            .is_some_and(|(declared_at, ..)| *declared_at >= depth && depth > 0)
        {
            self.declared.pop();
        }
    }

    /// Takes note of what a tag declares.
    pub(super) fn enter(&mut self, depth: usize, tag: &BytesStart<'_>) -> Result<(), String> {
        for attribute in tag.attributes().with_checks(false).flatten() {
            let key = attribute.key.as_ref();
            let prefix = match key.strip_prefix("xmlns:") {
                Some(prefix) => prefix,
                None if key == "xmlns" => "",
                None => continue,
            };
            let uri = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .map_err(|error| error.to_string())?;
            if prefix == "xmlns" || (prefix == "xml") != (uri == XML) {
                return Err("declares a namespace that cannot be declared".to_owned());
            }
            if uri.is_empty() && !prefix.is_empty() {
                return Err(format!("takes back the namespace of {prefix}"));
            }
            if self.declared.len() >= MAX_DECLARED {
                return Err(format!("more than {MAX_DECLARED} namespaces are declared"));
            }
            self.newest |= uri == CORE_22;
            self.declared.push((depth, Box::from(prefix), space(&uri)));
        }
        Ok(())
    }

    /// The namespace of a prefix; the empty prefix stands for none.
    pub(super) fn of(&self, prefix: &str) -> Result<Space, String> {
        let declared = self.declared.iter().rev();
        match declared.into_iter().find(|(_, name, _)| **name == *prefix) {
            Some((.., space)) => Ok(*space),
            None if prefix.is_empty() => Ok(Space::None),
            None => Err(format!("the prefix {prefix} is not declared")),
        }
    }
}

fn space(uri: &str) -> Space {
    match uri {
        "" => Space::None,
        XML => Space::Xml,
        CORE | CORE_22 => Space::Core,
        _ => match uri
            .strip_prefix(XLIFF)
            .and_then(|rest| rest.split(':').next())
        {
            Some("fs") => Space::Module(Module::FormatStyle),
            Some("validation") => Space::Module(Module::Validation),
            Some(_) => Space::Module(Module::Other),
            None => Space::Foreign,
        },
    }
}

//! XML as a tree, for tests that look at what an element is called, has and holds.

use dateline::values::xml;
use quick_xml::NsReader;
use quick_xml::events::{BytesStart, Event};
use quick_xml::name::ResolveResult;

/// An element, with the namespace that it is in.
#[derive(Debug, Default)]
pub(crate) struct Element {
    /// The namespace; empty: none.
    pub(crate) space: String,
    /// The name without its prefix.
    pub(crate) name: String,
    /// The attributes but for namespaces, by the name as written.
    pub(crate) attributes: Vec<(String, String)>,
    /// The elements in it.
    pub(crate) children: Vec<Element>,
    /// Its own text.
    pub(crate) text: String,
}

impl Element {
    /// The document's root. It has to be well-formed, in UTF-8, without a document type, and of
    /// characters that XML can hold.
    #[track_caller]
    pub(crate) fn read(document: &str) -> Element {
        assert!(document.starts_with("<?xml version=\"1.0\""), "{document}");
        assert!(document.chars().all(xml::is_allowed), "{document:?}");
        let mut reader = NsReader::from_str(document);
        reader.config_mut().check_comments = true;
        let mut open = vec![Element::default()];
        loop {
            let (space, event) = reader
                .read_resolved_event()
                .unwrap_or_else(|error| panic!("{error}: {document}"));
            match event {
                Event::Start(start) => {
                    let element = Element::begun(space, &start);
                    open.push(element);
                }
                Event::Empty(start) => {
                    let element = Element::begun(space, &start);
                    open.last_mut().unwrap().children.push(element);
                }
                Event::End(_) => {
                    let element = open.pop().unwrap();
                    open.last_mut().unwrap().children.push(element);
                }
                Event::Text(text) => {
                    let text = text.into_inner();
                    assert!(!text.contains("]]>"), "{document}");
                    open.last_mut().unwrap().text.push_str(&text);
                }
                Event::CData(text) => {
                    let text = text.into_inner();
                    open.last_mut().unwrap().text.push_str(&text);
                }
                Event::GeneralRef(reference) => {
                    let c = match reference.resolve_char_ref().unwrap() {
                        Some(c) => c,
                        None => named(&reference),
                    };
                    open.last_mut().unwrap().text.push(c);
                }
                Event::Decl(_) => {}
                Event::Eof => break,
                other => panic!("{other:?} in {document}"),
            }
        }
        assert_eq!(open.len(), 1, "{document}");
        let mut roots = open.pop().unwrap().children;
        assert_eq!(roots.len(), 1, "{document}");
        roots.pop().unwrap()
    }

    fn begun(space: ResolveResult<'_>, start: &BytesStart<'_>) -> Element {
        let space = match space {
            ResolveResult::Bound(space) => space.as_ref().to_owned(),
            ResolveResult::Unbound => String::new(),
            ResolveResult::Unknown(prefix) => panic!("the prefix {prefix:?} is not bound"),
        };
        let attributes = start.attributes().map(|attribute| {
            let attribute = attribute.unwrap();
            let name = attribute.key.as_ref().to_owned();
            let value = attribute.value.into_owned();
            assert!(!value.contains('<'), "{name}: {value}");
            let value = quick_xml::escape::unescape(&value).unwrap().into_owned();
            (name, value)
        });
        Element {
            space,
            name: start.local_name().as_ref().to_owned(),
            attributes: attributes
                .filter(|(name, _)| !name.starts_with("xmlns"))
                .collect(),
            ..Element::default()
        }
    }

    /// The elements in it of this name.
    pub(crate) fn all(&self, name: &str) -> Vec<&Element> {
        let children = self.children.iter();
        children.filter(|child| child.name == name).collect()
    }

    /// The only element in it of this name.
    #[track_caller]
    pub(crate) fn one(&self, name: &str) -> &Element {
        let all = self.all(name);
        assert_eq!(all.len(), 1, "{name} in {self:?}");
        all[0]
    }

    /// The value of an attribute; empty: it has none.
    pub(crate) fn attribute(&self, name: &str) -> &str {
        let found = self.attributes.iter().find(|(known, _)| known == name);
        found.map_or("", |(_, value)| value)
    }

    /// The names of its elements, in order.
    pub(crate) fn names(&self) -> Vec<&str> {
        self.children
            .iter()
            .map(|child| child.name.as_str())
            .collect()
    }
}

fn named(entity: &str) -> char {
    match entity {
        "amp" => '&',
        "lt" => '<',
        "gt" => '>',
        "quot" => '"',
        "apos" => '\'',
        other => panic!("XML knows no &{other};"),
    }
}

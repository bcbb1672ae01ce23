//! A feed as RSS 2.0.

use std::collections::BTreeMap;

use chrono::SecondsFormat;
use rss::extension::dublincore::DublinCoreExtension;
use rss::extension::{Extension, ExtensionMap};
use rss::{Category, Channel, Guid, Item};

use super::{Entry, Feed};
use crate::error::{Error, Result};
use crate::values::xml;

const ATOM: &str = "http://www.w3.org/2005/Atom";

/// Writes the feed. Authors are `dc:creator`: RSS has only e-mail addresses for them. When an item was
/// last published is `atom:updated`, which RSS has nothing for.
///
/// # Errors
/// When it cannot be written as XML, which is this service's mistake.
pub fn write(feed: &Feed) -> Result<Vec<u8>> {
    let channel = Channel {
        title: text(&feed.title),
        link: feed.home.clone(),
        description: text(&feed.description),
        language: Some(feed.language.clone()),
        last_build_date: Some(feed.updated.to_rfc2822()),
        generator: Some("Dateline".into()),
        items: feed.entries.iter().map(item).collect(),
        extensions: own_address(feed),
        namespaces: BTreeMap::from([("atom".into(), ATOM.into())]),
        ..Channel::default()
    };
    channel
        .write_to(Vec::new())
        .map_err(|error| Error::Internal(error.to_string()))
}

fn item(entry: &Entry) -> Item {
    let category = |tag: &String| Category {
        name: text(tag),
        domain: None,
    };
    let updated = entry.updated.to_rfc3339_opts(SecondsFormat::AutoSi, true);
    Item {
        title: Some(text(&entry.title)),
        link: Some(entry.link.clone()),
        description: (!entry.summary.is_empty()).then(|| as_html(&text(&entry.summary))),
        categories: entry.tags.iter().map(category).collect(),
        guid: Some(Guid {
            value: entry.id.clone(),
            permalink: false,
        }),
        pub_date: Some(entry.published.to_rfc2822()),
        dublin_core_ext: Some(DublinCoreExtension {
            creators: entry.authors.iter().map(|author| text(author)).collect(),
            ..DublinCoreExtension::default()
        }),
        extensions: atom("updated", BTreeMap::new(), Some(updated)),
        ..Item::default()
    }
}

/// Where the feed itself is (RSS Advisory Board, RSS Best Practices Profile).
fn own_address(feed: &Feed) -> ExtensionMap {
    let attributes = [
        ("href", feed.address.as_str()),
        ("rel", "self"),
        ("type", "application/rss+xml"),
    ];
    let attributes = attributes.map(|(name, value)| (name.to_owned(), value.to_owned()));
    atom("link", BTreeMap::from(attributes), None)
}

fn atom(name: &str, attrs: BTreeMap<String, String>, value: Option<String>) -> ExtensionMap {
    let extension = Extension {
        name: format!("atom:{name}"),
        value,
        attrs,
        ..Extension::default()
    };
    let named = BTreeMap::from([(name.to_owned(), vec![extension])]);
    BTreeMap::from([("atom".to_owned(), named)])
}

fn text(text: &str) -> String {
    xml::text(text).into_owned()
}

/// A description is read as HTML.
fn as_html(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('<', "&lt;")
        .replace('>', "&gt;")
}

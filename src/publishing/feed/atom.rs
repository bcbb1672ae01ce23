//! A feed as Atom (RFC 4287).

use atom_syndication::{self as atom, Category, Generator, Link, Person, Text, WriteConfig};

use super::{Entry, Feed};
use crate::error::{Error, Result};
use crate::values::xml;

/// Writes the feed. Its own author is the publication, which stands for entries that name none.
///
/// # Errors
/// When it cannot be written as XML, which is this service's mistake.
pub fn write(feed: &Feed) -> Result<Vec<u8>> {
    let document = atom::Feed {
        title: plain(&feed.title),
        id: feed.id.clone(),
        updated: feed.updated.into(),
        authors: vec![person(&feed.publication)],
        generator: Some(Generator {
            value: "Dateline".into(),
            ..Generator::default()
        }),
        links: vec![
            link("self", &feed.address, "application/atom+xml"),
            link("alternate", &feed.home, "text/html"),
        ],
        subtitle: Some(plain(&feed.description)),
        entries: feed.entries.iter().map(entry).collect(),
        lang: Some(feed.language.clone()),
        ..atom::Feed::default()
    };
    let whole = WriteConfig {
        write_document_declaration: true,
        indent_size: None,
    };
    document
        .write_with_config(Vec::new(), whole)
        .map_err(|error| Error::Internal(error.to_string()))
}

fn entry(entry: &Entry) -> atom::Entry {
    let category = |tag: &String| Category {
        term: text(tag),
        scheme: None,
        label: None,
    };
    atom::Entry {
        title: plain(&entry.title),
        id: entry.id.clone(),
        updated: entry.updated.into(),
        authors: entry.authors.iter().map(|author| person(author)).collect(),
        categories: entry.tags.iter().map(category).collect(),
        links: vec![link("alternate", &entry.link, "text/html")],
        published: Some(entry.published.into()),
        summary: Some(plain(&entry.summary)),
        ..atom::Entry::default()
    }
}

fn link(relation: &str, address: &str, media_type: &str) -> Link {
    Link {
        href: address.to_owned(),
        rel: relation.to_owned(),
        mime_type: Some(media_type.to_owned()),
        ..Link::default()
    }
}

fn person(name: &str) -> Person {
    Person {
        name: text(name),
        ..Person::default()
    }
}

fn plain(words: &str) -> Text {
    Text::plain(text(words))
}

fn text(text: &str) -> String {
    xml::text(text).into_owned()
}

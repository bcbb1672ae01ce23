//! What the second editor of Ghost wrote: Mobiledoc 0.3.

use serde_json::Value;

use super::text::{Piece, card, push_html};
use crate::transfer::html::escaped;

/// The pieces of a document.
pub(super) fn pieces(document: &Value) -> Vec<Piece> {
    let mut pieces = Vec::new();
    for section in list(document.get("sections")) {
        let of = |at: usize| section.get(at);
        match of(0).and_then(Value::as_u64) {
            Some(1) => {
                let name = tag(of(1));
                let text = text(document, of(2));
                push_html(&mut pieces, &format!("<{name}>{text}</{name}>"));
            }
            Some(2) => {
                let source = escaped(of(1).and_then(Value::as_str).unwrap_or_default());
                push_html(&mut pieces, &format!("<p><img src=\"{source}\"></p>"));
            }
            Some(3) => {
                let name = if tag(of(1)) == "ol" { "ol" } else { "ul" };
                let items =
                    list(of(2)).map(|item| format!("<li>{}</li>", text(document, Some(item))));
                let items: String = items.collect();
                push_html(&mut pieces, &format!("<{name}>{items}</{name}>"));
            }
            Some(10) => match section_card(document, of(1)) {
                Some(Piece::Html(html)) => push_html(&mut pieces, &html),
                other => pieces.extend(other),
            },
            _ => {}
        }
    }
    pieces
}

fn section_card(document: &Value, number: Option<&Value>) -> Option<Piece> {
    let number = usize::try_from(number?.as_u64()?).ok()?;
    let found = document.get("cards")?.get(number)?;
    card(found.get(0)?.as_str()?, found.get(1)?)
}

/// Text with its markups: each marker opens some, and closes as many as it says.
fn text(document: &Value, markers: Option<&Value>) -> String {
    let (mut html, mut open) = (String::new(), Vec::new());
    for marker in list(markers) {
        for number in list(marker.get(1)) {
            let number = number
                .as_u64()
                .and_then(|number| usize::try_from(number).ok());
            let markup = number.and_then(|number| document.get("markups")?.get(number));
            let name = tag(markup.and_then(|markup| markup.get(0)));
            html.push_str(&start(name, markup));
            open.push(name);
        }
        let value = marker.get(3);
        match (
            marker.get(0).and_then(Value::as_u64),
            value.and_then(Value::as_str),
        ) {
            (Some(0), Some(text)) => html.push_str(&escaped(text)),
            (Some(1), _) => html.push_str(&atom(document, value)),
            _ => {}
        }
        for _ in 0..marker
            .get(2)
            .and_then(Value::as_u64)
            .unwrap_or_default()
            .min(100)
        {
            if let Some(name) = open.pop() {
                html.push_str(&format!("</{name}>"));
            }
        }
    }
    html
}

fn start(name: &str, markup: Option<&Value>) -> String {
    let attributes: Vec<&str> = list(markup.and_then(|markup| markup.get(1)))
        .filter_map(Value::as_str)
        .collect();
    let href = attributes.chunks(2).find_map(|pair| match pair {
        ["href", to] => Some(*to),
        _ => None,
    });
    match href {
        Some(to) => format!("<{name} href=\"{}\">", escaped(to)),
        None => format!("<{name}>"),
    }
}

/// A line break, or something with a text of its own.
fn atom(document: &Value, number: Option<&Value>) -> String {
    let number = number
        .and_then(Value::as_u64)
        .and_then(|number| usize::try_from(number).ok());
    let atom = number.and_then(|number| document.get("atoms")?.get(number));
    let of = |at: usize| {
        atom.and_then(|atom| atom.get(at)?.as_str())
            .unwrap_or_default()
    };
    match of(0) {
        "soft-return" => "<br>".to_owned(),
        _ => escaped(of(1)),
    }
}

/// The name of an element that a text may have.
fn tag(name: Option<&Value>) -> &'static str {
    const KNOWN: [&str; 22] = [
        "p",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "blockquote",
        "aside",
        "ul",
        "ol",
        "a",
        "b",
        "strong",
        "i",
        "em",
        "s",
        "u",
        "code",
        "sub",
        "sup",
        "del",
    ];
    let name = name.and_then(Value::as_str).unwrap_or_default();
    let known = KNOWN.iter().find(|known| known.eq_ignore_ascii_case(name));
    known.copied().unwrap_or("span")
}

fn list(value: Option<&Value>) -> impl Iterator<Item = &Value> {
    value.and_then(Value::as_array).into_iter().flatten()
}

//! The text of a post, in whichever of its forms it is there.

use serde_json::Value;
use url::Url;

use super::posts::without_site;
use super::{index, lexical, mobiledoc};
use crate::transfer::body::{self, Fault};
use crate::transfer::html::{self, Ways};

/// A piece of a text.
#[derive(Debug, PartialEq)]
pub(super) enum Piece {
    /// Written in HTML.
    Html(String),
    /// Written in Markdown.
    Markdown(String),
}

/// The Markdown of a post: of its HTML, or else of what its editor wrote.
pub(super) fn markdown(post: &Value, site: Option<&Url>) -> Result<String, Fault> {
    let of = |name| Some(index::text(post, name)).filter(|text| !text.trim().is_empty());
    let pieces = match (of("html"), of("mobiledoc"), of("lexical"), of("markdown")) {
        (Some(html), ..) => vec![Piece::Html(without_site(html))],
        (_, Some(document), ..) => read(document, mobiledoc::pieces)?,
        (_, _, Some(document), _) => read(document, lexical::pieces)?,
        (.., Some(markdown)) => vec![Piece::Markdown(without_site(markdown))],
        _ => Vec::new(),
    };
    let mut texts = Vec::with_capacity(pieces.len());
    for piece in pieces {
        texts.push(match piece {
            Piece::Html(html) => {
                let ways = Ways {
                    base: site,
                    ..Ways::default()
                };
                html::markdown(&html, ways).ok_or_else(body::too_long)?
            }
            Piece::Markdown(markdown) => markdown.trim().to_owned(),
        });
    }
    texts.retain(|text| !text.is_empty());
    body::fitting(&texts.join("\n\n"))
}

fn read(document: &str, pieces: fn(&Value) -> Vec<Piece>) -> Result<Vec<Piece>, Fault> {
    let document: Value = serde_json::from_str(&without_site(document)).map_err(|error| {
        let detail = format!("its text cannot be read: {error}");
        ("/translations/0/body", "malformed", detail)
    })?;
    Ok(pieces(&document))
}

/// Adds HTML to the pieces.
pub(super) fn push_html(pieces: &mut Vec<Piece>, html: &str) {
    match pieces.last_mut() {
        Some(Piece::Html(before)) => before.push_str(html),
        _ => pieces.push(Piece::Html(html.to_owned())),
    }
}

/// A card of either editor: an image, code, an embed and the like. None: there is nothing to see of it.
pub(super) fn card(kind: &str, card: &Value) -> Option<Piece> {
    let of = |name| index::text(card, name);
    let escaped = |name| html::escaped(of(name));
    let caption = match of("caption") {
        "" => String::new(),
        caption => format!("<figcaption>{caption}</figcaption>"),
    };
    let html = match kind {
        "markdown" | "card-markdown" => return Some(Piece::Markdown(of("markdown").to_owned())),
        "html" => of("html").to_owned(),
        "image" => {
            let (src, alt) = (escaped("src"), escaped("alt"));
            format!("<figure><img src=\"{src}\" alt=\"{alt}\">{caption}</figure>")
        }
        "gallery" => {
            let images = card
                .get("images")
                .and_then(Value::as_array)
                .into_iter()
                .flatten();
            let image = |image| {
                let (src, alt) = (index::text(image, "src"), index::text(image, "alt"));
                format!(
                    "<p><img src=\"{}\" alt=\"{}\"></p>",
                    html::escaped(src),
                    html::escaped(alt)
                )
            };
            images
                .map(image)
                .chain([caption.replace("figcaption", "p")])
                .collect()
        }
        "embed" if of("html").contains("<iframe") => {
            format!("<figure>{}{caption}</figure>", of("html"))
        }
        "embed" | "bookmark" => {
            let title = card
                .get("metadata")
                .map_or("", |metadata| index::text(metadata, "title"));
            let title = if title.is_empty() { of("url") } else { title };
            let (to, title) = (escaped("url"), html::escaped(title));
            format!(
                "<p><a href=\"{to}\">{title}</a></p>{}",
                caption.replace("figcaption", "p")
            )
        }
        "video" | "audio" => format!(
            "<figure><{kind} src=\"{}\"></{kind}>{caption}</figure>",
            escaped("src")
        ),
        "file" => format!(
            "<p><a href=\"{}\">{}</a></p>",
            escaped("src"),
            escaped("fileTitle")
        ),
        "button" => format!(
            "<p><a href=\"{}\">{}</a></p>",
            escaped("buttonUrl"),
            escaped("buttonText")
        ),
        "callout" => format!("<blockquote>{}</blockquote>", of("calloutText")),
        "toggle" => format!(
            "<details><summary>{}</summary>{}</details>",
            of("heading"),
            of("content")
        ),
        "code" | "codeblock" => {
            let language = of("language").replace(|c: char| !c.is_ascii_alphanumeric(), "");
            format!(
                "<pre class=\"language-{language}\"><code>{}</code></pre>",
                escaped("code")
            )
        }
        "hr" | "horizontalrule" => "<hr>".to_owned(),
        _ => return None,
    };
    Some(Piece::Html(html))
}

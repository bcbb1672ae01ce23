//! What WordPress's editors leave in their HTML.

use super::escape;

/// A picture or a file of a WordPress site.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Media {
    /// Where it is.
    pub url: String,
    /// What it shows.
    pub alt: String,
    /// The line under it.
    pub caption: String,
}

/// The most files of one gallery that are shown.
const MOST: usize = 100;

/// How many bytes the attributes of a shortcode may have.
const LONGEST_HEAD: usize = 4096;

/// Whether a text was written in the older editor, where lines and blank lines count.
pub fn counts_lines(content: &str) -> bool {
    !content.contains("<!-- wp:")
}

/// The text with those shortcodes made into HTML that stand for pictures and embeds; others stay. `media` finds
/// a file by its id; `attached` are the ids of the pictures that belong to the text.
pub fn without_shortcodes(
    content: &str,
    attached: &[u64],
    media: &mut dyn FnMut(u64) -> Option<Media>,
) -> String {
    let mut html = String::with_capacity(content.len());
    let mut rest = content;
    while let Some((before, behind)) = rest.split_once('[') {
        html.push_str(before);
        match replaced(behind, attached, media) {
            Some((replacement, after)) => {
                html.push_str(&replacement);
                rest = after;
            }
            None => {
                html.push('[');
                rest = behind;
            }
        }
    }
    html.push_str(rest);
    html
}

/// What stands for the shortcode that begins here, and what is behind it.
fn replaced<'a>(
    text: &'a str,
    attached: &[u64],
    media: &mut dyn FnMut(u64) -> Option<Media>,
) -> Option<(String, &'a str)> {
    let end = text.find(|c: char| !c.is_ascii_alphanumeric() && c != '_' && c != '-')?;
    let (name, behind) = text.split_at_checked(end)?;
    if ![
        "caption",
        "wp_caption",
        "gallery",
        "embed",
        "video",
        "audio",
        "youtube",
        "vimeo",
    ]
    .contains(&name)
    {
        return None;
    }
    let (head, after) = head(behind)?;
    match name {
        "gallery" => Some((gallery(head, attached, media)?, after)),
        "youtube" | "vimeo" => Some((film(name, head)?, after)),
        "video" | "audio" => {
            let source = ["src", "mp4", "webm", "mp3", "m4a", "ogg"]
                .iter()
                .find_map(|key| value(head, key))?;
            let source = escape::html(source);
            let after = within(after, name).map_or(after, |(_, after)| after);
            Some((format!("<{name} src=\"{source}\"></{name}>"), after))
        }
        "embed" => {
            let (address, after) = within(after, name)?;
            Some((format!("\n\n{}\n\n", address.trim()), after))
        }
        _ => {
            let (content, after) = within(after, name)?;
            Some((captioned(head, content), after))
        }
    }
}

/// A shortcode's attributes, and what is behind them.
fn head(text: &str) -> Option<(&str, &str)> {
    let end = text
        .bytes()
        .take(LONGEST_HEAD)
        .position(|byte| matches!(byte, b'[' | b']'))?;
    let (head, behind) = text.split_at_checked(end)?;
    Some((head, behind.strip_prefix(']')?))
}

/// What stands before the shortcode's end, and what behind it.
fn within<'a>(text: &'a str, name: &str) -> Option<(&'a str, &'a str)> {
    // An end further away than any caption is long belongs to something else.
    let mut near = text.len().min(16 * 1024);
    while !text.is_char_boundary(near) {
        near -= 1;
    }
    let end = format!("[/{name}]");
    let at = text.get(..near)?.find(&end)?;
    Some((text.get(..at)?, text.get(at + end.len()..)?))
}

/// A picture and the line under it: behind it, or in the attribute of old.
fn captioned(head: &str, content: &str) -> String {
    let content = content.trim();
    let end = if content.starts_with("<a") {
        "</a>"
    } else {
        ">"
    };
    let at = content.find(end).map(|at| at + end.len());
    let (picture, behind) = content
        .split_at_checked(at.unwrap_or_default())
        .unwrap_or(("", content));
    let caption = match behind.trim() {
        "" => value(head, "caption").unwrap_or_default(),
        caption => caption,
    };
    match caption {
        "" => format!("\n\n{picture}\n\n"),
        caption => format!("<figure>{picture}<figcaption>{caption}</figcaption></figure>"),
    }
}

/// The pictures that a gallery names, or else all that are attached to the text.
fn gallery(
    head: &str,
    attached: &[u64],
    media: &mut dyn FnMut(u64) -> Option<Media>,
) -> Option<String> {
    let named = value(head, "ids").or_else(|| value(head, "include"));
    let ids: Vec<u64> = match named {
        Some(ids) => ids
            .split(',')
            .filter_map(|id| id.trim().parse().ok())
            .collect(),
        None => attached.to_vec(),
    };
    let ids = ids.into_iter().take(MOST);
    let found: String = ids.filter_map(media).map(|media| media.figure()).collect();
    (!found.is_empty()).then_some(found)
}

fn film(name: &str, head: &str) -> Option<String> {
    let named = head.trim().trim_start_matches('=').trim_matches(['"', ' ']);
    let address = match (
        named.starts_with("https://") || named.starts_with("http://"),
        name,
    ) {
        (true, _) => named.to_owned(),
        (false, "vimeo") => format!("https://vimeo.com/{}", named.parse::<u64>().ok()?),
        _ => return None,
    };
    Some(format!("\n\n{}\n\n", escape::html(&address)))
}

/// The value of a shortcode's attribute.
fn value<'a>(head: &'a str, name: &str) -> Option<&'a str> {
    let mut rest = head;
    while let Some(at) = rest.find(name) {
        let (before, found) = rest.split_at_checked(at)?;
        rest = found.get(name.len()..)?;
        let whole = before.is_empty() || before.ends_with(|c: char| c.is_ascii_whitespace());
        if let Some(quoted) = rest.strip_prefix('=').filter(|_| whole) {
            let quote = quoted.chars().next().filter(|c| matches!(c, '"' | '\''));
            return match quote {
                Some(quote) => quoted.get(1..)?.split(quote).next(),
                None => quoted.split_ascii_whitespace().next(),
            };
        }
    }
    None
}

impl Media {
    fn figure(&self) -> String {
        let (url, alt) = (escape::html(&self.url), escape::html(&self.alt));
        match self.caption.as_str() {
            "" => format!("<p><img src=\"{url}\" alt=\"{alt}\"></p>"),
            caption => {
                let caption = escape::html(caption);
                format!(
                    "<figure><img src=\"{url}\" alt=\"{alt}\"><figcaption>{caption}</figcaption></figure>"
                )
            }
        }
    }
}

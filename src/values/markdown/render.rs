//! Markdown made into HTML that is not safe yet.

use std::cell::Cell;
use std::fmt::{self, Write};

use comrak::html::{ChildRendering, Context, format_document_with_formatter, format_node_default};
use comrak::nodes::NodeValue;
use comrak::options::Plugins;
use comrak::{Arena, Node, Options, try_parse_document};

/// How many bytes of HTML may come of each byte of Markdown, and of none at all.
///
/// Ordinary text stays far below. What goes beyond was made to grow: a long
/// table row turns each later line into as many cells, and each mention of a
/// footnote is rendered twice.
const MAX_GROWTH: usize = 10;
const MIN_ROOM: usize = 64 * 1024;

/// Renders a node when it is entered and when it is left.
type Formatter =
    for<'a> fn(&mut Context<'_, '_, ()>, Node<'a>, bool) -> Result<ChildRendering, fmt::Error>;

/// The HTML of an article, with the HTML in it as it was written. `None` when
/// the text would take out of all proportion to render.
pub(super) fn article(markdown: &str) -> Option<String> {
    rendered(markdown, &article_options(), format_node_default)
}

/// What an article is written in.
pub(super) fn article_options() -> Options<'static> {
    let mut options = Options::default();
    options.extension.table = true;
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.tasklist = true;
    options.extension.footnotes = true;
    // Without it, emphasis next to the punctuation of Chinese or Japanese fails.
    options.extension.cjk_friendly_emphasis = true;
    // What is unsafe is sorted out afterwards, element by element.
    options.render.r#unsafe = true;
    options
}

/// The HTML of a comment. `None` as for [`article`].
pub(super) fn comment(markdown: &str) -> Option<String> {
    let mut options = Options::default();
    options.extension.strikethrough = true;
    options.extension.autolink = true;
    options.extension.cjk_friendly_emphasis = true;
    options.render.hardbreaks = true;
    rendered(markdown, &options, comment_node)
}

fn rendered(markdown: &str, options: &Options<'_>, formatter: Formatter) -> Option<String> {
    let arena = Arena::new();
    let root = parsed(&arena, markdown, options)?;
    let mut html = Bounded {
        text: String::new(),
        room: MIN_ROOM + MAX_GROWTH * markdown.len(),
    };
    format_document_with_formatter(root, options, &mut html, &Plugins::default(), formatter, ())
        .ok()?;
    Some(html.text)
}

/// The text as a tree. `None` when it would take out of all proportion to read.
pub(super) fn parsed<'a>(
    arena: &'a Arena<'a>,
    markdown: &str,
    options: &Options<'_>,
) -> Option<Node<'a>> {
    // Asked once in 256 steps. Ordinary text takes a few steps for each byte;
    // the constant part lets short texts be as intricate as they like.
    let checks_left = Cell::new(1024 + markdown.len() / 8);
    let must_stop = || {
        checks_left.set(checks_left.get().saturating_sub(1));
        checks_left.get() == 0
    };
    try_parse_document(arena, markdown, options, &must_stop).ok()
}

/// Text that refuses to become longer than there is room for.
struct Bounded {
    text: String,
    room: usize,
}

impl Write for Bounded {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        self.room = self.room.checked_sub(text.len()).ok_or(fmt::Error)?;
        self.text.push_str(text);
        Ok(())
    }
}

/// Renders a node of a comment.
fn comment_node(
    html: &mut Context<'_, '_, ()>,
    node: Node<'_>,
    entering: bool,
) -> Result<ChildRendering, fmt::Error> {
    match node.data().value {
        NodeValue::HtmlBlock(ref block) if entering => {
            html.write_str("<p>")?;
            for (n, line) in block.literal.trim_end().lines().enumerate() {
                html.write_str(if n > 0 { "<br />\n" } else { "" })?;
                html.escape(line)?;
            }
            html.write_str("</p>\n")?;
        }
        NodeValue::HtmlInline(ref tag) if entering => html.escape(tag)?,
        NodeValue::Heading(_) => {
            html.write_str(if entering { "<p>" } else { "</p>\n" })?;
        }
        NodeValue::Link(ref link) if leads_to_web(&link.url) => {
            return format_node_default(html, node, entering);
        }
        NodeValue::HtmlBlock(_)
        | NodeValue::HtmlInline(_)
        | NodeValue::Image(_)
        | NodeValue::Link(_)
        | NodeValue::ThematicBreak => {}
        _ => return format_node_default(html, node, entering),
    }
    Ok(ChildRendering::HTML)
}

fn leads_to_web(address: &str) -> bool {
    let scheme = address.split_once("://").map(|(scheme, _)| scheme);
    scheme.is_some_and(|scheme| {
        ["http", "https"]
            .iter()
            .any(|web| scheme.eq_ignore_ascii_case(web))
    })
}

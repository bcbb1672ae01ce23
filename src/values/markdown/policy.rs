//! What HTML may hold: the elements and attributes of articles and comments.

use std::borrow::Cow;
use std::collections::{HashMap, HashSet};
use std::sync::LazyLock;

use ammonia::{Builder, UrlRelative};

/// The HTML one kind of text may hold.
pub(super) struct Policy {
    /// Each element with the attributes it may have.
    elements: &'static [(&'static str, &'static [&'static str])],
    /// Whose elements it may have besides.
    besides: Option<&'static Policy>,
    /// Attributes any element may have.
    anywhere: &'static [&'static str],
    /// Schemes a link or an image may have.
    schemes: &'static [&'static str],
    /// The `rel` of every link.
    rel: &'static str,
}

/// Elements whose content is code and never meant to be read.
pub(super) const UNREADABLE: [&str; 2] = ["script", "style"];

const NONE: &[&str] = &[];

/// What a frame may say for itself.
pub(super) const FRAME: &[&str] = &["src", "width", "height", "allowfullscreen"];

/// How each frame is confined: it may run its own scripts and keep its own cookies, without which no player
/// of films works, and open a window; it may not lead the page away that it stands on.
///
/// Scripts together with the frame's own origin would undo all of it for a page of the same origin as the one
/// that it is shown on: such a page could take the attribute off its own frame. So it takes the publisher to name
/// hosts, and those have to be foreign ones.
const CONFINED: [(&str, &str); 3] = [
    (
        "sandbox",
        "allow-scripts allow-same-origin allow-presentation allow-popups",
    ),
    ("loading", "lazy"),
    ("referrerpolicy", "strict-origin-when-cross-origin"),
];

/// What an editor may use.
pub(super) static ARTICLE: Policy = Policy {
    elements: &[
        ("a", &["href", "hreflang"]),
        ("abbr", NONE),
        ("aside", NONE),
        ("b", NONE),
        ("bdi", NONE),
        ("bdo", NONE),
        ("blockquote", NONE),
        ("br", NONE),
        ("caption", NONE),
        ("cite", NONE),
        ("code", NONE),
        ("col", &["span"]),
        ("colgroup", &["span"]),
        ("dd", NONE),
        ("del", &["datetime"]),
        ("details", NONE),
        ("dfn", NONE),
        ("div", NONE),
        ("dl", NONE),
        ("dt", NONE),
        ("em", NONE),
        ("figcaption", NONE),
        ("figure", NONE),
        ("h1", NONE),
        ("h2", NONE),
        ("h3", NONE),
        ("h4", NONE),
        ("h5", NONE),
        ("h6", NONE),
        ("hr", NONE),
        ("i", NONE),
        ("img", &["src", "alt", "width", "height"]),
        // The box of a task list; the sanitizer lets it be nothing else.
        ("input", &["checked"]),
        ("ins", &["datetime"]),
        ("kbd", NONE),
        ("li", NONE),
        ("mark", NONE),
        ("ol", &["start"]),
        ("p", NONE),
        ("pre", NONE),
        ("q", NONE),
        ("rp", NONE),
        ("rt", NONE),
        ("ruby", NONE),
        ("s", NONE),
        ("samp", NONE),
        ("section", NONE),
        ("small", NONE),
        ("span", NONE),
        ("strong", NONE),
        ("sub", NONE),
        ("summary", NONE),
        ("sup", NONE),
        ("table", NONE),
        ("tbody", NONE),
        ("td", &["align", "colspan", "rowspan", "headers"]),
        ("tfoot", NONE),
        ("th", &["align", "colspan", "rowspan", "headers", "scope"]),
        ("thead", NONE),
        ("time", &["datetime"]),
        ("tr", NONE),
        ("u", NONE),
        ("ul", NONE),
        ("var", NONE),
        ("wbr", NONE),
    ],
    besides: None,
    anywhere: &["class", "dir", "id", "lang", "title"],
    schemes: &["http", "https", "mailto", "tel"],
    rel: "noopener noreferrer",
};

/// What a reader may use.
pub(super) static COMMENT: Policy = Policy {
    elements: &[
        ("a", &["href"]),
        ("blockquote", NONE),
        ("br", NONE),
        ("code", NONE),
        ("del", NONE),
        ("em", NONE),
        ("li", NONE),
        ("ol", &["start"]),
        ("p", NONE),
        ("pre", NONE),
        ("strong", NONE),
        ("ul", NONE),
    ],
    besides: None,
    anywhere: NONE,
    schemes: &["http", "https"],
    rel: "nofollow ugc noopener noreferrer",
};

/// What HTML from elsewhere may have before it is made into Markdown.
pub(super) static FOREIGN: Policy = Policy {
    elements: &[
        ("acronym", NONE),
        ("address", NONE),
        ("article", NONE),
        ("audio", &["src"]),
        ("center", NONE),
        ("embed", &["src"]),
        ("fieldset", NONE),
        ("footer", NONE),
        ("form", NONE),
        ("header", NONE),
        ("iframe", FRAME),
        ("main", NONE),
        ("nav", NONE),
        ("object", &["data"]),
        ("source", &["src"]),
        ("strike", NONE),
        ("tt", NONE),
        ("video", &["src"]),
    ],
    besides: Some(&ARTICLE),
    anywhere: &["class", "dir", "lang", "title"],
    schemes: &[],
    rel: "",
};

static ARTICLE_SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| {
    let mut sanitizer = ARTICLE.sanitizer();
    let checkbox = HashMap::from([("type", "checkbox"), ("disabled", "")]);
    sanitizer
        // Only `balanced` writes frames, of hosts that are let in.
        .add_tags(["iframe"])
        .add_tag_attributes("iframe", FRAME)
        .set_tag_attribute_values(HashMap::from([
            ("input", checkbox),
            ("iframe", HashMap::from(CONFINED)),
        ]))
        .attribute_filter(article_attribute)
        .url_relative(UrlRelative::Custom(Box::new(footnote_fragment)));
    sanitizer
});

static COMMENT_SANITIZER: LazyLock<Builder<'static>> = LazyLock::new(|| COMMENT.sanitizer());

/// Leaves of an article's HTML what [`ARTICLE`] allows.
pub(super) fn sanitized_article(html: &str) -> String {
    ARTICLE_SANITIZER.clean(html).to_string()
}

/// Leaves of a comment's HTML what [`COMMENT`] allows.
pub(super) fn sanitized_comment(html: &str) -> String {
    COMMENT_SANITIZER.clean(html).to_string()
}

impl Policy {
    /// The element of that name, if it may stand: the name as the policy holds
    /// it, and the names of the attributes that it alone may have.
    pub(super) fn element(&self, name: &str) -> Option<(&'static str, &'static [&'static str])> {
        let named = |element: &&(&'static str, _)| element.0 == name;
        let own = self.elements.iter().find(named).copied();
        own.or_else(|| self.besides.and_then(|other| other.element(name)))
    }

    /// The names of the attributes that any element may have.
    pub(super) fn anywhere(&self) -> &'static [&'static str] {
        self.anywhere
    }

    fn sanitizer(&self) -> Builder<'static> {
        let names = self.elements.iter().map(|&(name, _)| name);
        let attributes = self
            .elements
            .iter()
            .map(|&(name, own)| (name, own.iter().copied().collect()));
        let mut builder = Builder::empty();
        builder
            .tags(names.collect())
            .tag_attributes(attributes.collect())
            .generic_attributes(self.anywhere.iter().copied().collect())
            .url_schemes(self.schemes.iter().copied().collect::<HashSet<_>>())
            // An interface has no page that a relative address would start from.
            .url_relative(UrlRelative::Deny)
            .link_rel(Some(self.rel));
        builder
    }
}

/// Passes an attribute of an article if its value is one of those meant for it.
fn article_attribute<'a>(_: &str, attribute: &str, value: &'a str) -> Option<Cow<'a, str>> {
    let passes = match attribute {
        "id" => is_footnote_id(value),
        "class" => is_known_class(value),
        "dir" => ["ltr", "rtl", "auto"].contains(&value),
        "align" => ["left", "center", "right"].contains(&value),
        _ => true,
    };
    passes.then_some(Cow::Borrowed(value))
}

/// Passes a link to a footnote or back from it, and no other address that is
/// not whole in itself.
fn footnote_fragment(address: &str) -> Option<Cow<'_, str>> {
    let id = address.strip_prefix('#')?;
    is_footnote_id(id).then_some(Cow::Borrowed(address))
}

/// Whether an identifier is one that footnotes are rendered with. An author's
/// own could be taken for one of the page the article is shown on.
fn is_footnote_id(id: &str) -> bool {
    id.starts_with("fn-") || id.starts_with("fnref-")
}

/// Whether a class is one that footnotes, embeds or blocks of code are rendered with.
fn is_known_class(class: &str) -> bool {
    ["footnotes", "footnote-ref", "footnote-backref", "embed"].contains(&class)
        || class.strip_prefix("language-").is_some_and(|language| {
            let plain = |c: char| c.is_ascii_alphanumeric() || "+#-_.".contains(c);
            !language.is_empty() && language.chars().all(plain)
        })
}

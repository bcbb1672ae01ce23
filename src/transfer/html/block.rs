//! What a text is made of, between HTML and Markdown.

/// A block.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Block {
    /// A paragraph.
    Paragraph {
        /// What it says.
        content: Vec<Inline>,
        /// Whether it was one in so many words, rather than text that stood alone.
        own: bool,
    },
    /// A heading of that level.
    Heading(usize, Vec<Inline>),
    /// A quotation.
    Quote(Vec<Block>),
    /// A list.
    List {
        /// The number of its first item; none: they have bullets.
        start: Option<u32>,
        /// What each item holds.
        items: Vec<Vec<Block>>,
    },
    /// Code as it is.
    Code {
        /// Its language, or nothing.
        language: String,
        /// The lines.
        text: String,
    },
    /// A line across.
    Rule,
    /// A table of one row of heads and others.
    Table(Vec<Vec<Vec<Inline>>>),
    /// What Markdown cannot say: HTML without a blank line.
    Html(String),
}

/// A piece of a line of text.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Inline {
    /// Text, its white space made single spaces.
    Text(String),
    /// A line ends here.
    Break,
    /// A paragraph ends here.
    Parted,
    /// Code.
    Code(String),
    /// What stands out.
    Marked(Mark, Vec<Inline>),
    /// A link.
    Link {
        /// Where it leads.
        to: String,
        /// What it leads to.
        title: String,
        /// Its text.
        content: Vec<Inline>,
    },
    /// An image.
    Image {
        /// Where it is.
        from: String,
        /// What it shows.
        alt: String,
        /// What it is called.
        title: String,
    },
    /// What Markdown has no mark for, between tags.
    Tagged {
        /// The start tag.
        open: String,
        /// The element's name.
        name: String,
        /// What is in it.
        content: Vec<Inline>,
    },
}

/// How something stands out.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mark {
    /// Emphasis.
    Emphasis,
    /// Strong emphasis.
    Strong,
    /// Struck out.
    Struck,
}

impl Mark {
    /// What stands around it.
    pub(super) fn sign(self) -> &'static str {
        match self {
            Mark::Emphasis => "*",
            Mark::Strong => "**",
            Mark::Struck => "~~",
        }
    }

    /// The element that says the same.
    pub(super) fn name(self) -> &'static str {
        match self {
            Mark::Emphasis => "em",
            Mark::Strong => "strong",
            Mark::Struck => "del",
        }
    }
}

/// Puts something around the text of each block that has any.
pub(super) fn around(blocks: Vec<Block>, put: &dyn Fn(Vec<Inline>) -> Inline) -> Vec<Block> {
    let each = |block| match block {
        Block::Paragraph { content, own } => Block::Paragraph {
            content: vec![put(content)],
            own,
        },
        Block::Heading(level, content) => Block::Heading(level, vec![put(content)]),
        Block::Quote(blocks) => Block::Quote(around(blocks, put)),
        Block::List { start, items } => Block::List {
            start,
            items: items.into_iter().map(|item| around(item, put)).collect(),
        },
        other => other,
    };
    blocks.into_iter().map(each).collect()
}

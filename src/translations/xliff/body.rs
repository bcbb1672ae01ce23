//! A body and its translation, block by block.

use std::collections::HashSet;
use std::ops::Range;

use super::Words;
use super::align::{by_kind, by_text, complete};
use crate::values::markdown::units::{Block, Kind, blocks, ids};

/// A body cut into blocks.
pub(super) struct Text<'a> {
    pub(super) body: &'a str,
    pub(super) blocks: Vec<Block>,
    ids: Vec<String>,
}

/// The body of the source, and what the translation has for each of its blocks.
pub(super) struct Bodies<'a> {
    pub(super) source: Text<'a>,
    target: Option<Text<'a>>,
    /// The blocks of the translation that answer to each block of the source.
    answers: Vec<Range<usize>>,
    /// Whether each block of the source was there when it was translated.
    known: Vec<bool>,
    /// Whether the translation was made of just this body.
    current: bool,
}

impl<'a> Text<'a> {
    fn new(body: &'a str) -> Self {
        let blocks = blocks(body);
        let ids = ids(body, &blocks);
        Text { body, blocks, ids }
    }

    fn kinds(&self) -> Vec<Kind> {
        self.blocks.iter().map(|block| block.kind).collect()
    }

    /// The text of a block.
    pub(super) fn text(&self, index: usize) -> &'a str {
        self.slice(index..index + 1)
    }

    /// The text from the first of some blocks to the last, with all that is between.
    pub(super) fn slice(&self, range: Range<usize>) -> &'a str {
        let blocks = self.blocks.get(range).unwrap_or_default();
        match (blocks.first(), blocks.last()) {
            (Some(first), Some(last)) => self.between(first.range.start, last.range.end),
            _ => "",
        }
    }

    /// The text from one byte to another.
    pub(super) fn between(&self, start: usize, end: usize) -> &'a str {
        self.body.get(start..end).unwrap_or_default()
    }

    /// The id of a block's unit.
    pub(super) fn unit_id(&self, index: usize) -> String {
        let id = self.ids.get(index).map_or("", String::as_str);
        format!("body-{id}")
    }
}

impl<'a> Bodies<'a> {
    /// Sets a translation beside the source, by way of the source that it was made of.
    pub(super) fn new(
        source: &'a Words,
        based_on: Option<&'a Words>,
        target: Option<&'a Words>,
    ) -> Self {
        let source = Text::new(&source.body);
        let base = based_on.map(|words| Text::new(&words.body));
        let target = target.map(|words| Text::new(&words.body));
        let met: Option<HashSet<&String>> = base.as_ref().map(|base| base.ids.iter().collect());
        let known = |id: &String| met.as_ref().is_none_or(|met| met.contains(id));
        Bodies {
            answers: match &target {
                Some(target) => answers(&source, base.as_ref(), target),
                None => vec![0..0; source.blocks.len()],
            },
            known: source.ids.iter().map(known).collect(),
            current: base.is_some_and(|base| base.body == source.body),
            source,
            target,
        }
    }

    /// Whether a block of the source was there when it was translated.
    pub(super) fn is_known(&self, index: usize) -> bool {
        self.known.get(index).copied().unwrap_or_default()
    }

    /// The blocks of the translation that answer to a block of the source. None of them where the
    /// translation left it out; `None` where it is newer, or there is no translation.
    pub(super) fn answer(&self, index: usize) -> Option<(&Text<'a>, Range<usize>)> {
        let range = self.answers.get(index)?.clone();
        let target = self.target.as_ref()?;
        (!range.is_empty() || self.is_known(index)).then_some((target, range))
    }

    /// The text that a new translation is put into, block by block: the source's or, where only the words
    /// differ from the translation's, the translation's, which may have other code and HTML.
    pub(super) fn frame(&self) -> &Text<'a> {
        let mut answers = self.answers.iter();
        let alike = self.current && answers.all(|range| range.len() == 1);
        self.target
            .as_ref()
            .filter(|_| alike)
            .unwrap_or(&self.source)
    }
}

/// For each block of the source those of the translation.
fn answers(source: &Text<'_>, base: Option<&Text<'_>>, target: &Text<'_>) -> Vec<Range<usize>> {
    let base = base.filter(|base| !base.blocks.is_empty());
    let (kinds, target_kinds) = (source.kinds(), target.kinds());
    let places = match base {
        None => complete(by_kind(&kinds, &target_kinds)),
        Some(base) => {
            let base_kinds = base.kinds();
            let old = complete(by_kind(&base_kinds, &target_kinds));
            let new = by_text((&source.ids, &kinds), (&base.ids, &base_kinds));
            let new = complete(new);
            let place = |old: usize| new.get(old).copied().unwrap_or_default();
            old.into_iter().map(place).collect()
        }
    };
    let mut at = 0;
    let blocks = 0..source.blocks.len();
    blocks
        .map(|index| {
            let start = at;
            let own = places
                .iter()
                .skip(start)
                .take_while(|place| **place <= index);
            at += own.count();
            start..at
        })
        .collect()
}

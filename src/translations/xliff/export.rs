//! Making the file.

use std::collections::{HashMap, VecDeque};
use std::ops::Range;

use super::body::{Bodies, Text};
use super::{Handoff, MEMBERS};
use crate::values::markdown::units::pieces;
use crate::values::xliff::{Document, File, Piece, State, Unit};

/// The file that a translator gets: each member that the source has, then each paragraph, heading and cell of
/// its body, with what the translation has for it.
///
/// A unit that the source did not have when it was translated is outdated. What the translation has besides
/// goes with the unit before it, so that the file holds all of its text.
pub fn export(handoff: &Handoff<'_>) -> Document {
    let article = handoff.article;
    let (locale, revision) = (handoff.source_locale, handoff.source_revision);
    let members = MEMBERS.into_iter().filter_map(|id| member(handoff, id));
    let bodies = Bodies::new(handoff.source, handoff.based_on, handoff.target);
    let blocks = (0..bodies.source.blocks.len()).map(|index| block(handoff, &bodies, index));
    Document {
        source_language: locale.to_string(),
        target_language: Some(handoff.target_locale.to_string()),
        files: vec![File {
            id: format!("r{revision}"),
            original: Some(format!(
                "/v1/articles/{article}/translations/{locale}/revisions/{revision}"
            )),
            units: members.chain(blocks).collect(),
        }],
    }
}

fn member(handoff: &Handoff<'_>, id: &str) -> Option<Unit> {
    let source = handoff.source.member(id)?;
    let target = handoff.target.and_then(|words| words.member(id));
    let known = handoff
        .based_on
        .is_none_or(|words| words.member(id) == Some(source));
    let whole = |text: &str| match text {
        "" => Vec::new(),
        text => vec![Piece::Text(text.to_owned())],
    };
    Some(unit(
        handoff,
        id.to_owned(),
        None,
        (whole(source), target.map(whole)),
        known,
    ))
}

fn block(handoff: &Handoff<'_>, bodies: &Bodies<'_>, index: usize) -> Unit {
    let source = pieces(bodies.source.text(index));
    let kind = bodies
        .source
        .blocks
        .get(index)
        .map(|block| block.kind.name());
    let target = bodies.answer(index).map(|(target, range)| {
        let mut translated = translated(target, range);
        share_ids(&source, &mut translated);
        translated
    });
    let (id, known) = (bodies.source.unit_id(index), bodies.is_known(index));
    unit(handoff, id, kind, (source, target), known)
}

fn unit(
    handoff: &Handoff<'_>,
    id: String,
    name: Option<&str>,
    (source, target): (Vec<Piece>, Option<Vec<Piece>>),
    known: bool,
) -> Unit {
    let kept = handoff.states.get(&id).copied();
    Unit {
        state: match target {
            Some(_) if known => kept.unwrap_or(handoff.state),
            _ => State::Initial,
        },
        outdated: target.is_some() && !known,
        name: name.map(str::to_owned),
        id,
        source,
        target,
    }
}

/// The pieces of some blocks, with what is between them as codes.
fn translated(target: &Text<'_>, range: Range<usize>) -> Vec<Piece> {
    let mut all = Vec::new();
    let blocks = target.blocks.get(range).unwrap_or_default();
    let mut end = None;
    for block in blocks {
        if let Some(end) = end {
            all.push(Piece::Code {
                id: String::new(),
                data: Some(target.between(end, block.range.start).to_owned()),
            });
        }
        all.extend(pieces(target.between(block.range.start, block.range.end)));
        end = Some(block.range.end);
    }
    all
}

/// Gives the codes that stand in the source too the ids that they have there, and the others ids of
/// their own.
fn share_ids(source: &[Piece], target: &mut [Piece]) {
    let mut free: HashMap<&str, VecDeque<&str>> = HashMap::new();
    for piece in source {
        if let Piece::Code {
            id,
            data: Some(data),
        } = piece
        {
            free.entry(data).or_default().push_back(id);
        }
    }
    let mut own = 0;
    for piece in target {
        let Piece::Code {
            id,
            data: Some(data),
        } = piece
        else {
            continue;
        };
        let shared = free.get_mut(data.as_str()).and_then(VecDeque::pop_front);
        *id = shared.map_or_else(
            || {
                own += 1;
                format!("t{own}")
            },
            str::to_owned,
        );
    }
}

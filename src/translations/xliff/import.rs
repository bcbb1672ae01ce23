//! Taking a file back.

use std::collections::{BTreeMap, HashMap, HashSet};

use super::body::{Bodies, Text};
use super::{MEMBERS, Taken, Words};
use crate::values::fields::Fault;
use crate::values::markdown::units::{Kind, pieces};
use crate::values::xliff::{Document, Piece, Unit};

/// The translation that a file makes of the one there is. `source` is the one that the file was made of;
/// `based_on` is the one that the current translation follows, as [`super::export`] was given it.
///
/// The body is the source's with each unit's translation in place. A file that says of the body what the
/// current translation says leaves that as it is, byte for byte. What a unit does not translate stays as it
/// is in the current translation; where that has nothing, a body's unit stays in the source's words. An empty
/// translation takes its paragraph or member away.
///
/// # Errors
/// A file without units, a unit that the source does not have or that is there twice, and a translation
/// without a title.
pub fn import(
    document: &Document,
    source: &Words,
    based_on: Option<&Words>,
    current: Option<&Words>,
) -> Result<Taken, Vec<Fault>> {
    let bodies = Bodies::new(source, based_on, current);
    let units = units(document, source, &bodies)?;
    let mut words = current.cloned().unwrap_or_default();
    for id in MEMBERS {
        let unit = units.get(id).filter(|_| source.member(id).is_some());
        if let Some(target) = unit.and_then(|unit| unit.target.as_deref()) {
            let text = joined(target, &[]);
            words.set_member(id, (!text.trim().is_empty()).then_some(text));
        }
    }
    if words.title.is_empty() {
        let detail = "the title is not translated, and a translation has one";
        return Err(vec![Fault::new("/title", "required", detail)]);
    }
    words.body = body(&bodies, &units, current);
    let translated = units.values().filter(|unit| unit.target.is_some());
    let states: BTreeMap<_, _> = translated
        .map(|unit| (unit.id.clone(), unit.state))
        .collect();
    Ok(Taken { words, states })
}

/// The file's units by their ids.
fn units<'a>(
    document: &'a Document,
    source: &Words,
    bodies: &Bodies<'_>,
) -> Result<HashMap<&'a str, &'a Unit>, Vec<Fault>> {
    let members = MEMBERS.into_iter().filter(|id| source.member(id).is_some());
    let blocks = (0..bodies.source.blocks.len()).map(|index| bodies.source.unit_id(index));
    let known: HashSet<String> = members.map(str::to_owned).chain(blocks).collect();
    let (mut units, mut faults) = (HashMap::new(), Vec::new());
    for unit in document.files.iter().flat_map(|file| &file.units) {
        let id = &unit.id;
        if !known.contains(id) {
            let detail = format!("the source has no unit `{id}`");
            faults.push(Fault::new("", "unknown_unit", detail));
        } else if units.insert(id.as_str(), unit).is_some() {
            let detail = format!("the unit `{id}` is there twice");
            faults.push(Fault::new("", "duplicate_unit", detail));
        }
    }
    if units.is_empty() && faults.is_empty() {
        faults.push(Fault::new("", "no_units", "the file has nothing to take"));
    }
    match faults.is_empty() {
        true => Ok(units),
        false => Err(faults),
    }
}

fn body(bodies: &Bodies<'_>, units: &HashMap<&str, &Unit>, current: Option<&Words>) -> String {
    let (mut changed, mut texts) = (false, Vec::new());
    for (index, block) in bodies.source.blocks.iter().enumerate() {
        let now = bodies
            .answer(index)
            .map(|(target, range)| target.slice(range));
        let unit = units.get(bodies.source.unit_id(index).as_str());
        let given = unit.and_then(|unit| unit.target.as_deref());
        let source = bodies.source.text(index);
        let text = match given {
            None => now.unwrap_or(source).to_owned(),
            Some(given) => {
                let codes = pieces(source);
                let text = joined(given, &codes);
                let stays = now == Some(&text);
                changed |= !stays;
                // What stands in the source as it is stays within its block.
                if stays || text == source {
                    text
                } else {
                    joined(&in_block(given, block.kind), &codes)
                }
            }
        };
        texts.push(text);
    }
    match current {
        Some(words) if !changed => words.body.clone(),
        _ => assembled(bodies.frame(), &texts),
    }
}

/// The pieces as text. A code without data is the source's of the same id; one that neither has is left out.
fn joined(pieces: &[Piece], source: &[Piece]) -> String {
    let known: HashMap<&str, &str> = source
        .iter()
        .filter_map(|piece| match piece {
            Piece::Code { id, data } => Some((id.as_str(), data.as_deref()?)),
            Piece::Text(_) => None,
        })
        .collect();
    let text = |piece: &'_ Piece| match piece {
        Piece::Text(text) => text.clone(),
        Piece::Code { id, data } => {
            let own = data.as_deref();
            own.or_else(|| known.get(id.as_str()).copied())
                .unwrap_or_default()
                .to_owned()
        }
    };
    pieces.iter().map(text).collect()
}

/// The pieces so that their text stays within the block: the ends of lines that the Markdown needs are
/// codes, so those in the text are a tool's, and a bar in a cell would end it.
fn in_block(pieces: &[Piece], kind: Kind) -> Vec<Piece> {
    let kept = |piece: &Piece| match piece {
        Piece::Text(text) => {
            let line = text.replace("\r\n", " ").replace(['\n', '\r'], " ");
            Piece::Text(match kind {
                Kind::Cell => line.replace("\\|", "|").replace('|', "\\|"),
                Kind::Paragraph | Kind::Heading(_) => line,
            })
        }
        code => code.clone(),
    };
    pieces.iter().map(kept).collect()
}

/// A text with others in the place of its blocks.
fn assembled(frame: &Text<'_>, texts: &[String]) -> String {
    let (mut body, mut end, mut gone) = (String::new(), 0, None);
    for (block, text) in frame.blocks.iter().zip(texts) {
        let between = after(gone, frame.between(end, block.range.start), body.is_empty());
        end = block.range.end;
        let removed = text.trim().is_empty() && block.kind != Kind::Cell;
        gone = removed.then_some(block.kind);
        let kept = gone.and_then(|_| without_marks(between, body.is_empty()));
        body.push_str(kept.unwrap_or(between));
        body.push_str(if removed { "" } else { text });
    }
    body.push_str(after(
        gone,
        frame.between(end, frame.body.len()),
        body.is_empty(),
    ));
    body
}

/// What stands after a block, if that is gone without what belonged to it.
fn after(gone: Option<Kind>, between: &str, first: bool) -> &str {
    let between = match gone {
        Some(Kind::Heading(_)) => without_underline(between),
        _ => between,
    };
    match gone {
        Some(_) if first => between.trim_start_matches(['\n', '\r']),
        _ => between,
    }
}

/// What stands before a block that is taken away, without the blank lines before it and the marks that it
/// begins with. `None` where something else is on its line.
fn without_marks(between: &str, first: bool) -> Option<&str> {
    let (before, marks) = match between.rsplit_once('\n') {
        Some(parts) => parts,
        None if first => ("", between),
        None => return None,
    };
    let only_marks = marks
        .chars()
        .all(|c| c.is_ascii_digit() || " \t>#*+-.)[]xX\u{FEFF}".contains(c));
    only_marks.then(|| before.trim_end_matches(['\n', '\r', ' ', '\t']))
}

/// What stands after a heading that is taken away, without the line that underlines it.
fn without_underline(after: &str) -> &str {
    let line = after.trim_start_matches(['\r', '\n']);
    let end = line.find(['\r', '\n']).unwrap_or(line.len());
    let (underline, rest) = line.split_at(end);
    let marks = underline.trim_matches([' ', '\t', '>']);
    let is_line = after.len() - line.len() <= 2
        && !marks.is_empty()
        && (marks.chars().all(|c| c == '=') || marks.chars().all(|c| c == '-'));
    if is_line { rest } else { after }
}

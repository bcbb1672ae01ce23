//! Whether the codes of a unit are used as they may be (XLIFF 2.1, 4.7.2).

use std::collections::{HashMap, HashSet};

use super::attributes::{says_no, shown};
use super::content::{Data, data_reference};
use super::inline::{Item, Part, id_of};
use super::tree::{Checked, Element};

/// Checks one side of a unit.
pub(super) fn check(items: &[Item<'_>], data: &Data<'_>) -> Checked {
    let starts: HashMap<&str, &Element> = codes(items)
        .filter(|(_, code)| code.is("sc"))
        .map(|(_, code)| (id_of(code), code))
        .collect();
    let mut pairs = Pairs::default();
    let mut begun = false;
    for (part, code) in codes(items) {
        reference(part, code, data)?;
        movable(code)?;
        if code.is("sc") {
            pairs.open.insert(id_of(code));
        }
        if code.is("ec") {
            pairs.end(code, &starts)?;
        }
        sequence(code, &mut begun)?;
    }
    let mut lone = starts
        .values()
        .filter(|start| pairs.open.contains(id_of(start)));
    match lone.find(|start| start.attribute("isolated") != Some("yes")) {
        Some(start) => Err(start.wrong("a <sc> without its <ec> is to say that it is isolated")),
        None => Ok(()),
    }
}

/// The codes of one side, with the part that stands at each place.
fn codes<'a>(items: &[Item<'a>]) -> impl Iterator<Item = (Part, &'a Element)> {
    items.iter().filter_map(|item| match item {
        Item::Code(part, code) => Some((*part, *code)),
        _ => None,
    })
}

fn reference(part: Part, code: &Element, data: &Data<'_>) -> Checked {
    match data_reference(part, code) {
        Some(id) if !data.contains_key(id) => {
            Err(code.wrong(format!("there is no data with the id {}", shown(id))))
        }
        Some(_) if code.attribute("copyOf").is_some() => {
            Err(code.wrong("a copy has the data of its original"))
        }
        _ => Ok(()),
    }
}

/// What cannot be moved can be neither deleted nor copied (XLIFF 2.1, 4.3.1.5).
fn movable(code: &Element) -> Checked {
    let fixed = code.attribute("canReorder").is_some_and(|can| can != "yes");
    if fixed && !(says_no(code, "canDelete") && says_no(code, "canCopy")) {
        return Err(code.wrong("what cannot be reordered can be neither deleted nor copied"));
    }
    Ok(())
}

/// A sequence that keeps its order begins with `firstNo`.
fn sequence(code: &Element, begun: &mut bool) -> Checked {
    match code.attribute("canReorder") {
        Some("firstNo") => {
            *begun = true;
            Ok(())
        }
        Some("no") if !*begun => {
            Err(code.wrong("a sequence that cannot be reordered is to begin with firstNo"))
        }
        _ => Ok(()),
    }
}

/// The pairs that have begun.
#[derive(Default)]
struct Pairs<'a> {
    open: HashSet<&'a str>,
}

impl<'a> Pairs<'a> {
    fn end(&mut self, end: &'a Element, starts: &HashMap<&str, &Element>) -> Checked {
        let isolated = end.attribute("isolated") == Some("yes");
        match (end.attribute("startRef"), end.attribute("id")) {
            (None, Some(_)) if isolated => Ok(()),
            (Some(start), None) if !isolated => {
                if !self.open.remove(start) {
                    return Err(end.wrong(format!("there is no <sc> {} before", shown(start))));
                }
                starts
                    .get(start)
                    .map_or(Ok(()), |start| same_rights(start, end))
            }
            _ => Err(end.wrong("an <ec> is to have startRef, or an id where it is isolated")),
        }
    }
}

/// What may be done to an end may be done to its start (XLIFF 2.1, 4.2.3.5).
fn same_rights(start: &Element, end: &Element) -> Checked {
    if start.attribute("isolated") == Some("yes") {
        return Err(start.wrong("a <sc> whose <ec> is there is not isolated"));
    }
    for name in ["canCopy", "canDelete", "canOverlap"] {
        if let Some(said) = end.attribute(name)
            && said != start.attribute(name).unwrap_or("yes")
        {
            return Err(end.wrong(format!("{name} is not as it is in the <sc>")));
        }
    }
    let fixed = |code: &Element| code.attribute("canReorder").is_some_and(|can| can != "yes");
    if end.attribute("canReorder").is_some() && fixed(end) != fixed(start) {
        return Err(end.wrong("canReorder does not go with that of the <sc>"));
    }
    Ok(())
}

/// Checks that copies are of codes that there are, and that may be copied (XLIFF 2.1, 4.3.1.8).
pub(super) fn check_copies(source: &[Item<'_>], target: &[Item<'_>]) -> Checked {
    let all = || codes(source).chain(codes(target));
    let known: HashMap<&str, &Element> = all().map(|(_, code)| (id_of(code), code)).collect();
    for (_, code) in all() {
        let Some(base) = code.attribute("copyOf") else {
            continue;
        };
        match known.get(base) {
            None => return Err(code.wrong(format!("there is no code {} to copy", shown(base)))),
            Some(base) if says_no(base, "canCopy") => {
                return Err(code.wrong("copies a code that cannot be copied"));
            }
            Some(_) => {}
        }
    }
    Ok(())
}

/// Checks that the translation has the codes that cannot be deleted, and in the order that cannot be
/// changed.
pub(super) fn check_kept(source: &[Item<'_>], target: &[Item<'_>]) -> Checked {
    let present: HashSet<&str> = codes(target).map(|(_, code)| id_of(code)).collect();
    let fixed = |code: &Element| says_no(code, "canDelete") && !present.contains(id_of(code));
    if let Some((_, lost)) = codes(source).find(|(_, code)| fixed(code)) {
        let id = shown(id_of(lost));
        return Err(lost.wrong(format!(
            "the code {id} cannot be deleted, and is not in the target"
        )));
    }
    let before: HashMap<_, _> = followers(source).into_iter().collect();
    for (code, previous) in followers(target) {
        if before.get(&code).is_some_and(|wanted| *wanted != previous) {
            let wrong = codes(target).find(|(_, found)| id_of(found) == code);
            return wrong.map_or(Ok(()), |(_, found)| {
                Err(found.wrong(format!("the code {} cannot be reordered", shown(code))))
            });
        }
    }
    Ok(())
}

/// The id of a code, and whether it is the end of a pair.
type Place<'a> = (&'a str, bool);

/// The codes that have to follow another, each with the one that it follows.
fn followers<'a>(items: &[Item<'a>]) -> Vec<(&'a str, Option<Place<'a>>)> {
    let mut previous = None;
    let mut found = Vec::new();
    for (part, code) in codes(items) {
        let bound = code.attribute("canReorder") == Some("no");
        if bound && part != Part::End {
            found.push((id_of(code), previous));
        }
        previous = Some((id_of(code), part == Part::End));
    }
    found
}

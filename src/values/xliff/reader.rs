//! Reading a document.

use super::identity::Ids;
use super::tree::{Checked, Element};
use super::{
    Document, Fault, File, OUTDATED, State, Unit, annotations, codes, content, encoding, identity,
    languages, order, references, structure, tree,
};

/// Reads XLIFF 2.0, 2.1 or 2.2: its core, checked against the core's schema and constraints. Notes, modules
/// and extensions are passed over.
///
/// Takes time and memory in proportion to the document, whose length the caller bounds.
///
/// # Errors
/// The first fault: a document that is not well-formed, that has a document type, that nests deeper than
/// any needs to, or that is not XLIFF as the core has it.
pub fn read(xml: &[u8]) -> Result<Document, Fault> {
    let text = encoding::text(xml).map_err(|reason| Fault {
        line: 1,
        reason: reason.to_owned(),
    })?;
    document(&text).map_err(|wrong| Fault {
        line: line(&text, wrong.at),
        reason: wrong.reason,
    })
}

fn line(text: &str, at: usize) -> usize {
    let before = text.bytes().take(at);
    1 + before.filter(|byte| *byte == b'\n').count()
}

fn document(text: &str) -> Checked<Document> {
    let root = tree::parse(text)?;
    if !root.is("xliff") {
        return Err(root.wrong("is not XLIFF 2"));
    }
    structure::check(&root)?;
    languages::check(&root)?;
    let (mut ids, mut files) = (Ids::default(), Vec::new());
    for element in root.elements() {
        ids.add(element)?;
        files.push(file(element)?);
    }
    Ok(Document {
        source_language: root.attribute("srcLang").unwrap_or_default().to_owned(),
        target_language: root.attribute("trgLang").map(str::to_owned),
        files,
    })
}

fn file(file: &Element) -> Checked<File> {
    identity::check_container(file)?;
    references::check(file)?;
    let (mut unit_ids, mut group_ids, mut units) = (Ids::default(), Ids::default(), Vec::new());
    let skeleton = |element: &&Element| !element.is("skeleton");
    for element in file.elements().filter(skeleton).flat_map(Element::all) {
        if element.is("group") {
            group_ids.add(element)?;
            identity::check_container(element)?;
        }
        if element.is("unit") {
            unit_ids.add(element)?;
            units.push(unit(element)?);
        }
    }
    Ok(File {
        id: file.attribute("id").unwrap_or_default().to_owned(),
        original: file.attribute("original").map(str::to_owned),
        units,
    })
}

fn unit(unit: &Element) -> Checked<Unit> {
    identity::check_unit(unit)?;
    order::check(unit)?;
    let data = content::data(unit);
    let (source, target) = (order::source(unit), order::target(unit));
    for side in [Some(&source), target.as_ref()].into_iter().flatten() {
        identity::check_side(side)?;
        codes::check(side, &data)?;
        annotations::check(unit, side)?;
    }
    codes::check_copies(&source, target.as_deref().unwrap_or_default())?;
    if let Some(target) = &target {
        codes::check_kept(&source, target)?;
    }
    let segments = || order::parts(unit).filter(|part| part.is("segment"));
    if segments().next().is_none() {
        return Err(unit.wrong("<unit> is without <segment>"));
    }
    let state = |segment: &Element| segment.attribute("state").and_then(State::named);
    Ok(Unit {
        id: unit.attribute("id").unwrap_or_default().to_owned(),
        name: unit.attribute("name").map(str::to_owned),
        source: content::pieces(&source, &data),
        target: target.map(|target| content::pieces(&target, &data)),
        state: segments()
            .map(|segment| state(segment).unwrap_or_default())
            .min()
            .unwrap_or_default(),
        outdated: segments().any(|segment| segment.attribute("subState") == Some(OUTDATED)),
    })
}

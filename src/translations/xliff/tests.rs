#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::values::fields::Fault;
use crate::values::markdown::units::tests::markdown;
use crate::values::xliff::{Piece, Unit, read, write};

fn words(title: &str, body: &str) -> Words {
    Words {
        title: title.to_owned(),
        body: body.to_owned(),
        ..Words::default()
    }
}

/// The file for a source and a translation of it or of an earlier source.
fn file(source: &Words, based_on: Option<&Words>, target: Option<&Words>) -> Document {
    with_states(source, based_on, target, &BTreeMap::new())
}

fn with_states(
    source: &Words,
    based_on: Option<&Words>,
    target: Option<&Words>,
    states: &BTreeMap<String, State>,
) -> Document {
    export(&Handoff {
        article: Uuid::from_u128(7),
        source_locale: &"en".parse().unwrap(),
        target_locale: &"hi".parse().unwrap(),
        source_revision: 3,
        source,
        based_on,
        target,
        state: State::Reviewed,
        states,
    })
}

fn units(document: &Document) -> &[Unit] {
    &document.files[0].units
}

fn flat(pieces: &[Piece]) -> String {
    pieces
        .iter()
        .map(|piece| match piece {
            Piece::Text(text) => text.as_str(),
            Piece::Code { data, .. } => data.as_deref().unwrap_or_default(),
        })
        .collect()
}

/// The source of each unit with its translation.
fn sides(document: &Document) -> Vec<(String, Option<String>)> {
    let sides = |unit: &Unit| (flat(&unit.source), unit.target.as_deref().map(flat));
    units(document).iter().map(sides).collect()
}

fn side(source: &str, target: &str) -> (String, Option<String>) {
    (source.to_owned(), Some(target.to_owned()))
}

/// Translates the unit whose source begins so.
fn translate(document: &mut Document, source: &str, target: &str) {
    let units = document.files[0].units.iter_mut();
    let mut found = units.filter(|unit| flat(&unit.source).starts_with(source));
    let unit = found.next().unwrap();
    unit.target = Some(match target {
        "" => Vec::new(),
        target => vec![Piece::Text(target.to_owned())],
    });
    unit.state = State::Translated;
}

#[test]
fn a_file_has_the_members_and_then_the_body() {
    let source = Words {
        subtitle: Some("S".to_owned()),
        seo_title: Some("T".to_owned()),
        lead_image_caption: Some("C".to_owned()),
        ..words(
            "The bridge",
            "# One\n\nTwo **three**.\n\n| a |\n|---|\n| b |\n",
        )
    };
    let document = file(&source, None, None);
    assert_eq!(document.target_language.as_deref(), Some("hi"));
    let ids: Vec<_> = units(&document)
        .iter()
        .map(|unit| unit.id.as_str())
        .collect();
    assert_eq!(
        ids[..4],
        ["title", "subtitle", "seo.title", "lead_image_caption"]
    );
    assert!(ids[4..].iter().all(|id| id.starts_with("body-")));
    assert_eq!(ids.len(), 8);
    assert!(
        units(&document)
            .iter()
            .all(|unit| unit.target.is_none() && unit.state == State::Initial)
    );
    assert_eq!(flat(&units(&document)[5].source), "Two **three**.");
    let origin = origin(&document).unwrap();
    assert_eq!(
        (origin.article, origin.locale.as_str(), origin.revision),
        (Uuid::from_u128(7), "en", 3)
    );
    assert_eq!(document.files[0].id, "r3");
    assert_eq!(read(write(&document).as_bytes()), Ok(document));
}

#[test]
fn a_file_from_elsewhere_has_no_origin() {
    let mut document = file(&words("a", "b"), None, None);
    for original in [
        None,
        Some("story.html"),
        Some("/v1/articles/x/translations/en/revisions/1"),
    ] {
        document.files[0].original = original.map(str::to_owned);
        assert_eq!(origin(&document), None);
    }
}

#[test]
fn a_first_translation_has_the_frame_of_the_source() {
    let source = words(
        "Bridge",
        "# One\n\n> Two\n> lines\n\n```\ncode\n```\n\n- Three\n",
    );
    let mut document = file(&source, None, None);
    translate(&mut document, "Bridge", "पुल");
    translate(&mut document, "One", "एक");
    translate(&mut document, "Three", "तीन\nपंक्तियाँ");
    let taken = import(&document, &source, None, None).unwrap();
    assert_eq!(
        taken.words,
        words(
            "पुल",
            "# एक\n\n> Two\n> lines\n\n```\ncode\n```\n\n- तीन पंक्तियाँ\n"
        )
    );
    assert_eq!(taken.states.len(), 3);
    assert_eq!(taken.states["title"], State::Translated);
}

#[test]
fn codes_without_data_are_those_of_the_source() {
    let source = words("a", "Read [this](/b).");
    let mut document = file(&source, None, None);
    let code = |id: &str| Piece::Code {
        id: id.to_owned(),
        data: None,
    };
    document.files[0].units[0].target = Some(vec![Piece::Text("A".to_owned())]);
    document.files[0].units[1].target = Some(vec![
        code("1"),
        Piece::Text("यह".to_owned()),
        code("2"),
        Piece::Text(" पढ़ें।".to_owned()),
        code("9"),
    ]);
    let taken = import(&document, &source, None, None).unwrap();
    assert_eq!(taken.words.body, "[यह](/b) पढ़ें।");
}

#[test]
fn what_changed_in_the_source_is_outdated() {
    let based_on = words("Bridge", "One\n\nTwo\n\nThree\n");
    let source = words("Bridge", "One\n\nNew\n\nTwo\n\nThree!\n");
    let target = words("पुल", "एक\n\nदो\n\nतीन\n");
    let document = file(&source, Some(&based_on), Some(&target));
    let new = ("New".to_owned(), None);
    let wanted = [
        side("Bridge", "पुल"),
        side("One", "एक"),
        new,
        side("Two", "दो"),
        side("Three!", "तीन"),
    ];
    assert_eq!(sides(&document), wanted);
    let outdated: Vec<_> = units(&document).iter().map(|unit| unit.outdated).collect();
    assert_eq!(outdated, [false, false, false, false, true]);
    let states: Vec<_> = units(&document).iter().map(|unit| unit.state).collect();
    assert_eq!(states[1..3], [State::Reviewed, State::Initial]);
    assert_eq!(states[4], State::Initial);
}

#[test]
fn a_paragraph_that_moved_takes_its_translation_along_or_stays() {
    let based_on = words("a", "One\n\nTwo\n\nThree\n");
    let source = words("a", "Two\n\nThree\n\nOne\n");
    let target = words("a", "एक\n\nदो\n\nतीन\n");
    let all: String = sides(&file(&source, Some(&based_on), Some(&target)))
        .into_iter()
        .filter_map(|(_, target)| target)
        .collect();
    for part in ["एक", "दो", "तीन"] {
        assert!(all.contains(part));
    }
}

#[test]
fn a_translation_built_otherwise_is_in_the_file_whole() {
    let source = words("a", "# H\n\nOne\n\nTwo\n\n## I\n\nThree\n");
    let target = words("b", "# ज\n\nएक\n\nदो\n\nऔर\n\n## झ\n");
    let document = file(&source, None, Some(&target));
    let wanted = [
        side("a", "b"),
        side("H", "ज"),
        side("One", "एक"),
        side("Two", "दो\n\nऔर"),
        side("I", "झ"),
        side("Three", ""),
    ];
    assert_eq!(sides(&document), wanted);
    let taken = import(&document, &source, None, Some(&target)).unwrap();
    assert_eq!(taken.words, target);
}

#[test]
fn codes_of_both_sides_share_their_ids() {
    let source = words("a", "**One** `two` \\*\n");
    let target = words("a", "`two` **एक** _तीन_\n");
    let document = file(&source, None, Some(&target));
    let id = |pieces: &[Piece]| -> Vec<String> {
        let ids = pieces.iter().filter_map(|piece| match piece {
            Piece::Code { id, .. } => Some(id.clone()),
            Piece::Text(_) => None,
        });
        ids.collect()
    };
    assert_eq!(id(&units(&document)[1].source), ["1", "2", "3", "4"]);
    assert_eq!(
        id(units(&document)[1].target.as_ref().unwrap()),
        ["3", "1", "2", "t1", "t2"]
    );
}

#[test]
fn a_change_keeps_the_rest_of_the_translation() {
    let source = words("a", "One\n\n```\ncode\n```\n\nTwo\n");
    let target = words("b", "एक\n\n```\nसंकेत\n```\n\nदो\n");
    let mut document = file(&source, Some(&source), Some(&target));
    translate(&mut document, "Two", "नया");
    let taken = import(&document, &source, Some(&source), Some(&target)).unwrap();
    assert_eq!(taken.words, words("b", "एक\n\n```\nसंकेत\n```\n\nनया\n"));
    // Only some units, as a tool may send them back.
    document.files[0]
        .units
        .retain(|unit| flat(&unit.source) == "Two");
    let again = import(&document, &source, Some(&source), Some(&target)).unwrap();
    assert_eq!(again.words, taken.words);
    assert_eq!(again.states.len(), 1);
}

#[test]
fn an_empty_translation_takes_its_part_away() {
    for (body, gone, wanted) in [
        ("One\n\nTwo\n\nThree\n", "Two", "One\n\nThree\n"),
        ("One\n\nTwo\n", "One", "Two\n"),
        ("One\n\nTwo\n", "Two", "One\n"),
        ("- One\n- Two\n- Three\n", "Two", "- One\n- Three\n"),
        ("# One\n\nTwo\n", "One", "Two\n"),
        ("Zero\n\nOne\n===\n\nTwo\n", "One", "Zero\n\nTwo\n"),
        (
            "| a | b |\n|---|---|\n| c | d |\n",
            "c",
            "| a | b |\n|---|---|\n|  | d |\n",
        ),
    ] {
        let source = Words {
            subtitle: Some("S".to_owned()),
            ..words("T", body)
        };
        let mut document = file(&source, Some(&source), Some(&source));
        translate(&mut document, gone, "");
        translate(&mut document, "S", "");
        let taken = import(&document, &source, Some(&source), Some(&source)).unwrap();
        assert_eq!(taken.words, words("T", wanted), "{body}");
    }
}

#[test]
fn a_bar_stays_within_its_cell() {
    let source = words("T", "| a | b |\n|---|---|\n| c | d |\n");
    let mut document = file(&source, None, Some(&source));
    translate(&mut document, "c", "x | y \\| z");
    let taken = import(&document, &source, None, Some(&source)).unwrap();
    assert_eq!(
        taken.words.body,
        "| a | b |\n|---|---|\n| x \\| y \\| z | d |\n"
    );
}

#[test]
fn what_cannot_be_taken_is_named() {
    let source = words("T", "One\n");
    let codes = |document: &Document| -> Vec<(String, &'static str)> {
        let faults: Vec<Fault> = import(document, &source, None, None).unwrap_err();
        faults
            .into_iter()
            .map(|fault| (fault.detail, fault.code))
            .collect()
    };
    let mut document = file(&source, None, None);
    assert_eq!(codes(&document)[0].1, "required");
    translate(&mut document, "T", "");
    assert_eq!(codes(&document)[0].1, "required");
    document.files[0].units[1].id = "body-no".to_owned();
    assert_eq!(
        codes(&document),
        [(
            "the source has no unit `body-no`".to_owned(),
            "unknown_unit"
        )]
    );
    document.files[0].units[1] = document.files[0].units[0].clone();
    assert_eq!(codes(&document)[0].1, "duplicate_unit");
    document.files.clear();
    assert_eq!(codes(&document)[0].1, "no_units");
}

#[test]
fn members_that_the_source_lacks_stay() {
    let source = words("T", "");
    let target = Words {
        summary: Some("s".to_owned()),
        ..words("t", "text")
    };
    let document = file(&source, None, Some(&target));
    let taken = import(&document, &source, None, Some(&target)).unwrap();
    assert_eq!(taken.words, target);
}

#[test]
fn a_long_body_is_handed_over_in_bounded_time() {
    let mixed = |n: usize| {
        if n.is_multiple_of(3) {
            "# a\n\n"
        } else {
            "a\n\n"
        }
    };
    let one: String = (0..20_000).map(mixed).collect();
    let other: String = (1..15_000).map(mixed).collect();
    let third: String = (0..10_000).map(|n| format!("{n}\n\n")).collect();
    let (source, target, based_on) = (words("a", &one), words("b", &other), words("c", &third));
    let began = Instant::now();
    let document = file(&source, Some(&based_on), Some(&target));
    let taken = import(&document, &source, Some(&based_on), Some(&target)).unwrap();
    assert_eq!(taken.words, target);
    // Without optimization on a slow machine; anything quadratic takes far longer.
    assert!(began.elapsed() < Duration::from_secs(20));
}

#[test]
fn a_cell_that_ends_in_an_open_backtick_stays_as_it_is() {
    let source = words("a", "| a | b |\n|---|---|\n| c | d |\n`|");
    let mut document = file(&source, None, None);
    for unit in &mut document.files[0].units {
        unit.target = Some(unit.source.clone());
    }
    let taken = import(&document, &source, None, None).unwrap();
    assert_eq!(taken.words, source);
}

fn any_words() -> impl Strategy<Value = Words> {
    let member = || prop::option::of("[a-zक-ह ]{0,5}");
    ("[a-z]{1,5}", member(), member(), markdown()).prop_map(|(title, subtitle, seo_title, body)| {
        Words {
            title,
            subtitle: subtitle.filter(|text| !text.trim().is_empty()),
            seo_title: seo_title.filter(|text| !text.trim().is_empty()),
            body,
            ..Words::default()
        }
    })
}

proptest! {
    #[test]
    fn an_unchanged_file_changes_nothing(
        source in any_words(),
        based_on in prop::option::of(any_words()),
        target in any_words(),
    ) {
        let based_on = based_on.as_ref();
        let document = file(&source, based_on, Some(&target));
        let read = read(write(&document).as_bytes());
        prop_assert_eq!(read.as_ref(), Ok(&document));
        let taken = import(&document, &source, based_on, Some(&target)).unwrap();
        prop_assert_eq!(&taken.words, &target);
        let again = with_states(&source, based_on, Some(&taken.words), &taken.states);
        prop_assert_eq!(again, document);
    }

    #[test]
    fn no_text_of_a_translation_is_left_out(source in any_words(), based_on in any_words(), target in any_words()) {
        let document = file(&source, Some(&based_on), Some(&target));
        let whole: String = sides(&document).into_iter().filter_map(|(_, target)| target).collect();
        let found = crate::values::markdown::units::blocks(&target.body);
        if units(&document).iter().any(|unit| unit.id.starts_with("body-")) {
            for block in found {
                prop_assert!(whole.contains(&target.body[block.range]));
            }
        }
    }

    #[test]
    fn any_source_stands_for_itself(source in any_words()) {
        let mut document = file(&source, None, None);
        for unit in &mut document.files[0].units {
            unit.target = Some(unit.source.clone());
        }
        let taken = import(&document, &source, None, None).unwrap();
        prop_assert_eq!(taken.words, source);
    }
}

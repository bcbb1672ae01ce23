#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use proptest::prelude::*;

use super::super::characters::{Kind, kind};
use super::super::tests::texts;
use super::super::words::may_stand_alone;
use super::{Analysis, Query, TooLong};

fn asked(q: &str) -> String {
    Query::parse(q).unwrap().websearch(Analysis::of("en"))
}

#[test]
fn queries_are_understood() {
    for (q, websearch) in [
        ("Old  Bridge", "old bridge"),
        (
            "\"old bridge\" -toll or ferry",
            "\"old bridge\" -toll or ferry",
        ),
        ("“पुराना पुल” OR नौका", "\"पुराना पुल\" or नौका"),
        ("«vieux pont»", "\"vieux pont\""),
        ("co-operate 中国", "\"co operate\" \"中 国\""),
        ("-\"two words\" one", "-\"two words\" one"),
        ("−दिल्ली ｐｏｌｌ", "-दिल्ली poll"),
        ("a - b -- c", "a b c"),
        ("--a", "-a"),
        ("unclosed \"old bridge", "unclosed \"old bridge\""),
        ("foo\"bar baz\"qux", "foo \"bar baz\" qux"),
        ("or a or or b or", "a or b"),
        ("OR", "\"or\""),
        ("\"or\" ｏｒ -or", "\"or\" \"or\" -\"or\""),
        ("(a | b) & !c:*", "a b c"),
        ("a\0b", "a b"),
        ("'; drop table x; --", "drop table x"),
        ("צה\"ל הודיע", "\"צה ל\" הודיע"),
    ] {
        assert_eq!(asked(q), websearch, "{q}");
    }
}

#[test]
fn a_query_without_words_is_empty() {
    for q in ["", " ", "\0", "\"\" -- …", "-\"\"", "👍", "\u{200d}"] {
        let query = Query::parse(q).unwrap();
        assert!(query.is_empty(), "{q:?}");
        assert_eq!(query.websearch(Analysis::of("en")), "");
        assert!(!query.is_latin());
    }
    assert!(!Query::parse("or").unwrap().is_empty());
}

#[test]
fn more_than_64_words_are_too_many() {
    assert!(Query::parse(&"ab ".repeat(64)).is_ok());
    assert_eq!(Query::parse(&"ab ".repeat(65)), Err(TooLong));
    assert_eq!(Query::parse(&"-中".repeat(65)), Err(TooLong));
    assert_eq!(
        Query::parse(&format!("\"{}\"", "ab ".repeat(65))),
        Err(TooLong)
    );
}

#[test]
fn common_words_are_left_out_but_not_of_phrases() {
    let hindi = |q| Query::parse(q).unwrap().websearch(Analysis::of("hi"));
    assert_eq!(hindi("पुल के लिए"), "पुल");
    assert_eq!(hindi("\"पुल के लिए\""), "\"पुल के लिए\"");
    assert_eq!(hindi("के का की"), "");
    assert_eq!(hindi("के or पुल"), "पुल");
    assert_eq!(hindi("के -पुल"), "");
    assert_eq!(hindi("-के पुल"), "पुल");
    assert_eq!(hindi("-पुल"), "-पुल");
    let marathi = |q| Query::parse(q).unwrap().websearch(Analysis::of("mr"));
    assert_eq!(marathi("आणि पुलावर"), "पुल");
    assert_eq!(marathi("आहे आणि"), "");
}

#[test]
fn a_query_knows_its_script() {
    let is_latin = |q| Query::parse(q).unwrap().is_latin();
    assert!(is_latin("pul Pune 2024 école"));
    assert!(is_latin("Đà Nẵng"));
    assert!(!is_latin("2024"));
    assert!(!is_latin("pul पुल"));
    assert!(!is_latin("мост"));
}

#[test]
fn only_what_is_wanted_is_looked_up() {
    let query = Query::parse("Pune \"old bridge\" -toll or Ferr").unwrap();
    assert_eq!(query.plain(), ["pune", "old", "bridge", "ferr"]);
    assert_eq!(query.skeletons().len(), 4);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn whatever_is_asked_becomes_plain_websearch(q in texts()) {
        let Ok(query) = Query::parse(&q) else {
            return Ok(());
        };
        for locale in ["en", "hi", "mr"] {
            let websearch = query.websearch(Analysis::of(locale));
            let is_known = |c: char| matches!(c, ' ' | '"' | '-') || kind(c) != Kind::Separator;
            prop_assert!(websearch.chars().all(is_known), "{:?}", websearch);
            prop_assert!(websearch.matches('"').count().is_multiple_of(2));
            // It means the same when it is read again, unless letters that are words of their own (ゟ is
            // より) have come together.
            if !websearch.contains(may_stand_alone) {
                let again = Query::parse(&websearch).map(|again| again.websearch(Analysis::of("en")));
                prop_assert_eq!(again, Ok(websearch));
            }
        }
    }
}

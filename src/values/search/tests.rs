#![allow(clippy::unwrap_used, clippy::indexing_slicing)]
//! Properties of all texts, and examples.

use super::{Analysis, Query, words};

#[test]
fn spellings_that_read_the_same_are_one_word() {
    let folded = |text: &str| words(text).map(|word| word.folded).collect::<Vec<_>>();
    assert_eq!(folded("क़लम"), folded("कलम"));
    assert_eq!(folded("\u{958}लम"), folded("कलम"));
    assert_eq!(folded("ÉCOLE १२"), ["école", "12"]);
    assert_eq!(folded("NATO's"), ["nato", "s"]);
    assert_eq!(folded("中国 thailand ไทย").len(), 6);
}

#[test]
fn queries_are_understood() {
    let asked = |q| Query::parse(q).unwrap().websearch(Analysis::of("en"));
    assert_eq!(asked("old bridge"), "old bridge");
    assert_eq!(
        asked("\"old bridge\" -toll or ferry"),
        "\"old bridge\" -toll or ferry"
    );
    assert_eq!(asked("co-operate"), "\"co operate\"");
    assert!(Query::parse("\0 -- \"\"").unwrap().is_empty());
}

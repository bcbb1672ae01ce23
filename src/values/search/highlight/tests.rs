#![allow(clippy::unwrap_used)]

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::super::tests::texts;
use super::{escape, mark, snippets};

fn at<const N: usize>(positions: [usize; N]) -> BTreeSet<usize> {
    positions.into()
}

fn escaped(text: &str) -> String {
    let mut html = String::new();
    escape(text, &mut html);
    html
}

fn unescaped(html: &str) -> String {
    let mut text = html.replace("<mark>", "").replace("</mark>", "");
    for (entity, c) in [
        ("&lt;", "<"),
        ("&gt;", ">"),
        ("&quot;", "\""),
        ("&#39;", "'"),
        ("&amp;", "&"),
    ] {
        text = text.replace(entity, c);
    }
    text
}

#[test]
fn marked_words_stand_in_marks_and_the_rest_is_escaped() {
    assert_eq!(
        mark("The <b>old</b> bridge", &at([4])),
        "The &lt;b&gt;old&lt;/b&gt; <mark>bridge</mark>"
    );
    assert_eq!(mark("पुराना पुल", &at([1])), "पुराना <mark>पुल</mark>");
    assert_eq!(
        mark("a \"b\" & 'c'", &at([])),
        "a &quot;b&quot; &amp; &#39;c&#39;"
    );
    assert_eq!(mark("too far", &at([7])), "too far");
}

#[test]
fn neighbours_share_a_mark() {
    assert_eq!(
        mark("the old bridge.", &at([1, 2])),
        "the <mark>old bridge</mark>."
    );
    assert_eq!(mark("中国人", &at([0, 1])), "<mark>中国</mark>人");
    assert_eq!(
        mark("co-op. Bridge", &at([0, 1, 2])),
        "<mark>co-op</mark>. <mark>Bridge</mark>"
    );
    assert_eq!(
        mark("a<b>c", &at([0, 1])),
        "<mark>a</mark>&lt;<mark>b</mark>&gt;c"
    );
}

#[test]
fn snippets_are_cut_between_words() {
    let text = "One two three “four” five.\n\nSix seven <eight> nine ten.";
    assert_eq!(
        snippets(text, &at([3]), 1, 3),
        ["…three “<mark>four</mark>” five.…"]
    );
    assert_eq!(
        snippets(text, &at([0]), 1, 3),
        ["<mark>One</mark> two three…"]
    );
    assert_eq!(
        snippets(text, &at([7]), 1, 4),
        ["…seven &lt;<mark>eight</mark>&gt; nine ten."]
    );
    assert_eq!(
        snippets(text, &at([4, 5]), 1, 2),
        ["…<mark>five</mark>. <mark>Six</mark>…"]
    );
    assert_eq!(
        snippets(text, &at([0, 9]), 3, 2),
        ["<mark>One</mark> two…", "…nine <mark>ten</mark>."]
    );
    assert_eq!(snippets("one", &at([0]), 3, 30), ["<mark>one</mark>"]);
    assert!(snippets(text, &at([]), 3, 30).is_empty());
    assert!(snippets(text, &at([0]), 0, 30).is_empty());
    assert!(snippets(text, &at([99]), 3, 30).is_empty());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn nothing_marked_is_the_text_escaped(text in texts()) {
        prop_assert_eq!(mark(&text, &BTreeSet::new()), escaped(&text));
    }

    #[test]
    fn a_marked_text_reads_as_the_text(text in texts(), positions: BTreeSet<u8>) {
        let positions = positions.into_iter().map(usize::from).collect();
        let html = mark(&text, &positions);
        prop_assert_eq!(unescaped(&html), text);
        prop_assert_eq!(html.matches("<mark>").count(), html.matches("</mark>").count());
    }

    #[test]
    fn snippets_hold_no_markup_but_marks(
        text in texts(), positions: BTreeSet<u8>, most in 0_usize..5, width in 0_usize..20,
    ) {
        let positions = positions.into_iter().map(|at| usize::from(at % 40)).collect();
        let found = snippets(&text, &positions, most, width);
        prop_assert!(found.len() <= most);
        let spaced = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        let mut rest = spaced(&text);
        for html in found {
            let bare = html.replace("<mark>", "").replace("</mark>", "");
            prop_assert!(!bare.contains(['<', '>', '"', '\'']));
            prop_assert!(html.contains("<mark>"));
            // It is a passage of the text, and not before the last one.
            let shown = unescaped(&html);
            let bare = shown.strip_prefix('…').unwrap_or(&shown);
            let bare = bare.strip_suffix('…').unwrap_or(bare);
            let place = rest.find(bare);
            prop_assert!(place.is_some(), "{:?} in {:?}", bare, rest);
            rest = rest.split_off(place.unwrap_or_default());
        }
    }
}

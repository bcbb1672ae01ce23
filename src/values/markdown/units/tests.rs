#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use std::collections::HashSet;
use std::time::{Duration, Instant};

use proptest::prelude::*;

use super::*;
use crate::values::xliff::Piece;

fn texts(markdown: &str) -> Vec<&str> {
    blocks(markdown)
        .iter()
        .map(|block| text(markdown, block))
        .collect()
}

/// The pieces in a line: codes in braces.
fn shown(markdown: &str) -> String {
    pieces(markdown)
        .into_iter()
        .map(|piece| match piece {
            Piece::Text(text) => text,
            Piece::Code { data, .. } => format!("{{{}}}", data.unwrap().replace('\n', "↵")),
        })
        .collect()
}

#[test]
fn paragraphs_headings_and_cells_are_blocks() {
    let markdown = concat!(
        "# One #\n\nTwo\ntwo.\n\nThree\n=====\n\n- Four\n  four\n- [ ] Five\n\n> Six\n> six\n\n",
        "```\ncode\n```\n\n<div>html</div>\n\n[a]: /b \"c\"\n\n| Seven | Eight |\n|---|:-:|\n| *Nine* |  |\n\n",
        "1. Ten\n\n   Eleven\n\n[^n]: Twelve\n\n***\n\n#\n\nThirteen[^n] ##\n",
    );
    assert_eq!(
        texts(markdown),
        [
            "One",
            "Two\ntwo.",
            "Three",
            "Four\n  four",
            "Five",
            "Six\n> six",
            "Seven",
            "Eight",
            "*Nine*",
            "Ten",
            "Eleven",
            "Twelve",
            "Thirteen[^n] ##",
        ]
    );
    let kinds: Vec<_> = blocks(markdown).iter().map(|block| block.kind).collect();
    assert_eq!(
        kinds[..3],
        [Kind::Heading(1), Kind::Paragraph, Kind::Heading(1)]
    );
    assert_eq!(kinds[6], Kind::Cell);
}

#[test]
fn a_definition_before_a_paragraph_stays() {
    assert_eq!(texts("[a]: /b\nText [a].\n"), ["Text [a]."]);
    assert_eq!(
        texts("> [a]: /b\n> 'c'\n> [d]:\n>  /e\n> *Text*\n> [a].\n"),
        ["*Text*\n> [a]."]
    );
}

#[test]
fn lines_may_end_in_any_way() {
    assert_eq!(texts("a\r\n\r\nb\r\rc\n"), ["a", "b", "c"]);
    assert_eq!(texts("\u{FEFF}# पुल\n\nपुल\n"), ["पुल", "पुल"]);
}

#[test]
fn markdown_in_the_text_is_protected() {
    for (markdown, wanted) in [
        ("a **b** _c_ ~~d~~", "a {**}b{**} {_}c{_} {~~}d{~~}"),
        ("snake_case 2 * 3 ~5", "snake_case 2 * 3 ~5"),
        ("`a *b*` ``c ` d`` ` e", "{`a *b*`} {``c ` d``} ` e"),
        ("[a](/b)", "{[}a{](/b)}"),
        ("[a *b*](</c d> 'e') f", "{[}a {*}b{*}{](</c d> '}e{')} f"),
        (
            "![a](/b_(c) \"d \\\" e\")",
            "{![}a{](/b_(c) \"}d \\\" e{\")}",
        ),
        ("[![a](/b)](/c)", "{[}{![}a{](/b)}{](/c)}"),
        ("[a][b] [sic] [c](d e)", "{[}a{][b]} [sic] [c](d e)"),
        (
            "<https://a.org> <b>c</b> 1 < 2 > 1",
            "{<https://a.org>} {<b>}c{</b>} 1 < 2 > 1",
        ),
        ("(see https://a.org/b_(c).)", "(see {https://a.org/b_(c)}.)"),
        ("www.a.org, xwww.b.org", "{www.a.org}, xwww.b.org"),
        (
            "\\* &amp; &#39; AT&T; & b",
            "{\\*} {&amp;} {&#39;} AT&T; & b",
        ),
        ("a[^1] b[^ c]", "a{[^1]} b[^ c]"),
        ("a  \n> b\\\nc\nd", "a{  ↵> }b{\\↵}c{↵}d"),
    ] {
        assert_eq!(shown(markdown), wanted);
    }
}

#[test]
fn ids_stay_when_other_blocks_change() {
    let id_list = |markdown: &str| ids(markdown, &blocks(markdown));
    let before = id_list("One\n\nTwo\n\nOne\n");
    let after = id_list("New\n\nOne\n\n> Two\n\n- One\n");
    assert_eq!(before, after[1..]);
    assert_eq!(before[2], format!("{}-2", before[0]));
}

#[test]
fn a_hostile_text_is_cut_in_bounded_time() {
    const BYTES: usize = 200_000;
    for unit in [
        "> ",
        "- ",
        "[",
        "![",
        "](",
        "[a](b",
        "[a](b \"",
        "[a][",
        "[^a",
        "`",
        "``a`",
        "`a",
        "<a",
        "<!--",
        "&a",
        "*a ",
        "_",
        "~",
        " ",
        " \\",
        "\\",
        "http://",
        "www.a",
        "|a|\n|-|\n",
        "a\n\n",
        "# a\n",
        "\r",
        "\0",
    ] {
        let markdown = unit.repeat(BYTES / unit.len());
        let began = Instant::now();
        let found = blocks(&markdown);
        for block in &found {
            pieces(text(&markdown, block));
        }
        pieces(&markdown);
        ids(&markdown, &found);
        // Without optimization on a slow machine; anything quadratic takes far longer.
        assert!(began.elapsed() < Duration::from_secs(20), "{unit}");
    }
    let mut runs = String::new();
    for length in (0..600).chain(0..600) {
        runs.push_str(&"`".repeat(length));
        runs.push('a');
    }
    pieces(&runs);
}

/// Markdown as it is written, and as it is not.
pub(crate) fn markdown() -> impl Strategy<Value = String> {
    let parts = prop::sample::select(vec![
        "# ",
        "## ",
        "\n",
        "\n\n",
        "\r\n",
        "- ",
        "1. ",
        "> ",
        "  ",
        "    ",
        "| a | b |\n|---|---|\n| c | d |\n",
        "|",
        "```\n",
        "`",
        "``",
        "*",
        "**",
        "_",
        "~~",
        "[",
        "]",
        "(",
        ")",
        "](/a)",
        "](/a \"t\")",
        "![",
        "[^1]",
        "\n[^1]: ",
        "[a]: /b\n",
        "<b>",
        "</b>",
        "<div>\n",
        "<!--",
        "-->",
        "https://a.org/",
        "www.b.org",
        "\\",
        "\\*",
        "&amp;",
        "&",
        "word",
        " ",
        "पुल",
        "字",
        "e\u{301}",
        "\t",
        "\n===\n",
        "\n---\n",
        "[ ] ",
        "\0",
        "\u{FEFF}",
        "a",
        "B.",
    ]);
    prop::collection::vec(parts, 0..40).prop_map(|parts| parts.concat())
}

fn check(markdown: &str) -> Result<(), TestCaseError> {
    let found = blocks(markdown);
    let (mut joined, mut end) = (String::new(), 0);
    for block in &found {
        prop_assert!(block.range.start >= end && !block.range.is_empty());
        joined.push_str(&markdown[end..block.range.start]);
        for piece in pieces(text(markdown, block)) {
            match piece {
                Piece::Text(text) => joined.push_str(&text),
                Piece::Code { data, .. } => joined.push_str(&data.unwrap()),
            }
        }
        end = block.range.end;
    }
    joined.push_str(&markdown[end..]);
    prop_assert_eq!(joined.as_str(), markdown);
    let ids = ids(markdown, &found);
    prop_assert_eq!(ids.iter().collect::<HashSet<_>>().len(), found.len());
    Ok(())
}

proptest! {
    #[test]
    fn blocks_and_what_is_between_are_the_text(markdown in markdown()) {
        check(&markdown)?;
    }

    #[test]
    fn blocks_and_what_is_between_are_any_text(text in any::<String>()) {
        check(&text)?;
    }

    #[test]
    fn pieces_joined_are_any_text(markdown in markdown()) {
        let mut joined = String::new();
        for piece in pieces(&markdown) {
            match piece {
                Piece::Text(text) => {
                    prop_assert!(!text.contains(['\n', '\r']));
                    joined.push_str(&text);
                }
                Piece::Code { data, .. } => joined.push_str(&data.unwrap()),
            }
        }
        prop_assert_eq!(joined, markdown);
    }
}

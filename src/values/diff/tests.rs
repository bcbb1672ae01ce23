//! Tests of the parent module.

use std::time::{Duration, Instant};

use proptest::prelude::*;
use unicode_segmentation::UnicodeSegmentation;

use super::*;

/// The changes as one line: `[-deleted-]`, `{+inserted+}`, the rest as it is.
fn marked(from: &str, to: &str) -> String {
    diff(from, to)
        .iter()
        .map(|change| match change.op {
            Op::Equal => change.text.clone(),
            Op::Insert => format!("{{+{}+}}", change.text),
            Op::Delete => format!("[-{}-]", change.text),
        })
        .collect()
}

fn joined(changes: &[Change], leave_out: Op) -> String {
    changes
        .iter()
        .filter(|change| change.op != leave_out)
        .map(|change| change.text.as_str())
        .collect()
}

/// Fails unless the changes keep what [`diff`] promises for any two texts.
fn assert_sound(from: &str, to: &str) {
    let changes = diff(from, to);
    assert_eq!(joined(&changes, Op::Insert), from);
    assert_eq!(joined(&changes, Op::Delete), to);
    assert!(changes.iter().all(|change| !change.text.is_empty()));
    for pair in changes.windows(2) {
        let [one, next] = pair else { continue };
        assert_ne!(one.op, next.op, "{changes:?}");
        assert!(
            (one.op, next.op) != (Op::Insert, Op::Delete),
            "{changes:?} deletes after it inserts"
        );
    }
    for three in changes.windows(3) {
        let [one, blanks, next] = three else { continue };
        if blanks.op == Op::Equal && (one.op, next.op) != (Op::Delete, Op::Insert) {
            let line_break = [
                '\n', '\r', '\u{b}', '\u{c}', '\u{85}', '\u{2028}', '\u{2029}',
            ];
            assert!(
                !blanks.text.trim().is_empty() || blanks.text.contains(line_break),
                "{changes:?} keeps blanks between two changes"
            );
        }
    }
    assert_clusters_whole(from, &changes, Op::Insert);
    assert_clusters_whole(to, &changes, Op::Delete);
}

fn assert_clusters_whole(text: &str, changes: &[Change], leave_out: Op) {
    let starts: Vec<usize> = text.grapheme_indices(true).map(|(at, _)| at).collect();
    let mut at = 0;
    for change in changes.iter().filter(|change| change.op != leave_out) {
        assert!(starts.contains(&at), "{changes:?} cuts a cluster");
        at += change.text.len();
    }
}

#[test]
fn a_word_is_replaced_inserted_or_deleted() {
    assert_eq!(
        marked("The old bridge reopens.", "The new bridge reopens."),
        "The [-old-]{+new+} bridge reopens."
    );
    assert_eq!(
        marked("The bridge reopens.", "The old bridge reopens."),
        "The {+old +}bridge reopens."
    );
    assert_eq!(
        marked("The bridge reopens on Monday.", "The bridge reopens."),
        "The bridge reopens[- on Monday-]."
    );
    assert_eq!(marked("it wasn't", "it isn't"), "it [-wasn't-]{+isn't+}");
}

#[test]
fn a_new_sentence_in_place_of_another_is_one_change() {
    assert_eq!(marked("a b c", "x y z"), "[-a b c-]{+x y z+}");
    assert_eq!(
        marked(
            "Rain all day, wind later.",
            "Rain and some very strong gusts, wind later."
        ),
        "Rain [-all day-]{+and some very strong gusts+}, wind later."
    );
}

#[test]
fn line_breaks_keep_paragraphs_apart() {
    assert_eq!(
        marked("one two\n\nthree four", "five six\n\nseven eight"),
        "[-one two-]{+five six+}\n\n[-three four-]{+seven eight+}"
    );
    assert_eq!(
        marked("First.\n\nThird.\n", "First.\n\nSecond.\n\nThird.\n"),
        "First.\n\n{+Second.\n\n+}Third.\n"
    );
    assert_eq!(marked("one\ntwo", "one\r\ntwo"), "one[-\n-]{+\r\n+}two");
}

#[test]
fn blanks_that_change_are_changes() {
    assert_eq!(marked("a b", "a  b"), "a {+ +}b");
    assert_eq!(marked("a\tb", "a b"), "a[-\t-]{+ +}b");
    assert_eq!(marked("a ", "a"), "a[- -]");
    assert_eq!(marked("", " \n"), "{+ \n+}");
}

#[test]
fn hindi_words_stay_whole() {
    assert_eq!(
        marked("यह क्षेत्र सूखा है।", "यह क्षेत्रफल सूखा है।"),
        "यह [-क्षेत्र-]{+क्षेत्रफल+} सूखा है।"
    );
    assert_eq!(
        marked(
            "नगर निगम ने पुराना पुल बंद किया।",
            "नगर निगम ने पुराना पुल आज फिर खोल दिया।"
        ),
        "नगर निगम ने पुराना पुल [-बंद किया-]{+आज फिर खोल दिया+}।"
    );
    // The joiners choose between two shapes: the words differ, as wholes.
    assert_eq!(
        marked("वह हिन्दी बोली", "वह हिन्\u{200d}दी बोली"),
        "वह [-हिन्दी-]{+हिन्\u{200d}दी+} बोली"
    );
    assert_eq!(
        marked("वह हिन्दी बोली", "वह हिन्\u{200c}दी बोली"),
        "वह [-हिन्दी-]{+हिन्\u{200c}दी+} बोली"
    );
    // A nukta letter and the letter with its nukta.
    assert_eq!(
        marked("बड\u{93c}ी सड\u{93c}क", "बड\u{93c}ी स\u{95c}क"),
        "बड\u{93c}ी [-सड\u{93c}क-]{+स\u{95c}क+}"
    );
    assert_eq!(
        marked("सडक बंद", "सड\u{93c}क बंद"),
        "[-सडक-]{+सड\u{93c}क+} बंद"
    );
}

#[test]
fn marathi_words_stay_whole() {
    assert_eq!(
        marked("शाळेच्या मैदानावर झाडे लावली.", "शाळेच्या मैदानात नवी झाडे लावली."),
        "शाळेच्या [-मैदानावर-]{+मैदानात नवी+} झाडे लावली."
    );
    assert_eq!(
        marked("कर\u{94d}\u{200d}या", "कर\u{94d}या"),
        "[-कर\u{94d}\u{200d}या-]{+कर\u{94d}या+}"
    );
}

#[test]
fn clusters_that_are_no_words_stay_whole() {
    let family = "\u{1f468}\u{200d}\u{1f469}\u{200d}\u{1f467}";
    let couple = "\u{1f468}\u{200d}\u{1f469}";
    assert_eq!(
        marked(couple, family),
        format!("[-{couple}-]{{+{family}+}}")
    );
    assert_eq!(marked("🇮🇳🇳🇵", "🇮🇳🇳🇴"), "🇮🇳[-🇳🇵-]{+🇳🇴+}");
    assert_eq!(marked("👍🏽", "👍🏿"), "[-👍🏽-]{+👍🏿+}");
    // Thai's SARA AM is a word of its own by UAX #29, in a cluster with what comes before.
    assert_eq!(marked("น", "น\u{e33}"), "[-น-]{+น\u{e33}+}");
    // A mark on a space makes it more than a blank.
    assert_eq!(marked("a  b", "a  \u{301}b"), "a[-  -]{+  \u{301}+}b");
}

#[test]
fn texts_that_are_the_same_are_equal() {
    assert_eq!(diff("", ""), []);
    let text = "पुराना पुल\n\nफिर खुला ";
    let equal = Change {
        op: Op::Equal,
        text: text.to_owned(),
    };
    assert_eq!(diff(text, text), [equal]);
}

#[test]
fn a_long_text_shows_its_few_changes() {
    let text = |years: &str, mayor: &str| {
        (0..400)
            .map(|n| format!("In paragraph {n} the council of ward {n} meets.\n\n"))
            .chain([format!("Nobody had asked for {years}, said {mayor}.\n\n")])
            .chain((400..800).map(|n| format!("परिच्छेद {n} में वही बात फिर से है।\n\n")))
            .collect::<String>()
    };
    let line = marked(
        &text("ten years", "the mayor"),
        &text("years", "Meera Joshi"),
    );
    let changed = line.lines().nth(800).unwrap_or_default();
    assert_eq!(
        changed,
        "Nobody had asked for [-ten -]years, said [-the mayor-]{+Meera Joshi+}."
    );
    assert_eq!(line.matches("[-").count(), 2);
}

#[test]
fn a_change_is_written_with_its_op_in_lower_case() {
    let changes = serde_json::json!(diff("a b", "a c"));
    let written = serde_json::json!([
        { "op": "equal", "text": "a " },
        { "op": "delete", "text": "b" },
        { "op": "insert", "text": "c" },
    ]);
    assert_eq!(changes, written);
}

/// Half a mebibyte, the most that a body holds.
const MOST: usize = 512 * 1024;

fn filled(words: impl Iterator<Item = String>) -> String {
    let mut text = String::new();
    for word in words {
        if text.len() + word.len() > MOST {
            break;
        }
        text.push_str(&word);
    }
    text
}

/// Numbers that look like chance and are the same each time (a linear congruential generator).
fn numbers(seed: u32) -> impl Iterator<Item = u32> {
    std::iter::successors(Some(seed), |n| {
        Some(n.wrapping_mul(1_664_525).wrapping_add(1_013_904_223))
    })
    .map(|n| n >> 8)
}

/// A CJK ideograph, a word of its own without blanks beside it.
fn ideograph(n: u32) -> String {
    char::from_u32(0x20000 + n % 0xa6d0).into_iter().collect()
}

#[test]
fn texts_made_to_be_costly_end() {
    let two = |seed| filled(numbers(seed).map(|n| if n % 2 == 0 { "a " } else { "b " }.to_owned()));
    let few = |seed| filled(numbers(seed).map(|n| format!("{} ", n % 40)));
    let many = |seed| filled(numbers(seed).map(ideograph));
    let between = |from: u32, to: u32| {
        filled((0..).map(move |n| {
            let odd = if n % 3 == 0 { from } else { to };
            ideograph(if n % 2 == 0 { n / 2 } else { odd })
        }))
    };
    for (from, to) in [
        (filled((0..).map(|_| "a b ".to_owned())), two(7)),
        (two(1), two(2)),
        (few(1), few(2)),
        (many(1), many(2)),
        (between(1, 2), between(2, 1)),
        (
            filled((0..).map(ideograph)),
            filled((0..).map(|n| ideograph(0xa6cf - n % 0xa6d0))),
        ),
        (
            filled((0..).map(|n| format!("a{n} "))),
            filled((0..).map(|n| format!("b{n} "))),
        ),
        (
            filled((0..).map(|_| "\n".to_owned())),
            filled((0..).map(|_| "\n ".to_owned())),
        ),
        (
            filled((0..).map(|_| "क्".to_owned())),
            filled((0..).map(|_| "\u{200d}".to_owned())),
        ),
        (
            filled((0..).map(|_| "🇮".to_owned())),
            filled((0..).map(|_| "👩\u{200d}".to_owned())),
        ),
    ] {
        let began = Instant::now();
        let changes = diff(&from, &to);
        let took = began.elapsed();
        assert_eq!(joined(&changes, Op::Insert), from);
        assert_eq!(joined(&changes, Op::Delete), to);
        assert!(took < Duration::from_secs(60), "took {took:?}");
    }
}

/// Texts of few words, so that much of two of them is the same.
fn text() -> impl Strategy<Value = String> {
    let pieces = prop_oneof![
        Just("a"),
        Just("b"),
        Just("c"),
        Just(" "),
        Just(" "),
        Just("  "),
        Just("\t"),
        Just("\n"),
        Just("\r\n"),
        Just("\r"),
        Just("\u{2029}"),
        Just("\u{a0}"),
        Just("."),
        Just("क्षेत्र"),
        Just("क्"),
        Just("ष"),
        Just("ि"),
        Just("\u{93c}"),
        Just("\u{200d}"),
        Just("\u{200c}"),
        Just("\u{301}"),
        Just("\u{e33}"),
        Just("น"),
        Just("🇮"),
        Just("👩"),
        Just("👍"),
        Just("🏽"),
        Just("\u{600}"),
        Just("ᄀ"),
        Just("ᅡ"),
    ];
    proptest::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn changes_are_sound_for_texts_much_alike(from in text(), to in text()) {
        assert_sound(&from, &to);
    }

    #[test]
    fn changes_are_sound_for_any_strings(from in any::<String>(), to in any::<String>()) {
        assert_sound(&from, &to);
    }

    #[test]
    fn a_text_is_equal_to_itself(text in text()) {
        prop_assert!(diff(&text, &text).iter().all(|change| change.op == Op::Equal));
    }
}

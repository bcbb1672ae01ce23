//! The beginning of a text, and how long the whole takes to read.

use unicode_segmentation::{GraphemeCursor, UnicodeSegmentation};

/// How many words a reader takes in within a minute.
const WORDS_A_MINUTE: u32 = 200;

/// The beginning of a plain text, at most `max_chars` characters (Unicode
/// scalar values) long, its white space made into single spaces.
///
/// A longer text ends with a sentence when one ends in the second half of that
/// length, and otherwise with a word and an ellipsis ("…"). Sentences and words
/// are those of UAX #29, so the danda ends one as the full stop does. No
/// grapheme cluster is split.
pub fn excerpt(plain: &str, max_chars: usize) -> String {
    let text = beginning(plain, max_chars.saturating_mul(2).saturating_add(64));
    let Some((limit, _)) = text.char_indices().nth(max_chars) else {
        return text;
    };
    match sentence_end(&text, limit) {
        Some(end) if 2 * char_count(&text, end) >= max_chars => up_to(&text, end).to_owned(),
        _ => cut_at_word(&text, max_chars),
    }
}

/// The number of words in a plain text, as UAX #29 parts them: a word of
/// Devanagari counts as one, a character of Chinese as well.
pub fn word_count(plain: &str) -> u32 {
    u32::try_from(plain.unicode_words().count()).unwrap_or(u32::MAX)
}

/// How many minutes it takes to read so many words, rounded up.
pub fn reading_minutes(words: u32) -> u32 {
    words.div_ceil(WORDS_A_MINUTE)
}

/// The first words of a text joined by single spaces, as many as begin within
/// so many characters: enough to find out how the part shown ends, however long
/// the text is.
fn beginning(plain: &str, chars: usize) -> String {
    let mut text = String::new();
    let mut length = 0;
    for word in plain.split_whitespace() {
        if length > chars {
            break;
        }
        if !text.is_empty() {
            text.push(' ');
        }
        // A single word may be as long as the whole text.
        text.extend(word.chars().take(chars));
        length += word.chars().take(chars).count() + 1;
    }
    text
}

/// Where the last sentence that fits ends, without the space after it.
fn sentence_end(text: &str, limit: usize) -> Option<usize> {
    text.split_sentence_bound_indices()
        .map(|(start, sentence)| start + sentence.trim_end().len())
        .take_while(|&end| end <= limit)
        .filter(|&end| is_grapheme_boundary(text, end))
        .last()
}

/// The words that fit with an ellipsis after them; of a first word that does
/// not fit, the grapheme clusters that do.
fn cut_at_word(text: &str, max_chars: usize) -> String {
    let Some(room) = max_chars.checked_sub(1) else {
        return String::new();
    };
    let limit = text
        .char_indices()
        .nth(room)
        .map_or(text.len(), |(at, _)| at);
    let last = |ends: &mut dyn Iterator<Item = usize>| {
        ends.take_while(|&end| end <= limit)
            .filter(|&end| end > 0 && is_grapheme_boundary(text, end))
            .last()
    };
    let words = &mut text.split_word_bound_indices().map(|(start, _)| start);
    let graphemes = &mut text.grapheme_indices(true).map(|(start, _)| start);
    let end = last(words).or_else(|| last(graphemes)).unwrap_or_default();
    // A comma before the ellipsis would be one mark too many.
    let kept = up_to(text, end).trim_end_matches([' ', ',', ';', ':', '،', '、', '，']);
    format!("{kept}…")
}

fn up_to(text: &str, end: usize) -> &str {
    text.get(..end).unwrap_or(text)
}

fn char_count(text: &str, end: usize) -> usize {
    up_to(text, end).chars().count()
}

fn is_grapheme_boundary(text: &str, at: usize) -> bool {
    GraphemeCursor::new(at, text.len(), true)
        .is_boundary(text, 0)
        .unwrap_or(false)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_short_text_is_its_own_excerpt() {
        assert_eq!(excerpt("नमस्ते दुनिया।", 100), "नमस्ते दुनिया।");
        assert_eq!(excerpt("  a\n\n b\tc ", 5), "a b c");
        assert_eq!(excerpt("", 10), "");
        assert_eq!(excerpt(" \n ", 10), "");
    }

    #[test]
    fn an_excerpt_ends_with_a_sentence_in_its_second_half() {
        let text = "The council met on Monday. It agreed on nothing at all, as usual.";
        assert_eq!(excerpt(text, 40), "The council met on Monday.");
        let text = "परिषद की बैठक सोमवार को हुई। उसमें किसी बात पर सहमति नहीं बनी, हमेशा की तरह।";
        assert_eq!(excerpt(text, 45), "परिषद की बैठक सोमवार को हुई।");
        assert_eq!(
            excerpt("市议会周一开会。没有达成任何协议，像往常一样。", 12),
            "市议会周一开会。"
        );
    }

    #[test]
    fn an_excerpt_without_such_a_sentence_ends_with_a_word() {
        assert_eq!(
            excerpt("No. The council of the city met", 20),
            "No. The council of…"
        );
        assert_eq!(excerpt("one, two, three", 11), "one, two…");
        assert_eq!(excerpt("भारत में चुनाव की तैयारी", 12), "भारत में…");
    }

    #[test]
    fn an_excerpt_of_one_long_word_ends_with_a_whole_letter() {
        assert_eq!(excerpt(&"कि".repeat(50), 10), "किकिकिकि…");
        assert_eq!(excerpt(&"x".repeat(1_000_000), 5), "xxxx…");
        assert_eq!(excerpt("ab", 1), "…");
        assert_eq!(excerpt("ab", 0), "");
    }

    #[test]
    fn words_are_counted_whole_in_any_script() {
        assert_eq!(word_count("कोरोना के बाद भारत।"), 4);
        assert_eq!(word_count("It's 3.14, isn't it? — Yes."), 5);
        assert_eq!(word_count("!? …"), 0);
    }

    #[test]
    fn a_text_takes_whole_minutes_to_read() {
        for (words, minutes) in [(0, 0), (1, 1), (200, 1), (201, 2), (u32::MAX, 21_474_837)] {
            assert_eq!(reading_minutes(words), minutes);
        }
    }

    proptest! {
        #[test]
        fn an_excerpt_fits_and_begins_as_the_text_does(
            text in "([a-zक-ह\u{93E}-\u{94D}가-각👍🏽\u{200D}]{0,8}[ .।,\n]){0,30}", max in 0..60_usize
        ) {
            let short = excerpt(&text, max);
            prop_assert!(short.chars().count() <= max);
            let whole = text.split_whitespace().collect::<Vec<_>>().join(" ");
            let kept = short.trim_end_matches('…');
            prop_assert!(whole.starts_with(kept));
            prop_assert!(is_grapheme_boundary(&whole, kept.len()));
        }

        #[test]
        fn an_excerpt_of_any_text_fits(text in any::<String>(), max in 0..60_usize) {
            prop_assert!(excerpt(&text, max).chars().count() <= max);
        }
    }
}

//! What PostgreSQL's stemmer of Hindi gets wrong, put right before it sees the word.
//!
//! It takes off the longest ending it knows, whatever is left: थाना (police station) becomes थ, but थानों
//! थान, and माता, माना and माने are all म. It knows one of two current spellings (बनाए, not बनाये), and
//! lets the forms of short verbs fall apart (लेना, लेता, लेकर).

use std::borrow::Cow;

use super::syllables::count;

/// The folded word in a form whose stem is that of its other forms.
pub(super) fn respell(word: &str) -> Cow<'_, str> {
    if !word.ends_with(['ा', 'ी', 'े', 'ं', 'ए', 'ई', 'र', 'ओ']) {
        return Cow::Borrowed(word);
    }
    if let Some(root) = short_verb(word) {
        return Cow::Borrowed(root);
    }
    match whole(word) {
        Some(stem) => Cow::Borrowed(stem),
        None => glide(word),
    }
}

/// Verbs whose root is a syllable, and what follows it. खाता is an account rather.
const SHORT: [&str; 8] = ["ले", "दे", "जा", "आ", "खा", "पा", "गा", "ला"];
const ENDINGS: [&str; 30] = [
    "ना",
    "ने",
    "नी",
    "नों",
    "ता",
    "ते",
    "ती",
    "कर",
    "गा",
    "गे",
    "गी",
    "ंगे",
    "ंगी",
    "एगा",
    "एगी",
    "एंगे",
    "एंगी",
    "येगा",
    "येगी",
    "येंगे",
    "ए",
    "एं",
    "ई",
    "ईं",
    "या",
    "ये",
    "यी",
    "ऊंगा",
    "ओ",
    "इए",
];
/// Their pasts that begin otherwise.
const PASTS: [(&str, &str); 13] = [
    ("लिया", "ले"),
    ("ली", "ले"),
    ("लीं", "ले"),
    ("दिया", "दे"),
    ("दिए", "दे"),
    ("दिये", "दे"),
    ("दी", "दे"),
    ("दीं", "दे"),
    ("गया", "जा"),
    ("गए", "जा"),
    ("गये", "जा"),
    ("गई", "जा"),
    ("गयी", "जा"),
];

fn short_verb(word: &str) -> Option<&'static str> {
    if let Some((_, root)) = PASTS.iter().find(|(past, _)| *past == word) {
        return Some(root);
    }
    let root = SHORT.into_iter().find(|root| word.starts_with(root))?;
    let ending = word.strip_prefix(root)?;
    let is_account = root == "खा" && ending.starts_with('त');
    (ENDINGS.contains(&ending) && !is_account).then_some(root)
}

/// Stems before -ा, -े and -ी that end like verbs do. So do their compounds.
const STEMS: [&str; 28] = [
    "पुरान",
    "जमान",
    "खजान",
    "निशान",
    "ठिकान",
    "घरान",
    "पैमान",
    "जुर्मान",
    "नजरान",
    "अफसान",
    "दीवान",
    "हर्जान",
    "तरान",
    "परवान",
    "अनजान",
    "रोजान",
    "सालान",
    "कारखान",
    "दवाखान",
    "जेलखान",
    "कंपन",
    "जीवन",
    "छावन",
    "चटन",
    "टहन",
    "गलत",
    "युवत",
    "धरत",
];

/// The stem of a noun or an adjective that only seems to end in an ending of verbs.
fn whole(word: &str) -> Option<&str> {
    let stem = word.strip_suffix(['ा', 'े', 'ी'])?;
    let is_short = count(stem) == 2 && (stem.ends_with("ान") || stem.ends_with("ात"));
    (is_short || STEMS.iter().any(|whole| stem.ends_with(whole))).then_some(stem)
}

/// The word with the glide between two vowels written or not, as the stemmer has it: रुपये, but बनाए.
fn glide(word: &str) -> Cow<'_, str> {
    if let Some(stem) = word
        .strip_suffix('ए')
        .filter(|stem| super::syllables::ends_bare(stem))
    {
        return Cow::Owned(format!("{stem}ये"));
    }
    if let Some(stem) = word
        .strip_suffix('ई')
        .filter(|stem| super::syllables::ends_bare(stem))
    {
        return Cow::Owned(format!("{stem}यी"));
    }
    if count(word) < 3 {
        return Cow::Borrowed(word);
    }
    for (written, stemmed) in [("ाये", "ाए"), ("ायी", "ाई"), ("िये", "िए")]
    {
        if let Some((stem, ending)) = word.rsplit_once(written)
            && matches!(ending, "" | "ं" | "गा" | "गी" | "ंगे" | "ंगी")
        {
            return Cow::Owned(format!("{stem}{stemmed}{ending}"));
        }
    }
    // चिड़िया has चिड़ियां beside it, but प्रक्रिया has प्रक्रियाएं.
    match word.strip_suffix("िया") {
        Some(stem)
            if !stem
                .trim_end_matches(super::syllables::is_consonant)
                .ends_with('\u{94d}') =>
        {
            Cow::Owned(format!("{stem}ी"))
        }
        _ => Cow::Borrowed(word),
    }
}

/// The folded word without the ending of a plural, for those who type it in Latin letters.
pub(super) fn singular(word: &str) -> Cow<'_, str> {
    let long = |stem: &&str| count(stem) >= 2;
    let feminine = word
        .strip_suffix("ियों")
        .or_else(|| word.strip_suffix("ियां"));
    if let Some(stem) = feminine.filter(long) {
        return Cow::Owned(format!("{stem}ी"));
    }
    let stem = ["ों", "ें", "ओं", "एं"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending));
    Cow::Borrowed(stem.filter(long).unwrap_or(word))
}

#[cfg(test)]
mod tests {
    use super::respell;

    #[test]
    fn forms_of_a_word_come_to_one_stem() {
        for (word, respelled) in [
            ("लेकर", "ले"),
            ("गयी", "जा"),
            ("आएंगे", "आ"),
            ("खाते", "खात"),
            ("थाने", "थान"),
            ("कारखाना", "कारखान"),
            ("नई", "नयी"),
            ("रुपए", "रुपये"),
            ("बनायेगा", "बनाएगा"),
            ("चाहिये", "चाहिए"),
            ("चिडिया", "चिडी"),
            ("प्रक्रिया", "प्रक्रिया"),
            ("सरकार", "सरकार"),
        ] {
            assert_eq!(respell(word), respelled, "{word}");
        }
    }
}

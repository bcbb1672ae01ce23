//! Number, gender and the oblique, and the vowels that change with them.

use std::borrow::Cow;

use super::super::syllables::{count, ends_bare, is_consonant, is_matra};
use super::whole;

/// The word without what marks its number, gender and case, at least two syllables.
pub(super) fn base(noun: &str, is_oblique: bool) -> &str {
    if let Some(noun) = whole::in_list(noun) {
        return noun;
    }
    let long = |rest: &&str| count(rest) >= 2;
    let stripped = |ending: &str| noun.strip_suffix(ending).filter(long);
    let past = |ending: &str| stripped(ending).filter(|rest| ends_bare(rest));
    let participles: &[&str] = if is_oblique {
        &["ल्यां", "ल्या"]
    } else {
        &["ल्यां", "ल्या", "ली", "ले", "लो", "लं"]
    };
    if let Some(rest) = participles.iter().find_map(|ending| past(ending)) {
        return rest;
    }
    let endings = [
        "्यां",
        "्या",
        "्ये",
        "्यो",
        "ां",
        "ीं",
        "ें",
        "ों",
        "ा",
        "ी",
        "े",
        "ो",
        "ं",
    ];
    let bare = endings.iter().find_map(|ending| stripped(ending));
    let bare = bare.filter(|rest| rest.ends_with(is_consonant));
    bare.unwrap_or_else(|| {
        noun.strip_suffix('ं')
            .filter(|oral| oral.ends_with(is_matra))
            .unwrap_or(noun)
    })
}

/// Stems that lose a vowel where an ending follows: as a dictionary has them, and as the endings do.
const CONTRACTED: [(&str, &str); 31] = [
    ("अंगुठ", "अंगठ"),
    ("उंदिर", "उंदर"),
    ("कापुस", "कापस"),
    ("कुलुप", "कुलप"),
    ("गव्ह", "गहु"),
    ("चाबुक", "चाबक"),
    ("ढेकुण", "ढेकण"),
    ("तांदुळ", "तांदळ"),
    ("तारिख", "तारख"),
    ("देउळ", "देवळ"),
    ("नोटिश", "नोटिस"),
    ("पाउल", "पावल"),
    ("पाउस", "पावस"),
    ("बेडुक", "बेडक"),
    ("माणुस", "माणस"),
    ("मुलग", "मुल"),
    ("मुलुख", "मुलख"),
    ("रक्कम", "रकम"),
    ("राउळ", "रावळ"),
    ("लाकुड", "लाकड"),
    ("स्त्रिय", "स्त्रि"),
    ("स्त्रियं", "स्त्रि"),
    ("नाशिक", "नाशक"),
    ("किंमत", "किमत"),
    ("गंमत", "गमत"),
    ("हिंमत", "हिमत"),
    ("पैश", "पैस"),
    ("माश", "मास"),
    ("सश", "सस"),
    ("लिहि", "लिह"),
    ("रह", "राह"),
];

/// The stem with short vowels, as the spelling has them before an ending: पूल, पुला.
pub(super) fn short(stem: &str) -> Cow<'_, str> {
    let stem = match stem.contains(['ी', 'ू', 'ई', 'ऊ']) {
        true => Cow::Owned(stem.chars().map(shortened).collect()),
        false => Cow::Borrowed(stem),
    };
    if let Some(people) = stem.strip_suffix("वाश") {
        return Cow::Owned(format!("{people}वास"));
    }
    if let Some(deed) = stem.strip_suffix("ाय").filter(|deed| count(deed) >= 2) {
        return Cow::Owned(format!("{deed}ाइ"));
    }
    match CONTRACTED.iter().find(|(full, _)| *full == stem) {
        Some((_, contracted)) => Cow::Borrowed(contracted),
        None => stem,
    }
}

fn shortened(c: char) -> char {
    match c {
        'ी' => 'ि',
        'ू' => 'ु',
        'ई' => 'इ',
        'ऊ' => 'उ',
        _ => c,
    }
}

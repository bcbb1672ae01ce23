//! The verbs of Marathi that a newspaper uses, and how they are inflected.
//!
//! An ending of a verb may also be the end of a noun, so that only those on a root that is known are taken
//! off.

use std::collections::HashSet;
use std::sync::LazyLock;

/// Roots that end in a consonant.
static ROOTS: LazyLock<HashSet<&str>> =
    LazyLock::new(|| super::entries(include_str!("roots.txt")).collect());

/// What follows a root of [`ROOTS`], or one with a causative व or वि between.
static ENDINGS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let endings = "ण णं णार णारं णारा णारी णारे णार्या णार्यां णी णीं णे ण्या ण्यां त तं ता तां तांना तात \
    ताना तास तील ते तेय तेस तो तोय तोस लं ला लात लास ली लीत ले लेत लेलं लेला लेली लेले \
    लेल्या लेल्यां लो ल्या ा ायचं ायचा ायची ायचे ायच्या ायला ाल ाला ाली ाले ालेला ालेली \
    ालेले ालेल्या ाल्या ावं ावा ावी ावीत ावे ावेत ाव्या ाव्यात िला िली िले िलेला िलेली िलेले \
    िलेल्या िल्या ीत ील ू ून ेल ोत";
    endings.split(' ').collect()
});

/// The endings that cases and postpositions hang on: बांधण्यासाठी, बांधल्यावर.
static OBLIQUE: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let endings = "णार्या णार्यां णी णीं ण्या ण्यां लेल्या लेल्यां ल्या ालेल्या ालेल्यां ाल्या िलेल्या \
    िलेल्यां िल्या";
    endings.split(' ').collect()
});

/// The longest ending, in characters, the causative included.
const LONGEST: usize = 9;

/// Roots that end in a vowel.
const SHORT_ROOTS: [&str; 5] = ["जा", "दे", "घे", "ये", "हो"];

/// What follows a root of [`SHORT_ROOTS`].
static SHORT_ENDINGS: LazyLock<HashSet<&str>> = LazyLock::new(|| {
    let endings = "ईल ऊ ऊन ऊया ओ णं णार णारा णारी णारे णार्या णार्यां णे ण्या ता तांना तात ताना तील ते तो \
    यचं यचा यची यचे यच्या यला वं वा वी वे वेत व्या";
    endings.split(' ').collect()
});

/// Pasts that are made in their own way, and their roots.
const PASTS: [(&str, &str); 23] = [
    ("आल", "ये"),
    ("काढल", "काढ"),
    ("केल", "कर"),
    ("खाल्ल", "खा"),
    ("गेल", "जा"),
    ("घातल", "घाल"),
    ("घेतल", "घे"),
    ("झाल", "हो"),
    ("दिल", "दे"),
    ("धुतल", "धु"),
    ("नेल", "ने"),
    ("पाहिल", "पाह"),
    ("पेरल", "पेर"),
    ("बघितल", "बघ"),
    ("मागितल", "माग"),
    ("मेल", "मर"),
    ("म्हंटल", "म्हण"),
    ("म्हटल", "म्हण"),
    ("म्हणाल", "म्हण"),
    ("राहिल", "राह"),
    ("लिहिल", "लिह"),
    ("वाहिल", "वाह"),
    ("सांगितल", "सांग"),
];

/// What follows a past.
const TAILS: [&str; 12] = [
    "ा",
    "ी",
    "े",
    "ो",
    "ं",
    "्या",
    "ेला",
    "ेली",
    "ेले",
    "ेलं",
    "ेल्या",
    "ेल्यां",
];

/// The root of a verb that the word is a form of.
pub(super) fn root(word: &str) -> Option<&str> {
    let short = || {
        let root = SHORT_ROOTS
            .into_iter()
            .find(|root| word.starts_with(root))?;
        let ending = word.strip_prefix(root)?;
        // जात is a caste.
        (SHORT_ENDINGS.contains(ending) && word != "जात").then_some(root)
    };
    irregular(word)
        .or_else(|| regular(word, &ENDINGS))
        .or_else(short)
}

/// The root of a verb of which the noun is a participle or infinitive in the oblique.
pub(super) fn root_of_participle(noun: &str) -> Option<&str> {
    let short = || {
        let root = noun.strip_suffix("ण्या")?;
        SHORT_ROOTS.into_iter().find(|short| *short == root)
    };
    irregular(noun)
        .or_else(|| regular(noun, &OBLIQUE))
        .or_else(short)
}

fn irregular(word: &str) -> Option<&'static str> {
    PASTS.iter().find_map(|(past, root)| {
        let tail = word.strip_prefix(past)?;
        TAILS.contains(&tail).then_some(*root)
    })
}

fn regular<'w>(word: &'w str, endings: &HashSet<&str>) -> Option<&'w str> {
    let places = word.char_indices().rev().take(LONGEST);
    let splits = places.map(|(at, _)| word.split_at(at));
    let roots = splits.filter(|(root, ending)| {
        let causative = ending
            .strip_prefix("वि")
            .or_else(|| ending.strip_prefix('व'));
        let is_ending =
            endings.contains(ending) || causative.is_some_and(|rest| endings.contains(rest));
        is_ending && ROOTS.contains(root)
    });
    // The shortest: a causative goes to the verb it was made of.
    roots.last().map(|(root, _)| root)
}

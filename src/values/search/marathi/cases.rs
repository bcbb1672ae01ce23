//! Cases, postpositions and clitics, which hang on the oblique form of a noun.

use super::super::syllables::{count, ends_bare, ends_oblique};
use super::whole;

/// Postpositions that are written with the word before them, the longer first where one ends another.
const POSTPOSITIONS: [&str; 69] = [
    "संदर्भात",
    "पलीकडे",
    "अलीकडे",
    "विरोधात",
    "अंतर्गत",
    "दरम्यान",
    "व्यतिरिक्त",
    "बाहेरील",
    "समोरील",
    "पर्यंत",
    "पासून",
    "प्रमाणे",
    "मार्फत",
    "शिवाय",
    "संबंधी",
    "सोबत",
    "बरोबर",
    "निमित्त",
    "विरुद्ध",
    "बाहेरून",
    "बाहेर",
    "भोवती",
    "द्वारे",
    "तर्फे",
    "ऐवजी",
    "विषयी",
    "जवळील",
    "जवळून",
    "मधील",
    "मधून",
    "मध्ये",
    "मागील",
    "पुढील",
    "खालील",
    "खालून",
    "वरील",
    "वरून",
    "कडील",
    "कडून",
    "मुळे",
    "नुसार",
    "बद्दल",
    "बाबत",
    "पेक्षा",
    "पैकी",
    "साठी",
    "करिता",
    "खातर",
    "समोर",
    "जवळ",
    "शेजारी",
    "लगत",
    "नंतर",
    "पूर्वी",
    "आधी",
    "अभावी",
    "मागे",
    "पुढे",
    "खाली",
    "सहित",
    "मधे",
    "कडे",
    "सह",
    "भर",
    "वर",
    "तील",
    "तून",
    "हून",
    "निहाय",
];

/// Endings that make an adjective of a case or a postposition, in all its forms: चा ची चे च्या, and so on.
const ADJECTIVES: [&str; 5] = ["च", "तल", "मधल", "सारख", "इतक"];
const GENDERS: [&str; 6] = ["्या", "्यां", "ा", "ी", "े", "ं"];

/// The word without an emphatic च, ही, सुद्धा or देखील.
pub(super) fn without_clitic(word: &str) -> &str {
    let longer = ["सुद्धा", "देखील", "सुध्दा"]
        .iter()
        .find_map(|clitic| word.strip_suffix(clitic));
    if let Some(rest) = longer.filter(|rest| count(rest) >= 2) {
        return rest;
    }
    let is_long = |rest: &&str| count(rest) >= 2;
    if let Some(rest) = word.strip_suffix('च').filter(is_long)
        && (ends_oblique(rest) || rest.ends_with("ून") || ends_in_case(rest))
        && !whole::is_whole(word)
    {
        return rest;
    }
    match word.strip_suffix("ही").filter(is_long) {
        Some(rest) if !whole::is_whole(word) => rest,
        _ => word,
    }
}

fn ends_in_case(word: &str) -> bool {
    ["वर", "त", "भर", "नंतर", "पर्यंत", "सह"].iter().any(|case| {
        word.strip_suffix(case)
            .is_some_and(|noun| count(noun) >= 2 && ends_oblique(noun))
    })
}

/// The noun that cases and postpositions hang on, and whether there were any. There may be several:
/// पुलाच्यावर, पुलावरच्यांना.
pub(super) fn noun(word: &str) -> (&str, bool) {
    let mut noun = word;
    for layer in 0..3 {
        if whole::is_whole(noun) {
            break;
        }
        let inner = match layer {
            0 => adjective(noun)
                .or_else(|| postposition(noun))
                .or_else(|| case(noun)),
            // An adjective is in the oblique here.
            _ if noun.ends_with("्या") || noun.ends_with("्यां") => adjective(noun),
            _ => postposition(noun),
        };
        match inner {
            Some(inner) => noun = inner,
            None => break,
        }
    }
    (noun, noun.len() < word.len())
}

fn postposition(word: &str) -> Option<&str> {
    POSTPOSITIONS.iter().find_map(|postposition| {
        let noun = word.strip_suffix(postposition)?;
        let fits = match *postposition {
            "तील" | "तून" | "हून" => ends_oblique(noun),
            "वर" | "भर" | "सह" => {
                count(noun) >= 2 && (ends_oblique(noun) || ends_bare(noun))
            }
            _ => ends_oblique(noun) || ends_bare(noun),
        };
        (fits && is_noun(noun)).then_some(noun)
    })
}

fn adjective(word: &str) -> Option<&str> {
    let stem = GENDERS
        .iter()
        .find_map(|ending| word.strip_suffix(ending))?;
    ADJECTIVES.iter().find_map(|ending| {
        let noun = stem.strip_suffix(ending)?;
        let fits = match *ending {
            // गुजरातला is a dative.
            "तल" => ends_oblique(noun) && !stem.strip_suffix('ल').is_some_and(whole::is_whole),
            _ => ends_oblique(noun) || ends_bare(noun),
        };
        (fits && is_noun(noun)).then_some(noun)
    })
}

/// The noun before one of the case endings proper.
fn case(word: &str) -> Option<&str> {
    let noun = |ending: &str| word.strip_suffix(ending).filter(|noun| is_noun(noun));
    let oblique = |ending: &str| noun(ending).filter(|noun| ends_oblique(noun));
    let plural =
        |ending: &str| noun(ending).filter(|noun| noun.ends_with('ं') && ends_oblique(noun));
    let any = |ending: &str| noun(ending).filter(|noun| ends_oblique(noun) || ends_bare(noun));
    any("ला")
        .or_else(|| plural("ना"))
        .or_else(|| plural("नी"))
        .or_else(|| plural("दा"))
        .or_else(|| oblique("ने"))
        // वाहने and निवेदने are plurals of their own.
        .or_else(|| any("ने").filter(|noun| !noun.ends_with(['ह', 'ध', 'द'])))
        .or_else(|| any("शी").filter(|noun| !noun.ends_with("दे")))
        .or_else(|| oblique("त"))
        .or_else(|| noun("स").filter(|noun| noun.ends_with(['ा', 'ं']) && count(noun) >= 2))
}

/// Whether it is long enough to be a noun: two syllables, or one with a long vowel that is not all there is.
fn is_noun(noun: &str) -> bool {
    count(noun) >= 2 || noun.starts_with("स्त्री") || noun.starts_with("स्त्रियां")
}

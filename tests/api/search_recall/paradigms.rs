//! Which words are forms of one another, by the endings that a school grammar has.

use std::collections::BTreeSet;

/// The endings of a language, in sets: words that are alike before two endings of one set are forms of one
/// word.
pub(super) struct Paradigms {
    /// Each with the shortest part, in characters, that has to be alike.
    sets: &'static [(usize, &'static [&'static str])],
    /// Words, and pairs of words, that only look like forms of one another, or say nothing. They were picked
    /// by reading all pairs that the endings make of the corpus.
    not: &'static str,
}

impl Paradigms {
    /// All that could be forms of the word, itself not among them.
    pub(super) fn forms(&self, word: &str) -> BTreeSet<String> {
        let mut forms = BTreeSet::new();
        if self.is_out(word) {
            return forms;
        }
        for (shortest, endings) in self.sets {
            for ending in *endings {
                let Some(base) = word.strip_suffix(ending) else {
                    continue;
                };
                if base.chars().count() >= *shortest {
                    forms.extend(endings.iter().map(|other| format!("{base}{other}")));
                }
            }
        }
        forms.retain(|form| form != word && !self.is_out(form) && !self.is_out_as_pair(word, form));
        forms
    }

    fn is_out(&self, word: &str) -> bool {
        self.not.split_whitespace().any(|not| not == word)
    }

    fn is_out_as_pair(&self, one: &str, other: &str) -> bool {
        let pair = |not: &str| {
            not.split_once('/')
                .is_some_and(|pair| pair == (one, other) || pair == (other, one))
        };
        self.not.split_whitespace().any(pair)
    }
}

pub(super) const ENGLISH: Paradigms = Paradigms {
    sets: &[
        (3, &["", "s", "ed", "ing"]),
        (3, &["", "es"]),
        (3, &["e", "es", "ed", "ing"]),
        (3, &["y", "ies", "ied", "ying"]),
        (4, &["", "ly"]),
    ],
    not: "these theses mad made mades com dur fir very veries what whats even evening new news good \
          goods seen seens tulsida tulsidas rout kha khas anu anus mil vada vadas found founded fast \
          fasting ram rams other others one ones have having most mostly own owned not being beings",
};

pub(super) const HINDI: Paradigms = Paradigms {
    sets: &[
        // लड़का, पुल, किताब, नदी, शक्ति, भाषा, वस्तु, बहू
        (3, &["ा", "े", "ों"]),
        (2, &["", "ों"]),
        (2, &["", "ें", "ों"]),
        (2, &["ी", "ियाँ", "ियां", "ियों"]),
        (3, &["ि", "ियाँ", "ियां", "ियों"]),
        (2, &["ा", "ाएँ", "ाएं", "ाओं"]),
        (2, &["ु", "ुएँ", "ुएं", "ुओं"]),
        (2, &["ू", "ुएँ", "ुएं", "ुओं"]),
        // बड़ा
        (3, &["ा", "े", "ी"]),
        // बोलना
        (
            2,
            &[
                "ता",
                "ते",
                "ती",
                "ना",
                "ने",
                "नी",
                "कर",
                "ेगा",
                "ेगी",
                "ेंगे",
                "एगा",
                "एगी",
                "एंगे",
            ],
        ),
        (3, &["ा", "े", "ी", "ता", "ते", "ती", "ना", "ने", "नी", "कर"]),
    ],
    not: "जाना/जानना जाने/जानना जानी/जानना जाना/जानते जाने/जानते जानी/जानते जाना/जानकर जाने/जानकर \
          जानी/जानकर जाती/जातियों माता भाषी वर्षा फिल्मी फिल्मे जिसने जिसे कड़े यात्रा/यात्री \
          यात्रा/यात्रियों देवी गुणा क्षमा चेतनता विशेषकर पानी सूची घटती नारा मराठी सुंदरी बोली समते \
          लिट्टी लिट्टे पत्नी भारती कर्ते कर्ने छात्रा चांदनी संपदे सीता सीना तुला संभावी सीसी पाली \
          अमेरिकी जीती हम हमें कर करें करेगी होनेवाला होनेवाली होनेवाले",
};

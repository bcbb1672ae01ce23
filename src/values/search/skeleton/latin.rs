//! The spellings of a sound in Latin letters that are one.

/// What is written otherwise wherever it stands, the longer first.
const REPLACED: [(&str, &str); 14] = [
    ("chh", "ch"),
    ("cch", "ch"),
    ("ch", "ch"),
    ("ksh", "ks"),
    ("dny", "gy"),
    ("gny", "gy"),
    ("jny", "gy"),
    ("jn", "gy"),
    ("ck", "k"),
    ("ph", "f"),
    ("ee", "i"),
    ("oo", "u"),
    ("iy", "i"),
    ("x", "ks"),
];

/// Two vowels that are one, once long ones are short.
const DIPHTHONGS: [(&str, &str); 5] = [
    ("ai", "e"),
    ("ei", "e"),
    ("ey", "e"),
    ("au", "o"),
    ("ou", "o"),
];

/// Names that English spells in a way of its own.
const NAMES: [(&str, &str); 11] = [
    ("bangalore", "bengaluru"),
    ("bombay", "mumbai"),
    ("calcutta", "kolkata"),
    ("congress", "kangres"),
    ("delhi", "dilli"),
    ("ganges", "ganga"),
    ("hyderabad", "haidrabad"),
    ("lucknow", "lakhnau"),
    ("poona", "pune"),
    ("punjab", "panjab"),
    ("thackeray", "thakre"),
];

/// A word in Latin letters, spelled in one way. Short and long vowels are one, so are single and double
/// consonants. An a at the end is left out, as it is in half of all texts (Ashok, Ashoka).
pub(super) fn key(word: &str) -> String {
    let word = word.to_ascii_lowercase();
    let name = NAMES.iter().find(|(english, _)| *english == word);
    let mut key = ended(&joined(&sounds(name.map_or(&word, |(_, name)| name))));
    if key.ends_with("av") {
        // Rao and Rav, chunao and chunav.
        key.pop();
        key.push('o');
    }
    key
}

/// One letter for each sound.
fn sounds(word: &str) -> String {
    let mut sounds = String::with_capacity(word.len());
    let mut rest = word;
    while let Some(c) = rest.chars().next() {
        let replaced = REPLACED
            .iter()
            .find(|(spelled, _)| rest.starts_with(spelled));
        let length = replaced.map_or(c.len_utf8(), |(spelled, _)| spelled.len());
        let (_, behind) = rest.split_at(length);
        match replaced {
            Some((_, written)) => written.chars().for_each(|c| append(c, &mut sounds)),
            // Vishnu and Visnu.
            None if c == 'h' && sounds.ends_with('s') && behind.starts_with(is_consonant) => {}
            None if c.is_ascii_alphanumeric() => {
                append(sound(c, sounds.chars().next_back(), behind), &mut sounds);
            }
            None => {}
        }
        rest = behind;
    }
    sounds
}

/// The letter for a single one.
fn sound(c: char, before: Option<char>, behind: &str) -> char {
    match c {
        'c' if behind.starts_with(['e', 'i', 'y']) => 's',
        'c' | 'q' => 'k',
        'w' if before == Some('o') && !behind.starts_with(is_vowel) => 'u',
        'w' => 'v',
        'z' => 'j',
        'n' if behind.starts_with(['p', 'b']) => 'm',
        'y' if !behind.starts_with(is_vowel) => 'i',
        _ => c,
    }
}

/// The word with its diphthongs as single letters.
fn joined(sounds: &str) -> String {
    let mut joined = String::with_capacity(sounds.len());
    let mut rest = sounds;
    while let Some(c) = rest.chars().next() {
        let diphthong = DIPHTHONGS.iter().find(|(two, _)| rest.starts_with(two));
        let (length, c) = match diphthong {
            Some((two, one)) => (two.len(), one.chars().next().unwrap_or(c)),
            None => (c.len_utf8(), c),
        };
        append(c, &mut joined);
        rest = rest.split_at(length).1;
    }
    joined
}

/// The word without an a at its end: Rajya as Rajy, and so as Raji.
fn ended(joined: &str) -> String {
    let stem = joined
        .strip_suffix('a')
        .filter(|stem| stem.len() > 2)
        .unwrap_or(joined);
    match stem.strip_suffix('y') {
        Some(stem) => format!("{stem}i"),
        None => stem.to_owned(),
    }
}

fn is_vowel(c: char) -> bool {
    matches!(c, 'a' | 'e' | 'i' | 'o' | 'u')
}

fn is_consonant(c: char) -> bool {
    c.is_ascii_lowercase() && !is_vowel(c)
}

/// Appends a letter, unless the last one is the same.
fn append(c: char, word: &mut String) {
    if c.is_ascii_digit() || !word.ends_with(c) {
        word.push(c);
    }
}

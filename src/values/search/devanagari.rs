//! The spellings of Devanagari that are one.
//!
//! Newspapers, keyboards and old fonts differ in them, readers hardly notice, and PostgreSQL's stemmers
//! know one of each only:
//!
//! | spelled | as | because |
//! |---|---|---|
//! | क़ ज़ ड़ ऱ | क ज ड र | the nukta is often left out; ऱ is another way to the eyelash ra of दर्‍या |
//! | हाँ, बॅंक | हां, बंक | chandrabindu and anusvara stand for each other |
//! | हिन्दी, सम्बन्ध | हिंदी, संबंध | so do an anusvara and the nasal of the letter after it |
//! | दुःख, अतः | दुख, अत | the visarga is left out, or typed as a colon |
//! | अर्थात् | अर्थात | so is a virama at the end |
//! | ॲप, अॅप; अा, आ | अॅप; आ | two codes look the same |
//! | सोऽहम् | सोहम | an avagraha is no sound |
//!
//! The Latin letters of a mixed word (19वीं, Aआ) are put in lower case and all digits made ASCII on the way.

use super::characters::digit;

pub(super) const VIRAMA: char = '\u{94d}';
const ANUSVARA: char = '\u{902}';

/// Whether [`spell`] takes this character as it comes, without any normalization before.
pub(super) fn is_spelled_here(c: char) -> bool {
    c.is_ascii_alphanumeric() || matches!(c, '\u{900}'..='\u{97f}' | '\u{200c}' | '\u{200d}')
}

/// Appends the word with its Devanagari spelled in one way. Other scripts stay as they are.
pub(super) fn spell(word: &str, out: &mut String) {
    let start = out.len();
    for c in word.chars() {
        match c {
            _ if c.is_ascii() => out.push(c.to_ascii_lowercase()),
            _ if is_silent(c) || matches!(c, '\u{200c}' | '\u{200d}') => {}
            '\u{901}' => sound(ANUSVARA, start, out),
            // Letters that have a nukta built in.
            '\u{929}' => sound('न', start, out),
            '\u{931}' => sound('र', start, out),
            '\u{934}' => sound('ळ', start, out),
            '\u{958}' => sound('क', start, out),
            '\u{959}' => sound('ख', start, out),
            '\u{95a}' => sound('ग', start, out),
            '\u{95b}' => sound('ज', start, out),
            '\u{95c}' => sound('ड', start, out),
            '\u{95d}' => sound('ढ', start, out),
            '\u{95e}' => sound('फ', start, out),
            '\u{95f}' => sound('य', start, out),
            // ऍ and ॲ are अ with the matra of English a.
            '\u{90d}' | '\u{972}' => out.push_str("अॅ"),
            '\u{966}'..='\u{96f}' => out.push(digit(c).unwrap_or(c)),
            _ => sound(c, start, out),
        }
    }
}

/// Whether a character of Devanagari is left out: nukta, visarga, avagraha and the accents of the Veda.
pub(super) fn is_silent(c: char) -> bool {
    matches!(c, '\u{903}' | '\u{93c}' | '\u{93d}' | '\u{951}'..='\u{954}')
}

/// Appends a character, or makes one sound of it with what stands before it in the word.
fn sound(c: char, start: usize, out: &mut String) {
    let mut before = out.get(start..).unwrap_or_default().chars().rev();
    let last = before.next();
    if last == Some(VIRAMA) {
        // A nasal that begins the word has no vowel to colour.
        let nasal = before.next().filter(|_| before.next().is_some());
        if nasal.is_some() && nasal == nasal_of(c) {
            out.pop();
            out.pop();
            out.push(ANUSVARA);
        }
        out.push(c);
        return;
    }
    match last.and_then(|last| joined(last, c)) {
        Some(joined) => {
            out.pop();
            out.push(joined);
        }
        None => out.push(c),
    }
}

/// The nasal that an anusvara before this stop stands for.
fn nasal_of(stop: char) -> Option<char> {
    match stop {
        'क'..='घ' => Some('ङ'),
        'च'..='झ' => Some('ञ'),
        'ट'..='ढ' => Some('ण'),
        'त'..='ध' => Some('न'),
        'प'..='भ' => Some('म'),
        _ => None,
    }
}

/// The one character that two look like, or sound like.
fn joined(first: char, second: char) -> Option<char> {
    Some(match (first, second) {
        ('अ', 'ा') => 'आ',
        ('अ', 'ो') | ('आ', 'े') => 'ओ',
        ('अ', 'ौ') | ('आ', 'ै') => 'औ',
        ('अ', 'ॉ') | ('आ', 'ॅ') => 'ऑ',
        ('ए', 'े') => 'ऐ',
        ('ा', 'े') => 'ो',
        ('ा', 'ै') => 'ौ',
        ('ा', 'ॅ') => 'ॉ',
        ('ॅ' | ANUSVARA, ANUSVARA) => ANUSVARA,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::spell;

    fn spelled(word: &str) -> String {
        let mut out = String::new();
        spell(word, &mut out);
        out
    }

    #[test]
    fn what_reads_the_same_is_spelled_the_same() {
        let same = [
            "हिन्दी हिंदी हिँदी",
            "सम्बन्ध संबंध संबन्ध",
            "पञ्च पंच",
            "अङ्क अंक",
            "घण्टा घंटा",
            "हूँ हूं",
            "दुःख दुख",
            "क़लम कलम",
            "ज़मीन जमीन",
            "दऱ्या दर्‍या दर्या",
            "ॲप अॅप ऍप",
            "अाम आम",
            "बॅंक बँक बंक",
            "क्\u{200d}या क्या",
            "२०२४ 2024",
        ];
        for group in same {
            let mut spelled = group.split(' ').map(spelled);
            let first = spelled.next().unwrap_or_default();
            for other in spelled {
                assert_eq!(first, other, "in {group}");
            }
        }
    }

    #[test]
    fn what_reads_otherwise_stays_apart() {
        let apart = [
            "जन्म जंम",
            "अन्न अंन",
            "सम्मान संमान",
            "उन्हें उंहें",
            "न्याय याय",
            "मळ मल",
        ];
        for pair in apart {
            let (one, other) = pair.split_once(' ').unwrap_or_default();
            assert_ne!(spelled(one), spelled(other));
        }
    }
}

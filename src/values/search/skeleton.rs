//! How the words of titles are typed in Latin script.
//!
//! Whoever has no keyboard of Devanagari types "pul", "chunav" or "pradhan mantri", in a dozen spellings.
//! A skeleton is what those have in common: the word in Latin letters ([`indic`] for the scripts of India),
//! with all spellings of a sound written in one way ([`latin`]). Latin words go the same way, so that
//! skeletons of titles and of queries in any scripts can be compared.

mod indic;
mod latin;

use super::words::words;

/// The Latin skeletons of the words of a title.
///
/// A word has several where one cannot tell how it is spoken: जनता is "janta" or "janata", सड़क "sarak" or
/// "sadak". Compounds that are often written in two (लोकसभा, लोक सभा) have those of both ways.
pub fn skeletons(text: &str) -> Vec<String> {
    let mut skeletons: Vec<String> = vec![];
    let mut before: Vec<String> = vec![];
    for word in words(text) {
        let spoken = variants(text.get(word.range).unwrap_or_default());
        for variant in &spoken {
            if SECONDS.contains(&variant.as_str()) {
                skeletons.extend(before.iter().map(|first| format!("{first}{variant}")));
            }
            let parts = SECONDS
                .iter()
                .find_map(|second| Some((variant.strip_suffix(second)?, second)));
            if let Some((first, second)) = parts.filter(|(first, _)| first.len() > 2) {
                skeletons.push(latin::key(first));
                skeletons.push((*second).to_owned());
            }
            skeletons.push(variant.clone());
        }
        before = spoken;
    }
    let mut known = std::collections::HashSet::new();
    skeletons.retain(|skeleton| known.insert(skeleton.clone()));
    skeletons
}

/// Skeletons of second parts of compounds: मंत्री and सभा.
const SECONDS: [&str; 2] = ["mantri", "sabh"];

/// The skeleton of a word of a query.
pub fn skeleton(word: &str) -> String {
    variants(word).into_iter().next().unwrap_or_default()
}

/// The skeletons of a word, the likeliest first; none if nothing can be read of it.
fn variants(word: &str) -> Vec<String> {
    let spoken = match indic::romanised(word) {
        Some(spoken) => spoken,
        None => vec![any_ascii::any_ascii(word)],
    };
    let mut keys: Vec<String> = vec![];
    for key in spoken.iter().map(|spoken| latin::key(spoken)) {
        if !key.is_empty() && !keys.contains(&key) {
            keys.push(key);
        }
    }
    keys
}

#[cfg(test)]
mod tests;

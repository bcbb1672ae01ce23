#![allow(clippy::unwrap_used, clippy::indexing_slicing)]

use super::super::words::words;
use super::stem;

fn stem_of(word: &str) -> String {
    let folded: Vec<_> = words(word).collect();
    assert_eq!(folded.len(), 1, "{word}");
    stem(&folded[0].folded).into_owned()
}

fn lines(file: &str) -> impl Iterator<Item = Vec<&str>> {
    let lines = file.lines().filter(|line| !line.starts_with('#'));
    lines.map(|line| line.split(' ').collect())
}

/// How many forms there are of the words of a file, and how many have the stem of the first.
fn met(file: &str) -> (usize, usize) {
    let (mut forms, mut met) = (0, 0);
    for group in lines(file) {
        let stems: Vec<String> = group.iter().map(|word| stem_of(word)).collect();
        for at in 1..group.len() {
            forms += 1;
            met += usize::from(stems[at] == stems[0]);
            if stems[at] != stems[0] {
                println!("{} ({}): {} ({})", group[0], stems[0], group[at], stems[at]);
            }
        }
    }
    (forms, met)
}

#[test]
fn forms_of_a_word_meet() {
    let groups = lines(include_str!("tests/gold.txt")).count();
    assert!(groups >= 150);
    let (forms, met) = met(include_str!("tests/gold.txt"));
    println!("{met} of {forms} forms of {groups} words have the stem of their word");
    assert!(met * 100 >= forms * 97);
}

#[test]
fn forms_of_words_it_was_not_made_for_meet() {
    let (forms, met) = met(include_str!("tests/more.txt"));
    println!("{met} of {forms} forms of other words have the stem of their word");
    assert!(met * 100 >= forms * 95);
}

#[test]
fn words_that_look_alike_stay_apart() {
    let pairs: Vec<_> = lines(include_str!("tests/apart.txt")).collect();
    let mixed = pairs
        .iter()
        .filter(|pair| stem_of(pair[0]) == stem_of(pair[1]));
    let mixed: Vec<String> = mixed.map(|pair| pair.join(" = ")).collect();
    println!(
        "{} of {} look-alikes are mixed up: {}",
        mixed.len(),
        pairs.len(),
        mixed.join(", ")
    );
    assert!(mixed.len() * 100 <= pairs.len() * 5);
}

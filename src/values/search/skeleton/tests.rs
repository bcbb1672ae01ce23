#![allow(clippy::unwrap_used)]

use super::super::{Analysis, Query};
use super::skeletons;

#[test]
fn titles_are_met_by_what_is_typed_for_them() {
    let (mut typed, mut missed) = (0, vec![]);
    let lines = include_str!("tests/typed.txt").lines();
    for line in lines.filter(|line| !line.starts_with('#')) {
        let mut words = line.split(' ');
        let title = skeletons(words.next().unwrap());
        for query in words {
            let asked = Query::parse(&query.replace('+', " ")).unwrap().skeletons();
            typed += 1;
            if !asked.iter().all(|word| title.contains(word)) {
                missed.push(format!("{query} {asked:?} in {title:?}"));
            }
        }
    }
    println!(
        "{} of {typed} spellings meet their title; not {missed:#?}",
        typed - missed.len()
    );
    assert!(typed >= 100 && missed.len() * 100 <= typed * 5);
}

#[test]
fn other_words_are_not_met() {
    for (title, query) in [
        ("पुल", "pal"),
        ("पुणे", "pune1"),
        ("किसान", "kishan"),
        ("भारत", "bharti"),
        ("सरकार", "sardar"),
        ("दिल्ली", "dil"),
        ("राम", "rum"),
    ] {
        let asked = Query::parse(query).unwrap().skeletons();
        assert!(
            !asked.iter().any(|word| skeletons(title).contains(word)),
            "{query}"
        );
    }
}

#[test]
fn compounds_are_met_in_one_word_and_in_two() {
    assert!(skeletons("प्रधान मंत्री").contains(&"pradhanmantri".to_owned()));
    assert!(skeletons("लोक सभा").contains(&"loksabh".to_owned()));
    assert!(skeletons("लोकसभा").contains(&"lok".to_owned()));
}

#[test]
fn inflected_titles_are_met_by_the_plain_word() {
    let is_met = |locale, title, typed| {
        let asked = Query::parse(typed).unwrap().skeletons();
        let title = Analysis::of(locale).skeletons(title);
        asked.iter().all(|word| title.contains(word))
    };
    assert!(is_met("mr", "महाराष्ट्रातील शेतकऱ्यांना मदत", "maharashtra"));
    assert!(is_met("mr", "पुण्यातील पुलावर", "pul"));
    assert!(is_met("hi", "किसानों की नदियां", "kisan"));
    assert!(is_met("hi", "किसानों की नदियां", "nadi"));
    assert!(is_met("en", "The bridge", "bridge"));
}

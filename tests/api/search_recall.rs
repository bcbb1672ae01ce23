//! Whether search finds a text by other forms of its words, measured on PostgreSQL itself.
//!
//! A known-item search: three words of a sentence, each in another form, are the query, and the sentence
//! has to be among the ten best. What is a form of what is told by paradigms that know nothing of the
//! stemmers under test. The figures are printed: `cargo test --test api search_recall:: -- --nocapture`.

mod paradigms;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use dateline::values::search::{Analysis, Query, words};

use crate::app::connect;
use crate::postgres::cluster;
use paradigms::{ENGLISH, HINDI, Paradigms};

/// A sentence, by its place in the corpus, and words in other forms than it has them.
struct Search {
    sentence: usize,
    query: String,
}

/// How many of the searches find their sentence among the ten best.
async fn found(sentences: &[String], searches: &[Search], analysis: Analysis) -> Vec<bool> {
    let client = connect(&cluster().url("postgres")).await;
    client
        .batch_execute("create temporary table sentence (id bigint, search tsvector)")
        .await
        .unwrap();
    let insert = format!(
        "insert into sentence select id - 1, to_tsvector('{}', text)
         from unnest($1::text[]) with ordinality as given (text, id)",
        analysis.config()
    );
    let indexed: Vec<String> = sentences.iter().map(|text| analysis.indexed(text, usize::MAX)).collect();
    client.execute(&insert, &[&indexed]).await.unwrap();
    let select = format!(
        "select exists (
             select from (
                 select id from sentence, websearch_to_tsquery('{}', query) as asked
                 where search @@ asked order by ts_rank(search, asked) desc, id limit 10
             ) as best where id = wanted
         )
         from unnest($1::text[], $2::bigint[]) with ordinality as search (query, wanted, at) order by at",
        analysis.config()
    );
    let asked = searches.iter().map(|search| Query::parse(&search.query).unwrap().websearch(analysis));
    let asked: Vec<String> = asked.collect();
    let wanted: Vec<i64> = searches.iter().map(|search| search.sentence as i64).collect();
    let rows = client.query(&select, &[&asked, &wanted]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn share(found: &[bool]) -> f64 {
    found.iter().filter(|found| **found).count() as f64 / found.len() as f64
}

/// The sentences of one side of the parallel corpus, if it is there.
fn corpus(side: &str) -> Option<Vec<String>> {
    let folder = Path::new(concat!(env!("CARGO_MANIFEST_DIR"), "/../shared/data/indic-parallel"));
    let mut sentences = vec![];
    for part in ["dev", "test"] {
        let text = std::fs::read_to_string(folder.join(format!("{part}.hi-en.{side}"))).ok()?;
        sentences.extend(text.lines().map(str::to_owned));
    }
    Some(sentences)
}

/// For each sentence with three different words of which the corpus has other forms, one search for those
/// forms. Which words and which forms is decided by a number made of the sentence's place.
fn searches(sentences: &[String], paradigms: &Paradigms, analysis: Analysis) -> Vec<Search> {
    let plain = |text: &str| words(text).filter_map(|word| text.get(word.range).map(str::to_lowercase)).collect::<Vec<_>>();
    let texts: Vec<Vec<String>> = sentences.iter().map(|text| plain(text)).collect();
    let says_something = |word: &str| !Query::parse(word).unwrap().websearch(analysis).is_empty();
    let known: BTreeSet<&str> = texts.iter().flatten().map(String::as_str).filter(|word| says_something(word)).collect();
    let forms: BTreeMap<&str, Vec<String>> = known
        .iter()
        .map(|word| {
            let forms = paradigms.forms(word).into_iter().filter(|form| known.contains(form.as_str()));
            (*word, forms.collect())
        })
        .collect();
    let mut searches = vec![];
    for (sentence, text) in texts.iter().enumerate() {
        let own: BTreeSet<&str> = text.iter().map(String::as_str).collect();
        let mut choices: Vec<(&str, Vec<&String>)> = own
            .iter()
            .map(|word| {
                let others = forms.get(word).into_iter().flatten().filter(|form| !own.contains(form.as_str()));
                (*word, others.collect::<Vec<_>>())
            })
            .filter(|(_, others)| !others.is_empty())
            .collect();
        let mut number = sentence as u64 + 1;
        let mut next = |below: usize| {
            number = number.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            (number >> 33) as usize % below
        };
        let mut query = vec![];
        while query.len() < 3 && !choices.is_empty() {
            let (_, others) = choices.swap_remove(next(choices.len()));
            query.push(others[next(others.len())].as_str());
        }
        if query.len() == 3 {
            searches.push(Search { sentence, query: query.join(" ") });
        }
    }
    searches
}

/// The share of searches that find their sentence, of one side of the corpus.
async fn recall(side: &str, locale: &str, paradigms: &Paradigms) -> Option<(f64, usize)> {
    let sentences = corpus(side)?;
    let analysis = Analysis::of(locale);
    let searches = searches(&sentences, paradigms, analysis);
    let found = found(&sentences, &searches, analysis).await;
    if std::env::var_os("SHOW_MISSED").is_some() {
        for (search, _) in searches.iter().zip(&found).filter(|(_, found)| !**found) {
            println!("{}: {}", search.query, sentences[search.sentence]);
        }
    }
    Some((share(&found), searches.len()))
}

#[tokio::test]
async fn hindi_is_found_by_other_forms_as_english_is() {
    let Some((english, asked_in_english)) = recall("en.0", "en", &ENGLISH).await else {
        println!("skipped: there is no parallel corpus beside the project");
        return;
    };
    let (hindi, asked_in_hindi) = recall("hi", "hi", &HINDI).await.unwrap();
    println!(
        "recall among ten: Hindi {hindi:.3} of {asked_in_hindi} searches, English {english:.3} of {asked_in_english}; {:.3} of English",
        hindi / english
    );
    assert!(hindi >= 0.95 * english);
}

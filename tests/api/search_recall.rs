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

/// Which of the searches find their sentence among the ten best, in the order of the searches.
async fn found(sentences: &[String], searches: &[Search], analysis: Analysis) -> Vec<bool> {
    let indexed = sentences
        .iter()
        .map(|text| analysis.indexed(text, usize::MAX));
    let asked = searches
        .iter()
        .map(|search| Query::parse(&search.query).unwrap().websearch(analysis));
    let wanted = searches.iter().map(|search| search.sentence);
    ranked(
        indexed.collect(),
        asked.collect(),
        wanted.collect(),
        analysis.config(),
    )
    .await
}

/// The same for what PostgreSQL is given.
async fn ranked(
    sentences: Vec<String>,
    asked: Vec<String>,
    wanted: Vec<usize>,
    config: &str,
) -> Vec<bool> {
    let client = connect(&cluster().url("postgres")).await;
    client
        .batch_execute("create temporary table sentence (id bigint, search tsvector)")
        .await
        .unwrap();
    let insert = format!(
        "insert into sentence select id - 1, to_tsvector('{config}', text)
         from unnest($1::text[]) with ordinality as given (text, id)"
    );
    client.execute(&insert, &[&sentences]).await.unwrap();
    let select = format!(
        "select exists (
             select from (
                 select id from sentence, websearch_to_tsquery('{config}', query) as asked
                 where search @@ asked order by ts_rank(search, asked) desc, id limit 10
             ) as best where id = wanted
         )
         from unnest($1::text[], $2::bigint[]) with ordinality as search (query, wanted, at) order by at"
    );
    let wanted: Vec<i64> = wanted
        .iter()
        .map(|at| i64::try_from(*at).unwrap())
        .collect();
    let rows = client.query(&select, &[&asked, &wanted]).await.unwrap();
    rows.iter().map(|row| row.get(0)).collect()
}

fn share(found: &[bool]) -> f64 {
    let count = |count: usize| f64::from(u32::try_from(count).unwrap());
    count(found.iter().filter(|found| **found).count()) / count(found.len())
}

/// The sentences of one side of the parallel corpus, if it is there.
fn corpus(side: &str) -> Option<Vec<String>> {
    let folder = Path::new(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../shared/data/indic-parallel"
    ));
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
    let plain = |text: &str| {
        words(text)
            .filter_map(|word| text.get(word.range).map(str::to_lowercase))
            .collect::<Vec<_>>()
    };
    let texts: Vec<Vec<String>> = sentences.iter().map(|text| plain(text)).collect();
    let says_something = |word: &str| !Query::parse(word).unwrap().websearch(analysis).is_empty();
    let known: BTreeSet<&str> = texts
        .iter()
        .flatten()
        .map(String::as_str)
        .filter(|word| says_something(word))
        .collect();
    let forms: BTreeMap<&str, Vec<String>> = known
        .iter()
        .map(|word| {
            let forms = paradigms
                .forms(word)
                .into_iter()
                .filter(|form| known.contains(form.as_str()));
            (*word, forms.collect())
        })
        .collect();
    let mut searches = vec![];
    for (sentence, text) in texts.iter().enumerate() {
        let own: BTreeSet<&str> = text.iter().map(String::as_str).collect();
        let mut choices: Vec<(&str, Vec<&String>)> = own
            .iter()
            .map(|word| {
                let others = forms
                    .get(word)
                    .into_iter()
                    .flatten()
                    .filter(|form| !own.contains(form.as_str()));
                (*word, others.collect::<Vec<_>>())
            })
            .filter(|(_, others)| !others.is_empty())
            .collect();
        let mut number = sentence;
        let mut next = |below: usize| {
            number = number.wrapping_mul(1_103_515_245).wrapping_add(12_345);
            number / 65_536 % below
        };
        let mut query = vec![];
        while query.len() < 3 && !choices.is_empty() {
            let (_, others) = choices.swap_remove(next(choices.len()));
            query.push(others[next(others.len())].as_str());
        }
        if query.len() == 3 {
            searches.push(Search {
                sentence,
                query: query.join(" "),
            });
        }
    }
    searches
}

/// What was measured of one side of the corpus.
struct Recall {
    searches: usize,
    share: f64,
    /// If PostgreSQL is given texts and queries as they are.
    plain: f64,
}

async fn recall(side: &str, locale: &str, paradigms: &Paradigms) -> Option<Recall> {
    let sentences = corpus(side)?;
    let analysis = Analysis::of(locale);
    let searches = searches(&sentences, paradigms, analysis);
    let share_found = share(&found(&sentences, &searches, analysis).await);
    Some(Recall {
        searches: searches.len(),
        share: share_found,
        plain: share(&plain(&sentences, &searches, analysis.config()).await),
    })
}

async fn plain(sentences: &[String], searches: &[Search], config: &str) -> Vec<bool> {
    let asked = searches.iter().map(|search| search.query.clone());
    let wanted = searches.iter().map(|search| search.sentence);
    ranked(
        sentences.to_vec(),
        asked.collect(),
        wanted.collect(),
        config,
    )
    .await
}

#[tokio::test]
async fn hindi_is_found_by_other_forms_as_english_is() {
    let Some(english) = recall("en.0", "en", &ENGLISH).await else {
        println!("skipped: there is no parallel corpus beside the project");
        return;
    };
    let hindi = recall("hi", "hi", &HINDI).await.unwrap();
    for (language, recall) in [("Hindi", &hindi), ("English", &english)] {
        println!(
            "recall among ten: {language} {:.3} of {} searches, {:.3} if PostgreSQL is given the texts as they are",
            recall.share, recall.searches, recall.plain
        );
    }
    println!("Hindi has {:.3} of English", hindi.share / english.share);
    assert!(hindi.share >= 0.95 * english.share);
}

/// For each sentence with a word that the corpus spells otherwise as well, a search for that and two other
/// words: to the eye, the query is in the sentence.
fn searches_in_other_spellings(sentences: &[String]) -> Vec<Search> {
    let mut spellings: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for text in sentences {
        for word in words(text) {
            spellings
                .entry(word.folded)
                .or_default()
                .insert(&text[word.range]);
        }
    }
    let search = |(sentence, text): (usize, &String)| {
        let known: Vec<_> = words(text)
            .map(|word| (word.folded, &text[word.range]))
            .collect();
        let (at, other) = known.iter().enumerate().find_map(|(at, (folded, own))| {
            let other = spellings[folded]
                .iter()
                .find(|other| *other != own && other.chars().count() > 3)?;
            Some((at, *other))
        })?;
        let others = known
            .iter()
            .enumerate()
            .filter(|(place, (folded, _))| *place != at && folded.chars().count() > 3);
        let others: Vec<&str> = others.map(|(_, (_, own))| *own).take(2).collect();
        Some(Search {
            sentence,
            query: format!("{other} {}", others.join(" ")),
        })
    };
    sentences.iter().enumerate().filter_map(search).collect()
}

#[tokio::test]
async fn hindi_is_found_by_other_spellings() {
    let Some(sentences) = corpus("hi") else {
        println!("skipped: there is no parallel corpus beside the project");
        return;
    };
    let searches = searches_in_other_spellings(&sentences);
    let folded = share(&found(&sentences, &searches, Analysis::of("hi")).await);
    let plain = plain(&sentences, &searches, "hindi").await;
    println!(
        "recall among ten in other spellings: {folded:.3} of {} searches, {:.3} if PostgreSQL is given the texts as they are",
        searches.len(),
        share(&plain)
    );
    assert!(folded >= 0.95);
}

#[tokio::test]
async fn forms_of_a_word_have_one_stem_in_hindi() {
    let groups = include_str!("search_recall/hindi.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let groups: Vec<Vec<&str>> = groups.map(|line| line.split(' ').collect()).collect();
    let pairs: Vec<(&str, &str)> = groups
        .iter()
        .flat_map(|group| group.iter().skip(1).map(|form| (group[0], *form)))
        .collect();
    let client = connect(&cluster().url("postgres")).await;
    let meet = async |prepare: fn(&str) -> String| -> i64 {
        let (words, forms): (Vec<String>, Vec<String>) = pairs
            .iter()
            .map(|(word, form)| (prepare(word), prepare(form)))
            .unzip();
        let sql = "select count(*) from unnest($1::text[], $2::text[]) as pair (word, form)
                   where to_tsvector('hindi', word) = to_tsvector('hindi', form)";
        client
            .query_one(sql, &[&words, &forms])
            .await
            .unwrap()
            .get(0)
    };
    let prepared = meet(|word| Analysis::of("hi").indexed(word, usize::MAX)).await;
    let plain = meet(str::to_owned).await;
    println!(
        "{prepared} of {} forms of {} words have the stem of their word, {plain} as they are",
        pairs.len(),
        groups.len()
    );
    assert!(usize::try_from(prepared).unwrap() * 100 >= pairs.len() * 97);
}

#[tokio::test]
async fn marathi_is_found_by_other_forms() {
    let lines = include_str!("search_recall/marathi.txt")
        .lines()
        .filter(|line| !line.starts_with('#'));
    let mut sentences = vec![];
    let mut searches = vec![];
    for (sentence, line) in lines.enumerate() {
        let (text, query) = line.split_once(" | ").unwrap_or((line, ""));
        sentences.push(text.to_owned());
        if !query.is_empty() {
            searches.push(Search {
                sentence,
                query: query.to_owned(),
            });
        }
    }
    assert!(sentences.len() >= 120);
    let stemmed = found(&sentences, &searches, Analysis::of("mr")).await;
    for (search, _) in searches.iter().zip(&stemmed).filter(|(_, found)| !**found) {
        println!(
            "not found: {} in {}",
            search.query, sentences[search.sentence]
        );
    }
    let (stemmed, simple) = (
        share(&stemmed),
        share(&found(&sentences, &searches, Analysis::of("und")).await),
    );
    println!(
        "recall among ten: Marathi {stemmed:.3} of {} searches, {simple:.3} without a stemmer",
        searches.len()
    );
    assert!(stemmed >= 0.95);
    assert!(simple < 0.5);
}

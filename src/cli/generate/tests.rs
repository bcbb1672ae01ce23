//! Tests of the parent module.
#![allow(
    clippy::unwrap_used,
    reason = "a test that meets an unexpected value is meant to fail there"
)]

use std::collections::HashSet;

use serde_json::json;

use super::language::Language;
use super::newsroom::{Newsroom, Order, settings};
use super::rows::{Batch, Revision};
use super::slugs::Slugs;
use super::tags::Tags;
use super::vocabulary::Vocabulary;
use crate::translations::NewTranslation;
use crate::values::fields;
use crate::values::markdown::{self, EmbedHosts};

/// All of an order in one batch, without tags, which are made in the database.
fn made(articles: usize, comments: u64, seed: u64) -> Batch {
    let words = Vocabulary::load().unwrap();
    let order = Order {
        articles,
        comments,
        seed,
    };
    let settings = settings(order, &words);
    Newsroom::new(order, &words, &settings, Tags::default(), Slugs::default()).batch(0..articles)
}

/// The words as a request would bring them.
fn words_of(revision: &Revision) -> NewTranslation {
    let words = json!({
        "title": revision.title, "subtitle": revision.subtitle, "dateline": revision.dateline,
        "summary": revision.summary, "body": revision.body, "slug": revision.slug,
        "lead_image_alt": revision.lead_image_alt, "lead_image_caption": revision.lead_image_caption,
        "translators": revision.translators,
    });
    fields::decode(words).unwrap()
}

#[test]
fn words_are_what_the_service_would_take_and_make_of_them() {
    for revision in &made(80, 0, 1).revisions {
        let words = words_of(revision);
        assert_eq!(words.title, revision.title);
        assert_eq!(revision.digest, words.digest(&revision.slug));
        assert_eq!(revision.excerpt, words.excerpt());
        assert_eq!(revision.word_count, words.word_count());
        assert_eq!(
            revision.body_html.is_some(),
            revision.published_at.is_some()
        );
        if let Some(html) = &revision.body_html {
            assert_eq!(
                *html,
                markdown::article_html(&revision.body, &EmbedHosts::default())
            );
        }
    }
}

#[test]
fn comments_are_what_the_service_would_make_of_them() {
    let comments = made(50, 400, 1).comments;
    assert_eq!(comments.len(), 400);
    for (place, comment) in comments.iter().enumerate() {
        let html = comment.body.as_deref().map(markdown::comment_html);
        assert_eq!(comment.body_html, html);
        assert_eq!(comment.ancestors.last().copied(), comment.parent_id);
        let parent = |id| comments.iter().take(place).find(|other| other.id == id);
        if let Some(parent) = comment.parent_id.map(|id| parent(id).unwrap()) {
            assert_eq!(parent.article_id, comment.article_id);
            assert!(parent.created_at < comment.created_at);
        }
    }
    assert!(comments.iter().any(|comment| comment.ancestors.len() > 1));
    let approved = comments
        .iter()
        .filter(|comment| comment.status == "approved");
    assert!(approved.count() > 300);
}

#[test]
fn every_fact_in_a_pattern_is_known() {
    let batch = made(400, 0, 2);
    for revision in &batch.revisions {
        let said = format!("{revision:?}");
        assert!(
            !revision.title.contains('{') && !revision.body.contains('{'),
            "{said}"
        );
    }
}

#[test]
fn the_same_seed_gives_the_same_content_and_another_seed_another() {
    let content = |seed| format!("{:?}", made(30, 60, seed));
    assert_eq!(content(5), content(5));
    let ids = |seed| {
        let batch = made(30, 60, seed);
        let articles = batch.articles.iter().map(|article| article.id);
        articles
            .chain(batch.comments.iter().map(|comment| comment.id))
            .collect::<HashSet<_>>()
    };
    assert_eq!(ids(5).len(), 90);
    assert!(ids(5).is_disjoint(&ids(6)));
}

#[test]
fn nine_in_ten_are_published_in_each_language_however_many_there_are() {
    for articles in [1, 2, 9, 10, 21, 25, 32, 60, 150, 500] {
        let batch = made(articles, 0, 3);
        for language in Language::ALL {
            let published = batch
                .translations
                .iter()
                .filter(|translation| translation.published_revision.is_some())
                .filter(|translation| translation.locale == language.code());
            let published = published.count();
            assert!(published * 10 >= articles * 9, "{published} of {articles}");
        }
    }
}

#[test]
fn all_that_may_become_of_a_text_does() {
    let translations = made(600, 0, 4).translations;
    for status in ["draft", "in_review", "scheduled", "published", "archived"] {
        assert!(
            translations
                .iter()
                .any(|translation| translation.status == status)
        );
    }
    let stale = translations
        .iter()
        .filter(|one| one.stale_since.is_some())
        .count();
    assert!((20..120).contains(&stale), "{stale}");
    let changed = |one: &&super::rows::Translation| {
        one.published_revision
            .is_some_and(|published| published < one.revision)
    };
    assert!(translations.iter().filter(changed).count() > 20);
    for source in ["en", "hi", "mr"] {
        assert!(translations.iter().any(|one| one.source_locale == source));
    }
    assert!(translations.len() < 1800, "some are missing");
}

#[test]
fn headlines_differ_and_bodies_have_everything_now_and_then() {
    let batch = made(1000, 0, 5);
    let english = |revision: &&Revision| revision.locale == "en" && revision.number == 1;
    let english: Vec<&Revision> = batch.revisions.iter().filter(english).collect();
    let titles: HashSet<&str> = english.iter().map(|revision| &*revision.title).collect();
    assert!(titles.len() * 10 > english.len() * 9, "{}", titles.len());
    for markup in ["\n\n## ", "\n\n- ", "\n\n> ", "](https://", "**"] {
        let having = english
            .iter()
            .filter(|revision| revision.body.contains(markup))
            .count();
        assert!(having > 100, "{markup:?} in {having}");
    }
    let length: usize = english.iter().map(|revision| revision.body.len()).sum();
    let mean = length / english.len();
    assert!((2000..3000).contains(&mean), "{mean}");
}

//! Tests of the parent module.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::io::Cursor;

use serde_json::{Value, json};

use super::*;
use crate::transfer::tests::{Told, destination, shared};

fn told_of(file: &str) -> Result<Told, Unreadable> {
    let mut told = Told::default();
    read(
        &mut Cursor::new(file),
        &destination(&["en", "hi"]),
        &mut |entry| told.take(entry),
    )?;
    Ok(told)
}

fn told(posts: Value) -> Told {
    let data = json!({"posts": posts, "users": [{"id": "u1", "name": "Asha"}, {"id": 2, "name": "Ravi"}],
        "tags": [{"id": "t1", "name": "Ferries", "slug": "ferries", "parent_id": "t2"}, {"id": "t2", "name": "Transport", "slug": "transport"},
            {"id": "t3", "name": "#note", "slug": "hash-note", "visibility": "internal"}],
        "posts_tags": [{"post_id": "p1", "tag_id": "t3", "sort_order": 0}, {"post_id": "p1", "tag_id": "t1", "sort_order": 2}, {"post_id": "p1", "tag_id": "t2", "sort_order": 1}],
        "posts_authors": [{"post_id": "p1", "author_id": "u1", "sort_order": 0}, {"post_id": "p1", "author_id": 2, "sort_order": 1}],
        "posts_meta": [{"post_id": "p1", "feature_image_alt": "A bridge", "meta_title": "T", "feature_image_caption": "<b>By</b> me"}],
        "settings": [{"key": "locale", "value": "hi"}]});
    told_of(&json!({"db": [{"meta": {}, "data": data}]}).to_string()).unwrap()
}

#[test]
fn a_post_becomes_an_article() {
    let told = told(
        json!([{"id": "p1", "title": "One", "slug": "one", "html": "<p>A <a href=\"__GHOST_URL__/two/\">b</a></p>", "status": "published",
        "visibility": "public", "feature_image": "https://g.example/i.jpg", "custom_excerpt": "Short", "created_at": "2015-03-01 21:08:20",
        "published_at": "2015-03-02T00:00:00.000Z", "updated_at": 1_425_300_000_000_i64}]),
    );
    assert_eq!(told.refused, []);
    let wanted = json!({
        "type": "article", "external_id": "ghost:p1", "source_locale": "hi", "authors": ["Asha", "Ravi"],
        "lead_image": {"url": "https://g.example/i.jpg", "alt": "A bridge", "caption": "By me"}, "tags": ["transport", "ferries"],
        "created_at": "2015-03-01T21:08:20Z",
        "translations": [{"locale": "hi", "title": "One", "summary": "Short", "body": "A [b](/two/)", "preferred_slug": "one",
            "former_addresses": ["/one/"], "status": "published", "published_at": "2015-03-02T00:00:00Z",
            "created_at": "2015-03-01T21:08:20Z", "updated_at": "2015-03-02T12:40:00Z", "seo": {"title": "T", "description": null}}],
    });
    assert_eq!(*told.of("article")[0], wanted);
    let tags: Vec<_> = told
        .of("tag")
        .iter()
        .map(|tag| (tag["slug"].as_str().unwrap(), tag["parent"].as_str()))
        .collect();
    assert_eq!(tags, [("transport", None), ("ferries", Some("transport"))]);
    assert_eq!(told.left_out, ["internal tags"]);
}

#[test]
fn what_a_post_was_decides_what_it_becomes() {
    for (status, visibility, becomes) in [
        ("published", "public", "published"),
        ("sent", "public", "published"),
        ("published", "members", "draft"),
        ("draft", "public", "draft"),
        ("scheduled", "public", "scheduled"),
    ] {
        let told = told(
            json!([{"id": 1, "title": "x", "status": status, "visibility": visibility, "published_at": "2190-01-01T00:00:00Z"}]),
        );
        assert_eq!(
            told.of("article")[0]["translations"][0]["status"],
            becomes,
            "{status} {visibility}"
        );
    }
}

#[test]
fn what_either_editor_wrote_is_read() {
    let mobiledoc = json!({"version": "0.3.1", "markups": [["strong"], ["a", ["href", "https://x.example/"]]], "atoms": [["soft-return", "", {}]],
        "cards": [["markdown", {"markdown": "# M\n\n* a"}], ["image", {"src": "https://x.example/i.png", "caption": "C"}], ["hr", {}], ["code", {"code": "a < b", "language": "rust"}]],
        "sections": [[1, "p", [[0, [], 0, "A "], [0, [0], 1, "b"], [1, [], 0, 0], [0, [1], 1, "c"]]], [10, 0], [10, 1], [3, "ol", [[[0, [], 0, "x"]], [[0, [], 0, "y"]]]], [10, 2], [10, 3], [10, 99]]});
    let lexical = json!({"root": {"children": [
        {"type": "extended-heading", "tag": "h3", "children": [{"type": "extended-text", "text": "H", "format": 0}]},
        {"type": "paragraph", "children": [{"type": "text", "text": "bold", "format": 3}, {"type": "link", "url": "https://x.example/", "children": [{"type": "text", "text": "l", "format": 0}]}]},
        {"type": "list", "listType": "bullet", "children": [{"type": "listitem", "children": [{"type": "text", "text": "i", "format": 0}]}]},
        {"type": "markdown", "markdown": "*m*"}, {"type": "embed", "url": "https://youtu.be/x", "html": "<iframe src=\"https://www.youtube.com/embed/x\"></iframe>"},
        {"type": "horizontalrule"}, {"type": "codeblock", "code": "x", "language": "go"}, {"type": "html", "html": "<u>h</u>"}]}});
    let told = told(
        json!([{"id": 1, "title": "m", "mobiledoc": mobiledoc.to_string()}, {"id": 2, "title": "l", "lexical": lexical.to_string()}, {"id": 3, "title": "bad", "lexical": "{"}]),
    );
    let body = |at: usize| {
        told.of("article")[at]["translations"][0]["body"]
            .as_str()
            .unwrap()
            .to_owned()
    };
    assert_eq!(
        body(0),
        "A **b**\\\n[c](https://x.example/)\n\n# M\n\n* a\n\n<figure><img src=\"https://x.example/i.png\" alt=\"\"><figcaption>C</figcaption></figure>\n\n1. x\n2. y\n\n---\n\n```rust\na < b\n```"
    );
    assert_eq!(
        body(1),
        "### H\n\n***bold***[l](https://x.example/)\n\n- i\n\n*m*\n\n<iframe src=\"https://www.youtube.com/embed/x\"></iframe>\n\n---\n\n```go\nx\n```\n\n<u>h</u>"
    );
    assert_eq!(told.refused.len(), 1);
}

#[test]
fn a_post_that_is_none_spoils_only_itself() {
    let told = told(
        json!([7, null, {"title": "no id"}, {"id": 1}, {"id": 2, "title": {"a": 1}, "html": 5}, {"id": 3, "title": "ok", "locale": "mr", "feature_image": "__GHOST_URL__/content/i.jpg"}]),
    );
    assert_eq!(told.refused.len(), 5, "{:?}", told.refused);
    assert_eq!(told.of("article").len(), 1);
    assert_eq!(told.of("locale")[0]["code"], "mr");
    assert_eq!(told.notes.len(), 2 + usize::from(false), "{:?}", told.notes);
}

#[test]
fn a_file_that_ends_early_gives_what_stands_before() {
    let file = json!({"meta": {}, "data": {"posts": [{"id": 1, "title": "a"}, {"id": 2, "title": "b"}, {"id": 3, "title": "c"}]}}).to_string();
    let told = told_of(&file[..file.len() - 8]).unwrap();
    assert_eq!(told.of("article").len(), 2);
    assert!(
        told.refused[0].1.contains("cannot be read to its end"),
        "{:?}",
        told.refused
    );
    let long = file.replace("\"c\"", &format!("\"{}\"", "c".repeat(17 * 1024 * 1024)));
    let told = told_of(&long).unwrap();
    assert_eq!((told.of("article").len(), told.refused.len()), (2, 1));
    for cut in 0..file.len() {
        let _ = told_of(&file[..cut]);
    }
}

#[test]
fn what_is_no_export_is_told() {
    for file in [
        "",
        "[]",
        "{}",
        "{\"db\": 5}",
        "{\"data\": {\"posts\": {}}}",
        "nonsense",
        &"[".repeat(100_000),
        "{\"db\":[{\"data\":null}]}",
    ] {
        assert!(
            told_of(file)
                .unwrap_err()
                .to_string()
                .contains("no Ghost export"),
            "{file}"
        );
    }
}

/// The export under the data that is shared between projects, where it is there.
#[test]
fn a_real_export_is_read_whole() {
    let Some(file) = shared("ghost-theme-unit-test/ghost-theme-unit-test.json") else {
        return;
    };
    let told = told_of(&file).unwrap();
    assert_eq!(
        (told.of("article").len(), told.of("tag").len()),
        (19, 46),
        "{:?} {:?}",
        told.refused,
        told.left_out
    );
}

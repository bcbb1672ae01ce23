//! Tests of the parent module.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]
use super::*;
use serde_json::json;

#[derive(Debug)]
struct Note {
    title: String,
    open: Option<bool>,
    size: Option<i32>,
}

impl Decode for Note {
    fn decode(fields: &mut Fields<'_>) -> Self {
        Note {
            title: fields.required_line("title", 5),
            open: fields.flag("open"),
            size: fields
                .object("box", |inner| inner.integer("size", 1..=9))
                .flatten(),
        }
    }
}

#[test]
fn every_fault_is_found_at_once() {
    let body = json!({"title": "too long", "open": 1, "box": {"size": 10, "x": 1}, "a/b": 2});
    let faults = decode::<Note>(body).unwrap_err();
    let found: Vec<_> = faults
        .iter()
        .map(|f| (f.pointer.as_str(), f.code))
        .collect();
    assert_eq!(
        found,
        [
            ("/title", "too_long"),
            ("/open", "wrong_type"),
            ("/box/size", "wrong_type"),
            ("/box/x", "unknown_field"),
            ("/a~1b", "unknown_field"),
        ]
    );
}

#[test]
fn a_valid_body_is_read() {
    let note: Note = decode(json!({"title": " hi ", "open": null, "box": {"size": 3}})).unwrap();
    assert_eq!(
        (note.title.as_str(), note.open, note.size),
        ("hi", None, Some(3))
    );
}

#[test]
fn missing_and_blank_are_told_apart() {
    assert_eq!(decode::<Note>(json!({})).unwrap_err()[0].code, "required");
    assert_eq!(
        decode::<Note>(json!({"title": " "})).unwrap_err()[0].code,
        "blank"
    );
}

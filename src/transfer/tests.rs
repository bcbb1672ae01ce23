//! What tests of readers share: reading all, and holding each line against the limits of the API.

use std::path::{Path, PathBuf};

use serde_json::{Map, Value};

use super::entry::{Destination, Entry, Found};
use crate::articles::neutral::NewArticle;
use crate::comments::text::NewComment;
use crate::tags::model::{NewTag, NewTagTranslation};
use crate::translations::text::NewTranslation;
use crate::values::fields::{Decode, decode};

/// All that was found in a file.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) lines: Vec<Value>,
    /// The place and the first fault of each.
    pub(super) refused: Vec<(String, String)>,
    pub(super) left_out: Vec<&'static str>,
    pub(super) notes: Vec<String>,
}

pub(super) fn destination(locales: &[&str]) -> Destination {
    Destination {
        locales: locales.iter().map(|code| (*code).to_owned()).collect(),
        site: None,
    }
}

impl Told {
    pub(super) fn take(&mut self, entry: Entry) -> bool {
        let place = format!("{:?}", entry.place);
        match entry.found {
            Found::Line(line) => {
                assert_fits(&line);
                self.lines.push(Value::Object(line));
            }
            Found::Refused { faults, .. } => self.refused.push((place, faults[0].detail.clone())),
            Found::LeftOut(what) => self.left_out.push(what),
            Found::Note(note) => self.notes.push(note),
        }
        true
    }

    /// The lines of this type.
    pub(super) fn of(&self, kind: &str) -> Vec<&Value> {
        self.lines
            .iter()
            .filter(|line| line["type"] == kind)
            .collect()
    }
}

/// Whether the API takes what the line says.
fn assert_fits(line: &Map<String, Value>) {
    match line["type"].as_str().unwrap() {
        "article" => {
            fits::<NewArticle>(
                line,
                &[
                    "type",
                    "source_locale",
                    "created_at",
                    "updated_at",
                    "translations",
                ],
            );
            for translation in line["translations"].as_array().unwrap() {
                let own = [
                    "locale",
                    "status",
                    "publish_at",
                    "published_at",
                    "created_at",
                    "updated_at",
                    "former_addresses",
                    "preferred_slug",
                ];
                let mut words = translation.as_object().unwrap().clone();
                if let Some(slug) = words.get("preferred_slug").cloned() {
                    words.insert("slug".to_owned(), slug);
                }
                fits::<NewTranslation>(&words, &own);
            }
        }
        "tag" => {
            fits::<NewTag>(line, &["type", "translations"]);
            let none = Map::new();
            let translations = line
                .get("translations")
                .map_or(&none, |said| said.as_object().unwrap());
            for said in translations.values() {
                fits::<NewTagTranslation>(said.as_object().unwrap(), &[]);
            }
        }
        "comment" => {
            let own = [
                "type",
                "external_id",
                "article_external_id",
                "parent_external_id",
                "status",
                "created_at",
            ];
            fits::<NewComment>(line, &own);
        }
        "locale" => {}
        other => panic!("there are no lines of type {other}"),
    }
}

fn fits<T: Decode>(line: &Map<String, Value>, without: &[&str]) {
    let mut members = line.clone();
    members.retain(|name, _| !without.contains(&name.as_str()));
    let faults = decode::<T>(Value::Object(members)).err();
    assert_eq!(faults, None, "{line:?}");
}

/// Real files to try readers with, of no part in the product; `None`, with a message, where they are not at hand.
pub(super) fn shared(path: &str) -> Option<String> {
    let folder = std::env::var("DATELINE_SHARED_DATA").map_or_else(
        |_| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/data"),
        PathBuf::from,
    );
    let text = std::fs::read_to_string(folder.join(path)).ok();
    if text.is_none() {
        println!("skipped: {path} is not at hand");
    }
    text
}

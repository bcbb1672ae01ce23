//! What belongs to the posts of a Ghost export.

use std::collections::HashMap;

use chrono::{DateTime, NaiveDateTime, Utc};
use serde_json::{Value, json};

use crate::transfer::clip;
use crate::transfer::entry::{Found, Halt, Outlet};
use crate::transfer::html;
use crate::transfer::languages::Languages;
use crate::transfer::order::parents_first;
use crate::values::slug::Slug;

/// The most tags that are kept of a file.
const MOST_TAGS: usize = 200_000;

/// Names, tags, and which of them each post has.
pub(super) struct Index {
    pub(super) languages: Languages,
    /// The language of posts that say nothing of theirs.
    language: Option<usize>,
    users: HashMap<String, String>,
    tags: Vec<Tag>,
    tag_numbers: HashMap<String, usize>,
    /// What is linked to a post, each with its place in the order.
    tagged: HashMap<String, Vec<(i64, String)>>,
    written: HashMap<String, Vec<(i64, String)>>,
    meta: HashMap<String, Meta>,
    posts: u64,
    known: bool,
}

struct Tag {
    id: String,
    slug: String,
    name: String,
    description: Option<String>,
    parent: String,
    internal: bool,
}

/// What is said of a post apart from it.
#[derive(Debug, Default, Clone)]
pub(super) struct Meta {
    pub(super) title: Option<String>,
    pub(super) description: Option<String>,
    pub(super) alt: Option<String>,
    pub(super) caption: Option<String>,
}

impl Meta {
    pub(super) fn of(row: &Value) -> Self {
        Meta {
            title: clip::line(text(row, "meta_title"), 300),
            description: clip::line(text(row, "meta_description"), 1000),
            alt: clip::line(text(row, "feature_image_alt"), 1000),
            caption: clip::line(&html::line(text(row, "feature_image_caption")), 1000),
        }
    }
}

impl Index {
    pub(super) fn new(languages: Languages) -> Self {
        Index {
            languages,
            language: None,
            users: HashMap::new(),
            tags: Vec::new(),
            tag_numbers: HashMap::new(),
            tagged: HashMap::new(),
            written: HashMap::new(),
            meta: HashMap::new(),
            posts: 0,
            known: false,
        }
    }

    /// Takes a row.
    pub(super) fn add(&mut self, table: &str, row: Value) {
        self.known = true;
        let order = row
            .get("sort_order")
            .and_then(Value::as_i64)
            .unwrap_or_default();
        match table {
            "posts" => {
                self.posts += 1;
                self.languages.of(text(&row, "locale"));
            }
            "users" => {
                let name = clip::line(text(&row, "name"), 120)
                    .or_else(|| clip::line(text(&row, "slug"), 120));
                self.users.extend(name.map(|name| (id(&row, "id"), name)));
            }
            "tags" => self.add_tag(&row),
            "posts_tags" => {
                let tagged = self.tagged.entry(id(&row, "post_id")).or_default();
                tagged.push((order, id(&row, "tag_id")));
            }
            "posts_authors" => {
                let written = self.written.entry(id(&row, "post_id")).or_default();
                written.push((order, id(&row, "author_id")));
            }
            "posts_meta" => {
                self.meta.insert(id(&row, "post_id"), Meta::of(&row));
            }
            "settings" if ["lang", "default_locale", "locale"].contains(&text(&row, "key")) => {
                self.language = self.languages.of(text(&row, "value")).or(self.language);
            }
            _ => {}
        }
    }

    fn add_tag(&mut self, row: &Value) {
        let name = clip::line(text(row, "name"), 100).unwrap_or_default();
        let slug = Slug::from_title(text(row, "slug")).or_else(|| Slug::from_title(&name));
        let Some(slug) = slug.map(String::from) else {
            return;
        };
        let id = id(row, "id");
        let same = self.tags.iter().position(|tag| tag.slug == slug);
        self.tag_numbers
            .insert(id.clone(), same.unwrap_or(self.tags.len()));
        if same.is_none() && self.tags.len() < MOST_TAGS {
            self.tags.push(Tag {
                internal: text(row, "visibility") == "internal" || name.starts_with('#'),
                name: if name.is_empty() {
                    slug.chars().take(100).collect()
                } else {
                    name
                },
                description: clip::line(&html::line(text(row, "description")), 1000),
                parent: self::id(row, "parent_id"),
                slug,
                id,
            });
        }
    }

    /// Whether the file has what makes it an export.
    pub(super) fn is_export(&self) -> bool {
        self.known && (self.posts > 0 || !self.tags.is_empty() || !self.users.is_empty())
    }

    /// Tells of the tags, parents first.
    pub(super) fn tell_tags(&self, out: &mut Outlet<'_>) -> Result<(), Halt> {
        let of_parent = |tag: &Tag| self.tag_numbers.get(&tag.parent).copied();
        let parents: Vec<Option<usize>> = self.tags.iter().map(of_parent).collect();
        let (order, cut) = parents_first(&parents);
        for number in order {
            let Some(tag) = self.tags.get(number) else {
                continue;
            };
            let place = format!("tag {}", tag.id);
            if tag.internal {
                out.put(place, Found::LeftOut("internal tags"))?;
                continue;
            }
            let circular = cut.contains(&number);
            let parent = parents
                .get(number)
                .copied()
                .flatten()
                .and_then(|parent| self.tags.get(parent));
            let parent = parent
                .filter(|parent| !circular && !parent.internal)
                .map(|parent| &parent.slug);
            if parent.is_none() && !tag.parent.is_empty() {
                out.note(
                    &place,
                    "its parent is not in the file, or a part of it, so it has none",
                )?;
            }
            let line = json!({
                "type": "tag", "slug": tag.slug, "name": tag.name, "description": tag.description, "parent": parent,
                "locale": self.languages.code(self.language()),
            });
            out.line(place, line)?;
        }
        Ok(())
    }

    fn language(&self) -> usize {
        self.language.unwrap_or_else(|| self.languages.default())
    }

    /// The code of a post's language.
    pub(super) fn language_of(&self, post: &Value) -> String {
        let own = self.languages.find(text(post, "locale"));
        self.languages
            .code(own.unwrap_or_else(|| self.language()))
            .to_owned()
    }

    /// The slugs of a post's tags.
    pub(super) fn tags_of(&self, post: &str) -> Vec<&str> {
        let mut slugs: Vec<&str> = Vec::new();
        for id in sorted(self.tagged.get(post)) {
            let tag = self
                .tag_numbers
                .get(id)
                .and_then(|number| self.tags.get(*number));
            if let Some(tag) =
                tag.filter(|tag| !tag.internal && !slugs.contains(&tag.slug.as_str()))
            {
                slugs.push(&tag.slug);
            }
        }
        slugs.truncate(50);
        slugs
    }

    /// The names of who wrote a post.
    pub(super) fn authors_of(&self, id: &str, post: &Value) -> Vec<&str> {
        let mut authors: Vec<&str> = Vec::new();
        let own = self::id(post, "author_id");
        let ids = sorted(self.written.get(id));
        let ids = if ids.is_empty() {
            vec![own.as_str()]
        } else {
            ids
        };
        for name in ids.iter().filter_map(|id| self.users.get(*id)) {
            if !authors.contains(&name.as_str()) {
                authors.push(name);
            }
        }
        authors.truncate(50);
        authors
    }

    /// What is said of a post apart from it, or else by it.
    pub(super) fn meta_of(&self, id: &str, post: &Value) -> Meta {
        let apart = self.meta.get(id).cloned().unwrap_or_default();
        let own = Meta::of(post);
        Meta {
            title: apart.title.or(own.title),
            description: apart.description.or(own.description),
            alt: apart.alt.or(own.alt),
            caption: apart.caption.or(own.caption),
        }
    }
}

fn sorted(linked: Option<&Vec<(i64, String)>>) -> Vec<&str> {
    let mut linked: Vec<&(i64, String)> = linked.into_iter().flatten().collect();
    linked.sort_by_key(|(order, _)| *order);
    linked.into_iter().map(|(_, id)| id.as_str()).collect()
}

/// A member that is a text; empty where there is none.
pub(super) fn text<'v>(row: &'v Value, name: &str) -> &'v str {
    row.get(name).and_then(Value::as_str).unwrap_or_default()
}

/// A member that is an id: a number in old exports.
pub(super) fn id(row: &Value, name: &str) -> String {
    match row.get(name) {
        Some(Value::String(id)) => id.chars().take(100).collect(),
        Some(Value::Number(id)) => id.to_string(),
        _ => String::new(),
    }
}

/// A member that is a date: as RFC 3339 or SQL has it, or in milliseconds since 1970.
pub(super) fn date(row: &Value, name: &str) -> Option<DateTime<Utc>> {
    let date = match row.get(name)? {
        Value::Number(number) => DateTime::from_timestamp_millis(number.as_i64()?),
        Value::String(text) => {
            let sql = || NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M:%S").ok();
            let whole = DateTime::parse_from_rfc3339(text).map(|date| date.to_utc());
            whole.ok().or_else(|| Some(sql()?.and_utc()))
        }
        _ => None,
    };
    date.filter(|date| (1..=9999).contains(&chrono::Datelike::year(date)))
}

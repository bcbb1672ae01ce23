//! Categories and tags, which are one thing here.

use std::collections::{BTreeMap, HashMap};

use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::part::Part;
use super::{leave_out, php};
use crate::transfer::entry::{Halt, Outlet};
use crate::transfer::languages::Languages;
use crate::transfer::order::parents_first;
use crate::transfer::{clip, html};
use crate::values::slug::Slug;

/// The most tags that are kept of a file.
const MOST: usize = 200_000;

/// A tag.
#[derive(Debug)]
struct Tag {
    slug: String,
    name: String,
    description: Option<String>,
    /// The slug of what it is a part of, or nothing.
    parent: String,
    /// Its number in Polylang's groups.
    term: u64,
}

/// The tags of a file by slug.
#[derive(Debug, Default)]
pub(super) struct Tags {
    all: Vec<Tag>,
    by_slug: HashMap<String, usize>,
    /// Polylang's groups: each the languages and the terms.
    groups: Vec<Vec<(usize, u64)>>,
    /// Tags whose name in another language stands for them: the tag that they belong to, and the language.
    joined: HashMap<usize, (usize, usize)>,
    /// The languages of tags that say theirs.
    languages: HashMap<usize, usize>,
}

impl Tags {
    /// Takes one that the head defines.
    pub(super) fn add(
        &mut self,
        place: &str,
        part: &Part,
        languages: &mut Languages,
        out: &mut Outlet<'_>,
    ) -> Result<(), Halt> {
        let names = match (part.name.as_str(), part.of("wp:term_taxonomy")) {
            ("wp:category", _) => [
                "wp:category_nicename",
                "wp:cat_name",
                "wp:category_description",
                "wp:category_parent",
            ],
            ("wp:tag", _) => ["wp:tag_slug", "wp:tag_name", "wp:tag_description", ""],
            (_, "category" | "post_tag") => [
                "wp:term_slug",
                "wp:term_name",
                "wp:term_description",
                "wp:term_parent",
            ],
            (_, "term_translations") => {
                let map = php::map(part.of("wp:term_description"));
                let group = map
                    .into_iter()
                    .filter_map(|(code, term)| Some((languages.of(&code)?, term)));
                if self.groups.len() < MOST {
                    self.groups.push(group.collect());
                }
                return Ok(());
            }
            _ => return leave_out(place, "terms that are neither categories nor tags", out),
        };
        let [slug, name, description, parent] = names.map(|name| part.of(name));
        let Some(slug) = slug_of(slug, name) else {
            let detail = "the tag has no slug and no name that one could be made of".to_owned();
            return out.refuse(place, None, ("/slug", "required", detail));
        };
        if self.all.len() >= MOST {
            let detail = format!("the file has more than {MOST} tags");
            return out.refuse(place, None, ("", "too_many", detail));
        }
        let description = clip::line(&html::line(description), 1000);
        let parent = slug_of(parent, "").unwrap_or_default();
        let number = self.named(slug, name);
        if let Some(tag) = self.all.get_mut(number) {
            tag.description = tag.description.take().or(description);
            tag.term = part.number("wp:term_id");
            if tag.parent.is_empty() {
                tag.parent = parent;
            }
        }
        Ok(())
    }

    /// Takes those that an item has and nobody defined.
    pub(super) fn add_of_item(&mut self, item: &Part) {
        for category in tags_of(item) {
            if let Some(slug) =
                slug_of(&category.nicename, &category.text).filter(|_| self.all.len() < MOST)
            {
                self.named(slug, &category.text);
            }
        }
    }

    fn named(&mut self, slug: String, name: &str) -> usize {
        if let Some(known) = self.by_slug.get(&slug) {
            return *known;
        }
        let number = self.all.len();
        let name = clip::line(&html::line(name), 100);
        self.all.push(Tag {
            name: name.unwrap_or_else(|| slug.chars().take(100).collect()),
            description: None,
            parent: String::new(),
            term: 0,
            slug: slug.clone(),
        });
        self.by_slug.insert(slug, number);
        number
    }

    /// Joins what Polylang says are one tag in several languages: that in the default language is the tag.
    pub(super) fn join(&mut self, default: usize) {
        let known = self.all.iter().enumerate().filter(|(_, tag)| tag.term > 0);
        let by_term: HashMap<u64, usize> = known.map(|(number, tag)| (tag.term, number)).collect();
        for group in std::mem::take(&mut self.groups) {
            let mut members: BTreeMap<usize, usize> = BTreeMap::new();
            for (language, term) in group {
                if let Some(tag) = by_term
                    .get(&term)
                    .filter(|tag| !self.languages.contains_key(tag))
                {
                    members.entry(language).or_insert(*tag);
                }
            }
            let Some((own, tag)) = members
                .get_key_value(&default)
                .or_else(|| members.iter().next())
            else {
                continue;
            };
            let (own, tag) = (*own, *tag);
            for (language, member) in members {
                self.languages.insert(member, language);
                if language != own && member != tag {
                    self.joined.insert(member, (tag, language));
                }
            }
        }
    }

    /// Tells of all, parents first.
    pub(super) fn tell(&self, languages: &Languages, out: &mut Outlet<'_>) -> Result<(), Halt> {
        let mut translations: HashMap<usize, Map<String, Value>> = HashMap::new();
        for (member, (tag, language)) in &self.joined {
            if let Some(said) = self.all.get(*member) {
                let said =
                    json!({"name": said.name, "slug": said.slug, "description": said.description});
                let of_tag = translations.entry(*tag).or_default();
                of_tag.insert(languages.code(*language).to_owned(), said);
            }
        }
        let mut parents: Vec<Option<usize>> = Vec::with_capacity(self.all.len());
        for (number, tag) in self.all.iter().enumerate() {
            let parent = self
                .by_slug
                .get(&tag.parent)
                .map(|parent| self.whole(*parent));
            if parent.is_none() && !tag.parent.is_empty() {
                let note = format!(
                    "its parent {} is not in the file, so it has none",
                    tag.parent
                );
                out.note(format!("tag {}", tag.slug), note)?;
            }
            parents.push(parent.filter(|_| !self.joined.contains_key(&number)));
        }
        let (order, cut) = parents_first(&parents);
        for number in order {
            let Some(tag) = self
                .all
                .get(number)
                .filter(|_| !self.joined.contains_key(&number))
            else {
                continue;
            };
            let place = format!("tag {}", tag.slug);
            let circular = cut.contains(&number);
            if circular {
                out.note(
                    &place,
                    "it is a part of itself by way of its parents, so it has none",
                )?;
            }
            let parent = parents.get(number).copied().flatten().filter(|_| !circular);
            let parent = parent
                .and_then(|parent| self.all.get(parent))
                .map(|parent| &parent.slug);
            let language = self
                .languages
                .get(&number)
                .copied()
                .unwrap_or(languages.default());
            let line = json!({
                "type": "tag", "slug": tag.slug, "name": tag.name, "description": tag.description, "parent": parent,
                "locale": languages.code(language), "translations": translations.remove(&number).unwrap_or_default(),
            });
            out.line(place, line)?;
        }
        Ok(())
    }

    /// The slugs of the tags that an item has, each once.
    pub(super) fn of(&self, item: &Part) -> Vec<&str> {
        let mut slugs: Vec<&str> = Vec::new();
        for category in tags_of(item) {
            let number = slug_of(&category.nicename, &category.text)
                .and_then(|slug| self.by_slug.get(&slug));
            let tag = number.and_then(|number| self.all.get(self.whole(*number)));
            if let Some(tag) = tag.filter(|tag| !slugs.contains(&tag.slug.as_str())) {
                slugs.push(&tag.slug);
            }
        }
        slugs
    }

    /// The tag that this is a name of, or itself.
    fn whole(&self, number: usize) -> usize {
        self.joined.get(&number).map_or(number, |(tag, _)| *tag)
    }
}

fn tags_of(item: &Part) -> impl Iterator<Item = &Part> {
    item.all("category").filter(|category| {
        matches!(
            category.domain.as_str(),
            "" | "category" | "post_tag" | "tag"
        )
    })
}

/// The slug of what WordPress calls so, or else of a name.
fn slug_of(nicename: &str, name: &str) -> Option<String> {
    let decoded = percent_decode_str(nicename.trim()).decode_utf8_lossy();
    let slug = Slug::from_title(&decoded).or_else(|| Slug::from_title(&html::line(name)));
    slug.map(String::from)
}

//! Posts and pages as articles.

use std::io::{Read, Seek};

use chrono::{DateTime, Utc};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value, json};

use super::comments;
use super::dates;
use super::head::Head;
use super::index::{Index, Post};
use super::media;
use super::part::Part;
use super::part_at;
use super::site::Site;
use crate::transfer::entry::{Halt, Outlet};
use crate::transfer::html::wordpress::{Media, counts_lines, without_shortcodes};
use crate::transfer::html::{self, Ways};
use crate::transfer::{body, clip};
use crate::values::slug::Slug;

/// The most tags of an article.
const MOST_TAGS: usize = 50;

/// The most pictures of galleries that are looked for in a text.
const MOST_PICTURES: usize = 300;

/// Reads the items that are articles, the second time.
pub(super) struct Articles<'a> {
    pub(super) head: &'a Head,
    pub(super) index: &'a Index,
}

/// One language of an article.
struct Member {
    id: u64,
    item: Part,
    author: Option<String>,
    picture: Option<Media>,
    written: Option<DateTime<Utc>>,
    translation: Map<String, Value>,
    language: String,
}

impl Articles<'_> {
    /// Tells of all of them, each with its comments.
    pub(super) fn tell(
        &self,
        file: &mut (impl Read + Seek),
        out: &mut Outlet<'_>,
    ) -> Result<(), Halt> {
        let site = Site::new(self.head);
        for (number, post) in (0..).zip(&self.index.posts) {
            out.reach(post.at.offset);
            let mut members = Vec::new();
            for post in self.index.article(number) {
                members.extend(self.member(file, post, &site, out)?);
            }
            if !members.is_empty() {
                self.article(&site, &members, out)?;
            }
        }
        Ok(())
    }

    fn member(
        &self,
        file: &mut (impl Read + Seek),
        post: &Post,
        site: &Site,
        out: &mut Outlet<'_>,
    ) -> Result<Option<Member>, Halt> {
        let Some(item) = part_at(file, post.at)? else {
            return Ok(None);
        };
        let picture = item.meta("_thumbnail_id").parse().ok();
        let picture = picture.and_then(|id| media::find(file, self.index, id));
        let picture = picture.filter(|media| clip::web_address(&media.url).is_some());
        let written = dates::written(&item);
        let body = self.body(file, post, &item, site);
        let translation = body.and_then(|body| translation(&item, body, written));
        match translation {
            Ok(mut translation) => {
                let language = self.index.language(post).to_owned();
                translation.insert("locale".to_owned(), json!(language));
                Ok(Some(Member {
                    id: post.id,
                    author: self.head.author(item.of("dc:creator")),
                    item,
                    picture,
                    written,
                    translation,
                    language,
                }))
            }
            Err(fault) => {
                out.refuse(
                    format!("post {}", post.id),
                    Some(site.article(post.id)),
                    fault,
                )?;
                Ok(None)
            }
        }
    }

    fn body(
        &self,
        file: &mut (impl Read + Seek),
        post: &Post,
        item: &Part,
        site: &Site,
    ) -> Result<String, Fault> {
        let content = item.of("content:encoded");
        if content.len() > html::LONGEST {
            return Err(body::too_long());
        }
        let attached = self.index.attached(post.id);
        let mut left = MOST_PICTURES;
        let html = without_shortcodes(content, attached, &mut |id| {
            left = usize::checked_sub(left, 1)?;
            media::find(file, self.index, id)
        });
        let ways = Ways {
            base: site.base.as_ref(),
            lines: counts_lines(content),
            comment: false,
        };
        body::of_html(&html, ways)
    }

    /// Tells of an article: what its source says, and its words in all languages.
    fn article(&self, site: &Site, members: &[Member], out: &mut Outlet<'_>) -> Result<(), Halt> {
        let Some(source) = members.first() else {
            return Ok(());
        };
        let mut tags: Vec<&str> = Vec::new();
        for member in members {
            let own = self.head.tags.of(&member.item).into_iter();
            let new: Vec<&str> = own.filter(|tag| !tags.contains(tag)).collect();
            tags.extend(new);
        }
        tags.truncate(MOST_TAGS);
        let external_id = site.article(source.id);
        let picture = source.picture.as_ref().map(|picture| {
            let (alt, caption) = (
                clip::line(&picture.alt, 1000),
                clip::line(&picture.caption, 1000),
            );
            json!({"url": picture.url.trim(), "alt": alt, "caption": caption})
        });
        let translations: Vec<Value> = members.iter().map(|member| member.said(source)).collect();
        let line = json!({
            "type": "article", "external_id": external_id, "source_locale": source.language,
            "authors": source.author.iter().collect::<Vec<_>>(), "lead_image": picture, "tags": tags,
            "comments_open": source.item.of("wp:comment_status") == "open",
            "created_at": source.written, "translations": translations,
        });
        out.line(format!("post {}", source.id), line)?;
        for member in members {
            comments::tell(
                site,
                &external_id,
                member.id,
                &member.item,
                &member.language,
                out,
            )?;
        }
        Ok(())
    }
}

impl Member {
    /// Its words, with what is not as the source has it.
    fn said(&self, source: &Member) -> Value {
        let mut translation = self.translation.clone();
        if self.id != source.id {
            if let Some(author) = self
                .author
                .as_ref()
                .filter(|author| source.author.as_ref() != Some(author))
            {
                translation.insert("translators".to_owned(), json!([author]));
            }
            if let Some(picture) = self.picture.as_ref().filter(|_| source.picture.is_some()) {
                translation.insert(
                    "lead_image_alt".to_owned(),
                    json!(clip::line(&picture.alt, 1000)),
                );
                translation.insert(
                    "lead_image_caption".to_owned(),
                    json!(clip::line(&picture.caption, 1000)),
                );
            }
        }
        Value::Object(translation)
    }
}

type Fault = body::Fault;

/// An item's words, and what became of them.
fn translation(
    item: &Part,
    body: String,
    written: Option<DateTime<Utc>>,
) -> Result<Map<String, Value>, Fault> {
    let title = clip::line(&html::line(item.of("title")), 300);
    let title = title
        .or_else(|| body::first_words(&body))
        .ok_or_else(body::nothing)?;
    let slug = percent_decode_str(item.of("wp:post_name")).decode_utf8_lossy();
    let mut said = Map::new();
    let mut say = |name: &str, value: Value| {
        if !value.is_null() {
            said.insert(name.to_owned(), value);
        }
    };
    say("title", json!(title));
    say(
        "summary",
        json!(clip::line(&html::line(item.of("excerpt:encoded")), 1000)),
    );
    say("body", json!(body));
    say(
        "preferred_slug",
        json!(Slug::from_title(&slug).map(String::from)),
    );
    let former: Vec<String> = clip::web_address(item.of("link")).into_iter().collect();
    say("former_addresses", json!(former));
    say("created_at", json!(written));
    say("updated_at", json!(dates::changed(item).or(written)));
    let (status, date) = state(item, written);
    say("status", json!(status));
    match status {
        "published" => say("published_at", json!(date)),
        "scheduled" => say("publish_at", json!(date)),
        _ => {}
    }
    Ok(said)
}

/// What an item is here, and since or from when.
fn state(item: &Part, written: Option<DateTime<Utc>>) -> (&'static str, Option<DateTime<Utc>>) {
    if !item.of("wp:post_password").is_empty() {
        return ("draft", written);
    }
    match (item.of("wp:status"), written) {
        ("publish", _) => ("published", written),
        ("future", Some(date)) if date > Utc::now() => ("scheduled", written),
        ("future", Some(_)) => ("published", written),
        ("pending", _) => ("in_review", written),
        _ => ("draft", written),
    }
}

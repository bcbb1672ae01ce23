//! What a WordPress export says before its items.

use std::collections::HashMap;
use std::io::{Read, Seek, SeekFrom};

use super::LONGEST_NAME;
use super::part::Part;
use super::php;
use super::tags::Tags;
use crate::transfer::entry::{Halt, Outlet, Unreadable};
use crate::transfer::languages::Languages;
use crate::transfer::{clip, html};

/// How much of a file is looked at to see what it is.
const LOOK: u64 = 64 * 1024;
/// The most authors whose names are kept.
const MOST_AUTHORS: usize = 100_000;

/// The most posts of which the head says what they are translations of.
const MOST_DESCRIBED: usize = 4_000_000;

/// What stands in the head, and the tags of all the file.
#[derive(Debug, Default)]
pub(super) struct Head {
    /// The site's addresses: of its front page, and of what it is a part of.
    blog: String,
    site: String,
    link: String,
    /// The language that it says it is in.
    language: String,
    /// Names by login.
    authors: HashMap<String, String>,
    /// The tags.
    pub(super) tags: Tags,
    /// Polylang's groups of translations, as they are described: language and group by post.
    pub(super) described: HashMap<u64, (usize, String)>,
}

/// Refuses what is no WordPress export in UTF-8.
pub(super) fn check(file: &mut (impl Read + Seek)) -> Result<(), Halt> {
    file.seek(SeekFrom::Start(0))?;
    let mut start = Vec::new();
    file.by_ref().take(LOOK).read_to_end(&mut start)?;
    if start.starts_with(&[0xff, 0xfe]) || start.starts_with(&[0xfe, 0xff]) {
        return Err(encoded("UTF-16"));
    }
    let start = String::from_utf8_lossy(&start);
    let start = start.trim_start_matches('\u{feff}').trim_start();
    if let Some(declaration) = start
        .strip_prefix("<?xml")
        .and_then(|behind| behind.split("?>").next())
        && let Some((_, value)) = declaration.split_once("encoding")
    {
        let named = value.trim_start().trim_start_matches('=').trim_start();
        let named: String = named
            .chars()
            .skip(1)
            .take_while(|c| !matches!(c, '"' | '\''))
            .take(40)
            .collect();
        if !["utf-8", "utf8", "us-ascii"].contains(&named.to_ascii_lowercase().as_str()) {
            return Err(encoded(&named));
        }
    }
    let told = match (
        start.contains("<rss"),
        start.contains("wordpress.org/export/"),
    ) {
        (true, true) => return Ok(()),
        (true, false) => "is an RSS feed, not a WordPress export (make one under Tools, Export)",
        _ => "is no WordPress export (make one under Tools, Export)",
    };
    Err(Halt::Unreadable(Unreadable::Format(format!(
        "the file {told}"
    ))))
}

fn encoded(encoding: &str) -> Halt {
    Halt::Unreadable(Unreadable::Format(format!(
        "the file is in {encoding}; convert it to UTF-8 first: iconv -f {encoding} -t UTF-8 (and let its first line say UTF-8)"
    )))
}

impl Head {
    /// Takes a part of the head.
    pub(super) fn add(
        &mut self,
        place: &str,
        part: Part,
        languages: &mut Languages,
        out: &mut Outlet<'_>,
    ) -> Result<(), Halt> {
        let first = |known: &mut String| {
            if known.is_empty() {
                part.text.trim().clone_into(known);
            }
        };
        match part.name.as_str() {
            "wp:base_site_url" => first(&mut self.site),
            "wp:base_blog_url" => first(&mut self.blog),
            "link" => first(&mut self.link),
            "language" => first(&mut self.language),
            "wp:author" => self.add_author(&part),
            "wp:term" if part.of("wp:term_taxonomy") == "post_translations" => {
                self.describe(&part, languages)
            }
            _ => return self.tags.add(place, &part, languages, out),
        }
        Ok(())
    }

    fn add_author(&mut self, author: &Part) {
        let login = author.of("wp:author_login");
        let name = clip::line(&html::line(author.of("wp:author_display_name")), 120);
        if let Some(name) =
            name.filter(|_| self.authors.len() < MOST_AUTHORS && login.len() <= LONGEST_NAME)
        {
            self.authors.insert(login.to_owned(), name);
        }
    }

    fn describe(&mut self, term: &Part, languages: &mut Languages) {
        let name = term.of("wp:term_slug");
        if name.len() > LONGEST_NAME || self.described.len() > MOST_DESCRIBED {
            return;
        }
        for (code, post) in php::map(term.of("wp:term_description")) {
            if let Some(language) = languages.of(&code) {
                self.described.insert(post, (language, name.to_owned()));
            }
        }
    }

    /// The name of who has this login.
    pub(super) fn author(&self, login: &str) -> Option<String> {
        let known = self.authors.get(login).cloned();
        known.or_else(|| clip::line(login, 120))
    }

    /// The address of the site's front page.
    pub(super) fn address(&self) -> &str {
        let all = [&self.blog, &self.link, &self.site];
        all.into_iter()
            .find(|address| !address.is_empty())
            .map_or("", String::as_str)
    }

    /// The language of items that say nothing of theirs.
    pub(super) fn language(&self, languages: &mut Languages) -> usize {
        languages
            .of(&self.language)
            .unwrap_or_else(|| languages.default())
    }
}

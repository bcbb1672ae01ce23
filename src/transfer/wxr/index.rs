//! Where each item stands, and what belongs together.

use std::collections::HashMap;
use std::collections::hash_map::Entry;

use super::head::Head;
use super::languages::Tongue;
use super::part::Part;
use super::segments::Segment;
use super::{LONGEST_NAME, leave_out};
use crate::transfer::entry::{Halt, Outlet, Unreadable};
use crate::transfer::languages::Languages;

/// The most items that a file may have.
const MOST: usize = 4_000_000;
/// The most bytes of a file's item, which is read wherever the file is shown.
const LONGEST_MEDIA: u32 = 256 * 1024;
/// The language of an item that says nothing of it.
const UNTOLD: u16 = u16::MAX;

/// Where a part stands.
#[derive(Debug, Clone, Copy)]
pub(super) struct At {
    pub(super) offset: u64,
    pub(super) length: u32,
}

/// An item that is an article, or one language of it.
#[derive(Debug)]
pub(super) struct Post {
    pub(super) at: At,
    pub(super) id: u64,
    language: u16,
    /// Its group, counted from 1; 0: it has none.
    group: u32,
    is_source: bool,
}

/// Everything that has to be known before the items are read.
pub(super) struct Index {
    /// The articles in the order of the file.
    pub(super) posts: Vec<Post>,
    /// The languages there are.
    pub(super) languages: Languages,
    by_id: HashMap<u64, u32>,
    media: HashMap<u64, At>,
    /// The pictures that belong to an item.
    attached: HashMap<u64, Vec<u64>>,
    groups: HashMap<String, u32>,
    copies: Vec<(u32, u64)>,
    /// The items of each group that has several, the source first.
    members: HashMap<u32, Vec<u32>>,
}

impl Index {
    pub(super) fn new(languages: Languages) -> Self {
        Index {
            posts: Vec::new(),
            languages,
            by_id: HashMap::new(),
            media: HashMap::new(),
            attached: HashMap::new(),
            groups: HashMap::new(),
            copies: Vec::new(),
            members: HashMap::new(),
        }
    }

    /// Takes an item of the file.
    pub(super) fn add(
        &mut self,
        place: &str,
        segment: &Segment,
        item: &Part,
        head: &mut Head,
        out: &mut Outlet<'_>,
    ) -> Result<(), Halt> {
        let id = id_of(item);
        if id == 0 {
            let detail = "the item has no wp:post_id; it is not from a WordPress export".to_owned();
            return out.refuse(place, None, ("", "required", detail));
        }
        let at = At {
            offset: segment.offset,
            length: u32::try_from(segment.bytes.len()).unwrap_or(u32::MAX),
        };
        match item.of("wp:post_type") {
            "post" | "page" => self.add_post(id, at, item, head, out),
            "attachment" => {
                self.add_media(id, at, item)?;
                leave_out(
                    place,
                    "attachments (their pictures stay where they are)",
                    out,
                )
            }
            "nav_menu_item" | "wp_navigation" => leave_out(place, "menu items", out),
            "revision" => leave_out(place, "revisions", out),
            _ => leave_out(place, "items of other types than post and page", out),
        }
    }

    fn add_media(&mut self, id: u64, at: At, item: &Part) -> Result<(), Halt> {
        if self.media.len() >= MOST {
            return Err(too_many());
        }
        if at.length > LONGEST_MEDIA || self.media.contains_key(&id) {
            return Ok(());
        }
        self.media.insert(id, at);
        let url = item.of("wp:attachment_url").to_ascii_lowercase();
        let pictured = [".jpg", ".jpeg", ".png", ".gif", ".webp", ".avif", ".svg"];
        let parent = item.number("wp:post_parent");
        if parent > 0 && pictured.iter().any(|end| url.ends_with(end)) {
            self.attached.entry(parent).or_default().push(id);
        }
        Ok(())
    }

    fn add_post(
        &mut self,
        id: u64,
        at: At,
        item: &Part,
        head: &mut Head,
        out: &mut Outlet<'_>,
    ) -> Result<(), Halt> {
        let place = format!("post {id}");
        if item.of("wp:status") == "trash" {
            return leave_out(&place, "items in the trash", out);
        }
        if self.posts.len() >= MOST {
            return Err(too_many());
        }
        let number = u32::try_from(self.posts.len()).unwrap_or(u32::MAX);
        match self.by_id.entry(id) {
            Entry::Vacant(free) => free.insert(number),
            Entry::Occupied(_) => {
                let detail =
                    format!("there is another item with the id {id} before it, which stands");
                return out.refuse(place, None, ("", "duplicate", detail));
            }
        };
        head.tags.add_of_item(item);
        let tongue = Tongue::of(item, &mut self.languages);
        self.copies
            .extend(tongue.copy_of.map(|original| (number, original)));
        let group = tongue.group.filter(|name| name.len() <= LONGEST_NAME);
        let group = group.map_or(0, |name| self.group(name));
        let language = tongue
            .language
            .and_then(|language| u16::try_from(language).ok());
        self.posts.push(Post {
            at,
            id,
            language: language.unwrap_or(UNTOLD),
            group,
            is_source: tongue.is_source,
        });
        Ok(())
    }

    fn group(&mut self, name: String) -> u32 {
        let next = u32::try_from(self.groups.len() + 1).unwrap_or(u32::MAX);
        *self.groups.entry(name).or_insert(next)
    }

    /// Puts together what belongs together.
    pub(super) fn finish(&mut self, head: &Head, out: &mut Outlet<'_>) -> Result<(), Halt> {
        let untold = u16::try_from(head.language(&mut self.languages)).unwrap_or_default();
        for (post, (language, name)) in &head.described {
            let Some(number) = self.by_id.get(post).copied() else {
                continue;
            };
            let group = self.group(name.clone());
            if let Some(post) = self.post_mut(number) {
                if post.language == UNTOLD {
                    post.language = u16::try_from(*language).unwrap_or_default();
                }
                if post.group == 0 {
                    post.group = group;
                }
            }
        }
        for (number, original) in std::mem::take(&mut self.copies) {
            self.join(number, original);
        }
        let mut groups: HashMap<u32, Vec<u32>> = HashMap::new();
        for (number, post) in (0..).zip(&mut self.posts) {
            if post.language == UNTOLD {
                post.language = untold;
            }
            if post.group > 0 {
                groups.entry(post.group).or_default().push(number);
            }
        }
        groups.retain(|_, members| members.len() > 1);
        let mut sorted: Vec<_> = groups.into_iter().collect();
        sorted.sort_unstable();
        for (group, members) in sorted {
            self.settle(group, members, out)?;
        }
        self.groups = HashMap::new();
        Ok(())
    }

    /// Puts a copy into the group of its original.
    fn join(&mut self, copy: u32, original: u64) {
        let Some(number) = self
            .by_id
            .get(&original)
            .copied()
            .filter(|number| *number != copy)
        else {
            return;
        };
        let known = self.post(number).map_or(0, |post| post.group);
        let group = if known > 0 {
            known
        } else {
            self.group(format!("copies {original}"))
        };
        for number in [number, copy] {
            if let Some(post) = self.post_mut(number) {
                post.group = group;
            }
        }
        if let Some(post) = self.post_mut(copy) {
            post.is_source = false;
        }
    }

    /// One item for each language, the source first; others stand alone.
    fn settle(&mut self, group: u32, numbers: Vec<u32>, out: &mut Outlet<'_>) -> Result<(), Halt> {
        let mut members: Vec<u32> = Vec::new();
        for number in numbers {
            let language = self.post(number).map(|post| post.language);
            let taken = |member: &u32| self.post(*member).map(|post| post.language) == language;
            if !members.iter().any(taken) {
                members.push(number);
                continue;
            }
            if let Some(post) = self.post_mut(number) {
                post.group = 0;
                let note = "its group of translations has another in the same language, so it is an article of its own";
                out.note(format!("post {}", post.id), note)?;
            }
        }
        members.sort_by_key(|number| self.post(*number).map(|post| (!post.is_source, post.id)));
        self.members.insert(group, members);
        Ok(())
    }

    /// The items that make up the article of this one, the source first; none: it is part of another's.
    pub(super) fn article(&self, number: u32) -> Vec<&Post> {
        let post = self.post(number);
        let members = post.and_then(|post| self.members.get(&post.group));
        match members {
            Some(members) if members.first() != Some(&number) => Vec::new(),
            Some(members) => members
                .iter()
                .filter_map(|member| self.post(*member))
                .collect(),
            None => post.into_iter().collect(),
        }
    }

    /// The code of an item's language.
    pub(super) fn language(&self, post: &Post) -> &str {
        self.languages.code(usize::from(post.language))
    }

    /// Where a file stands that was attached.
    pub(super) fn media(&self, id: u64) -> Option<At> {
        self.media.get(&id).copied()
    }

    /// The pictures that belong to the item of this id.
    pub(super) fn attached(&self, id: u64) -> &[u64] {
        self.attached
            .get(&id)
            .map(Vec::as_slice)
            .unwrap_or_default()
    }

    fn post(&self, number: u32) -> Option<&Post> {
        self.posts.get(usize::try_from(number).ok()?)
    }

    fn post_mut(&mut self, number: u32) -> Option<&mut Post> {
        self.posts.get_mut(usize::try_from(number).ok()?)
    }
}

/// An item's id: as it says, or else as its address does.
fn id_of(item: &Part) -> u64 {
    let told = item.number("wp:post_id");
    let by_address = |address: &str| {
        let (_, query) = address.split_once('?')?;
        let mut pairs = query.split('&').filter_map(|pair| pair.split_once('='));
        pairs
            .find(|(name, _)| matches!(*name, "p" | "page_id"))?
            .1
            .parse()
            .ok()
    };
    let addressed = || by_address(item.of("guid")).or_else(|| by_address(item.of("link")));
    if told > 0 {
        told
    } else {
        addressed().unwrap_or_default()
    }
}

fn too_many() -> Halt {
    Halt::Unreadable(Unreadable::Format(format!(
        "the file has more than {MOST} items; export it in parts, for example year by year"
    )))
}

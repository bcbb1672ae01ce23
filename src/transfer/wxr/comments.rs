//! The comments of an item.

use std::collections::HashMap;

use serde_json::{Value, json};

use super::dates;
use super::leave_out;
use super::part::Part;
use super::site::Site;
use crate::comments::text::{LONGEST, is_email};
use crate::transfer::clip;
use crate::transfer::entry::{Halt, Outlet};
use crate::transfer::html::{self, Ways};
use crate::transfer::order::parents_first;

/// A comment that can be taken in.
struct Comment<'a> {
    id: u64,
    part: &'a Part,
    body: String,
}

/// Tells of the comments that stand under an item, each behind what it answers.
pub(super) fn tell(
    site: &Site,
    article: &str,
    post: u64,
    item: &Part,
    language: &str,
    out: &mut Outlet<'_>,
) -> Result<(), Halt> {
    let mut comments: Vec<Comment<'_>> = Vec::new();
    let mut numbers: HashMap<u64, usize> = HashMap::new();
    for part in item.all("wp:comment") {
        let id = part.number("wp:comment_id");
        let place = format!("comment {id} of post {post}");
        match part.of("wp:comment_type") {
            "" | "comment" => {}
            "pingback" | "trackback" => {
                leave_out(&place, "pingbacks and trackbacks", out)?;
                continue;
            }
            _ => {
                leave_out(&place, "comments of other types", out)?;
                continue;
            }
        }
        let known = numbers.contains_key(&id);
        match body(part).and_then(|body| identified(id, known).map(|()| body)) {
            Ok(body) => {
                numbers.insert(id, comments.len());
                comments.push(Comment { id, part, body });
            }
            Err(fault) => {
                let name = (!known && id > 0).then(|| site.comment(id));
                out.refuse(place, name, fault)?;
            }
        }
    }
    let asked = |comment: &Comment<'_>| comment.part.number("wp:comment_parent");
    let parents: Vec<Option<usize>> = comments
        .iter()
        .map(|comment| numbers.get(&asked(comment)).copied())
        .collect();
    let (order, cut) = parents_first(&parents);
    for number in order {
        let Some(comment) = comments.get(number) else {
            continue;
        };
        let place = format!("comment {} of post {post}", comment.id);
        let parent = parents
            .get(number)
            .copied()
            .flatten()
            .filter(|_| !cut.contains(&number));
        let parent = parent
            .and_then(|parent| comments.get(parent))
            .map(|parent| site.comment(parent.id));
        if parent.is_none() && asked(comment) > 0 {
            out.note(
                &place,
                "what it answers is not there, so it begins a thread",
            )?;
        }
        out.line(place, comment.line(site, article, language, parent))?;
    }
    Ok(())
}

impl Comment<'_> {
    fn line(&self, site: &Site, article: &str, language: &str, parent: Option<String>) -> Value {
        let part = self.part;
        let turning = |c: char| matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}');
        let name = html::line(part.of("wp:comment_author")).replace(turning, "");
        let email = part.of("wp:comment_author_email");
        let fits = email.chars().count() <= 254 && !email.chars().any(char::is_control);
        let email = Some(email).filter(|email| fits && is_email(email));
        let date = dates::stated(part.of("wp:comment_date_gmt"));
        json!({
            "type": "comment", "external_id": site.comment(self.id), "article_external_id": article,
            "parent_external_id": parent, "locale": language,
            "author_name": clip::line(&name, 80).unwrap_or_else(|| "Anonymous".to_owned()),
            "author_email": email, "author_url": clip::web_address(part.of("wp:comment_author_url")),
            "body": self.body, "status": status(part.of("wp:comment_approved")),
            "created_at": date.or_else(|| dates::stated(part.of("wp:comment_date"))),
        })
    }
}

type Fault = (&'static str, &'static str, String);

fn identified(id: u64, known: bool) -> Result<(), Fault> {
    match (id, known) {
        (0, _) => Err((
            "",
            "required",
            "the comment has no wp:comment_id".to_owned(),
        )),
        (_, true) => Err((
            "",
            "duplicate",
            format!("there is another comment with the id {id} before it, which stands"),
        )),
        _ => Ok(()),
    }
}

fn body(part: &Part) -> Result<String, Fault> {
    let content = part.of("wp:comment_content");
    let ways = Ways {
        base: None,
        lines: true,
        comment: true,
    };
    let body = clip::text(&html::markdown(content, ways).unwrap_or_default());
    let length = body.chars().count();
    match length {
        _ if content.len() > html::LONGEST || length > LONGEST => Err((
            "/body",
            "too_long",
            format!("takes at most {LONGEST} characters, has {length}"),
        )),
        _ if body.trim().is_empty() => {
            Err(("/body", "blank", "the comment says nothing".to_owned()))
        }
        _ => Ok(body),
    }
}

fn status(approved: &str) -> &'static str {
    match approved {
        "1" | "approved" | "approve" => "approved",
        "spam" => "spam",
        "trash" | "post-trashed" => "rejected",
        _ => "pending",
    }
}

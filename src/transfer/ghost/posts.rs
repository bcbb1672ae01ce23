//! Posts and pages as articles.

use chrono::Utc;
use serde_json::{Map, Value, json};
use url::Url;

use super::index::{Index, date, id, text};
use super::text;
use crate::transfer::entry::{Halt, Outlet};
use crate::transfer::{body, clip};
use crate::values::slug::Slug;

/// What stands in an export for the address of the site.
const SITE: &str = "__GHOST_URL__";

/// Tells of a post.
pub(super) fn tell(
    count: u64,
    post: Value,
    index: &Index,
    site: Option<&Url>,
    out: &mut Outlet<'_>,
) -> Result<(), Halt> {
    let own = id(&post, "id");
    if own.is_empty() {
        let detail = "the post has no id; it is not from a Ghost export".to_owned();
        return out.refuse(
            format!("post number {count}"),
            None,
            ("", "required", detail),
        );
    }
    let (place, external_id) = (format!("post {own}"), format!("ghost:{own}"));
    let meta = index.meta_of(&own, &post);
    let translation = match translation(&post, index, site) {
        Ok(translation) => translation,
        Err(fault) => return out.refuse(place, Some(external_id), fault),
    };
    let picture = [text(&post, "feature_image"), text(&post, "image")];
    let picture = picture
        .into_iter()
        .find(|picture| !picture.is_empty())
        .unwrap_or_default();
    let image = whole(picture, site)
        .map(|url| json!({"url": url, "alt": meta.alt, "caption": meta.caption}));
    if image.is_none() && !picture.is_empty() {
        let note = format!(
            "its picture is left out: {} stands on the old site, whose address the file does not tell; give it by \
            --site",
            shown(picture)
        );
        out.note(&place, note)?;
    }
    let mut said = translation;
    said.insert(
        "seo".to_owned(),
        json!({"title": meta.title, "description": meta.description}),
    );
    let line = json!({
        "type": "article", "external_id": external_id, "source_locale": index.language_of(&post),
        "authors": index.authors_of(&own, &post), "lead_image": image, "tags": index.tags_of(&own),
        "created_at": date(&post, "created_at"), "translations": [said],
    });
    out.line(place, line)
}

fn translation(
    post: &Value,
    index: &Index,
    site: Option<&Url>,
) -> Result<Map<String, Value>, body::Fault> {
    let body = text::markdown(post, site)?;
    let title = clip::line(text(post, "title"), 300).or_else(|| body::first_words(&body));
    let title = title.ok_or_else(body::nothing)?;
    let slug = text(post, "slug");
    let former = Slug::from_title(slug).map(|_| format!("/{}/", slug.trim_matches('/')));
    let created = date(post, "created_at");
    let published = date(post, "published_at").or(created);
    let status = status(post);
    let mut said = Map::new();
    let mut say = |name: &str, value: Value| {
        if !value.is_null() {
            said.insert(name.to_owned(), value);
        }
    };
    say("locale", json!(index.language_of(post)));
    say("title", json!(title));
    say(
        "summary",
        json!(clip::line(text(post, "custom_excerpt"), 1000)),
    );
    say("body", json!(body));
    say(
        "preferred_slug",
        json!(Slug::from_title(slug).map(String::from)),
    );
    say(
        "former_addresses",
        json!(former.into_iter().collect::<Vec<_>>()),
    );
    say("status", json!(status));
    match status {
        "published" => say("published_at", json!(published)),
        "scheduled" => say("publish_at", json!(published)),
        _ => {}
    }
    say("created_at", json!(created));
    say("updated_at", json!(date(post, "updated_at").or(created)));
    Ok(said)
}

/// What becomes of a post. What was for members only is for nobody until an editor has looked at it.
fn status(post: &Value) -> &'static str {
    let is_public = matches!(text(post, "visibility"), "" | "public");
    let later = date(post, "published_at").is_some_and(|date| date > Utc::now());
    match (text(post, "status"), is_public) {
        ("published" | "sent", true) => "published",
        ("scheduled", true) if later => "scheduled",
        ("scheduled", true) if date(post, "published_at").is_some() => "published",
        _ => "draft",
    }
}

fn shown(address: &str) -> String {
    let address: String = address
        .chars()
        .filter(|c| !c.is_control())
        .take(200)
        .collect();
    address.replace(SITE, "")
}

/// The address of a picture, as far as it can be found.
fn whole(picture: &str, site: Option<&Url>) -> Option<String> {
    let path = without_site(picture);
    let joined = site.and_then(|site| site.join(&path).ok());
    clip::web_address(picture).or_else(|| clip::web_address(joined?.as_str()))
}

/// The text without what stands for the address of the site: what leads there leads to a path.
pub(super) fn without_site(text: &str) -> String {
    text.replace(SITE, "")
}

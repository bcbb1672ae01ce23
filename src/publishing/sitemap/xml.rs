//! Sitemaps as sitemaps.org, Google's extension for news, and hreflang have them.

use std::fmt::Write;

use chrono::{DateTime, SecondsFormat, Utc};
use quick_xml::escape::escape;

use super::news::{NewsPage, language};
use super::{Page, Part};
use crate::document::visible_editions;
use crate::error::Result;
use crate::publishing::Publication;
use crate::values::address::SiteTemplate;
use crate::values::xml;

const DECLARATION: &str = "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n";
const SITEMAP: &str = "http://www.sitemaps.org/schemas/sitemap/0.9";
const XHTML: &str = "http://www.w3.org/1999/xhtml";
const NEWS: &str = "http://www.google.com/schemas/sitemap-news/0.9";

/// The index of the parts.
pub fn index(parts: &[Part], public_url: &str) -> String {
    let mut document = format!("{DECLARATION}<sitemapindex xmlns=\"{SITEMAP}\">\n");
    for part in parts {
        let address = format!("{public_url}/v1/sitemaps/{}.xml", part.number);
        document.push_str("<sitemap>");
        element(&mut document, "loc", &address);
        element(&mut document, "lastmod", &time(part.changed_at));
        document.push_str("</sitemap>\n");
    }
    document.push_str("</sitemapindex>\n");
    document
}

/// A part: each page with all languages of its article, itself included.
///
/// # Errors
/// When what is stored is damaged.
pub fn part(pages: &[Page], site: &SiteTemplate) -> Result<String> {
    let mut document =
        format!("{DECLARATION}<urlset xmlns=\"{SITEMAP}\" xmlns:xhtml=\"{XHTML}\">\n");
    for page in pages {
        document.push_str("<url>");
        element(
            &mut document,
            "loc",
            &site.address(&page.locale, &page.slug),
        );
        element(&mut document, "lastmod", &time(page.updated_at));
        for [locale, slug, ..] in visible_editions(&page.alternates, &page.hidden_locales)? {
            let _ = write!(
                document,
                "<xhtml:link rel=\"alternate\" hreflang=\"{}\" href=\"{}\"/>",
                escape(&*locale),
                escape(site.address(&locale, &slug))
            );
        }
        document.push_str("</url>\n");
    }
    document.push_str("</urlset>\n");
    Ok(document)
}

/// The news.
pub fn news(pages: &[NewsPage], publication: &Publication<'_>) -> String {
    let mut document = format!("{DECLARATION}<urlset xmlns=\"{SITEMAP}\" xmlns:news=\"{NEWS}\">\n");
    for page in pages {
        let address = publication.site.address(&page.locale, &page.slug);
        document.push_str("<url>");
        element(&mut document, "loc", &address);
        document.push_str("<news:news><news:publication>");
        element(&mut document, "news:name", publication.name);
        element(&mut document, "news:language", language(&page.locale));
        document.push_str("</news:publication>");
        let published = time(page.first_published_at);
        element(&mut document, "news:publication_date", &published);
        element(&mut document, "news:title", &page.title);
        document.push_str("</news:news></url>\n");
    }
    document.push_str("</urlset>\n");
    document
}

fn element(document: &mut String, name: &str, text: &str) {
    let text = xml::text(text);
    let _ = write!(document, "<{name}>{}</{name}>", escape(&*text));
}

/// W3C Datetime, to the second.
fn time(moment: DateTime<Utc>) -> String {
    moment.to_rfc3339_opts(SecondsFormat::Secs, true)
}

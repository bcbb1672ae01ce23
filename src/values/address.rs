//! Addresses: path segments, and the readers' site.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use url::Url;

/// All but the characters that RFC 3986 section 2.3 calls unreserved.
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// A path segment as it stands in a `Location`: RFC 3986 section 3.3, everything beyond ASCII encoded.
pub fn path_segment(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Where the readers' site shows an edition: an address with `{locale}` and `{slug}` in it.
#[derive(Debug, Clone)]
pub struct SiteTemplate {
    template: String,
    pieces: Vec<Piece>,
}

/// A piece of an address.
#[derive(Debug, Clone)]
enum Piece {
    Text(String),
    Locale,
    Slug,
}

impl SiteTemplate {
    /// The template as the setting has it.
    pub fn new(template: impl Into<String>) -> Self {
        let template = template.into();
        let mut pieces = vec![];
        for (at, between) in template.split("{locale}").enumerate() {
            if at > 0 {
                pieces.push(Piece::Locale);
            }
            for (at, text) in between.split("{slug}").enumerate() {
                if at > 0 {
                    pieces.push(Piece::Slug);
                }
                pieces.push(Piece::Text(text.to_owned()));
            }
        }
        SiteTemplate { template, pieces }
    }

    /// The address of an edition.
    pub fn address(&self, locale: &str, slug: &str) -> String {
        let mut address =
            String::with_capacity(self.template.len() + locale.len() + 3 * slug.len());
        for piece in &self.pieces {
            match piece {
                Piece::Text(text) => address.push_str(text),
                Piece::Locale => address.extend(utf8_percent_encode(locale, RESERVED)),
                Piece::Slug => address.extend(utf8_percent_encode(slug, RESERVED)),
            }
        }
        address
    }

    /// Where the site begins in a language: as far as the addresses of all its editions are the same, up
    /// to a slash.
    pub fn home(&self, locale: &str) -> String {
        let (common, _) = self
            .template
            .split_once("{slug}")
            .unwrap_or((&self.template, ""));
        let common = common.replace("{locale}", &path_segment(locale));
        match Url::parse(&common).and_then(|url| url.join(".")) {
            Ok(home) => home.to_string(),
            Err(_) => common,
        }
    }

    /// The site's host, with its port where it has one, and without the part that is the language's.
    pub fn host(&self) -> &str {
        let (_, behind) = self
            .template
            .split_once("://")
            .unwrap_or(("", &self.template));
        let host = behind.split(['/', '?', '#']).next().unwrap_or_default();
        host.trim_start_matches("{locale}.")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_site_shows_an_edition_under_its_slug() {
        let site = SiteTemplate::new("https://news.example/{locale}/{slug}.html");
        assert_eq!(
            site.address("hi", "\u{92a}ul"),
            "https://news.example/hi/%E0%A4%AAul.html"
        );
    }

    #[test]
    fn the_site_has_a_host_and_a_beginning_in_each_language() {
        for (template, host, home) in [
            (
                "https://news.example/{locale}/{slug}.html",
                "news.example",
                "https://news.example/hi/",
            ),
            (
                "https://{locale}.news.example/{slug}",
                "news.example",
                "https://hi.news.example/",
            ),
            (
                "http://127.0.0.1:8080/{slug}?lang={locale}",
                "127.0.0.1:8080",
                "http://127.0.0.1:8080/",
            ),
            (
                "https://news.example?lang={locale}&story={slug}",
                "news.example",
                "https://news.example/",
            ),
            (
                "https://news.example/a/story-{slug}/{locale}",
                "news.example",
                "https://news.example/a/",
            ),
        ] {
            let site = SiteTemplate::new(template);
            assert_eq!((site.host(), site.home("hi").as_str()), (host, home));
        }
    }
}

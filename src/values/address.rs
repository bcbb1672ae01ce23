//! Addresses: path segments, and the readers' site.

use std::fmt::Write;

use url::Url;

/// A path segment as it stands in a `Location`: RFC 3986 section 3.3, everything beyond ASCII encoded.
pub fn path_segment(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            encoded.push(char::from(byte));
        } else {
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// Where the readers' site shows an edition: an address with `{locale}` and `{slug}` in it.
#[derive(Debug, Clone)]
pub struct SiteTemplate(String);

impl SiteTemplate {
    /// The template as the setting has it.
    pub fn new(template: impl Into<String>) -> Self {
        SiteTemplate(template.into())
    }

    /// The address of an edition.
    pub fn address(&self, locale: &str, slug: &str) -> String {
        self.0
            .replace("{locale}", &path_segment(locale))
            .replace("{slug}", &path_segment(slug))
    }

    /// Where the site begins in a language: as far as the addresses of all its editions are the same, up
    /// to a slash.
    pub fn home(&self, locale: &str) -> String {
        let (common, _) = self.0.split_once("{slug}").unwrap_or((&self.0, ""));
        let common = common.replace("{locale}", &path_segment(locale));
        match Url::parse(&common).and_then(|url| url.join(".")) {
            Ok(home) => home.to_string(),
            Err(_) => common,
        }
    }

    /// The site's host, with its port where it has one, and without the part that is the language's.
    pub fn host(&self) -> &str {
        let (_, behind) = self.0.split_once("://").unwrap_or(("", &self.0));
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

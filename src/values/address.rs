//! Addresses: path segments, and the readers' site.

use std::fmt::Write;

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
}

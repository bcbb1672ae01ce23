//! Pages, films and sounds of others in an article.

use std::fmt;
use std::str::FromStr;

use url::{Host, Url};

use super::tokens::Tag;
use super::tree::referenced;

/// The hosts whose pages may stand in an article in a frame; none by default.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EmbedHosts(Vec<String>);

/// A name in a list of hosts is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("takes host names like www.youtube.com, or *.youtube.com for all below, commas between")]
pub struct NoHost;

impl EmbedHosts {
    /// Those that [`fmt::Display`] wrote down; none where nothing was, or something else.
    pub fn kept(text: Option<&str>) -> Self {
        text.and_then(|text| text.parse().ok()).unwrap_or_default()
    }

    /// What is to be kept of them; none where there are none.
    pub fn to_keep(&self) -> Option<String> {
        (!self.0.is_empty()).then(|| self.to_string())
    }

    /// Whether pages of this host may.
    pub fn allow(&self, host: &str) -> bool {
        self.0
            .iter()
            .any(|allowed| match allowed.strip_prefix('*') {
                Some(parent) => host.len() > parent.len() && host.ends_with(parent),
                None => host == allowed,
            })
    }
}

impl FromStr for EmbedHosts {
    type Err = NoHost;

    fn from_str(text: &str) -> Result<Self, NoHost> {
        let names = text.split(',').map(str::trim);
        if text.trim().is_empty() {
            return Ok(EmbedHosts::default());
        }
        names.map(host).collect::<Result<_, _>>().map(EmbedHosts)
    }
}

fn host(text: &str) -> Result<String, NoHost> {
    let (prefix, name) = match text.strip_prefix("*.") {
        Some(parent) => ("*.", parent),
        None => ("", text),
    };
    match Host::parse(name) {
        Ok(Host::Domain(domain)) if domain.contains('.') && !domain.contains('*') => {
            Ok(format!("{prefix}{domain}"))
        }
        _ => Err(NoHost),
    }
}

impl fmt::Display for EmbedHosts {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.join(","))
    }
}

/// What is embedded.
pub(super) struct Embed {
    /// Where it is.
    pub(super) address: String,
    /// What it is called, as HTML has it; where it says nothing, its host.
    pub(super) title: String,
    /// Whether it may stand in a frame.
    pub(super) framed: bool,
}

/// Whether an element of this name may embed something.
pub(super) fn embeds(name: &str) -> bool {
    ["iframe", "video", "audio", "source"].contains(&name)
}

/// What an element embeds. None: nothing that could be looked at.
pub(super) fn read(tag: &Tag<'_>, hosts: &EmbedHosts) -> Option<Embed> {
    let source = referenced(tag.attribute("src")?.trim());
    let whole = match source.starts_with("//") {
        true => format!("https:{source}"),
        false => source,
    };
    let url = Url::parse(&whole).ok()?;
    let host = url.host_str()?.to_owned();
    if !matches!(url.scheme(), "http" | "https") {
        return None;
    }
    let bare = url.username().is_empty() && url.password().is_none() && url.port().is_none();
    let title = tag.attribute("title").map(str::trim).unwrap_or_default();
    Some(Embed {
        framed: tag.name == "iframe" && url.scheme() == "https" && bare && hosts.allow(&host),
        title: match title {
            "" => host,
            title => title.to_owned(),
        },
        address: url.to_string(),
    })
}

/// Whether a width or height is one: a number of pixels, or of hundredths.
pub(super) fn is_size(text: &str) -> bool {
    let digits = text.strip_suffix('%').unwrap_or(text);
    (1..=4).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
#[expect(
    clippy::unwrap_used,
    reason = "a test that meets an unexpected value is meant to fail there"
)]
mod tests {
    use super::*;

    #[test]
    fn a_host_is_allowed_by_its_name_or_by_a_star_for_all_below_it() {
        let hosts: EmbedHosts = "www.youtube.com, *.Vimeo.com".parse().unwrap();
        for (host, allowed) in [
            ("www.youtube.com", true),
            ("youtube.com", false),
            ("m.www.youtube.com", false),
            ("player.vimeo.com", true),
            ("vimeo.com", false),
            ("evilvimeo.com", false),
        ] {
            assert_eq!(hosts.allow(host), allowed, "{host}");
        }
        assert_eq!(hosts.to_string(), "www.youtube.com,*.vimeo.com");
        assert_eq!(hosts.to_string().parse(), Ok(hosts));
    }

    #[test]
    fn what_is_no_host_name_is_refused() {
        for text in [
            "*",
            "https://a.example",
            "a.example/x",
            "a.example:443",
            "localhost",
            "10.0.0.1",
            "a.example,",
            "*.*.com",
        ] {
            assert_eq!(text.parse::<EmbedHosts>(), Err(NoHost), "{text}");
        }
        assert_eq!("".parse(), Ok(EmbedHosts::default()));
    }
}

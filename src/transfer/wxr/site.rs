//! What a site and its content are called here.

use url::Url;

use super::head::Head;

/// The names of a site's content.
#[derive(Debug)]
pub(super) struct Site {
    name: String,
    /// Where it is, for addresses that start from there.
    pub(super) base: Option<Url>,
}

impl Site {
    pub(super) fn new(head: &Head) -> Self {
        let base = Url::parse(head.address()).ok().filter(Url::has_host);
        let name = base.as_ref().map_or_else(
            || "unknown".to_owned(),
            |url| {
                let host = url.host_str().unwrap_or_default();
                format!("{host}{}", url.path().trim_end_matches('/'))
            },
        );
        Site {
            name: name.chars().take(120).collect(),
            base,
        }
    }

    pub(super) fn article(&self, post: u64) -> String {
        format!("wordpress:{}:{post}", self.name)
    }

    pub(super) fn comment(&self, comment: u64) -> String {
        format!("wordpress:{}:comment:{comment}", self.name)
    }
}

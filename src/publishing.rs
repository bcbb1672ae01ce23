//! What other programs read of the publication: feeds, sitemaps and structured data.

pub mod feed;
pub mod jsonld;
pub mod routes;
pub mod sitemap;
pub mod story;

use crate::values::address::SiteTemplate;

/// The publication as its feeds and sitemaps name it.
#[derive(Debug)]
pub struct Publication<'a> {
    /// What it is called.
    pub name: &'a str,
    /// Where its readers' site shows an edition.
    pub site: &'a SiteTemplate,
    /// The base of this service's own addresses, without a slash at its end.
    pub public_url: &'a str,
}

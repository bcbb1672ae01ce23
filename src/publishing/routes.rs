//! `/v1/feeds`, `/v1/sitemap.xml`, `/v1/sitemaps`, `/v1/sitemap-news.xml`, `/v1/articles/{article}/jsonld`

use crate::app::State;
use crate::publishing::Publication;

mod feeds;
mod jsonld;
mod sitemaps;

/// This feature's routes.
pub fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .configure(feeds::routes)
        .configure(sitemaps::routes)
        .configure(jsonld::routes);
}

/// The publication as the settings have it.
fn publication(state: &State) -> Publication<'_> {
    let name = state.config.site_name.as_deref();
    Publication {
        name: name.unwrap_or_else(|| state.site.host()),
        site: &state.site,
        public_url: &state.public_url,
    }
}

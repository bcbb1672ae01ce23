//! `/v1/sitemap.xml`, its parts, and `/v1/sitemap-news.xml`

use actix_web::{HttpRequest, get, web};

use super::publication;
use crate::app::State;
use crate::auth::Caller;
use crate::db::Reader;
use crate::error::{Error, Result};
use crate::http::query::NoQuery;
use crate::http::{Asked, Reply, Served};
use crate::publishing::sitemap::{self, news, xml};

/// This resource's routes.
pub(super) fn routes(config: &mut utoipa_actix_web::service_config::ServiceConfig<'_>) {
    config
        .service(find_sitemap_index)
        .service(find_sitemap)
        .service(find_news_sitemap);
}

/// The index of the sitemap
///
/// Always an index, as sitemaps.org has it: the parts that have something in them, and when each last
/// changed.
#[utoipa::path(tag = "publishing", security((), ("token" = [])),
    responses((status = 200, description = "The index", body = String, content_type = "application/xml")))]
#[get("/v1/sitemap.xml")]
async fn find_sitemap_index(
    _caller: Caller,
    _: NoQuery,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let asked = Asked::new("sitemap".to_owned(), String::new());
    let make = async || index(&reader, &state).await;
    state.serve(&request, asked, make).await
}

async fn index(reader: &Reader, state: &State) -> Result<Reply> {
    let parts = sitemap::parts(reader).await?;
    Ok(answer(xml::index(&parts, &state.public_url)))
}

/// A part of the sitemap
///
/// Editions in the order in which they came to readers, each with all languages of its article
/// (`hreflang`). An edition stays in its part as long as readers have it. 404 for a part with nothing in
/// it.
#[utoipa::path(tag = "publishing", security((), ("token" = [])),
    responses((status = 200, description = "The part", body = String, content_type = "application/xml")))]
#[get("/v1/sitemaps/{part}.xml")]
async fn find_sitemap(
    _caller: Caller,
    part: web::Path<String>,
    _: NoQuery,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let number = number(&part).ok_or_else(unknown)?;
    let asked = Asked::new(format!("sitemap {number}"), String::new());
    let make = async || find_part(number, &reader, &state).await;
    state.serve(&request, asked, make).await
}

/// 404, until something is published.
fn unknown() -> Error {
    Error::not_found("sitemap").until_changes("list site")
}

async fn find_part(number: i64, reader: &Reader, state: &State) -> Result<Reply> {
    let pages = sitemap::pages(reader, number).await?;
    if pages.is_empty() {
        return Err(unknown());
    }
    let site = state.site.clone();
    let document = web::block(move || xml::part(&pages, &site)).await;
    Ok(answer(
        document.map_err(|error| Error::Internal(error.to_string()))??,
    ))
}

/// The news of the last two days, for search engines
///
/// A news sitemap: the editions that readers first got within 48 hours, newest first, at most 1,000.
#[utoipa::path(tag = "publishing", security((), ("token" = [])),
    responses((status = 200, description = "The news", body = String, content_type = "application/xml")))]
#[get("/v1/sitemap-news.xml")]
async fn find_news_sitemap(
    _caller: Caller,
    _: NoQuery,
    reader: Reader,
    state: web::Data<State>,
    request: HttpRequest,
) -> Result<Served> {
    let asked = Asked::new("news sitemap".to_owned(), String::new());
    let make = async || latest(&reader, &state).await;
    state.serve(&request, asked, make).await
}

async fn latest(reader: &Reader, state: &State) -> Result<Reply> {
    let pages = news::latest(reader).await?;
    let oldest = pages
        .last()
        .map(|page| page.first_published_at + news::NEWS);
    Ok(answer(xml::news(&pages, &publication(state))).good_until(oldest))
}

fn answer(document: String) -> Reply {
    Reply::bytes(document.into_bytes())
        .of_type("application/xml")
        .surrogate_keys("list")
}

/// The number of a part, as the index writes it. Positions end before those of a part of twelve digits.
fn number(text: &str) -> Option<i64> {
    let number: i64 = text.parse().ok().filter(|number| *number >= 1)?;
    (number < 1_000_000_000_000 && number.to_string() == text).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::number;

    #[test]
    fn a_part_has_one_name() {
        assert_eq!(number("12"), Some(12));
        for other in [
            "0",
            "-1",
            "+1",
            "01",
            "1.5",
            "",
            "x",
            "1e3",
            "1000000000000",
        ] {
            assert_eq!(number(other), None, "{other}");
        }
    }
}

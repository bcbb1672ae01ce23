//! Where what was imported lives now.

use diesel::sql_types as sql;
use diesel_async::{AsyncPgConnection, RunQueryDsl};
use percent_encoding::{AsciiSet, CONTROLS, utf8_percent_encode};
use url::Url;

use crate::db::Statement;
use crate::error::Result;
use crate::values::address::SiteTemplate;

/// How many addresses are looked up at a time.
const BATCH: i64 = 5000;

/// What may not stand in a path as it is sent, nor between the quotes of a configuration file.
const UNSAFE: &AsciiSet = &CONTROLS
    .add(b' ')
    .add(b'"')
    .add(b'\\')
    .add(b'$')
    .add(b'{')
    .add(b'}')
    .add(b'<')
    .add(b'>');

/// An address of former times and the one of today: paths, with the query where one was part of the address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Redirect {
    /// Where it was.
    pub old: String,
    /// Where readers find it now.
    pub new: String,
}

/// Addresses behind one another, in their order.
#[derive(Debug, Default)]
pub struct Redirects {
    behind: String,
}

impl Redirects {
    /// The next of those that lead to what readers have, on a site like this; none: there are no more.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn next(
        &mut self,
        conn: &mut AsyncPgConnection,
        site: &SiteTemplate,
    ) -> Result<Option<Vec<Redirect>>> {
        let next: Statement<(sql::Text, sql::Text, sql::Text)> = Statement::new(
            "select f.address, e.locale, e.slug from former_addresses f \
            join editions e on e.article_id = f.article_id and e.locale = f.locale \
            where f.address > ",
        )
        .bind(self.behind.as_str())
        .sql(" order by f.address limit ")
        .bind(BATCH);
        let next: Vec<(String, String, String)> = next.load(conn).await?;
        let Some((last, ..)) = next.last() else {
            return Ok(None);
        };
        self.behind.clone_from(last);
        let redirects = next.iter().filter_map(|(address, locale, slug)| {
            let new = path(&site.address(locale, slug));
            let old = path(address);
            (old != new).then_some(Redirect { old, new })
        });
        Ok(Some(redirects.collect()))
    }
}

/// The path of an address, and its query.
fn path(address: &str) -> String {
    let path = match Url::parse(address) {
        Ok(url) => match url.query() {
            Some(query) => format!("{}?{query}", url.path()),
            None => url.path().to_owned(),
        },
        Err(_) => address.split('#').next().unwrap_or_default().to_owned(),
    };
    let rooted = if path.starts_with('/') {
        path
    } else {
        format!("/{path}")
    };
    utf8_percent_encode(&rooted, UNSAFE).to_string()
}

#[cfg(test)]
mod tests {
    use super::path;

    #[test]
    fn a_path_is_as_a_browser_sends_it_and_safe_between_quotes() {
        for (address, expected) in [
            (
                "https://news.example/2019/04/old-bridge/",
                "/2019/04/old-bridge/",
            ),
            ("https://news.example/?p=12", "/?p=12"),
            ("https://news.example", "/"),
            ("/पुल/#top", "/%E0%A4%AA%E0%A5%81%E0%A4%B2/"),
            ("https://news.example/पुल", "/%E0%A4%AA%E0%A5%81%E0%A4%B2"),
            ("about us", "/about%20us"),
            ("/a\";return 200 \"$host", "/a%22;return%20200%20%22%24host"),
        ] {
            assert_eq!(path(address), expected, "{address}");
        }
    }
}

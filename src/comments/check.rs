//! Asking somebody else whether a comment is spam, in the way of Akismet's `comment-check`: a form goes out, and
//! `true` or `false` comes back. While there is no answer, comments wait for a moderator: none is lost, and
//! none is seen that would not have been.

use std::net::IpAddr;
use std::time::Duration;

use reqwest::redirect::Policy;

use super::screening::Screened;
use super::subject::Place;
use super::text::NewComment;

/// The longest that a comment waits for the answer.
const PATIENCE: Duration = Duration::from_secs(2);

/// Who is asked.
#[derive(Clone)]
pub struct Check {
    client: reqwest::Client,
    /// May hold a key: never for a log.
    url: String,
}

/// A comment, and what a request says of who sent it. It goes out and is not kept.
#[derive(Debug)]
pub struct Suspect<'r> {
    /// The site that it is for.
    pub site: &'r str,
    /// Where it comes from.
    pub address: Option<IpAddr>,
    /// Its `User-Agent`.
    pub agent: &'r str,
    /// Its `Referer`.
    pub referrer: &'r str,
    /// What it says.
    pub new: &'r NewComment,
    /// Where it would stand.
    pub place: &'r Place,
}

impl Check {
    /// Asks at this address.
    ///
    /// # Errors
    /// When the system has no certificates.
    pub fn new(url: String) -> std::io::Result<Self> {
        // Another may be there already: any will do.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let client = reqwest::Client::builder()
            .timeout(PATIENCE)
            .redirect(Policy::none())
            .user_agent(concat!("Dateline/", env!("CARGO_PKG_VERSION")))
            .build()
            .map_err(std::io::Error::other)?;
        Ok(Check { client, url })
    }

    /// What becomes of a comment when they are asked as well.
    pub async fn ask(&self, suspect: &Suspect<'_>, screened: Screened) -> Screened {
        match self.verdict(suspect).await {
            Ok(true) => Screened::spam("check"),
            Ok(false) => screened,
            Err(reason) => {
                log::warn!("a comment waits, as whoever checks them gave no answer: {reason}");
                screened.held("check")
            }
        }
    }

    async fn verdict(&self, suspect: &Suspect<'_>) -> Result<bool, String> {
        let told = |error: reqwest::Error| error.without_url().to_string();
        let asked = self.client.post(&self.url).form(&suspect.members());
        let mut answer = asked.send().await.map_err(told)?;
        if !answer.status().is_success() {
            return Err(format!("status {}", answer.status().as_u16()));
        }
        // All that may be said stands in the first bytes; the rest is not read, however long it is.
        let said = answer.chunk().await.map_err(told)?.unwrap_or_default();
        match said.trim_ascii() {
            b"true" => Ok(true),
            b"false" => Ok(false),
            _ => Err("neither true nor false".into()),
        }
    }
}

impl Suspect<'_> {
    fn members(&self) -> Vec<(&'static str, String)> {
        let new = self.new;
        let or_nothing = |text: &Option<String>| text.clone().unwrap_or_default();
        let kind = if new.parent_id.is_some() {
            "reply"
        } else {
            "comment"
        };
        vec![
            ("blog", self.site.to_owned()),
            (
                "blog_lang",
                self.place.locale.replace('-', "_").to_lowercase(),
            ),
            ("blog_charset", "UTF-8".to_owned()),
            (
                "user_ip",
                self.address
                    .map(|address| address.to_string())
                    .unwrap_or_default(),
            ),
            ("user_agent", self.agent.to_owned()),
            ("referrer", self.referrer.to_owned()),
            (
                "permalink",
                format!("{}/v1/articles/{}", self.site, self.place.article_id),
            ),
            ("comment_type", kind.to_owned()),
            ("comment_author", new.author_name.clone()),
            ("comment_author_email", or_nothing(&new.author_email)),
            ("comment_author_url", or_nothing(&new.author_url)),
            ("comment_content", new.body.clone()),
            ("honeypot_field_name", "website_confirm".to_owned()),
        ]
    }
}

impl std::fmt::Debug for Check {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Check")
    }
}

//! The settings of comments.

use clap::Args;
use clap::builder::ArgAction;

use crate::values::blocked::BlockedWord;
use crate::values::rate::Limit;

/// What is done about comments before anyone reads them.
#[derive(Debug, Clone, Args)]
pub struct CommentSettings {
    /// Whether guests' comments wait for a moderator
    #[arg(long = "comments-premoderation", env = "DATELINE_COMMENTS_PREMODERATION", default_value_t = true,
        action = ArgAction::Set)]
    pub premoderation: bool,

    /// With so many approved comments under an e-mail address, and none of them spam, its next do not wait;
    /// 0: all wait
    #[arg(long = "comments-trust-after", env = "DATELINE_COMMENTS_TRUST_AFTER", default_value_t = 0,
        value_parser = clap::value_parser!(u32).range(0..=50))]
    pub trust_after: u32,

    /// An approved comment waits again when readers at so many addresses have reported it; 0: never
    #[arg(long = "comments-hold-after-reports", env = "DATELINE_COMMENTS_HOLD_AFTER_REPORTS", default_value_t = 5,
        value_parser = clap::value_parser!(u32).range(0..=1000))]
    pub hold_after_reports: u32,

    /// Days after an article was first published that its comments close, unless it says when; 0: never
    #[arg(long = "comments-close-after-days", env = "DATELINE_COMMENTS_CLOSE_AFTER_DAYS", default_value_t = 0,
        value_parser = clap::value_parser!(u32).range(0..=36_500))]
    pub close_after_days: u32,

    /// Comments from one address: a number and s, min, h or day; off for any number
    #[arg(
        long = "comment-rate",
        env = "DATELINE_COMMENT_RATE",
        default_value = "5/min"
    )]
    pub rate: Limit,

    /// Comments under one article, from whomever; off for any number
    #[arg(
        long = "comment-article-rate",
        env = "DATELINE_COMMENT_ARTICLE_RATE",
        default_value = "off"
    )]
    pub article_rate: Limit,

    /// Links that a comment may have before it waits for a moderator
    #[arg(long = "comment-max-links", env = "DATELINE_COMMENT_MAX_LINKS", default_value_t = 3,
        value_parser = clap::value_parser!(u16).range(0..=1000))]
    pub max_links: u16,

    /// Words that make a comment wait, comma separated; hi:word for one language [default: none]
    #[arg(
        long = "comment-blocked-words",
        env = "DATELINE_COMMENT_BLOCKED_WORDS",
        value_delimiter = ','
    )]
    pub blocked_words: Vec<BlockedWord>,

    /// Seconds that a guest has had the form before it is sent; 0: no form is asked for
    #[arg(long = "comment-min-seconds", env = "DATELINE_COMMENT_MIN_SECONDS", default_value_t = 0,
        value_parser = clap::value_parser!(u32).range(0..=600))]
    pub min_seconds: u32,

    /// Who is asked whether a comment is spam: an address that takes what Akismet's comment-check takes
    /// [default: nobody]
    #[arg(long = "comment-check-url", env = "DATELINE_COMMENT_CHECK_URL", hide_env_values = true,
        value_parser = check_url)]
    pub check_url: Option<String>,
}

/// It may hold a key: it is never told in a message.
fn check_url(text: &str) -> Result<String, String> {
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {
            Ok(text.to_owned())
        }
        _ => Err("takes an http or https address".into()),
    }
}

//! Every setting, with its variable, its default and what it means: the one list of them.

use std::net::{IpAddr, SocketAddr};
use std::path::PathBuf;

use clap::Args;
pub use comments::CommentSettings;
use ipnet::IpNet;

use crate::values::markdown::EmbedHosts;

mod comments;

/// Settings, from the environment or `.env`.
#[derive(Debug, Clone, Args)]
#[command(next_help_heading = "Settings")]
pub struct Config {
    /// The primary database. Without it Dateline runs a private PostgreSQL of its own
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, value_parser = postgres_url)]
    pub database_url: Option<String>,

    /// Where the private PostgreSQL lives
    #[arg(long, env = "DATELINE_DATA_DIR", default_value = ".dateline")]
    pub data_dir: PathBuf,

    /// Address to listen on; port 0 picks one
    #[arg(long, env = "DATELINE_BIND", default_value = "127.0.0.1:8080")]
    pub bind: SocketAddr,

    /// Base of absolute links [default: http:// and the address]
    #[arg(long, env = "DATELINE_PUBLIC_URL", value_parser = web_origin)]
    pub public_url: Option<String>,

    /// Where the readers' site shows an edition, with {locale} and {slug} [default: the public URL and
    /// /{locale}/{slug}]
    #[arg(long, env = "DATELINE_SITE_URL_TEMPLATE", value_parser = site_template)]
    pub site_url_template: Option<String>,

    /// What feeds, news sitemaps and structured data call the publication [default: the host of the
    /// readers' site]
    #[arg(long, env = "DATELINE_SITE_NAME", value_parser = site_name)]
    pub site_name: Option<String>,

    /// Origins that browsers may call from, comma separated; * for any [default: none]
    #[arg(long, env = "DATELINE_CORS_ORIGINS", value_delimiter = ',', value_parser = cors_origin)]
    pub cors_origins: Vec<String>,

    /// Hosts whose pages stand in articles in a frame, comma separated; *.example.org for all below [default:
    /// none: what is embedded becomes a link]
    #[arg(
        long,
        env = "DATELINE_EMBED_HOSTS",
        default_value = "",
        hide_default_value = true
    )]
    pub embed_hosts: EmbedHosts,

    /// What is done about comments
    #[command(flatten)]
    pub comments: CommentSettings,

    /// Proxies whose X-Forwarded-For counts: addresses or networks, comma separated [default: none]
    #[arg(long, env = "DATELINE_TRUSTED_PROXIES", value_delimiter = ',', value_parser = network)]
    pub trusted_proxies: Vec<IpNet>,

    /// Megabytes of answers kept in memory; 0 keeps none
    #[arg(long, env = "DATELINE_CACHE_MB", default_value_t = 64,
        value_parser = clap::value_parser!(u32).range(0..=1_048_576))]
    pub cache_mb: u32,

    /// Whether writes without If-Match or If-None-Match are refused
    #[arg(long, env = "DATELINE_REQUIRE_PRECONDITIONS", default_value_t = false,
        action = clap::ArgAction::Set)]
    pub require_preconditions: bool,

    /// Connections for writes; there are four more for comments, and each worker has one for reads
    #[arg(long, env = "DATELINE_POOL_SIZE", default_value_t = 16,
        value_parser = clap::value_parser!(u16).range(1..=1000))]
    pub pool_size: u16,

    /// Threads that answer requests [default: the number of cores]
    #[arg(long, env = "DATELINE_WORKERS", value_parser = clap::value_parser!(u16).range(1..=512))]
    pub workers: Option<u16>,
}

fn network(text: &str) -> Result<IpNet, String> {
    let text = text.trim();
    let address = text
        .parse()
        .map(|address: IpAddr| IpNet::from(address.to_canonical()));
    address
        .or_else(|_| text.parse().map(|net: IpNet| net.trunc()))
        .map_err(|_| {
            "takes addresses like 10.0.0.7 and networks like 10.0.0.0/8, commas between".into()
        })
}

fn postgres_url(text: &str) -> Result<String, String> {
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "postgres" | "postgresql") => Ok(text.to_owned()),
        _ => Err("takes an address like postgres://user:password@host/database".into()),
    }
}

fn web_origin(text: &str) -> Result<String, String> {
    match url::Url::parse(text) {
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.query().is_none() => {
            Ok(text.trim_end_matches('/').to_owned())
        }
        _ => Err("takes an http or https address without a query".into()),
    }
}

fn site_template(text: &str) -> Result<String, String> {
    let filled = text.replace("{locale}", "en").replace("{slug}", "slug");
    let is_address =
        url::Url::parse(&filled).is_ok_and(|url| matches!(url.scheme(), "http" | "https"));
    if is_address && text.contains("{slug}") && !filled.contains(['{', '}']) {
        Ok(text.to_owned())
    } else {
        Err("takes an http or https address with {slug}, and {locale} where it is wanted".into())
    }
}

fn site_name(text: &str) -> Result<String, String> {
    let name = text.trim();
    if name.is_empty() || name.chars().count() > 200 || name.chars().any(char::is_control) {
        return Err("takes a name of 1 to 200 characters on one line".into());
    }
    Ok(name.to_owned())
}

fn cors_origin(text: &str) -> Result<String, String> {
    let text = text.trim();
    let is_origin =
        url::Url::parse(text).is_ok_and(|url| url.origin().ascii_serialization() == text);
    if text == "*" || is_origin {
        Ok(text.to_owned())
    } else {
        Err("takes origins like https://news.example with commas between them, or *".into())
    }
}
